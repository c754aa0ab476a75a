"""Where cluster is put together: the only file that knows concrete classes."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from pictopy_cluster.api import router
from pictopy_cluster.consumers import CONSUMERS
from pictopy_cluster.debounce import Debounce
from pictopy_cluster.gallery import Galleries
from pictopy_cluster.gazetteer import NoGazetteer
from pictopy_cluster.loops import backlog, keep_events, keep_people
from pictopy_cluster.ports import Deps
from pictopy_cluster.settings import ClusterSettings
from pictopy_cluster.store import PostgresStore
from pictopy_runtime.run import Kit, Service
from pictopy_vectors.open import vectors_of

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_deps(settings: ClusterSettings, kit: Kit, stack: AsyncExitStack) -> Deps:
    vectors = vectors_of(settings, kit)
    stack.push_async_callback(vectors.close)
    store = PostgresStore(kit.db)
    return Deps(
        store=store,
        galleries=Galleries(vectors, settings.neighbours, settings.neighbour_floor),
        gazetteer=NoGazetteer(),
        workers=kit.workers,
        settings=settings,
        people=Debounce(settings.quiet_s, settings.longest_wait_s, settings.batch_faces),
        events=Debounce(settings.quiet_s, settings.longest_wait_s, settings.batch_photos),
        log_lock=asyncio.Lock(),
        now=lambda: datetime.now(UTC),
    )


SERVICE = Service(
    name="cluster",
    settings=ClusterSettings,
    open_deps=open_deps,
    routers=(router,),
    consumers=CONSUMERS,
    loops=(keep_people, keep_events),
    backlog=backlog,
    migrations=MIGRATIONS,
)
