"""A person's word on photos: each function is the inside of one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Photo, PhotoChanged
from pictopy_ingest import said
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import PhotoRow, photo_message
from pictopy_ingest.ports import Unit
from pictopy_runtime.errors import AppError


async def state(unit: Unit, photo_id: PhotoId, word: Stated, at: datetime) -> PhotoRow:
    """Raises AppError 404. Saying the same twice changes nothing."""
    row = (await unit.photos([photo_id])).get(photo_id)
    if row is None:
        raise AppError(404, f"no photo {photo_id}")
    stated = row.stated.merged(word)
    if stated == row.stated and stated.model_fields_set == row.stated.model_fields_set:
        return row
    [changed] = await touch(unit, [said.says(row, stated, word.model_fields_set, at)])
    await said.tell_photos(unit, [changed])
    return changed


async def place(unit: Unit, rows: Iterable[PhotoRow], at: datetime) -> None:
    """A person put these photos into an album, took them out of one, or named one that they are in."""
    changed = await touch(unit, said.placed(rows, at))
    await said.tell_photos(unit, changed)


async def touch(unit: Unit, rows: Iterable[PhotoRow]) -> list[PhotoRow]:
    """Facts that do not stand in files changed: tell of it. Photos that are away are told of when they return."""
    changed = [replace(row, revision=row.revision + 1) for row in rows]
    await unit.save_photos(changed)
    present = [row for row in changed if row.is_present]
    for photo in await messages_of(unit, present):
        await unit.publish(PhotoChanged(photo=photo), f"{photo.photo_id}:{photo.revision}:changed")
    return changed


async def messages_of(unit: Unit, rows: Sequence[PhotoRow]) -> list[Photo]:
    photo_ids = [row.photo_id for row in rows]
    files, albums = await unit.files_of(photo_ids), await unit.album_names(photo_ids)
    return [photo_message(row, files.get(row.photo_id, []), albums.get(row.photo_id, [])) for row in rows]
