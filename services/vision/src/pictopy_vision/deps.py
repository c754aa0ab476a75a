"""`Deps`: what handlers, routes and loops are given."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pictopy_runtime.bus import Bus
from pictopy_runtime.workers import Workers
from pictopy_vision.ports import ModelStore, Previews
from pictopy_vision.pulls import Pulls
from pictopy_vision.shelf import Shelf
from pictopy_vision.starter import Starter


@dataclass(frozen=True)
class Deps:
    bus: Bus
    workers: Workers
    previews: Previews
    store: ModelStore
    shelf: Shelf
    pulls: Pulls
    starter: Starter
    now: Callable[[], datetime]
    """The time of day, aware, UTC."""
    news: asyncio.Event
    """Set when the others have not yet been told of the models now in use."""
    idle_unload_s: float = 300.0
    engine_look_s: float = 5.0
    """How often the server that runs models, if there is one, is asked how it is."""
