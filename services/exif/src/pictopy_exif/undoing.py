"""Writes taken back, newest first, to the byte; what is undone is not written again until the user says more."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.paths import to_wire
from pictopy_exif.domain.records import PhotoState, Write
from pictopy_exif.judging import judge, moved
from pictopy_exif.performing import hash_at, undo
from pictopy_exif.places import Refused, in_words, inside
from pictopy_exif.ports import Deps, Disk
from pictopy_exif.writing import written_message
from pictopy_runtime.errors import AppError


@dataclass(frozen=True)
class NotUndone:
    write_id: int
    path: str
    reason: str


@dataclass(frozen=True)
class Undone:
    write_ids: tuple[int, ...] = ()
    refused: tuple[NotUndone, ...] = ()


async def undo_write(write_id: int, deps: Deps) -> Write:
    """Raises: AppError 404, or 409 where the file is not as the write left it."""
    async with deps.one_at_a_time:
        try:
            await _undo(write_id, deps)
        except Refused as error:
            raise AppError(409, str(error)) from error
        return await _row(write_id, deps)


async def undo_photo(photo_id: PhotoId, deps: Deps) -> Undone:
    writes = await deps.store.writes_of(photo_id)
    return await _undo_each([each.write_id for each in reversed(writes) if each.status == "written"], deps)


async def undo_day(day: date | None, deps: Deps) -> Undone:
    """All writes of one UTC day, or all there are."""
    return await _undo_each(await deps.store.undoable(day), deps)


async def settle_undo(write: Write, root: str | None, deps: Deps) -> bool | None:
    """Bring an undoing row to its end by what the file is now; None: that cannot be told yet."""
    verdict = await deps.workers.run(judge, write, root, deps.disk)
    if verdict == "unknown":
        return None
    is_undone = verdict == "before"
    async with deps.store.unit() as unit:
        await unit.finish(write.write_id, "undone" if is_undone else "written", verified=True, reason=write.reason)
        if is_undone and write.target != "journal":
            await unit.publish(written_message(write, is_undo=True), f"{write.write_id}:undone")
    if is_undone:
        await _mute(write.photo_id, deps)
    return is_undone


async def _undo_each(write_ids: list[int], deps: Deps) -> Undone:
    done: list[int] = []
    refused: list[NotUndone] = []
    for write_id in write_ids:
        async with deps.one_at_a_time:
            try:
                await _undo(write_id, deps)
                done.append(write_id)
            except Refused as error:
                write = await _row(write_id, deps)
                refused.append(NotUndone(write_id, to_wire(write.path), str(error)))
    return Undone(tuple(done), tuple(refused))


async def _undo(write_id: int, deps: Deps) -> None:
    """Raises: Refused; AppError where there is no such write."""
    write = await _row(write_id, deps)
    if write.status != "written":
        raise Refused(f"this write is {write.status}: there is nothing to undo")
    state = await deps.store.photo(write.photo_id)
    roots = await deps.store.roots()
    root = roots.get(write.library_id)
    if root is None:
        raise Refused("its library was taken out of PictoPy")
    write = await deps.workers.run(_where_it_is, write, root, state, deps.disk)
    packed = await deps.store.undo_bytes(write_id)
    async with deps.store.unit() as unit:
        await unit.begin_undo(write_id, write.path, write.written_path)
    reason: str | None = None
    try:
        await deps.workers.run(_perform, write, root, packed, deps.disk)
    except (OSError, ValueError, Refused) as error:
        reason = in_words(error)
    if not await settle_undo(write, root, deps):
        raise Refused(reason or "the folder cannot be reached now")


def _perform(write: Write, root: str, packed: bytes, disk: Disk) -> None:
    undo(write, inside(root, write.written_path), packed, disk)


def _where_it_is(write: Write, root: str, state: PhotoState | None, disk: Disk) -> Write:
    """The write with its paths as they are now: the photo may have moved since. Raises: Refused."""
    files = () if state is None else state.files
    paths = [write.path, *(each.path for each in files if each.library_id == write.library_id)]
    for path in dict.fromkeys(paths):
        written = moved(write.written_path, write.path, path)
        if _is_as_written(inside(root, written), write, disk) and (write.hash_after or path == write.path):
            return write.model_copy(update={"path": path, "written_path": written})
    raise Refused("the file was changed by someone else since")


def _is_as_written(path: Path, write: Write, disk: Disk) -> bool:
    try:
        return hash_at(path, disk) == write.hash_after
    except OSError as error:
        raise Refused(in_words(error)) from error


async def _mute(photo_id: PhotoId, deps: Deps) -> None:
    state = await deps.store.photo(photo_id)
    if state is None:
        return
    muted = replace(state.wish, state="muted", written_key=None, muted_digest=state.wishes.digest, due_at=None)
    async with deps.store.unit() as unit:
        await unit.settle(photo_id, state.wish, replace(muted, reason=None, attempts=0), None)


async def _row(write_id: int, deps: Deps) -> Write:
    write = await deps.store.write(write_id)
    if write is None:
        raise AppError(404, "there is no such write")
    return write
