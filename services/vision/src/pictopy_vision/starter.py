"""The first pull: the small set of models with which a new installation begins."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from pictopy_vision.domain.entry import Entry
from pictopy_vision.pulls import Pulls

log = logging.getLogger(__name__)


class Starter:
    """Photos wait for it, so that they are not looked at once without and once with models."""

    def __init__(self, pulls: Pulls, entries: Sequence[Entry], *, retry_pause_s: float, patience_s: float) -> None:
        """`entries`: empty where nothing is to be pulled by itself; `patience_s`: how long a photo waits at most."""
        self._pulls = pulls
        self._entries = entries
        self._retry_pause_s = retry_pause_s
        self._patience_s = patience_s
        self._over = asyncio.Event()
        if not entries:
            self._over.set()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    async def over(self) -> None:
        """Returns when the pull ended, well or not, or when patience did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await self._over.wait()

    async def fetch(self) -> None:
        """Pull, once more what failed, and say in one line what could not be had."""
        missing = await self._pull(self._entries)
        if missing:
            await asyncio.sleep(self._retry_pause_s)
            missing = await self._pull(missing)
        if missing:
            log.warning(
                "going on without %s: the Models page and GET /v1/models/pulls have the reason; to add them later set "
                "PICTOPY_MODELS_MIRROR or take a bundle (models/README.md), and POST /v1/models/pull-starter",
                ", ".join(entry.id for entry in missing),
            )
        self._over.set()

    async def _pull(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that failed."""
        if not entries:
            return []
        pulls, batch = self._pulls.ask(entries)
        await batch
        return [entry for entry, pull in zip(entries, pulls, strict=True) if pull.status != "done"]
