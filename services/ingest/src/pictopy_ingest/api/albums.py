"""Albums: photos that a person put together."""

import uuid

from fastapi import APIRouter

from pictopy_ingest.api.shapes import AlbumIn, AlbumOut, AlbumPhotos, DepsOf, Page
from pictopy_ingest.catalog import touch
from pictopy_ingest.ports import Album, Unit
from pictopy_runtime.errors import AppError

router = APIRouter(prefix="/v1/albums", tags=["albums"])


@router.get("")
async def list_albums(deps: DepsOf) -> Page[AlbumOut]:
    return Page(items=[AlbumOut(**vars(album)) for album in await deps.store.albums()])


@router.post("", status_code=201)
async def add_album(body: AlbumIn, deps: DepsOf) -> AlbumOut:
    album = Album(uuid.uuid4().hex, body.name, deps.now())
    async with deps.store.unit() as unit:
        await unit.save_album(album)
    return AlbumOut(**vars(album))


@router.patch("/{album_id}")
async def rename_album(album_id: str, body: AlbumIn, deps: DepsOf) -> AlbumOut:
    async with deps.store.unit() as unit:
        album = await _album(unit, album_id)
        if album.name != body.name:
            album = Album(album_id, body.name, album.created_at)
            await unit.save_album(album)
            await _touch(unit, album_id)
        count = len(await unit.album_photos(album_id))
    return AlbumOut(album_id=album_id, name=album.name, created_at=album.created_at, photo_count=count)


@router.delete("/{album_id}", status_code=204)
async def remove_album(album_id: str, deps: DepsOf) -> None:
    """The photos stay."""
    async with deps.store.unit() as unit:
        await _album(unit, album_id)
        held = await unit.photos(await unit.album_photos(album_id))
        await unit.remove_album(album_id)
        await touch(unit, held.values())


@router.put("/{album_id}/photos")
async def change_album(album_id: str, body: AlbumPhotos, deps: DepsOf) -> AlbumOut:
    """Put photos in and take photos out; unknown ones are left out."""
    async with deps.store.unit() as unit:
        album = await _album(unit, album_id)
        before = set(await unit.album_photos(album_id))
        await unit.put_in_album(album_id, body.add)
        await unit.take_from_album(album_id, body.remove)
        now = set(await unit.album_photos(album_id))
        await touch(unit, (await unit.photos(before ^ now)).values())
    return AlbumOut(album_id=album_id, name=album.name, created_at=album.created_at, photo_count=len(now))


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


async def _touch(unit: Unit, album_id: str) -> None:
    await touch(unit, (await unit.photos(await unit.album_photos(album_id))).values())
