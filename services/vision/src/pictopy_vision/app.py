"""Puts the vision service together: the only file that knows concrete classes."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import httpx

from pictopy_contracts.ids import ModelId
from pictopy_runtime.run import Kit, Service
from pictopy_vision import loops
from pictopy_vision.api import router
from pictopy_vision.catalogue_files import Catalogue, CatalogueError, catalogue_folder, read_catalogue
from pictopy_vision.consumers import CONSUMERS
from pictopy_vision.deps import Deps
from pictopy_vision.domain.entry import Entry
from pictopy_vision.engines import open_engine
from pictopy_vision.fetch import Fetcher
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.ports import Previews
from pictopy_vision.previews import FolderPreviews, HttpPreviews
from pictopy_vision.pulls import Pulls
from pictopy_vision.settings import VisionSettings
from pictopy_vision.shelf import Shelf
from pictopy_vision.starter import Starter


async def open_deps(settings: VisionSettings, kit: Kit, stack: AsyncExitStack) -> Deps:
    catalogue = read_catalogue(catalogue_folder(settings.catalogue_dir))
    timeout = httpx.Timeout(30, connect=10)
    strangers = httpx.AsyncClient(follow_redirects=True, timeout=timeout)  # carries no token of ours
    await stack.enter_async_context(strangers)
    store = ModelFolder(settings.data_dir / "models")
    engine = open_engine(settings)
    stack.callback(engine.close)
    shelf = Shelf(catalogue, store, engine, time.monotonic)
    news = asyncio.Event()
    news.set()
    pulls = Pulls(shelf, store, Fetcher(store, strangers, settings.models_mirror), news.set)
    starter = Starter(
        pulls,
        _pulled_at_start(catalogue, settings),
        retry_pause_s=settings.starter_retry_s,
        patience_s=settings.starter_wait_s,
    )
    return Deps(
        bus=kit.bus,
        workers=kit.workers,
        previews=_previews(settings, kit),
        store=store,
        shelf=shelf,
        pulls=pulls,
        starter=starter,
        now=lambda: datetime.now(UTC),
        news=news,
        idle_unload_s=settings.idle_unload_s,
        engine_look_s=settings.triton_look_s,
    )


def _pulled_at_start(catalogue: Catalogue, settings: VisionSettings) -> list[Entry]:
    extra = {ModelId(name.strip()) for name in settings.auto_pull_extra.split(",") if name.strip()}
    unknown = extra - catalogue.entries.keys()
    if unknown:
        raise CatalogueError(f"VISION_AUTO_PULL_EXTRA names unknown models: {', '.join(sorted(unknown))}")
    entries: Iterable[Entry] = catalogue.entries.values()
    return [entry for entry in entries if (entry.starter and settings.auto_pull_starter) or entry.id in extra]


def _previews(settings: VisionSettings, kit: Kit) -> Previews:
    over_http = HttpPreviews(kit.http, settings.ingest_url, settings.previews_patience_s)
    return FolderPreviews(settings.previews_dir, over_http) if settings.previews_dir else over_http


SERVICE = Service(
    name="vision",
    settings=VisionSettings,
    open_deps=open_deps,
    routers=(router,),
    consumers=CONSUMERS,
    loops=(loops.pull_models, loops.fetch_starter, loops.announce_models, loops.unload_idle_models, loops.watch_engine),
    backlog=loops.backlog,
)
