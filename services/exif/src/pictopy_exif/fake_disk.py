"""A disk that fails, or ends the process, at a chosen step: the twin of power loss and of a full disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pictopy_exif.domain.targets import FileFacts
from pictopy_exif.ports import Disk


class FailingDisk:
    """Works as `disk` does, but calls `fail` before the step of that number, counted from 0; None never fails."""

    def __init__(self, disk: Disk, fail_at: int | None, fail: Callable[[str], None]) -> None:
        self._disk = disk
        self._fail_at = fail_at
        self._fail = fail
        self.steps: list[str] = []

    def facts(self, path: Path) -> FileFacts:
        self._step("facts")
        return self._disk.facts(path)

    def read(self, path: Path, size: int | None = None) -> bytes:
        self._step("read")
        return self._disk.read(path, size)

    def tail(self, path: Path, start: int = 0) -> Iterator[memoryview]:
        self._step("tail")
        return self._disk.tail(path, start)

    def exists(self, path: Path) -> bool:
        self._step("exists")
        return self._disk.exists(path)

    def names(self, folder: Path) -> set[str]:
        self._step("names")
        return self._disk.names(folder)

    def write_temp(
        self, temp: Path, data: bytes, like: Path, *, is_same_file: bool, tail_from: int | None = None
    ) -> None:
        self._step("write_temp")
        self._disk.write_temp(temp, data, like, is_same_file=is_same_file, tail_from=tail_from)

    def replace(self, temp: Path, path: Path) -> None:
        self._step("replace")
        self._disk.replace(temp, path)

    def remove(self, path: Path) -> None:
        self._step("remove")
        self._disk.remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        self._disk.sync_folder(folder)

    def make_folder(self, folder: Path) -> None:
        self._step("make_folder")
        self._disk.make_folder(folder)

    def remove_folder(self, folder: Path) -> None:
        self._disk.remove_folder(folder)

    def _step(self, name: str) -> None:
        self.steps.append(name)
        if self._fail_at == len(self.steps) - 1:
            self._fail(name)
