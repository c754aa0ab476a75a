"""A file of a library, read-only, never through a link, and noticed when it changes under our hands."""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

IN_MEMORY_BYTES = 64 << 20
"""Larger files are mapped instead of read."""


class Changed(Exception):
    """The file was written to while it was read."""


@dataclass(frozen=True)
class Opened:
    data: memoryview
    fd: int
    path: bytes


@contextmanager
def opened(root: bytes, path: bytes) -> Iterator[Opened]:
    """Raises OSError for what is no regular file below `root`, and Changed at the end if it was not at rest."""
    fd = os.open(inside(root, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(f"not a regular file: {path!r}")
        with _content(fd, before.st_size) as data:
            yield Opened(data, fd, path)
        after = os.fstat(fd)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise Changed
    finally:
        os.close(fd)


@contextmanager
def _content(fd: int, size: int) -> Iterator[memoryview]:
    if size <= IN_MEMORY_BYTES:
        with os.fdopen(os.dup(fd), "rb") as file:
            yield memoryview(file.read())
        return
    with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as data:
        yield data


def inside(root: bytes, path: bytes) -> bytes:
    """The absolute path. Raises PermissionError where a link or `..` leads out of the library."""
    folder = os.path.realpath(root)
    parent, name = os.path.split(os.path.join(folder, path))  # noqa: PTH118  bytes: pathlib has no such paths
    real = os.path.realpath(parent)
    if name in {b"", b".", b".."} or (real != folder and not real.startswith(folder.rstrip(b"/") + b"/")):
        raise PermissionError(f"{path!r} lies outside of its library")
    return os.path.join(real, name)  # noqa: PTH118  bytes: pathlib has no such paths
