"""One starter for each data folder, so that whatever else runs there is a leftover of a dead one."""

import fcntl
from pathlib import Path

from pictopy_engines.child import EngineError


class DirLock:
    """An exclusive lock beside `directory`; the kernel lets it go with the process that holds it."""

    def __init__(self, directory: Path) -> None:
        directory.parent.mkdir(parents=True, exist_ok=True)
        self._file = directory.with_name(f"{directory.name}.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise EngineError(f"another process uses {directory}") from error

    def release(self) -> None:
        self._file.close()
