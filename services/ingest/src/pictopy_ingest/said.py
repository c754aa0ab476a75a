"""What a person says, told to those who keep it: each function is the inside of one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.statements import IngestStated
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import Album, PhotoRow
from pictopy_ingest.domain.said import (
    FROM_FILES,
    album_statement,
    as_item,
    library_statement,
    photo_statement,
    stamped,
)
from pictopy_ingest.ports import Deps, Unit

CATCH_UP = 500
"""Photos a transaction."""


async def tell(unit: Unit, statement: IngestStated) -> None:
    subject = f"{statement.kind}:{statement.statement_id}:{statement.revision}"
    await unit.publish(statement, f"{subject}:stated")


async def tell_photos(unit: Unit, rows: Sequence[PhotoRow]) -> None:
    """All that was said of each, as it is now."""
    albums = await unit.album_ids([row.photo_id for row in rows])
    for row in rows:
        await tell(unit, photo_statement(row, albums.get(row.photo_id, [])))


def says(row: PhotoRow, stated: Stated, fields: Iterable[str], at: datetime) -> PhotoRow:
    """The photo with a new word on these fields. The caller saves it and tells of it."""
    return stamped(row, stated, dict.fromkeys(fields, at))


def placed(rows: Iterable[PhotoRow], at: datetime) -> list[PhotoRow]:
    """A person said in which albums these photos are."""
    return [says(row, row.stated, ["albums"], at) for row in rows]


async def save_album(unit: Unit, album: Album) -> Album:
    """With its next revision, told of."""
    album = replace(album, revision=album.revision + 1)
    await unit.save_album(album)
    await tell(unit, album_statement(album))
    return album


async def remove_album(unit: Unit, album: Album) -> None:
    """It is remembered as gone: an older statement of it brings it back no more."""
    await unit.remove_album(album.album_id)
    gone = album_statement(replace(album, revision=album.revision + 1), is_gone=True)
    await unit.keep_item(as_item(gone))
    await tell(unit, gone)


async def take_up_albums(unit: Unit, photos: Mapping[PhotoId, Sequence[str]], at: datetime) -> None:
    """Albums that stand in files: each is the album of that name, or becomes one. A photo leaves those that its
    files name no more; where a person said in which albums a photo is, nobody calls this."""
    named = await unit.albums_named({name for names in photos.values() for name in names})
    for name in sorted({name for names in photos.values() for name in names} - named.keys()):
        named[name] = await save_album(unit, Album(file_album_id(name), name, at, revision=0))
    await set_albums(unit, {one: [named[name].album_id for name in names] for one, names in photos.items()})


async def set_albums(unit: Unit, wanted: Mapping[PhotoId, Collection[str]]) -> None:
    """These photos are in these albums and in no other. An album that only files made goes when it is empty."""
    before = await unit.album_ids(list(wanted))
    for photo_id, album_ids in wanted.items():
        old = set(before.get(photo_id, []))
        for album_id in old - set(album_ids):
            await unit.take_from_album(album_id, [photo_id])
        for album_id in set(album_ids) - old:
            await unit.put_in_album(album_id, [photo_id])
    if any(set(before.get(one, [])) - set(ids) for one, ids in wanted.items()):
        await unit.remove_empty_albums(FROM_FILES)


def file_album_id(name: str) -> str:
    """The same from the same files: a rebuilt database has the same albums."""
    return FROM_FILES + blake2b(name.encode(), digest_size=12).hexdigest()


async def catch_up(deps: Deps) -> None:
    """Tells once of what was said before statements were told."""
    async with deps.store.unit() as unit:
        for album in [one for one in await unit.all_albums() if not one.revision]:
            await save_album(unit, album)
            placing = await unit.photos(await unit.album_photos(album.album_id))
            await _tell_anew(unit, placed(placing.values(), deps.now()))
        for library in await unit.libraries():
            await tell_library(unit, library_statement(library))
    while True:
        async with deps.store.unit() as unit:
            rows = await unit.untold_photos(CATCH_UP)
            await _tell_anew(unit, [says(row, row.stated, row.stated.model_fields_set, deps.now()) for row in rows])
        if not rows:
            return


async def _tell_anew(unit: Unit, rows: Sequence[PhotoRow]) -> None:
    await unit.save_photos(rows)
    await tell_photos(unit, rows)


async def tell_library(unit: Unit, statement: IngestStated) -> None:
    """Kept here too, so that a library that is taken out and comes back is the same. One that came back is told."""
    kept = await unit.kept_items("library", [statement.statement_id])
    if any(item.revision >= statement.revision for item in kept):
        return
    await unit.keep_item(as_item(statement))
    await tell(unit, statement)
