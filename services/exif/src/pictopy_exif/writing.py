"""From the wishes of a photo to its files: each write is in the ledger before it happens and judged after it."""

import logging
from dataclasses import dataclass, replace
from importlib.metadata import version

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import FileWritten
from pictopy_exif.domain.build import Built
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.records import NewWrite, PhotoState, Place, Wish, Write
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


@dataclass(frozen=True)
class Outcome:
    """Ids of the writes that were done for one photo, and why others were not."""

    write_ids: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


async def fulfil(photo_id: PhotoId, deps: Deps) -> Outcome:
    """Make every file of the photo say what it should. Call it with `deps.one_at_a_time` held.

    Idempotent because a file that says it already is not written, and wishes seen fulfilled are not looked at again.
    """
    state = await deps.store.photo(photo_id)
    if state is None:
        return Outcome()
    wish, digest = state.wish, state.wishes.digest
    outcome = Outcome()
    if digest == wish.muted_digest:
        now = replace(wish, state="muted", reason=None, attempts=0, due_at=None)
    elif state.picture is None or state.key == wish.written_key:
        now = replace(wish, state="done", reason=None, attempts=0, due_at=None)
    else:
        outcome = await _write_files(state, deps)
        now = _wish_after(outcome, state)
    wait_s = wait_after(now.attempts).total_seconds() if outcome.reasons else None
    async with deps.store.unit() as unit:
        await unit.settle(photo_id, wish, now, wait_s)
    return outcome


def _wish_after(outcome: Outcome, state: PhotoState) -> Wish:
    if outcome.reasons:
        attempts = max(state.wish.attempts, 1)
        return replace(state.wish, state="failed", reason=outcome.reasons[0], attempts=attempts, muted_digest=None)
    return Wish(state="done", written_key=state.key)


async def _write_files(state: PhotoState, deps: Deps) -> Outcome:
    rules = await deps.store.rules()
    writes = await deps.store.writes_of(state.photo_id)
    done: list[int] = []
    reasons: list[str] = []
    for job in jobs_of(state, writes):
        try:
            done += await _write_file(job, rules.policy, deps)
        except Refused as error:
            log.warning("not written: %s", error)
            reasons.append(str(error))
    return Outcome(tuple(done), tuple(reasons))


async def _write_file(job: Job, policy: Policy, deps: Deps) -> list[int]:
    """Raises: Refused, with its row in the ledger."""
    preparer = Preparer(deps.disk, deps.reader, deps.limits.max_embed_bytes)
    done: list[int] = []
    picture: str | None = None
    for _ in range(READ_AGAIN):
        try:
            prepared = await deps.workers.run(preparer.prepare, job, policy, picture)
        except Refused as error:
            await _note_refusal(job, policy, str(error), deps)
            raise
        picture = next((each.picture for each in prepared if each.picture), picture)
        try:
            for each in prepared:
                done.append(await _write(each, job, deps))
            return done
        except ChangedMeanwhile as error:
            log.info("reading again: %s", error)
    raise Refused("the file kept changing while it was being written")


async def _write(prepared: Prepared, job: Job, deps: Deps) -> int:
    new = _row_of(prepared, job, deps)
    async with deps.store.unit() as unit:
        write_id = await unit.begin(new)
    error: OSError | ValueError | Refused | None = None
    found: list[str] | None = None
    try:
        found = await deps.workers.run(perform, prepared, write_id, deps.disk, deps.reader)
    except (OSError, ValueError, Refused) as raised:
        error = raised
    write = await deps.store.write(write_id)
    assert write is not None, "a row that was begun is there"
    is_written = await settle_write(write, job.root, prepared.note if error is None else in_words(error), deps, found)
    if is_written:
        return write_id
    raise (
        error
        if isinstance(error, ChangedMeanwhile)
        else Refused(in_words(error or Refused("its folder cannot be reached: how it ended is told later")))
    )


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


def written_message(write: Write, *, is_undo: bool = False) -> FileWritten:
    """Of a file that holds a photo's metadata; the journal is none."""
    before, after = write.hash_before, write.hash_after
    assert write.target != "journal", "nobody reads the journal but a rebuild"
    return FileWritten(
        write_id=write.write_id,
        photo_id=write.photo_id,
        library_id=write.library_id,
        path=write.path,
        target=write.target,
        hash_before=after if is_undo else before,
        hash_after=before if is_undo else after,
        is_undo=is_undo,
    )


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
