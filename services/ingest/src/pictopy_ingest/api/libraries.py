"""Folders in, and their scans."""

from fastapi import APIRouter

from pictopy_contracts.ids import LibraryId
from pictopy_ingest import libraries
from pictopy_ingest.api.shapes import DepsOf, LibraryChange, LibraryIn, LibraryOut, Page, ScanOut, path_bytes, path_text
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.ports import Deps
from pictopy_runtime.errors import AppError

router = APIRouter(prefix="/v1", tags=["libraries"])
SCANS_SHOWN = 50


@router.post("/libraries", status_code=201)
async def add_library(body: LibraryIn, deps: DepsOf) -> LibraryOut:
    """Add a folder. A folder that is known, or one that a known library has moved to, gives that library."""
    return await _out(deps, await libraries.add(deps, path_bytes(body.path), body.name))


@router.get("/libraries")
async def list_libraries(deps: DepsOf) -> Page[LibraryOut]:
    """All libraries; `is_reachable` says whether the folder is there."""
    return Page(items=[await _out(deps, library) for library in await libraries.all_libraries(deps)])


@router.patch("/libraries/{library_id}")
async def change_library(library_id: LibraryId, body: LibraryChange, deps: DepsOf) -> LibraryOut:
    """Another name, or the folder where its pictures lie now."""
    path = path_bytes(body.path) if body.path is not None else None
    return await _out(deps, await libraries.change(deps, library_id, path, body.name))


@router.delete("/libraries/{library_id}", status_code=204)
async def remove_library(library_id: LibraryId, deps: DepsOf) -> None:
    """Take it out of PictoPy. No file is touched, and nothing that was said is forgotten."""
    await libraries.take_out(deps, library_id)


@router.post("/libraries/{library_id}/scan", status_code=202)
async def scan_library(library_id: LibraryId, deps: DepsOf) -> dict[str, str]:
    """Scan soon."""
    if library_id not in {one.library_id for one in await libraries.all_libraries(deps)}:
        raise AppError(404, f"no library {library_id}")
    deps.board.request(library_id)
    return {"library_id": library_id, "state": "requested"}


@router.get("/scans")
async def list_scans(deps: DepsOf) -> Page[ScanOut]:
    """The latest scans, the newest first."""
    return Page(items=[ScanOut(**vars(scan)) for scan in await deps.store.scans(SCANS_SHOWN)])


async def _out(deps: Deps, library: Library) -> LibraryOut:
    is_reachable = await deps.tree.is_there(library.root)
    return LibraryOut(**{**vars(library), "root": path_text(library.root)}, is_reachable=is_reachable)
