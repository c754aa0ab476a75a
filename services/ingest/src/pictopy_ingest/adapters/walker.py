"""Walks and watches the folders of libraries. Names are bytes: a disk may hold any."""

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import awatch

from pictopy_ingest.adapters.opened import inside
from pictopy_ingest.domain import formats
from pictopy_ingest.domain.scan import Seen, Stamp, Walk
from pictopy_ingest.domain.sidecars import Folder
from pictopy_ingest.ports import RootMissing
from pictopy_runtime.workers import Workers

IGNORED_FOLDERS = frozenset(
    {b"@eadir", b"#recycle", b"$recycle.bin", b"system volume information", b"lost+found", b"#snapshot"}
)
LOOK_AT_ROOT_MS = 15_000
"""A watch on a disk that was unmounted is silent for ever: look from time to time whether it is the same folder."""


@dataclass
class _Progress:
    files: list[Seen] = field(default_factory=list)
    unreadable: dict[bytes, str] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    entries: int = 0


class DiskTree:
    def __init__(self, workers: Workers, own_folder: bytes, settle_s: float) -> None:
        self._workers = workers
        self._own_folder = own_folder
        self._settle_s = settle_s

    async def walk(self, root: bytes) -> Walk:
        return await self._workers.run(walk, root, self._own_folder)

    async def is_there(self, root: bytes) -> bool:
        return await self._workers.run(os.path.isdir, root)

    async def resolve(self, path: bytes) -> bytes:
        return await self._workers.run(_resolve, path)

    async def file_inside(self, root: bytes, path: bytes) -> bytes | None:
        return await self._workers.run(_file_inside, root, path)

    async def is_file(self, path: Path) -> bool:
        return await self._workers.run(path.is_file)

    async def changes(self, root: bytes) -> AsyncIterator[None]:
        stop = asyncio.Event()
        identity = await self._workers.run(_identity, root)
        burst_ms = max(50, int(self._settle_s * 1000))
        try:
            async for changes in awatch(
                os.fsdecode(root),
                stop_event=stop,
                step=burst_ms,
                debounce=burst_ms * 4,
                rust_timeout=LOOK_AT_ROOT_MS,
                yield_on_timeout=True,
            ):
                if await self._workers.run(_identity, root) != identity:
                    raise RootMissing("the folder was replaced")
                if changes:
                    yield None
        except (OSError, RuntimeError) as error:  # watchfiles raises RuntimeError when inotify has no room left
            raise RootMissing(str(error)) from error
        finally:
            stop.set()


def walk(root: bytes, own_folder: bytes) -> Walk:
    """Every file below `root` by path; links, hidden names and the folders of NAS systems are left out."""
    identity = _identity(root)
    progress = _Progress()
    pending = [b""]
    while pending:
        folder = pending.pop()
        try:
            pending.extend(_list(root, folder, progress, own_folder))
        except OSError as error:
            if not folder:
                raise RootMissing(str(error)) from error
            progress.unreadable[folder] = error.strerror or str(error)
    if _identity(root) != identity:
        raise RootMissing("the folder was replaced during the scan")
    files = tuple(sorted(progress.files, key=lambda seen: seen.path))
    return Walk(files, progress.unreadable, dict(progress.ignored), is_empty=progress.entries == 0)


def _resolve(path: bytes) -> bytes:
    try:
        real = os.path.realpath(path, strict=True)
        with os.scandir(real):
            return real
    except OSError as error:
        raise RootMissing(error.strerror or str(error)) from error


def _file_inside(root: bytes, path: bytes) -> bytes | None:
    try:
        found = inside(root, path)
    except OSError:
        return None
    is_plain = os.path.isfile(found) and not os.path.islink(found)  # noqa: PTH113, PTH114  bytes: pathlib has no such paths
    return found if is_plain else None


def _identity(root: bytes) -> tuple[int, int]:
    try:
        found = os.stat(root)  # noqa: PTH116  bytes: pathlib has no such paths
    except OSError as error:
        raise RootMissing(error.strerror or str(error)) from error
    return found.st_dev, found.st_ino


def _list(root: bytes, folder: bytes, progress: _Progress, own_folder: bytes) -> Iterator[bytes]:
    """Adds the pictures of one folder; gives the folders in it."""
    absolute = os.path.join(root, folder) if folder else root  # noqa: PTH118  bytes: pathlib has no such paths
    with os.scandir(absolute) as listing:
        entries = {entry.name: entry for entry in listing}
    progress.entries += len(entries)
    sidecars = Folder([os.fsdecode(name) for name in entries])
    for name, entry in entries.items():
        path = folder + b"/" + name if folder else name
        if name.startswith(b".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            if name.lower() not in IGNORED_FOLDERS and entry.path != own_folder:
                yield path
        elif entry.is_file(follow_symlinks=False):
            _file(path, entry, entries, sidecars, progress)


def _file(
    path: bytes,
    entry: "os.DirEntry[bytes]",
    entries: dict[bytes, "os.DirEntry[bytes]"],
    sidecars: Folder,
    progress: _Progress,
) -> None:
    if not formats.is_wanted(entry.name):
        progress.ignored[os.fsdecode(formats.suffix(entry.name)).encode("ascii", "replace").decode()] += 1
        return
    found = sidecars.of(os.fsdecode(entry.name))
    beside = [entries[os.fsencode(name)] for name in (found.xmp, found.takeout) if name]
    try:
        about = entry.stat(follow_symlinks=False)
        digest = _digest(beside)
    except FileNotFoundError:  # gone between the listing and the look
        return
    folder = path[: len(path) - len(entry.name)]
    progress.files.append(
        Seen(
            path,
            Stamp(about.st_size, about.st_mtime_ns, about.st_ctime_ns, digest),
            xmp=folder + os.fsencode(found.xmp) if found.xmp else None,
            takeout=folder + os.fsencode(found.takeout) if found.takeout else None,
        )
    )


def _digest(sidecars: list["os.DirEntry[bytes]"]) -> str:
    if not sidecars:
        return ""
    told = [(entry.name, about.st_size, about.st_mtime_ns) for entry in sidecars for about in [entry.stat()]]
    return hashlib.blake2b(repr(told).encode(), digest_size=12).hexdigest()
