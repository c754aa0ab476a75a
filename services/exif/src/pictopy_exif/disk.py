"""The real file system, in the steps of an atomic write."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from pictopy_exif.domain.targets import FileFacts

_HEAD_BYTES = 16
_PIECE_BYTES = 1 << 19  # stays in the cache of a core while it is hashed and written
_KEPT_ATTRIBUTES = ("user.", "system.posix_acl")  # others belong to the system, which sets them itself
_NO_ATTRIBUTES = (errno.ENOTSUP, errno.EPERM, errno.EACCES)


class PosixDisk:
    def __init__(self, *, keep_mtime: bool) -> None:
        self._keep_mtime = keep_mtime

    def facts(self, path: Path) -> FileFacts:
        status = path.stat()
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        is_own = os.geteuid() in (0, status.st_uid)
        is_writable = os.access(path, os.W_OK) and is_own  # the system's own answer: it knows mounts and rights
        modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return FileFacts(path.name, head, status.st_size, modified_at, status.st_nlink, is_writable)

    def read(self, path: Path, size: int | None = None) -> bytes:
        with path.open("rb") as file:
            return file.read(-1 if size is None else size)

    def tail(self, path: Path, start: int = 0) -> Iterator[memoryview]:
        file = path.open("rb", buffering=0)
        file.seek(start)
        return _pieces(file)

    def exists(self, path: Path) -> bool:
        return path.exists()

    def names(self, folder: Path) -> set[str]:
        return set(os.listdir(folder))  # noqa: PTH208  names alone: a folder may hold 100,000

    def write_temp(
        self, temp: Path, data: bytes, like: Path, *, is_same_file: bool, tail_from: int | None = None
    ) -> None:
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            _write(file, memoryview(data))
            for piece in () if tail_from is None else self.tail(like, tail_from):
                _write(file, piece)
            self._dress(handle, like, is_same_file)
            os.fsync(handle)

    def replace(self, temp: Path, path: Path) -> None:
        temp.replace(path)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            self.sync_folder(folder.parent)

    def remove_folder(self, folder: Path) -> None:
        with suppress(OSError):  # not empty, or already gone
            folder.rmdir()

    def _dress(self, handle: int, like: Path, is_same_file: bool) -> None:
        status = like.stat()
        mode = stat.S_IMODE(status.st_mode)
        if not is_same_file:
            os.fchmod(handle, mode & 0o666)
            return
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(handle, status.st_uid, status.st_gid)
        os.fchmod(handle, mode)
        _copy_attributes(like, handle)
        if self._keep_mtime:
            os.utime(handle, ns=(status.st_atime_ns, status.st_mtime_ns))


def _pieces(file: FileIO) -> Iterator[memoryview]:
    """In one buffer, since fresh memory costs more than the bytes that go into it."""
    with file:
        buffer = memoryview(bytearray(_PIECE_BYTES))
        while count := file.readinto(buffer):
            yield buffer[:count]


def _write(file: FileIO, data: memoryview) -> None:
    """All of it: a system takes less than it is given when a disk is nearly full."""
    while data:
        data = data[file.write(data) :]


def _copy_attributes(source: Path, handle: int) -> None:
    """Extended attributes and access lists, where the file system has any."""
    try:
        names = [name for name in os.listxattr(source) if name.startswith(_KEPT_ATTRIBUTES)]
    except OSError as error:
        if error.errno in _NO_ATTRIBUTES:
            return
        raise
    for name in names:
        os.setxattr(handle, name, os.getxattr(source, name))
