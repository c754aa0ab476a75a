"""How memories is put together."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from pictopy_memories.api import router
from pictopy_memories.consumers import CONSUMERS
from pictopy_memories.ports import Deps, Rules
from pictopy_memories.settings import Settings
from pictopy_memories.store import PostgresStore
from pictopy_memories.telling import backlog, keep_today_told
from pictopy_runtime.run import Kit, Service

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_deps(settings: Settings, kit: Kit, _: AsyncExitStack) -> Deps:
    return Deps(
        store=PostgresStore(kit.db),
        workers=kit.workers,
        now=lambda: datetime.now(UTC),
        rules=Rules(
            zone=settings.zone,
            daily_at=settings.daily_at,
            seed=settings.seed,
            settle_s=settings.settle_s,
        ),
    )


SERVICE: Service[Settings, Deps] = Service(
    name="memories",
    settings=Settings,
    open_deps=open_deps,
    routers=(router,),
    consumers=CONSUMERS,
    loops=(keep_today_told,),
    backlog=backlog,
    migrations=MIGRATIONS,
)
