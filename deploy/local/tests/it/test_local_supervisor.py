"""Real small processes: started, missed, started again, stopped in order."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pictopy_engines import Child
from pictopy_local.stack import end_leftovers, wait_for
from pictopy_local.state import ProcessState, State
from pictopy_local.supervisor import BACK_OFF_S, Supervisor, Watched


@dataclass
class CommandProgram:
    """A plain command line."""

    name: str
    argv: list[str]
    log: Path
    child: Child | None = None

    def start(self) -> Child:
        self.child = Child.start(self.name, self.argv, log=self.log)
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()


SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., CommandProgram]:
    def make(name: str, script: str = SLEEP) -> CommandProgram:
        return CommandProgram(name, [sys.executable, "-c", script], tmp_path / f"{name}.log")

    return make


def test_what_dies_is_started_again(program: Callable[..., CommandProgram]) -> None:
    """A killed process is back within seconds, with one line that says so and a fresh state."""
    said: list[str] = []
    changes: list[None] = []
    supervisor = Supervisor(said.append, lambda: changes.append(None))
    supervisor.start(program("vision"))
    try:
        watched = supervisor.watched[0]
        assert watched.child is not None
        first = watched.child.pid
        os.kill(first, signal.SIGKILL)
        came_back = wait_for(
            lambda: watched.child is not None and watched.child.pid != first, supervisor.tick, 10, 0.05
        )
        assert came_back
        assert "vision was killed by SIGKILL" in said[0]
        assert len(changes) == 2
    finally:
        supervisor.stop()


def test_the_back_off_grows_and_heals(program: Callable[..., CommandProgram]) -> None:
    """A program that dies at once is tried ever more seldom; a long life forgives it."""
    watched = Watched(program("x"), started_at=0)
    assert [watched.back_off(1.0) for _ in range(6)] == [*BACK_OFF_S, BACK_OFF_S[-1]]
    assert watched.back_off(1000.0) == BACK_OFF_S[0]


def test_groups_stop_in_reverse(program: Callable[..., CommandProgram], tmp_path: Path) -> None:
    """Services end before the engines that they need."""
    note = (
        "import signal,sys,time,pathlib\n"
        "def bye(*_): pathlib.Path(sys.argv[1]).open('a').write({0!r}); sys.exit()\n"
        "signal.signal(15, bye); print('up', flush=True); time.sleep(60)"
    )
    supervisor = Supervisor(lambda line: None)
    for name in ("engine", "service"):
        each = program(name, note.format(f"{name} "))
        each.argv = [*each.argv, str(tmp_path / "order")]
        supervisor.start(each)
        assert wait_for(lambda log=each.log: "up" in log.read_text(), supervisor.tick, 10, 0.02)  # type: ignore[misc]
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "service engine "


def test_leftovers_of_a_dead_launcher_are_ended(program: Callable[..., CommandProgram]) -> None:
    """A process that the state file names is ended; another one that got its pid is not."""
    ours, other = program("ours").start(), program("other").start()
    entries = [
        ProcessState(name="ours", pid=ours.pid, started_at=psutil.Process(ours.pid).create_time(), log=""),
        ProcessState(name="gone", pid=other.pid, started_at=time.time() - 9999, log=""),
    ]
    end_leftovers(State(processes=tuple(entries)))
    assert ours.exit_code is not None
    assert other.exit_code is None
    other.stop()
