"""Keeps programs running: starts them, starts again what dies, stops all in order."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pictopy_engines import Child, EngineError

BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
HEALTHY_AFTER_S = 60.0
"""A program that lived that long starts its back-off anew."""


class Program(Protocol):
    """Something that can be started more than once; the engines are such."""

    @property
    def name(self) -> str: ...

    @property
    def log(self) -> Path: ...

    def start(self) -> Child: ...

    def stop(self) -> None: ...


@dataclass
class Watched:
    """One program, its process, and when it may be started next."""

    program: Program
    child: Child | None = None
    started_at: float = 0.0
    restarts: int = 0
    due_at: float = field(default=0.0)

    def back_off(self, now: float) -> float:
        if now - self.started_at > HEALTHY_AFTER_S:
            self.restarts = 0
        delay = BACK_OFF_S[min(self.restarts, len(BACK_OFF_S) - 1)]
        self.restarts += 1
        self.due_at = now + delay
        return delay


class Supervisor:
    """Single-threaded: the kernel ties a child to the *thread* that started it, so all starts happen in the caller's.

    `say` takes lines for people; `changed` is called after any start, with a new pid.
    """

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None] = lambda: None) -> None:
        self._say = say
        self.changed = changed
        self._groups: list[list[Watched]] = []

    @property
    def watched(self) -> list[Watched]:
        return [each for group in self._groups for each in group]

    def start(self, *programs: Program) -> None:
        """Starts a group; groups stop in the reverse order of their starts. Raises: EngineError."""
        group: list[Watched] = []
        self._groups.append(group)
        for program in programs:
            each = Watched(program)
            group.append(each)
            self._start(each)

    def tick(self) -> None:
        """Notices what died and starts what is due; call it a few times a second."""
        now = time.monotonic()
        for each in self.watched:
            if each.child is not None and each.child.exit_code is not None:
                each.child.sweep()
                self._say_death(each, each.child.exit_code, each.back_off(now))
                each.child = None
            elif each.child is None and now >= each.due_at:
                self._restart(each)

    def stop(self) -> None:
        """Ends the groups one after the other; the programs of one group at the same time."""
        for group in reversed(self._groups):
            with ThreadPoolExecutor(max_workers=max(1, len(group))) as pool:
                list(pool.map(lambda each: each.program.stop(), group))
        self._groups.clear()

    def _start(self, each: Watched) -> None:
        each.started_at = time.monotonic()
        each.child = each.program.start()
        self.changed()

    def _restart(self, each: Watched) -> None:
        try:
            self._start(each)
        except EngineError as error:
            each.program.stop()
            delay = each.back_off(time.monotonic())
            self._say(f"{each.program.name} did not start; next try in {delay:.0f} s: {error}")

    def _say_death(self, each: Watched, code: int, delay: float) -> None:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        self._say(f"{each.program.name} {how}; it starts again in {delay:.0f} s (log: {each.program.log})")
