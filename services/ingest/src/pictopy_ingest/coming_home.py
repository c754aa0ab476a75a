"""What other programs changed in files, taken home: the inside of the transaction that recorded the files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import FileWritten
from pictopy_ingest import said, stating
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.homecoming import SINGLES, Clash, File, Merged, Word, merge, with_word
from pictopy_ingest.domain.photos import FileRow, PhotoRow, main_file
from pictopy_ingest.domain.said import stamped
from pictopy_ingest.ports import Prepared, Unit
from pictopy_ingest.ports_said import Conflict, OwnWrite, Resolved
from pictopy_runtime.errors import AppError

Known = Mapping[bytes, FileRow]


async def take_home(unit: Unit, library_id: LibraryId, found: Sequence[Prepared], known: Known, at: datetime) -> None:
    """`known`: the files as they were, by the path where they lie now. Idempotent: what was taken is the new base."""
    changed = [one for one in found if (old := known.get(one.seen.path)) and _is_another_word(old, one)]
    if not changed:
        return
    paths = [one.seen.path for one in changed]
    writes = await unit.own_writes(library_id, paths)
    rows = await unit.photos({one.photo_id for one in changed})
    files = await unit.files_of(list(rows))
    for one in changed:
        old, row = known[one.seen.path], rows[one.photo_id]
        ours = [write for write in writes if write.path == one.seen.path]
        if _is_echo(old, one, ours):
            continue
        await unit.forget_own_writes(ours)
        main = main_file(files.get(one.photo_id, []))
        is_main = main is not None and main.key == (library_id, one.seen.path)
        names = tuple((await unit.album_names([row.photo_id])).get(row.photo_id, []))
        held = None if is_main else row.facts.model_copy(update={"albums": names})
        file = File(_base(old.facts, ours), one.facts, one.changed_at or at, held)
        rows[one.photo_id] = await _take(unit, row, file, (library_id, one.seen.path), at)


def _is_another_word(old: FileRow, one: Prepared) -> bool:
    """Another picture under that path is no change of this one."""
    return old.photo_id == one.photo_id and old.facts != one.facts


def _is_echo(old: FileRow, one: Prepared, ours: Collection[OwnWrite]) -> bool:
    """All that changed since the last look was written by us: the very bytes."""
    before, now = old.stamp, one.seen.stamp
    is_file_ours = (before.size_bytes, before.mtime_ns) == (now.size_bytes, now.mtime_ns) or any(
        write.target == "embedded" and write.digest == one.digest for write in ours
    )
    is_sidecar_ours = before.sidecars == now.sidecars or any(
        write.target == "sidecar" and write.digest == one.sidecar_digest for write in ours
    )
    return bool(ours) and is_file_ours and is_sidecar_ours


def _base(facts: Facts, ours: Sequence[OwnWrite]) -> Facts:
    """What the file said last: what we read, and over it what we wrote since."""
    for write in ours:
        facts = with_word(facts, Word(write.stated, albums=write.albums))
    return facts


async def _take(unit: Unit, row: PhotoRow, file: File, where: tuple[LibraryId, bytes], at: datetime) -> PhotoRow:
    merged = merge(file, await _word(unit, row))
    for clash in merged.clashes:
        await unit.save_conflict(_conflict(row.photo_id, where, clash, at))
    if file.held is None and file.base.albums != file.theirs.albums and "albums" not in row.stated_at:
        await said.take_up_albums(unit, {row.photo_id: file.theirs.albums}, at)
    return await _say(unit, row, merged) if merged.fields else row


async def _word(unit: Unit, row: PhotoRow) -> Word:
    names = (await unit.album_names([row.photo_id])).get(row.photo_id, [])
    return Word(row.stated, row.stated_at, tuple(names) if "albums" in row.stated_at else None)


async def _say(unit: Unit, row: PhotoRow, merged: Merged) -> PhotoRow:
    word = merged.word
    if "albums" in merged.fields:
        await said.take_up_albums(unit, {row.photo_id: word.albums or ()}, word.stated_at["albums"])
    at = {name: word.stated_at[name] for name in merged.fields}
    [changed] = await stating.touch(unit, [stamped(row, word.stated, at)])
    await said.tell_photos(unit, [changed])
    return changed


def _conflict(photo_id: PhotoId, where: tuple[LibraryId, bytes], clash: Clash, at: datetime) -> Conflict:
    ours, theirs = _plain(clash.ours), _plain(clash.theirs)
    return Conflict(photo_id, *where, clash.what, ours, theirs, clash.resolved, clash.rule, at)


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """As JSON holds it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


async def remember_write(unit: Unit, message: FileWritten, at: datetime) -> None:
    """So that the next look knows our own hand. A write that took the file away leaves nothing to know."""
    row = (await unit.photos([message.photo_id])).get(message.photo_id)
    if row is None or message.hash_after is None:
        return
    word = await _word(unit, row)
    stated, albums = (Stated(), None) if message.is_undo else (word.stated, word.albums)
    path = message.path.encode("utf-8", "surrogateescape")
    write = OwnWrite(message.library_id, path, message.target, message.hash_after, row.photo_id, stated, albums, at)
    await unit.save_own_write(write)


async def settle(unit: Unit, conflict_id: int, resolved: Resolved, at: datetime) -> Conflict:
    """A person decides otherwise, or the same for good. Raises AppError 404. Idempotent."""
    conflict = await unit.conflict(conflict_id)
    if conflict is None:
        raise AppError(404, f"no conflict {conflict_id}")
    values = conflict.ours if resolved == "ours" else conflict.theirs
    if conflict.what == "albums":
        row = (await unit.photos([conflict.photo_id]))[conflict.photo_id]
        await said.take_up_albums(unit, {row.photo_id: values["albums"]}, at)
        await stating.place(unit, [row], at)
    else:
        names = SINGLES.get(conflict.what, (conflict.what,))
        await stating.state(unit, conflict.photo_id, Stated(**{name: values[name] for name in names}), at)
    settled = replace(conflict, resolved=resolved, rule="a person decided")
    await unit.save_conflict(settled)
    return settled
