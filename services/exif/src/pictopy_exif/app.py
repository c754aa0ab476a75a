"""The exif service put together: the only place that knows which classes stand behind the ports."""

from contextlib import AsyncExitStack
from pathlib import Path

from pictopy_exif.api import router
from pictopy_exif.consumers import CONSUMERS
from pictopy_exif.disk import PosixDisk
from pictopy_exif.dry_run import count_when_asked
from pictopy_exif.exiv2 import Exiv2Reader
from pictopy_exif.journaling import keep_journals
from pictopy_exif.loop import write_wishes
from pictopy_exif.ports import Deps
from pictopy_exif.settings import Settings
from pictopy_exif.store import PostgresStore
from pictopy_exif.store_journal import PostgresJournal
from pictopy_runtime.run import Kit, Service

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_deps(settings: Settings, kit: Kit, stack: AsyncExitStack) -> Deps:
    return Deps(
        store=PostgresStore(kit.db),
        disk=PosixDisk(keep_mtime=settings.keep_mtime),
        reader=Exiv2Reader(),
        workers=kit.workers,
        limits=settings.limits,
        journal=PostgresJournal(kit.db),
    )


async def backlog(deps: Deps) -> dict[str, int]:
    """Photos whose wishes wait to be written, and journals; none while nothing may be written."""
    if not (await deps.store.rules()).writes:
        return {"writes": 0}
    return {"writes": await deps.store.waiting() + await deps.journal.waiting()}


SERVICE: Service[Settings, Deps] = Service(
    name="exif",
    settings=Settings,
    open_deps=open_deps,
    routers=(router,),
    consumers=CONSUMERS,
    loops=(write_wishes, keep_journals, count_when_asked),
    backlog=backlog,
    migrations=MIGRATIONS,
)
