"""Albums: photos that a person put together."""

import uuid
from collections.abc import Collection
from dataclasses import replace

from fastapi import APIRouter

from pictopy_contracts.ids import PhotoId
from pictopy_ingest import said, stating
from pictopy_ingest.api.shapes import AlbumIn, AlbumOut, AlbumPhotos, DepsOf, Page
from pictopy_ingest.domain.photos import Album
from pictopy_ingest.ports import Deps, Unit
from pictopy_runtime.errors import AppError

router = APIRouter(prefix="/v1/albums", tags=["albums"])


@router.get("")
async def list_albums(deps: DepsOf) -> Page[AlbumOut]:
    return Page(items=[_out(album) for album in await deps.store.albums()])


@router.post("", status_code=201)
async def add_album(body: AlbumIn, deps: DepsOf) -> AlbumOut:
    async with deps.store.unit() as unit:
        album = await said.save_album(unit, Album(uuid.uuid4().hex, body.name, deps.now(), revision=0))
    return _out(album)


@router.patch("/{album_id}")
async def rename_album(album_id: str, body: AlbumIn, deps: DepsOf) -> AlbumOut:
    async with deps.store.unit() as unit:
        album = await _album(unit, album_id)
        if album.name != body.name:
            album = await said.save_album(unit, replace(album, name=body.name))
            await _place(unit, await unit.album_photos(album_id), deps)
        count = len(await unit.album_photos(album_id))
    return _out(replace(album, photo_count=count))


@router.delete("/{album_id}", status_code=204)
async def remove_album(album_id: str, deps: DepsOf) -> None:
    """The photos stay."""
    async with deps.store.unit() as unit:
        album = await _album(unit, album_id)
        held = await unit.album_photos(album_id)
        await said.remove_album(unit, album)
        await _place(unit, held, deps)


@router.put("/{album_id}/photos")
async def change_album(album_id: str, body: AlbumPhotos, deps: DepsOf) -> AlbumOut:
    """Put photos in and take photos out; unknown ones are left out."""
    async with deps.store.unit() as unit:
        album = await _album(unit, album_id)
        before = set(await unit.album_photos(album_id))
        await unit.put_in_album(album_id, body.add)
        await unit.take_from_album(album_id, body.remove)
        now = set(await unit.album_photos(album_id))
        await _place(unit, before ^ now, deps)
    return _out(replace(album, photo_count=len(now)))


@router.get("/{album_id}/photos")
async def album_photos(album_id: str, deps: DepsOf) -> Page[str]:
    """Ids of its photos."""
    async with deps.store.unit() as unit:
        await _album(unit, album_id)
        return Page(items=list(await unit.album_photos(album_id)))


async def _album(unit: Unit, album_id: str) -> Album:
    album = await unit.album(album_id)
    if album is None:
        raise AppError(404, f"no album {album_id}")
    return album


async def _place(unit: Unit, photo_ids: Collection[PhotoId], deps: Deps) -> None:
    await stating.place(unit, (await unit.photos(photo_ids)).values(), deps.now())


def _out(album: Album) -> AlbumOut:
    return AlbumOut(**{name: getattr(album, name) for name in AlbumOut.model_fields})
