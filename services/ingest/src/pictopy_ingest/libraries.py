"""Folders that became libraries: added, found again elsewhere, taken out."""

import uuid
from dataclasses import replace

from pictopy_contracts.ids import LibraryId
from pictopy_contracts.messages import LibraryAdded, LibraryRemoved
from pictopy_ingest import catalog, said
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.domain.said import library_statement
from pictopy_ingest.domain.scan import is_same_library
from pictopy_ingest.ports import Deps, RootMissing, Unit
from pictopy_ingest.restore import former_library
from pictopy_runtime.errors import AppError

REMOVED_BATCH = 500


async def all_libraries(deps: Deps) -> list[Library]:
    async with deps.store.unit() as unit:
        return await unit.libraries()


async def add(deps: Deps, path: bytes, name: str | None) -> Library:
    """A new library; or the one that has this root; or the one whose root is gone and whose pictures lie here now.

    Raises AppError: 422 for what is no readable absolute folder, 409 for a folder inside of another library,
    around one, or inside of PictoPy's own data."""
    root = await _resolved(deps, path)
    known = await all_libraries(deps)
    library = next((one for one in known if one.root == root), None) or await _moved_here(deps, known, root)
    _refuse_overlap(deps, root, [one for one in known if one is not library])
    if library is None:
        library = Library(LibraryId(uuid.uuid4().hex), _name_of(root), root, 0, deps.now())
        async with deps.store.unit() as unit:
            library = await former_library(unit, library)
    library = await _save(deps, replace(library, root=root, name=name or library.name), known)
    deps.board.request(library.library_id)
    return library


async def change(deps: Deps, library_id: LibraryId, path: bytes | None, name: str | None) -> Library:
    """Another name, or the folder where its pictures are now. Raises AppError."""
    known = await all_libraries(deps)
    library = _one_of(known, library_id)
    root = library.root
    if path is not None and (root := await _resolved(deps, path)) != library.root:
        _refuse_overlap(deps, root, [one for one in known if one is not library])
        if not await _holds(deps, library, root):
            raise AppError(409, "that folder does not hold the pictures of this library")
    changed = await _save(deps, replace(library, root=root, name=name or library.name), known)
    deps.board.request(library_id)
    return changed


async def take_out(deps: Deps, library_id: LibraryId) -> None:
    """Its files stay on the disk, and what is known of its pictures stays known. Raises AppError 404."""
    library = _one_of(await all_libraries(deps), library_id)
    deps.board.stop(library_id)
    async with deps.board.scan_lock:
        paths = list(await deps.store.known_files(library_id))
        for start in range(0, len(paths), REMOVED_BATCH):
            async with deps.store.unit() as unit:
                await catalog.remove(unit, library_id, paths[start : start + REMOVED_BATCH], deps.now())
        async with deps.store.unit() as unit:
            await unit.remove_library(library_id)
            gone = LibraryRemoved(library_id=library_id, revision=library.revision + 1)
            await unit.publish(gone, f"{library_id}:{gone.revision}:removed")
            removed = replace(library, revision=gone.revision)
            await said.tell_library(unit, library_statement(removed, is_gone=True))


async def _resolved(deps: Deps, path: bytes) -> bytes:
    if not path.startswith(b"/"):
        raise AppError(422, "a library is an absolute path")
    try:
        return await deps.tree.resolve(path)
    except RootMissing as error:
        raise AppError(422, f"that folder cannot be read: {error}") from error


def _refuse_overlap(deps: Deps, root: bytes, others: list[Library]) -> None:
    own = str(deps.pictures.data_dir.resolve()).encode("utf-8", "surrogateescape")
    if _contains(own, root):
        raise AppError(409, "that folder belongs to PictoPy itself")
    for other in others:
        if _contains(other.root, root) or _contains(root, other.root):
            raise AppError(409, f"that folder overlaps with the library «{other.name}»")


def _contains(outer: bytes, inner: bytes) -> bool:
    return inner == outer or inner.startswith(outer.rstrip(b"/") + b"/")


async def _moved_here(deps: Deps, known: list[Library], root: bytes) -> Library | None:
    """A library whose own root is gone and whose pictures are in this folder."""
    for library in known:
        if not await deps.tree.is_there(library.root) and await _holds(deps, library, root):
            return library
    return None


async def _holds(deps: Deps, library: Library, root: bytes) -> bool:
    files = await deps.store.known_files(library.library_id)
    if not files:
        return True
    walk = await deps.tree.walk(root)
    before = {(_last(path), known.stamp.size_bytes) for path, known in files.items() if known.stamp}
    return is_same_library(before, {(_last(seen.path), seen.stamp.size_bytes) for seen in walk.files})


def _last(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _name_of(root: bytes) -> str:
    return _last(root).decode("utf-8", "replace") or "/"


def _one_of(known: list[Library], library_id: LibraryId) -> Library:
    found = next((one for one in known if one.library_id == library_id), None)
    if found is None:
        raise AppError(404, f"no library {library_id}")
    return found


async def _save(deps: Deps, library: Library, known: list[Library]) -> Library:
    """Tells of it only where something changed."""
    if library in known:
        return library
    library = replace(library, revision=library.revision + 1)
    async with deps.store.unit() as unit:
        await unit.save_library(library)
        await _tell(unit, library)
        await said.tell_library(unit, library_statement(library))
    return library


async def _tell(unit: Unit, library: Library) -> None:
    root = library.root.decode("utf-8", "surrogateescape")
    message = LibraryAdded(library_id=library.library_id, revision=library.revision, name=library.name, root=root)
    await unit.publish(message, f"{library.library_id}:{library.revision}:added")
