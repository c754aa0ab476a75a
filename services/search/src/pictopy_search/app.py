"""Where search is put together."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from pictopy_runtime.run import Kit, Service
from pictopy_search.api import router
from pictopy_search.consumers import CONSUMERS
from pictopy_search.loops import keep_models, keep_words
from pictopy_search.pictures import Pictures
from pictopy_search.ports import Deps
from pictopy_search.settings import Settings
from pictopy_search.store import PostgresStore
from pictopy_search.vision_tower import VisionTower
from pictopy_search.word_table import word_vectors
from pictopy_search.wordbook import Wordbook
from pictopy_vectors.open import vectors_of

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_deps(settings: Settings, kit: Kit, stack: AsyncExitStack) -> Deps:
    vectors = vectors_of(settings, kit)
    stack.push_async_callback(vectors.close)
    return Deps(
        PostgresStore(kit.db),
        Pictures(vectors),
        lambda: datetime.now(UTC),
        VisionTower(kit.http, settings.vision_url),
        Wordbook(word_vectors()),
    )


SERVICE = Service(
    name="search",
    settings=Settings,
    open_deps=open_deps,
    routers=(router,),
    consumers=CONSUMERS,
    loops=(keep_words, keep_models),
    migrations=MIGRATIONS,
)
