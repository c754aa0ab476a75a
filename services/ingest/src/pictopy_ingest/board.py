"""Which libraries want a scan and when, and how the one that runs gets on. In memory: a start scans everything."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pictopy_contracts.ids import LibraryId

RATE_WINDOW_S = 30.0


@dataclass(frozen=True)
class _Request:
    due: float
    is_routine: bool
    """Nobody waits for it: the periodic look."""


class Board:
    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self.files_left = 0
        self.scanning: LibraryId | None = None
        self.scan_lock = asyncio.Lock()
        """Held by the scan that runs, and by whoever takes a library out."""
        self._seconds = seconds
        self._requests: dict[LibraryId, _Request] = {}
        self._changed = asyncio.Event()
        self._stopped: set[LibraryId] = set()
        self._finished: deque[float] = deque()

    def request(self, library_id: LibraryId, after_s: float = 0.0, *, is_routine: bool = False) -> None:
        """The earlier of several requests holds; a wish is never replaced by the routine."""
        wanted = _Request(self._seconds() + after_s, is_routine)
        before = self._requests.get(library_id)
        if before is None or wanted.due < before.due:
            self._requests[library_id] = wanted
            self._stopped.discard(library_id)
            self._changed.set()

    def stop(self, library_id: LibraryId) -> None:
        """No scan of it any more; one that runs ends soon."""
        self._requests.pop(library_id, None)
        self._stopped.add(library_id)

    def is_stopped(self, library_id: LibraryId) -> bool:
        return library_id in self._stopped

    async def next(self) -> LibraryId:
        """Waits until a scan is due."""
        while True:
            self._changed.clear()
            first = min(self._requests, key=lambda one: self._requests[one].due, default=None)
            wait_s = self._requests[first].due - self._seconds() if first else None
            if first is not None and wait_s is not None and wait_s <= 0:
                del self._requests[first]
                self.scanning = first
                return first
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def begin(self, files: int) -> None:
        self.files_left = files

    def file_done(self) -> None:
        self.files_left = max(0, self.files_left - 1)
        self._finished.append(self._seconds())
        self._forget_old()

    def end(self) -> None:
        self.scanning, self.files_left = None, 0

    @property
    def wanted(self) -> int:
        """Scans that somebody waits for, the one that runs included."""
        waiting = sum(not request.is_routine for request in self._requests.values())
        return waiting + (self.scanning is not None)

    @property
    def rate_per_s(self) -> float:
        """Files a second, of the last half minute."""
        self._forget_old()
        if len(self._finished) < 2:
            return 0.0
        return len(self._finished) / max(self._seconds() - self._finished[0], 0.1)

    def _forget_old(self) -> None:
        while self._finished and self._finished[0] < self._seconds() - RATE_WINDOW_S:
            self._finished.popleft()
