"""Changes to what is known: each function is the inside of one transaction, and safe to run twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import Message, Photo, PhotoAdded, PhotoChanged, PhotoMoved, PhotoRemoved
from pictopy_ingest import said
from pictopy_ingest.coming_home import take_home
from pictopy_ingest.domain.changes import Change, change_of
from pictopy_ingest.domain.photos import FileRow, file_ref, photo_message
from pictopy_ingest.domain.stages import again, new_rows
from pictopy_ingest.ports import Prepared, Refused, Unit
from pictopy_ingest.restore import welcome

Files = Mapping[PhotoId, Sequence[FileRow]]


async def record(
    unit: Unit, library_id: LibraryId, found: Sequence[Prepared], missing: Collection[bytes], at: datetime
) -> None:
    """Files that were read. A picture whose former path is among the `missing` has moved: one change, not two."""
    replaced = await unit.files_at(library_id, [one.seen.path for one in found])
    photo_ids = {one.photo_id for one in found} | {file.photo_id for file in replaced.values()}
    old = await unit.files_of(photo_ids)
    new = _after(library_id, found, missing, old, at)
    gone = {file.path for photo_id in photo_ids for file in old.get(photo_id, []) if file.library_id == library_id}
    kept = {file.path for files in new.values() for file in files if file.library_id == library_id}
    await _tell(unit, photo_ids, old, new, at)
    await unit.remove_files(library_id, gone - kept)
    read = {one.seen.path for one in found}
    rows = [file for files in new.values() for file in files if file.library_id == library_id and file.path in read]
    await unit.save_files(rows)
    await unit.forget_refused(library_id, [one.seen.path for one in found])
    await take_home(unit, library_id, found, _known_before(library_id, found, missing, replaced, old), at)


def _known_before(
    library_id: LibraryId,
    found: Sequence[Prepared],
    missing: Collection[bytes],
    replaced: Mapping[bytes, FileRow],
    old: Files,
) -> dict[bytes, FileRow]:
    """Each file as it was, by the path where it lies now; one that moved, if it is clear which."""
    known = dict(replaced)
    for one in found:
        gone = [file for file in old.get(one.photo_id, []) if file.library_id == library_id and file.path in missing]
        if one.seen.path not in known and len(gone) == 1:
            known[one.seen.path] = gone[0]
    return known


def _after(
    library_id: LibraryId, found: Sequence[Prepared], missing: Collection[bytes], old: Files, at: datetime
) -> dict[PhotoId, list[FileRow]]:
    """The files of each photo once `found` is true and `missing` is gone."""
    read = {one.seen.path for one in found}
    new: dict[PhotoId, list[FileRow]] = {}
    for photo_id, files in old.items():
        new[photo_id] = [
            file for file in files if file.library_id != library_id or file.path not in read | set(missing)
        ]
    for one in found:
        before = [file for file in old.get(one.photo_id, []) if file.library_id == library_id]
        left = [file.added_at for file in before if file.path == one.seen.path or file.path in missing]
        row = FileRow(library_id, one.seen.path, one.photo_id, one.seen.stamp, one.facts, min(left, default=at))
        new.setdefault(one.photo_id, []).append(row)
    return new


async def refuse(unit: Unit, library_id: LibraryId, refused: Sequence[Refused], at: datetime) -> None:
    """Files that gave no picture (any more): what they held before is gone, for reasons that are listed.

    A reason that may pass, such as a full disk, takes nothing away."""
    lasting = [one.seen.path for one in refused if not one.is_passing]
    await remove(unit, library_id, lasting, at)
    await unit.save_refused(library_id, refused, at)


async def remove(unit: Unit, library_id: LibraryId, paths: Collection[bytes], at: datetime) -> None:
    """Files that are no more. Their photos stay known, with all that was said of them."""
    files = await unit.files_at(library_id, paths)
    photo_ids = {file.photo_id for file in files.values()}
    old = await unit.files_of(photo_ids)
    gone = {file.key for file in files.values()}
    new = {photo_id: [file for file in held if file.key not in gone] for photo_id, held in old.items()}
    await _tell(unit, photo_ids, old, new, at)
    await unit.remove_files(library_id, paths)
    await unit.forget_refused(library_id, paths)


async def _tell(unit: Unit, photo_ids: Collection[PhotoId], old: Files, new: Files, at: datetime) -> None:
    rows = await unit.photos(photo_ids)
    changes = [
        change
        for photo_id in sorted(photo_ids)
        if (change := change_of(photo_id, rows.get(photo_id), old.get(photo_id, []), new.get(photo_id, []), at))
    ]
    told = [change for change in changes if change.what is not None]
    await unit.save_photos([change.row for change in told])
    told = await _with_what_was_said(unit, told, at)
    await _set_in_motion(unit, told, at)
    albums = await unit.album_names([change.row.photo_id for change in told])
    for change in told:
        photo_id = change.row.photo_id
        files = new.get(photo_id, [])
        await _publish(unit, change, files, photo_message(change.row, files, albums.get(photo_id, [])))


async def _with_what_was_said(unit: Unit, changes: Sequence[Change], at: datetime) -> list[Change]:
    """New photos with what came back of them before they did; and in the albums that their files name."""
    new = [change.row for change in changes if change.what == "added"]
    if not new:
        return list(changes)
    back = {row.photo_id: row for row in await welcome(unit, new)}
    by_files = [row for row in new if row.facts.albums and "albums" not in back.get(row.photo_id, row).stated_at]
    if by_files:
        await said.take_up_albums(unit, {row.photo_id: row.facts.albums for row in by_files}, at)
    return [replace(change, row=back.get(change.row.photo_id, change.row)) for change in changes]


async def _set_in_motion(unit: Unit, changes: Sequence[Change], at: datetime) -> None:
    _, version = await unit.wanted_version()
    await unit.save_stage_rows(
        [row for change in changes if change.what == "added" for row in new_rows(change.row.photo_id, version, at)]
    )
    turned = await unit.stage_rows([change.row.photo_id for change in changes if change.is_turned])
    await unit.save_stage_rows([again(row) for rows in turned.values() for row in rows.values()])


async def _publish(unit: Unit, change: Change, files: Sequence[FileRow], photo: Photo) -> None:
    message: Message
    match change.what:
        case "added":
            message = PhotoAdded(photo=photo)
        case "moved":
            refs = tuple(file_ref(file) for file in sorted(files, key=lambda file: file.key))
            message = PhotoMoved(photo_id=photo.photo_id, revision=photo.revision, files=refs)
        case "removed":
            message = PhotoRemoved(photo_id=photo.photo_id, revision=photo.revision)
        case _:
            message = PhotoChanged(photo=photo)
    await unit.publish(message, f"{photo.photo_id}:{photo.revision}:{change.what}")
