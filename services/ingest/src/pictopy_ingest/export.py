"""Everything in ingest that a person would miss, as JSON."""

from typing import Any

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.paths import to_wire
from pictopy_contracts.statements import JournalItem
from pictopy_ingest.domain.said import PhotoBody
from pictopy_ingest.ports import Deps


async def export(deps: Deps) -> dict[str, Any]:
    """Libraries, stated facts by photo with the paths of its files, albums."""
    albums = await deps.store.albums()
    async with deps.store.unit() as unit:
        libraries = await unit.libraries()
        members = {album.album_id: await unit.album_photos(album.album_id) for album in albums}
        waiting = await unit.kept_items("photo")
    stated = {row.photo_id: row.stated.model_dump(mode="json", exclude_unset=True) for row in await _stated(deps)}
    for item in waiting:
        _add_waiting(item, stated, members)
    paths = await _paths(deps, {*stated, *(one for held in members.values() for one in held)})
    return {
        "libraries": [{"library_id": one.library_id, "name": one.name, "root": _text(one.root)} for one in libraries],
        "photos": [{"photo_id": one, "paths": paths.get(one, []), **said} for one, said in stated.items()],
        "albums": [
            {
                "album_id": album.album_id,
                "name": album.name,
                "photos": [{"photo_id": one, "paths": paths.get(one, [])} for one in members[album.album_id]],
            }
            for album in albums
        ],
    }


def _add_waiting(item: JournalItem, stated: dict[PhotoId, dict[str, Any]], members: dict[str, list[PhotoId]]) -> None:
    """What came back of a photo that is not here (yet): a person would miss it all the same."""
    body = PhotoBody.model_validate(item.body)
    if said := body.stated.model_dump(mode="json", exclude_unset=True):
        stated[PhotoId(item.id)] = said
    for album_id in body.albums or ():
        if album_id in members:
            members[album_id] = sorted({*members[album_id], PhotoId(item.id)})


async def _stated(deps: Deps) -> list[Any]:
    return list(await deps.store.stated_photos())


async def _paths(deps: Deps, photo_ids: set[PhotoId]) -> dict[PhotoId, list[dict[str, str]]]:
    async with deps.store.unit() as unit:
        files = await unit.files_of(photo_ids)
    return {
        photo_id: [{"library": file.library_id, "path": _text(file.path)} for file in held]
        for photo_id, held in files.items()
    }


def _text(path: bytes) -> str:
    return to_wire(path.decode("utf-8", "surrogateescape"))
