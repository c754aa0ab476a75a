"""Puts the vision service together: the only file that knows concrete classes."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import fields

from pictopy_contracts.ids import ModelId
from pictopy_runtime.run import Kit, Service
from pictopy_vision import api, api_phrases, api_profiles, loops
from pictopy_vision.catalogue_files import Catalogue, CatalogueError
from pictopy_vision.consumers import CONSUMERS
from pictopy_vision.deps import Deps
from pictopy_vision.desk import DESK_LOOPS, open_desk
from pictopy_vision.domain.entry import Entry
from pictopy_vision.ports import Previews
from pictopy_vision.previews import FolderPreviews, HttpPreviews
from pictopy_vision.settings import VisionSettings
from pictopy_vision.starter import Starter


async def open_deps(settings: VisionSettings, kit: Kit, stack: AsyncExitStack) -> Deps:
    desk = await open_desk(settings, stack)
    starter = Starter(
        desk.pulls,
        _pulled_at_start(desk.shelf.catalogue, settings),
        retry_pause_s=settings.starter_retry_s,
        patience_s=settings.starter_wait_s,
    )
    return Deps(
        **{field.name: getattr(desk, field.name) for field in fields(desk)},
        bus=kit.bus,
        workers=kit.workers,
        previews=_previews(settings, kit),
        starter=starter,
        idle_unload_s=settings.idle_unload_s,
        gate=asyncio.Semaphore(settings.photos_at_once),
        engine_look_s=settings.triton_look_s,
        other_models_look_s=settings.other_models_look_s,
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
    routers=(api_profiles.router, api_phrases.router, api.router),
    consumers=CONSUMERS,
    loops=(*DESK_LOOPS, *loops.LOOPS),
    backlog=loops.backlog,
)
