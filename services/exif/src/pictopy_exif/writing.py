"""From the wishes of a photo to its files: each write is in the ledger before it happens and judged after it."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias, TypeVar

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import FileWritten
from pictopy_exif.domain.build import Built
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.records import NewWrite, PhotoState, Place, Wish, WishState, Write
from pictopy_exif.domain.retry import wait_after
from pictopy_exif.domain.targets import Policy, Target
from pictopy_exif.judging import judge
from pictopy_exif.performing import ChangedMeanwhile, perform
from pictopy_exif.places import Refused, in_words
from pictopy_exif.ports import Deps
from pictopy_exif.preparing import Job, Prepared, Preparer, jobs_of

log = logging.getLogger(__name__)
WRITER = f"pictopy-exif {version('pictopy-exif')}"
READ_AGAIN = 3  # times that a file may change under our hands before we come back later
PORTION_BYTES = 48 * 1024 * 1024  # that wait in memory of files that are written together
Failure: TypeAlias = OSError | ValueError | Refused
Ended: TypeAlias = list[str] | Failure
"""What the second reader found of the wishes, or what went wrong."""
E = TypeVar("E")


@dataclass(frozen=True)
class Outcome:
    """Ids of the writes that were done for one photo, and why others were not."""

    write_ids: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass
class _Task:
    """One file of a photo on its way; `is_open` until it says what it should, or is refused."""

    job: Job
    is_open: bool = True
    picture: str | None = None
    done: list[int] = field(default_factory=list)
    reason: str | None = None

    def refuse(self, reason: str) -> None:
        log.warning("not written: %s", reason)
        self.is_open, self.reason = False, reason


async def fulfil(photo_id: PhotoId, deps: Deps) -> Outcome:
    """Make every file of the photo say what it should. Call it with `deps.one_at_a_time` held."""
    return (await fulfil_all([photo_id], deps)).get(photo_id, Outcome())


async def fulfil_all(photo_ids: Sequence[PhotoId], deps: Deps) -> dict[PhotoId, Outcome]:
    """`fulfil` for several photos, whose rows go into the ledger together and whose files are written side by side.

    Idempotent because a file that says it already is not written, and wishes seen fulfilled are not looked at again.
    """
    states = await deps.store.photos(photo_ids)
    outcomes = await _write_photos([each for each in states if _is_open(each)], deps)
    async with deps.store.unit() as unit, unit.at_once():
        for state in states:
            outcome = outcomes.get(state.photo_id, Outcome())
            now = _wish_after(outcome, state)
            wait_s = wait_after(now.attempts).total_seconds() if outcome.reasons else None
            await unit.settle(state.photo_id, state.wish, now, wait_s)
    return outcomes


def _is_muted(state: PhotoState) -> bool:
    return state.wishes.digest == state.wish.muted_digest


def _is_open(state: PhotoState) -> bool:
    return not _is_muted(state) and state.picture is not None and state.key != state.wish.written_key


def _wish_after(outcome: Outcome, state: PhotoState) -> Wish:
    if outcome.reasons:
        attempts = max(state.wish.attempts, 1)
        return replace(state.wish, state="failed", reason=outcome.reasons[0], attempts=attempts, muted_digest=None)
    if _is_open(state):
        return Wish(state="done", written_key=state.key)
    now: WishState = "muted" if _is_muted(state) else "done"
    return replace(state.wish, state=now, reason=None, attempts=0, due_at=None)


async def _write_photos(states: list[PhotoState], deps: Deps) -> dict[PhotoId, Outcome]:
    if not states:
        return {}
    rules = await deps.store.rules()
    writes = await deps.store.writes_of(*(each.photo_id for each in states))
    jobs = [job for state in states for job in jobs_of(state, (w for w in writes if w.photo_id == state.photo_id))]
    tasks = [_Task(job) for job in jobs]
    for portion in _portions(tasks):
        for _ in range(READ_AGAIN):
            await _write_files([each for each in portion if each.is_open], rules.policy, deps)
        for task in portion:
            if task.is_open:
                task.refuse("the file kept changing while it was being written")
    return {state.photo_id: _outcome([each for each in tasks if each.job.state is state]) for state in states}


def _outcome(tasks: list[_Task]) -> Outcome:
    done = tuple(write_id for task in tasks for write_id in task.done)
    return Outcome(done, tuple(task.reason for task in tasks if task.reason))


def _portions(tasks: list[_Task]) -> Iterator[list[_Task]]:
    """So many at once as memory holds: a large file goes alone."""
    portion: list[_Task] = []
    size = 0
    for task in tasks:
        held = task.job.held_bytes
        if portion and size + held > PORTION_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(task)
        size += held
    if portion:
        yield portion


async def _write_files(tasks: list[_Task], policy: Policy, deps: Deps) -> None:
    """Once; a task whose file changed meanwhile stays open."""
    prepared = await asyncio.gather(*(_prepared(task, policy, deps) for task in tasks))
    pairs = [(task, each) for task, listed in zip(tasks, prepared, strict=True) for each in listed]
    for task in tasks:
        task.is_open = False
    if not pairs:
        return
    async with deps.store.unit() as unit:
        write_ids = await unit.begin_all([_row_of(each, task.job, deps) for task, each in pairs])
    ends = await asyncio.gather(
        *(_performed(each, write_id, deps) for (_, each), write_id in zip(pairs, write_ids, strict=True))
    )
    ends = await synced([each.path for _, each in pairs], ends, deps)
    failed: list[tuple[_Task, int, Failure]] = []
    async with deps.store.unit() as unit, unit.at_once():
        for (task, each), write_id, end in zip(pairs, write_ids, ends, strict=True):
            if not isinstance(end, list):
                failed.append((task, write_id, end))
                continue
            await unit.finish(write_id, "written", verified=True, reason=each.note, found=end)
            message = message_of(write_id, each.place, each.hash_before, each.hash_after)
            await unit.publish(message, f"{write_id}:written")
            task.done.append(write_id)
    for task, write_id, failure in failed:
        await _failed(task, write_id, failure, deps)


async def _prepared(task: _Task, policy: Policy, deps: Deps) -> list[Prepared]:
    preparer = Preparer(deps.disk, deps.reader, deps.limits.max_embed_bytes)
    try:
        prepared = await deps.workers.run(preparer.prepare, task.job, policy, task.picture)
    except Refused as error:
        await _note_refusal(task.job, policy, str(error), deps)
        task.refuse(str(error))
        return []
    task.picture = next((each.picture for each in prepared if each.picture), task.picture)
    return prepared


async def _performed(prepared: Prepared, write_id: int, deps: Deps) -> Ended:
    try:
        return await deps.workers.run(perform, prepared, write_id, deps.disk, deps.reader)
    except (OSError, ValueError, Refused) as error:
        return error


async def synced(paths: Sequence[Path], ends: Sequence[E | Failure], deps: Deps) -> list[E | Failure]:
    """Each folder once: only then a rename outlives a loss of power, and only then the ledger says so."""
    folders = {path.parent for path, end in zip(paths, ends, strict=True) if not isinstance(end, Failure)}
    failed: dict[Path, OSError] = {}
    for folder in sorted(folders):
        try:
            await deps.workers.run(deps.disk.sync_folder, folder)
        except OSError as error:
            failed[folder] = error
    return [
        end if isinstance(end, Failure) else failed.get(path.parent, end) for path, end in zip(paths, ends, strict=True)
    ]


async def _failed(task: _Task, write_id: int, error: Failure, deps: Deps) -> None:
    write = await deps.store.write(write_id)
    assert write is not None, "a row that was begun is there"
    if await settle_write(write, task.job.root, in_words(error), deps):
        task.done.append(write_id)
    elif isinstance(error, ChangedMeanwhile):
        log.info("reading again: %s", error)
        task.is_open = True
    else:
        task.refuse(in_words(error))


async def settle_write(
    write: Write, root: str | None, reason: str | None, deps: Deps, found: list[str] | None = None
) -> bool | None:
    """Bring a pending row to its end by what the file is now. None: that cannot be told yet, and the row stays.

    A temporary file takes the place of the original only after its proof, so what is in place is proven.
    """
    verdict = await deps.workers.run(judge, write, root, deps.disk)
    if verdict == "unknown":
        return None
    async with deps.store.unit() as unit:
        if verdict == "after":
            await unit.finish(write.write_id, "written", verified=True, reason=reason, found=found)
            if write.target != "journal":
                await unit.publish(written_message(write), f"{write.write_id}:written")
            return True
        why = reason or ("it was interrupted before the file was replaced" if verdict == "before" else "")
        why = why or "the file was changed by someone else meanwhile"
        await unit.finish(write.write_id, "failed", verified=False, reason=why)
        return False


def message_of(write_id: int, place: Place, before: str | None, after: str | None) -> FileWritten:
    """Of a file that holds a photo's metadata; the journal is none."""
    assert place.target != "journal", "nobody reads the journal but a rebuild"
    return FileWritten(
        write_id=write_id,
        photo_id=place.photo_id,
        library_id=place.library_id,
        path=place.path,
        target=place.target,
        hash_before=before,
        hash_after=after,
    )


def written_message(write: Write, *, is_undo: bool = False) -> FileWritten:
    if not is_undo:
        return message_of(write.write_id, write, write.hash_before, write.hash_after)
    return message_of(write.write_id, write, write.hash_after, write.hash_before).model_copy(update={"is_undo": True})


def _row_of(prepared: Prepared, job: Job, deps: Deps) -> NewWrite:
    built: Built = prepared.built
    return NewWrite(
        place=prepared.place,
        change=built.change,
        wishes=job.state.wishes,
        hash_before=prepared.hash_before,
        hash_after=prepared.hash_after,
        rest_digest=None if prepared.proof is None else prepared.proof.rest,
        undo=built.patch.pack(),
        tools={"writer": WRITER, "second_reader": deps.reader.version},
        picture_hash=prepared.picture,
    )


async def _note_refusal(job: Job, policy: Policy, reason: str, deps: Deps) -> None:
    target: Target = "sidecar" if policy == "sidecar" else "embedded"
    place: Place = job.place(target, job.file.path)
    refused = NewWrite(place, Change(), job.state.wishes, None, None, None, b"", {})
    async with deps.store.unit() as unit:
        await unit.note_failure(refused, reason)
