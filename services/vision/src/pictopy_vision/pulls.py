"""Pulls of model files, one batch after the other, with their progress kept for whoever asks."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import ModelFetcher, ModelStore
from pictopy_vision.shelf import Shelf

log = logging.getLogger(__name__)
PullStatus = Literal["waiting", "pulling", "done", "failed"]


@dataclass
class Pull:
    """One file on its way; the latest pull of each model is kept."""

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


class Pulls:
    """`on_change` is called once a batch, when it changed the set of models in use."""

    def __init__(self, shelf: Shelf, store: ModelStore, fetcher: ModelFetcher, on_change: Callable[[], None]) -> None:
        self._shelf = shelf
        self._store = store
        self._fetcher = fetcher
        self._on_change = on_change
        self._queue: asyncio.Queue[tuple[list[Entry], asyncio.Future[None]]] = asyncio.Queue()
        self._latest: dict[ModelId, Pull] = {}

    def ask(self, entries: Sequence[Entry]) -> tuple[list[Pull], asyncio.Future[None]]:
        """Put a batch in the queue; the future is done when the batch is, however it ended.

        Idempotent: a model that is waiting or on its way is not asked for twice.
        """
        over = asyncio.get_running_loop().create_future()
        fresh = [entry for entry in entries if not self.is_under_way(entry.id)]
        for entry in fresh:
            self._latest[entry.id] = Pull(entry.id, entry.bytes, datetime.now(UTC))
        self._queue.put_nowait((fresh, over))
        return [self._latest[entry.id] for entry in entries], over

    @property
    def latest(self) -> list[Pull]:
        return list(self._latest.values())

    @property
    def under_way(self) -> int:
        return sum(not pull.is_over for pull in self._latest.values())

    async def work(self) -> None:
        """Works for ever."""
        while True:
            entries, over = await self._queue.get()
            for entry in entries:
                await self._pull(entry, self._latest[entry.id])
            if self._shelf.refresh():
                self._on_change()
            if not over.done():
                over.set_result(None)

    async def _pull(self, entry: Entry, pull: Pull) -> None:
        pull.status = "pulling"
        try:
            await self._bring(entry, pull)
        except ModelError as error:
            pull.status, pull.reason = "failed", str(error)
            log.warning("%s", error)
        else:
            pull.status, pull.done_bytes = "done", entry.bytes
        pull.ended_at = datetime.now(UTC)

    async def _bring(self, entry: Entry, pull: Pull) -> None:
        if entry.id in self._store.installed([entry]):
            return

        def report(done_bytes: int) -> None:
            pull.done_bytes = done_bytes

        await self._fetcher.fetch(entry, report)
        try:
            await asyncio.to_thread(self._shelf.try_out, entry)
        except ModelError:
            self._store.remove(entry)
            raise
        log.info("model %s is installed", entry.id)

    def is_under_way(self, model_id: ModelId) -> bool:
        pull = self._latest.get(model_id)
        return pull is not None and not pull.is_over
