"""Ingest put together: the only module that knows which class does what."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from pictopy_ingest.adapters.heard import all_heard
from pictopy_ingest.adapters.pool import ProcessPreparer
from pictopy_ingest.adapters.prepare import Workplace
from pictopy_ingest.adapters.walker import DiskTree
from pictopy_ingest.api import ROUTERS
from pictopy_ingest.board import Board
from pictopy_ingest.consumers import CONSUMERS
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.ledger import reconcile_loop
from pictopy_ingest.ports import Deps, PictureFiles, Rhythm
from pictopy_ingest.scanning import scan_loop
from pictopy_ingest.settings import Settings
from pictopy_ingest.store import PostgresStore
from pictopy_ingest.watching import watch_loop
from pictopy_runtime.run import Kit, Service

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_deps(settings: Settings, kit: Kit, stack: AsyncExitStack) -> Deps:
    data_dir = settings.data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    pictures = PictureFiles(data_dir)
    limits = Limits(max_megapixels=settings.max_megapixels, max_image_bytes=settings.max_image_bytes)
    preparer = ProcessPreparer(Workplace(limits, pictures), settings.workers)
    stack.callback(preparer.close)
    rhythm = Rhythm(rescan_s=settings.rescan_s, reconcile_s=settings.reconcile_s, stalled_s=settings.stalled_s)
    return Deps(
        store=PostgresStore(kit.db),
        bus=kit.bus,
        tree=DiskTree(kit.workers, bytes(data_dir), rhythm.watch_settle_s),
        preparer=preparer,
        pictures=pictures,
        board=Board(),
        now=lambda: datetime.now(UTC),
        rhythm=rhythm,
        all_heard=all_heard(kit.bus),
        in_hand=settings.workers * 16,  # enough for the workers to go on while a batch is written
    )


async def backlog(deps: Deps) -> dict[str, int]:
    """Work of our own that is not done: nothing is settled before all of it is 0."""
    return {
        "files": deps.board.files_left,
        "scans": deps.board.wanted,
        "due": await deps.store.never_sent(),
    }


SERVICE = Service(
    name="ingest",
    settings=Settings,
    open_deps=open_deps,
    routers=ROUTERS,
    consumers=CONSUMERS,
    loops=(scan_loop, watch_loop, reconcile_loop),
    backlog=backlog,
    migrations=MIGRATIONS,
)
