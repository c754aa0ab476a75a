"""Writes taken back, newest first, to the byte; what is undone is not written again until the user says more."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.paths import to_wire
from pictopy_exif.domain.records import PhotoState, Write
from pictopy_exif.judging import judge, moved
from pictopy_exif.performing import hash_at, undo
from pictopy_exif.places import Refused, in_words, inside
from pictopy_exif.ports import Deps, Disk, Unit
from pictopy_exif.writing import Failure, synced, written_message
from pictopy_runtime.errors import AppError

SIDE_BY_SIDE = 32  # files whose rows go into the ledger together


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
        reasons = await _undo([await _row(write_id, deps)], deps)
        if reasons:
            raise AppError(409, reasons[write_id])
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
    if verdict == "before":
        state = await deps.store.photo(write.photo_id)
        async with deps.store.unit() as unit, unit.at_once():
            await _note_undone(write, state, unit)
        return True
    async with deps.store.unit() as unit:
        await unit.finish(write.write_id, "written", verified=True, reason=write.reason)
    return False


async def _undo_each(write_ids: list[int], deps: Deps) -> Undone:
    rows = {each.write_id: each for each in await deps.store.writes(write_ids)}
    done: list[int] = []
    refused: list[NotUndone] = []
    for wave in _waves([rows[write_id] for write_id in write_ids if write_id in rows]):
        async with deps.one_at_a_time:
            reasons = await _undo(await deps.store.writes([each.write_id for each in wave]), deps)
        done += [each.write_id for each in wave if each.write_id not in reasons]
        refused += [
            NotUndone(each.write_id, to_wire(each.path), reasons[each.write_id])
            for each in wave
            if each.write_id in reasons
        ]
    return Undone(tuple(done), tuple(refused))


def _waves(writes: list[Write]) -> Iterator[list[Write]]:
    """Such as can be undone side by side: of one photo, or one journal, only the newest."""
    wave: list[Write] = []
    for write in writes:
        if len(wave) == SIDE_BY_SIDE or any(_subject(each) == _subject(write) for each in wave):
            yield wave
            wave = []
        wave.append(write)
    if wave:
        yield wave


def _subject(write: Write) -> str:
    return write.photo_id or write.library_id


async def _undo(writes: Sequence[Write], deps: Deps) -> dict[int, str]:
    """Such as can be undone side by side. Returns why some were not. Their rows are noted together, before and after;
    each folder is synced once."""
    roots, packed = await deps.store.roots(), await deps.store.undo_bytes([each.write_id for each in writes])
    states = {each.photo_id: each for each in await deps.store.photos([each.photo_id for each in writes])}
    found = await asyncio.gather(*(_found(each, roots, states.get(each.photo_id), deps) for each in writes))
    begun = [each for each in found if isinstance(each, Write)]
    refused = {each.write_id: why for each, why in zip(writes, found, strict=True) if isinstance(why, str)}
    if not begun:
        return refused
    async with deps.store.unit() as unit, unit.at_once():
        for each in begun:
            await unit.begin_undo(each.write_id, each.path, each.written_path)
    paths = [Path(roots[each.library_id], each.written_path) for each in begun]
    ends = await asyncio.gather(*(_performed(each, roots, packed[each.write_id], deps) for each in begun))
    ends = await synced(paths, ends, deps)
    pairs = list(zip(begun, ends, strict=True))
    async with deps.store.unit() as unit, unit.at_once():
        for each, end in pairs:
            if end is None:
                await _note_undone(each, states.get(each.photo_id), unit)
    for path, each in zip(paths, begun, strict=True):
        if each.target == "journal" and each.hash_before is None:
            await deps.workers.run(deps.disk.remove_folder, path.parent)
    failed = {each.write_id: end for each, end in pairs if end is not None}
    for each in begun:
        if each.write_id in failed and not await settle_undo(each, roots[each.library_id], deps):
            refused[each.write_id] = in_words(failed[each.write_id])
    return refused


async def _found(write: Write, roots: Mapping[LibraryId, str], state: PhotoState | None, deps: Deps) -> Write | str:
    """The write with its paths as they are now, or why it cannot be undone."""
    if write.status != "written":
        return f"this write is {write.status}: there is nothing to undo"
    root = roots.get(write.library_id)
    if root is None:
        return "its library was taken out of PictoPy"
    try:
        return await deps.workers.run(_where_it_is, write, root, state, deps.disk)
    except Refused as error:
        return str(error)


async def _performed(write: Write, roots: Mapping[LibraryId, str], packed: bytes, deps: Deps) -> Failure | None:
    try:
        await deps.workers.run(_perform, write, roots[write.library_id], packed, deps.disk)
    except (OSError, ValueError, Refused) as error:
        return error
    return None


def _perform(write: Write, root: str, packed: bytes, disk: Disk) -> None:
    undo(write, inside(root, write.written_path), packed, disk)


async def _note_undone(write: Write, state: PhotoState | None, unit: Unit) -> None:
    """What is undone is not written again until the user says more."""
    await unit.finish(write.write_id, "undone", verified=True, reason=write.reason)
    if write.target != "journal":
        await unit.publish(written_message(write, is_undo=True), f"{write.write_id}:undone")
    if state is not None:
        muted = replace(state.wish, state="muted", written_key=None, muted_digest=state.wishes.digest, due_at=None)
        await unit.settle(state.photo_id, state.wish, replace(muted, reason=None, attempts=0), None)


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


async def _row(write_id: int, deps: Deps) -> Write:
    write = await deps.store.write(write_id)
    if write is None:
        raise AppError(404, "there is no such write")
    return write
