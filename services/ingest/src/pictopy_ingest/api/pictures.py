"""Pixels: thumbnail, preview, original. GET with the token, or with a signed address."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse

from pictopy_contracts.ids import PhotoId
from pictopy_ingest.api.shapes import DepsOf
from pictopy_ingest.domain.formats import CONTENT_TYPES
from pictopy_ingest.domain.photos import FileRow, Library
from pictopy_ingest.ports import Deps
from pictopy_runtime.errors import AppError

router = APIRouter(prefix="/v1/photos/{photo_id}", tags=["pictures"])
_CACHED = {"Cache-Control": "private, max-age=86400"}
_NEVER_RUN = {
    "Cache-Control": "private, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
}


@router.get("/thumbnail", response_class=FileResponse)
async def get_thumbnail(photo_id: PhotoId, deps: DepsOf) -> FileResponse:
    """JPEG, upright, long side 400 px."""
    return await _made(deps, photo_id, deps.pictures.thumbnail(photo_id))


@router.get("/preview", response_class=FileResponse)
async def get_preview(photo_id: PhotoId, deps: DepsOf) -> FileResponse:
    """JPEG, upright, long side at most 1440 px; of a video its poster frame."""
    return await _made(deps, photo_id, deps.pictures.preview(photo_id))


@router.get("/original", response_class=FileResponse)
async def get_original(photo_id: PhotoId, deps: DepsOf) -> FileResponse:
    """The file itself, byte for byte; ranges are served."""
    async with deps.store.unit() as unit:
        files = (await unit.files_of([photo_id])).get(photo_id, [])
        roots = {one.library_id: one for one in await unit.libraries()}
    for file in files:
        if path := await _path(deps, roots.values(), file):
            name = quote(file.path.rpartition(b"/")[2])
            headers = {**_NEVER_RUN, "Content-Disposition": f"inline; filename*=UTF-8''{name}"}
            kind = CONTENT_TYPES.get(file.facts.format, "application/octet-stream")
            return FileResponse(path, media_type=kind, headers=headers)
    raise AppError(404, f"no file of photo {photo_id} is here")


async def _path(deps: Deps, libraries: Iterable[Library], file: FileRow) -> str | None:
    root = next(one.root for one in libraries if one.library_id == file.library_id)
    found = await deps.tree.file_inside(root, file.path)
    return found.decode("utf-8", "surrogateescape") if found else None


async def _made(deps: Deps, photo_id: PhotoId, path: Path) -> FileResponse:
    """A picture that got lost is made again by the next scan, which is asked for."""
    async with deps.store.unit() as unit:
        files = (await unit.files_of([photo_id])).get(photo_id, [])
        is_known = bool(await unit.photos([photo_id], for_change=False))
    if not is_known:
        raise AppError(404, f"no photo {photo_id}")
    if await deps.tree.is_file(path):
        return FileResponse(path, media_type="image/jpeg", headers=_CACHED)
    await deps.store.reread_photo(photo_id)
    for file in files:
        deps.board.request(file.library_id)
    raise AppError(404, "this picture got lost and is being made again")
