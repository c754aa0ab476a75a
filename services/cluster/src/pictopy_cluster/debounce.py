"""Work that follows many small changes: once things are quiet, or when enough has piled up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic


@dataclass
class Debounce:
    """Due at the start: what a crash left undone is done then. Marks made during the work make it due again."""

    quiet_s: float
    longest_wait_s: float
    batch: int
    _marks: int = 1
    _first_at: float = field(default_factory=monotonic)
    _last_at: float = field(default_factory=monotonic)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_due(self) -> bool:
        """Marked, or at work right now."""
        return bool(self._marks) or self._lock.locked()

    def mark(self, count: int = 1) -> None:
        self._last_at = monotonic()
        if not self._marks:
            self._first_at = self._last_at
        self._marks += count
        self._wake.set()

    async def wait(self) -> None:
        """Return when the work should be done."""
        while (pause := self._pause_s()) is None or pause > 0:
            self._wake.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """One at a time. What was marked before it began is done when it ends well."""
        async with self._lock:
            marks = self._marks
            yield
            self._marks -= marks
            self._first_at = monotonic()

    def _pause_s(self) -> float | None:
        if not self._marks:
            return None
        if self._marks >= self.batch:
            return 0.0
        return min(self._last_at + self.quiet_s, self._first_at + self.longest_wait_s) - monotonic()
