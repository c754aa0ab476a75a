"""Pulls of model files, one batch after the other, with their progress kept for whoever asks and whoever watches."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import ModelFetcher, ModelStore
from pictopy_vision.shelf import Shelf

log = logging.getLogger(__name__)
PullStatus = Literal["waiting", "pulling", "done", "failed"]
WATCH_EVERY_S = 0.2  # a watcher is told no oftener


@dataclass
class Pull:
    """One model on its way; the latest pull of each is kept."""

    model: ModelId
    total_bytes: int
    asked_at: datetime
    done_bytes: int = 0
    status: PullStatus = "waiting"
    reason: str | None = None
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed")


@dataclass(frozen=True)
class _Batch:
    entries: list[Entry]
    over: asyncio.Future[None]
    then: Callable[[], None] | None = field(default=None)


class Pulls:
    """`on_change` is called once a batch, when it changed the set of models in use."""

    def __init__(self, shelf: Shelf, store: ModelStore, fetcher: ModelFetcher, on_change: Callable[[], None]) -> None:
        self._shelf = shelf
        self._store = store
        self._fetcher = fetcher
        self._on_change = on_change
        self._queue: asyncio.Queue[_Batch] = asyncio.Queue()
        self._latest: dict[ModelId, Pull] = {}
        self._moved = asyncio.Event()
        self._moves = 0

    def ask(
        self, entries: Sequence[Entry], then: Callable[[], None] | None = None
    ) -> tuple[list[Pull], asyncio.Future[None]]:
        """Put a batch in the queue; the future is done when the batch is, however it ended. `then` runs before that.

        Idempotent: a model that is waiting or on its way is not asked for twice.
        """
        over = asyncio.get_running_loop().create_future()
        fresh = [entry for entry in entries if not self.is_under_way(entry.id)]
        for entry in fresh:
            self._latest[entry.id] = Pull(entry.id, entry.total_bytes, datetime.now(UTC))
        self._queue.put_nowait(_Batch(fresh, over, then))
        self._move()
        return [self._latest[entry.id] for entry in entries], over

    @property
    def latest(self) -> list[Pull]:
        return list(self._latest.values())

    @property
    def under_way(self) -> int:
        return sum(not pull.is_over for pull in self._latest.values())

    async def watch(self, keep_alive_s: float) -> AsyncIterator[list[Pull] | None]:
        """All pulls now and after each change; None after so long without one. For ever."""
        seen = self._moves
        yield self.latest
        while True:
            if seen == self._moves and not await _within(self._moved.wait(), keep_alive_s):
                yield None
                continue
            await asyncio.sleep(WATCH_EVERY_S)
            seen = self._moves
            yield self.latest

    async def work(self) -> None:
        """Works for ever."""
        while True:
            batch = await self._queue.get()
            for entry in batch.entries:
                await self._pull(entry, self._latest[entry.id])
            if self._shelf.refresh():
                self._on_change()
            if batch.then:
                batch.then()
            if not batch.over.done():
                batch.over.set_result(None)

    async def _pull(self, entry: Entry, pull: Pull) -> None:
        pull.status = "pulling"
        try:
            await self._bring(entry, pull)
        except ModelError as error:
            pull.status, pull.reason = "failed", str(error)
            log.warning("%s", error)
        else:
            pull.status, pull.done_bytes = "done", pull.total_bytes
        pull.ended_at = datetime.now(UTC)
        self._move()

    async def _bring(self, entry: Entry, pull: Pull) -> None:
        if entry.id in self._store.installed([entry]):
            return

        def report(done_bytes: int) -> None:
            pull.done_bytes = done_bytes
            self._move()

        await self._fetcher.fetch(entry, report)
        try:
            await asyncio.to_thread(self._shelf.try_out, entry)
        except ModelError:
            self._store.remove(entry, entry.digest)
            raise
        log.info("model %s is installed", entry.id)

    def is_under_way(self, model_id: ModelId) -> bool:
        pull = self._latest.get(model_id)
        return pull is not None and not pull.is_over

    def _move(self) -> None:
        """Wakes all who watch; each then waits for the next change."""
        self._moves += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def _within(what: Awaitable[object], seconds: float) -> bool:
    """Whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            await what
    except TimeoutError:
        return False
    return True
