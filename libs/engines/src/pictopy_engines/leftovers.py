"""What a Postgres that was killed leaves behind, and which would keep the next one from starting."""

import os
import signal
import time
from pathlib import Path

from pictopy_engines.child import EngineError

SHUTDOWN_TIMEOUT_S = 30.0
POLL_S = 0.05


def clear_leftovers(data_dir: Path, socket_lock: Path) -> None:
    """Waits for a server of a dead launcher to end, then removes lock files whose process is no Postgres of ours.

    Postgres removes a lock of a dead pid by itself, but not one whose pid another process has got meanwhile.
    """
    pid_file = data_dir / "postmaster.pid"
    pid = _first_number(pid_file)
    if pid is not None and _serves(pid, data_dir):
        _end(pid, data_dir)
    _end_orphans(data_dir)
    for lock in (pid_file, socket_lock):
        lock.unlink(missing_ok=True)


def _first_number(file: Path) -> int | None:
    try:
        return abs(int(file.read_text(encoding="utf-8").splitlines()[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _serves(pid: int, data_dir: Path) -> bool:
    """Postgres and all its children work in the data folder."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data_dir.resolve() and _is_running(pid)
    except OSError:
        return False


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _end(pid: int, data_dir: Path) -> None:
    for request in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, request)
        if _gone(pid, data_dir):
            return
    raise EngineError(f"another Postgres (pid {pid}) holds {data_dir} and does not stop")


def _end_orphans(data_dir: Path) -> None:
    """Backends of a killed postmaster leave by themselves; those stuck in a query are told to."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _serves(int(entry.name), data_dir) and not _gone(int(entry.name), data_dir, 3.0):
            os.kill(int(entry.name), signal.SIGKILL)
            _gone(int(entry.name), data_dir)


def _gone(pid: int, data_dir: Path, timeout_s: float = SHUTDOWN_TIMEOUT_S) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not _serves(pid, data_dir):
            return True
        time.sleep(POLL_S)
    return False
