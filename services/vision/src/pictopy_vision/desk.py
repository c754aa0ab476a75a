"""The model desk: all that choosing, fetching and measuring models needs, and nothing that looks at photos.

The service has it, and so has `python -m pictopy_vision.manage`, which answers the same routes while no stack runs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import httpx

from pictopy_contracts.ids import ModelId
from pictopy_vision.bundles import Bundles
from pictopy_vision.catalogue_files import Catalogue, catalogue_folder, read_catalogue
from pictopy_vision.choice_keeper import ChoiceKeeper
from pictopy_vision.domain.entry import EMBEDDING_TASKS, Entry, Task
from pictopy_vision.domain.hardware import Hardware
from pictopy_vision.domain.profiles import Profile
from pictopy_vision.engines import open_engine
from pictopy_vision.fetch import Fetcher
from pictopy_vision.machine import look
from pictopy_vision.model_folder import ModelFolder, Version
from pictopy_vision.ports import ModelStore
from pictopy_vision.pulls import Pulls
from pictopy_vision.settings import VisionSettings
from pictopy_vision.shelf import Shelf
from pictopy_vision.timings import Timings


class VersionedStore(ModelStore, Protocol):
    """What the desk asks of a store beyond what analysing needs."""

    def versions(self, model_id: ModelId) -> list[Version]: ...


@dataclass(frozen=True)
class Desk:
    store: VersionedStore
    shelf: Shelf
    pulls: Pulls
    timings: Timings
    bundles: Bundles
    machine: Callable[[], Hardware]
    now: Callable[[], datetime]
    """The time of day, aware, UTC."""
    news: asyncio.Event
    """Set when the others have not yet been told of the models now in use."""

    def tell(self, changed: bool) -> None:
        if changed:
            self.news.set()

    def use_profile(self, profile: Profile) -> None:
        """Once its models are here: they do their tasks, and what it leaves out is off."""
        entries = [self.shelf.entries[model_id] for model_id in profile.models]
        installed = self.shelf.installed()
        changed = False
        for task, entry in tasks_of(entries).items():
            if entry.id in installed:
                changed |= self.shelf.use(entry, (task,), self.now())
        if installed.issuperset(profile.models):
            for task in self.shelf.lineup.entries.keys() - tasks_of(entries).keys():
                changed |= self.shelf.turn(task, on=False)
        self.tell(changed)


def tasks_of(entries: Sequence[Entry]) -> dict[Task, Entry]:
    """Each task with the first entry that does it."""
    tasks: dict[Task, Entry] = {}
    for entry in entries:
        for task in entry.tasks:
            tasks.setdefault(task, entry)
    return tasks


async def open_desk(settings: VisionSettings, stack: AsyncExitStack) -> Desk:
    """Raises CatalogueError, ChoicesError."""
    catalogue: Catalogue = read_catalogue(catalogue_folder(settings.catalogue_dir))
    strangers = httpx.AsyncClient(follow_redirects=True, timeout=httpx.Timeout(30, connect=10))  # carries no token
    await stack.enter_async_context(strangers)
    folder = ModelFolder(settings.data_dir / "models", settings.other_model_dirs, catalogue.licences)
    engine = open_engine(settings)
    stack.callback(engine.close)
    keeper = ChoiceKeeper(settings.data_dir / "choices.json")
    shelf = Shelf(catalogue, folder, engine, time.monotonic, keeper)
    if not keeper.is_kept and _is_of_an_older_version(shelf, folder):
        shelf.note_analysed(
            {task: shelf.lineup.models[task] for task in EMBEDDING_TASKS if task in shelf.lineup.models}
        )
    news = asyncio.Event()
    news.set()
    fetcher = Fetcher(folder, strangers, settings.models_mirror, is_offline=settings.models_offline)
    return Desk(
        store=folder,
        shelf=shelf,
        pulls=Pulls(shelf, folder, fetcher, news.set),
        timings=Timings(shelf, time.monotonic),
        bundles=Bundles(shelf, folder),
        machine=partial(look, folder.root, lambda: engine.providers),
        now=lambda: datetime.now(UTC),
        news=news,
    )


def _is_of_an_older_version(shelf: Shelf, folder: ModelFolder) -> bool:
    """Models without a record beside them were pulled before there were any, so photos have their embeddings."""
    return not shelf.installed() <= {entry.id for entry in folder.stored()}


async def pull_models(desk: Desk) -> None:
    await desk.pulls.work()


async def measure_models(desk: Desk) -> None:
    await desk.timings.work()


DESK_LOOPS: tuple[Callable[[Desk], Awaitable[None]], ...] = (pull_models, measure_models)
