"""What needs no server: ports, socket paths, child processes."""

import socket
import sys
from pathlib import Path

import pytest

from pictopy_engines import Child, EngineError, free_port
from pictopy_engines.lock import DirLock
from pictopy_engines.postgres import MAX_SOCKET_PATH_BYTES, SOCKET_NAME, short_socket_dir


def test_a_taken_port_is_replaced() -> None:
    """A port that somebody listens on is never given out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) not in (0, port)


def test_short_folders_keep_their_socket(tmp_path: Path) -> None:
    """A socket folder that fits is used as it is."""
    assert short_socket_dir(Path("/srv/p")) == Path("/srv/p")


def test_deep_folders_get_a_short_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep the data lies, the socket's path fits, and two data folders never share one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    one, two = short_socket_dir(Path("/x" * 80) / "one"), short_socket_dir(Path("/x" * 80) / "two")
    assert one != two
    assert len(str(one / SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES


def test_a_dead_child_tells_its_last_words(tmp_path: Path) -> None:
    """The error about a server that died holds the end of its log."""
    child = Child.start("loud", [sys.executable, "-c", "print('no more ink'); exit(3)"], log=tmp_path / "log")
    assert child.wait(10) == 3
    with pytest.raises(EngineError, match="no more ink"):
        child.require_alive()


def test_a_deaf_child_is_killed_in_time(tmp_path: Path) -> None:
    """Stopping takes bounded time, whatever the child does with the signal."""
    script = "import signal,time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    log = tmp_path / "log"
    child = Child.start("deaf", [sys.executable, "-c", script], log=log)
    while not log.exists() or "deaf" not in log.read_text():
        assert child.exit_code is None
    assert child.stop(timeout_s=0.2) == -9


def test_one_starter_for_each_folder(tmp_path: Path) -> None:
    """A second engine on the same data is refused until the first has let go."""
    first = DirLock(tmp_path / "data")
    with pytest.raises(EngineError, match="another process"):
        DirLock(tmp_path / "data")
    first.release()
    DirLock(tmp_path / "data").release()
