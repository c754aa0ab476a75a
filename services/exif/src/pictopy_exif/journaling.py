"""The journal of each library: what people said, beside the photos they said it of, written as carefully as those."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_exif.domain import journal
from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.journal import Entry, Key
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.records import NewWrite, Place
from pictopy_exif.domain.retry import wait_after
from pictopy_exif.domain.targets import temp_name
from pictopy_exif.domain.wishes import Wishes
from pictopy_exif.performing import put_in_place, sweep
from pictopy_exif.places import Refused, in_words, inside
from pictopy_exif.ports import Deps, Disk
from pictopy_exif.writing import WRITER, settle_write

log = logging.getLogger(__name__)
NO_PHOTO = PhotoId("")


@dataclass(frozen=True)
class _Draft:
    """`old` is None where no journal stands."""

    path: Path
    old: bytes | None
    new: bytes


async def keep_journals(deps: Deps) -> None:
    """For ever."""
    while True:
        await write_journals(deps)
        await asyncio.sleep(deps.limits.idle_s)


async def write_journals(deps: Deps) -> int:
    """Write the journals that are due; returns how many were looked at. None while nothing may be written."""
    if not (await deps.store.rules()).writes:
        return 0
    due = await deps.journal.claim()
    for library_id in due:
        async with deps.one_at_a_time:
            reason = await _write_or_reason(library_id, deps)
            attempts = (await deps.journal.state(library_id)).attempts + 1 if reason else 0
            wait_s = wait_after(attempts).total_seconds() if reason else None
            await deps.journal.settle(library_id, reason, attempts, wait_s)
    return len(due)


async def _write_or_reason(library_id: LibraryId, deps: Deps) -> str | None:
    root = (await deps.store.roots()).get(library_id)
    if root is None or await deps.journal.is_muted(library_id):
        return None
    entries, known = await deps.journal.entries(library_id), await deps.journal.known()
    ours = await deps.journal.written_hash(library_id)
    try:
        draft = await deps.workers.run(_drafted, root, entries, known, ours, deps.disk)
        if draft is not None:
            await _write(library_id, root, draft, deps)
    except (OSError, ValueError, Refused) as error:
        log.warning("the journal is not written: %s", error)
        return in_words(error)
    return None


def _drafted(root: str, entries: list[Entry], known: set[Key], ours: str | None, disk: Disk) -> _Draft | None:
    """None where there is nothing to write. Raises: OSError, JournalError, Refused."""
    path = inside(root, journal.PATH)
    old = disk.read(path) if disk.exists(path) else None
    if old is None and not journal.is_begun_by(entries):
        return None
    if old is None and not disk.names(Path(root)):
        raise Refused("the folder of the library is empty: its disk may not be there")
    there = [] if old is None else journal.parse(old)
    is_ours = old is not None and digest_of(old) == ours
    new = journal.render(journal.merged(entries, known, there, is_ours=is_ours))
    return None if new == old else _Draft(path, old, new)


async def _write(library_id: LibraryId, root: str, draft: _Draft, deps: Deps) -> None:
    """Raises: OSError, ValueError, Refused."""
    await deps.workers.run(deps.disk.make_folder, draft.path.parent)
    async with deps.store.unit() as unit:
        write_id = await unit.begin(_row_of(library_id, draft))
    error: OSError | ValueError | Refused | None = None
    try:
        await deps.workers.run(_perform, draft, root, write_id, deps.disk)
    except (OSError, ValueError, Refused) as raised:
        error = raised
    write = await deps.store.write(write_id)
    assert write is not None, "a row that was begun is there"
    is_written = await settle_write(write, root, None if error is None else in_words(error), deps)
    if not is_written:
        raise error or Refused("its folder cannot be reached: how it ended is told later")


def _perform(draft: _Draft, root: str, write_id: int, disk: Disk) -> None:
    temp = draft.path.with_name(temp_name(draft.path.name, write_id))
    like = Path(root) if draft.old is None else draft.path
    try:
        disk.write_temp(temp, draft.new, like, is_same_file=draft.old is not None)
        if disk.read(temp) != draft.new:
            raise Refused("the temporary file reads back differently")
        put_in_place(temp, draft.path, None if draft.old is None else digest_of(draft.old), disk)
    finally:
        sweep(temp, disk)


def _row_of(library_id: LibraryId, draft: _Draft) -> NewWrite:
    return NewWrite(
        place=Place(
            photo_id=NO_PHOTO,
            library_id=library_id,
            path=journal.PATH,
            target="journal",
            written_path=journal.PATH,
        ),
        change=Change(),
        wishes=Wishes(),
        hash_before=None if draft.old is None else digest_of(draft.old),
        hash_after=digest_of(draft.new),
        rest_digest=None,
        undo=journal.change(draft.old or b"", draft.new).pack(),
        tools={"writer": WRITER},
    )
