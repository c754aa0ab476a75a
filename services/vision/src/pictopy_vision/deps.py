"""`Deps`: what handlers, routes and loops are given."""

import asyncio
from dataclasses import dataclass, field
from functools import cached_property

from pictopy_runtime.bus import Bus
from pictopy_runtime.workers import Workers
from pictopy_vision.desk import Desk
from pictopy_vision.phrases import Phrases
from pictopy_vision.ports import Previews
from pictopy_vision.starter import Starter


@dataclass(frozen=True)
class Deps(Desk):
    """The model desk, and what looking at photos needs."""

    bus: Bus
    workers: Workers
    previews: Previews
    starter: Starter
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))
    """How many photos are looked at at once: each holds its picture in memory."""
    idle_unload_s: float = 300.0
    engine_look_s: float = 5.0
    """How often the server that runs models, if there is one, is asked how it is."""
    other_models_look_s: float = 10.0

    @cached_property
    def phrases(self) -> Phrases:
        """The words of queries as vectors."""
        return Phrases(self.shelf, self.store)
