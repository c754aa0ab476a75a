"""Measures the installed models on this very machine: the median of some runs of each, one model after the other."""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sample import sample_of
from pictopy_vision.shelf import Shelf

RUNS, WARM_UPS, MAX_S = 15, 2, 10.0


@dataclass(frozen=True)
class Timing:
    model: ModelId
    task: Task
    ms: float | None
    runs: int
    engine: str
    why: str | None = None
    """A sentence where it could not be measured."""


class Timings:
    """`clock`: seconds that only grow."""

    def __init__(self, shelf: Shelf, clock: Callable[[], float]) -> None:
        self._shelf = shelf
        self._clock = clock
        self._asked = asyncio.Event()
        self.items: dict[ModelId, Timing] = {}

    @property
    def is_running(self) -> bool:
        return self._asked.is_set()

    @property
    def measured_ms(self) -> dict[ModelId, float]:
        return {timing.model: timing.ms for timing in self.items.values() if timing.ms is not None}

    def ask(self) -> None:
        """Idempotent while it is running."""
        self._asked.set()

    async def work(self) -> None:
        """Works for ever."""
        while True:
            await self._asked.wait()
            installed = self._shelf.installed()
            self.items = {}
            for entry in sorted(self._shelf.entries.values(), key=lambda entry: entry.tasks):
                if entry.id in installed:
                    self.items[entry.id] = await asyncio.to_thread(self._time, entry)
            self._asked.clear()

    def _time(self, entry: Entry) -> Timing:
        providers = self._shelf.engine.providers
        engine = f"{self._shelf.engine.name} ({providers[0].removesuffix('ExecutionProvider')})"
        try:
            times = self._runs(entry)
        except ModelError as error:
            return Timing(entry.id, entry.tasks[0], None, 0, engine, str(error))
        return Timing(entry.id, entry.tasks[0], round(1000 * statistics.median(times), 2), len(times), engine)

    def _runs(self, entry: Entry) -> list[float]:
        session = self._shelf.try_out(entry)
        taken = {spec.name for spec in session.inputs}
        feed = {name: array for name, array in sample_of(entry, session.inputs[0].shape).items() if name in taken}
        times: list[float] = []
        begun = self._clock()
        while len(times) < RUNS + WARM_UPS and (len(times) <= WARM_UPS or self._clock() - begun < MAX_S):
            start = self._clock()
            session.run(feed)
            times.append(self._clock() - start)
        return times[WARM_UPS:]
