"""One server process: started in a session of its own, gone when its parent is gone, stopped in bounded time."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LOG_TAIL_BYTES = 4096


class EngineError(RuntimeError):
    """A server did not start or died; the message holds the end of its log."""


class Child:
    """A running process and its log.

    Linux ends a child when the *thread* that started it ends: start children from a thread that lives as long as they.
    """

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    def start(
        cls,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        death_signal: str = "TERM",
    ) -> "Child":
        """`death_signal` is sent to the child by the kernel if this process dies, be it by SIGKILL."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [*_bound_to_parent(argv, death_signal)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                process_group=0,  # out of reach of Ctrl-C, but in our session: niceness counts within one session only
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def require_alive(self) -> None:
        """Raises: EngineError with the end of the log if the process has ended."""
        if self.exit_code is not None:
            raise self.failure(f"{self.name} ended with {self.exit_code}")

    def failure(self, what: str) -> EngineError:
        return EngineError(f"{what}; the end of {self.log}:\n{log_tail(self.log)}")

    def send(self, signum: signal.Signals) -> None:
        if self.exit_code is None:
            self._process.send_signal(signum)

    def wait(self, timeout_s: float) -> int | None:
        """The exit code, or None where it still runs after `timeout_s`."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, signum: signal.Signals = signal.SIGTERM, timeout_s: float = 10.0) -> int:
        """Ask with `signum`; whatever still runs after `timeout_s` is killed together with its own children."""
        self.send(signum)
        code = self.wait(timeout_s)
        if code is None:
            self.sweep()
            code = self._process.wait()
        return code

    def sweep(self) -> None:
        """After its end: kills what it had started itself and left running."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def log_tail(log: Path) -> str:
    try:
        with log.open("rb") as lines:
            lines.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            return lines.read().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return "(no log)"


def _bound_to_parent(argv: Sequence[str], death_signal: str) -> list[str]:
    """`setpriv` (util-linux) executes `argv` in its own process, so the pid stays; without it it may outlive us."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(argv)
    if Path(argv[0]).name == "setpriv":  # it changes the user too, which would clear an earlier death signal
        return [argv[0], "--pdeathsig", death_signal, *argv[1:]]
    return [setpriv, "--pdeathsig", death_signal, *argv]
