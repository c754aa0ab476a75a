"""Starting, starting twice, taken ports, stopping."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pictopy_testing.stack import Running, Stack, wait_until

pytest_plugins = ["pictopy_testing.stack_plugin"]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def test_a_second_start_says_so_and_does_no_harm(running: Running) -> None:
    """It names the address of the first, exits with 0, and every process stays what it was."""
    before = running.processes()
    second = Stack(running.data).command("up")
    assert second.returncode == 0
    assert "already runs" in second.stderr
    assert "http://127.0.0.1:" in second.stderr
    assert running.processes() == before


def test_the_small_commands_answer(running: Running) -> None:
    """`status`, `token` and `doctor` work on a running stack."""
    stack = Stack(running.data)
    status = stack.command("status", "--json")
    assert status.returncode == 0, status.stderr
    assert '"ready": false' not in status.stdout
    assert stack.command("token").stdout.strip() == (running.data / "token").read_text().strip()
    doctor = stack.command("doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "postgres" in doctor.stdout


def test_ports_ctrl_c_and_kill_9(tmp_path: Path) -> None:
    """Taken ports are replaced and named, also later; Ctrl-C exits 0 and leaves no process, also after a kill -9."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = Stack(tmp_path / "data", PICTOPY_FIRST_PORT=str(port))
        with stack.up() as running:
            assert f"port {port} is taken: ui listens on" in running.told()
            pids = list(running.processes().values())
            running.process.send_signal(signal.SIGKILL)
            running.process.wait(10)
            wait_until(lambda: not _alive(pids), 40, lambda: f"left: {_alive(pids)}")
        with stack.up() as running:
            with _instead_of(running, "memories"):
                wait_until(lambda: "was taken by another program: memories" in running.told(), 30, running.told)
                running.settle()
            pids = list(running.processes().values())
            assert running.stop(signal.SIGINT) == 0, running.told()
            assert not _alive(pids)
            assert running.told().rstrip().endswith("stopped")
    assert stack.command("status").returncode == 1


@contextmanager
def _instead_of(running: Running, name: str) -> Iterator[None]:
    """Somebody else listens on the port of that service, from the moment it dies."""
    port = int(running.url(name).rpartition(":")[2])
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        running.kill(name)
        wait_until(lambda: not _alive([running.processes()[name]]), 5)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        yield


def _alive(pids: list[int]) -> list[int]:
    """Those that still run; a zombie does not."""
    found = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found
