"""A whole search service on fakes, messages heard as the runtime would, and a look at all that a store answers."""

from datetime import UTC, datetime
from typing import Any

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Message
from pictopy_search.consumers import CONSUMERS
from pictopy_search.domain.filters import Filters, Order
from pictopy_search.fake_meaning import FakeTower
from pictopy_search.fakes import FakeStore
from pictopy_search.pictures import Pictures
from pictopy_search.ports import Deps, Store
from pictopy_search.towers import TextTower
from pictopy_search.word_table import word_vectors
from pictopy_search.wordbook import Wordbook
from pictopy_vectors.fakes import FakeVectors
from pictopy_vectors.ports import Vectors

NOW = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
ORDERS: tuple[Order, ...] = ("newest", "oldest", "added", "quality")
HANDLERS: dict[type[Message], Any] = {spec.message: spec.handler for spec in CONSUMERS}


def fake_deps(store: Store | None = None, vectors: Vectors | None = None, tower: TextTower | None = None) -> Deps:
    """Any part may be the real one."""
    pictures = Pictures(vectors or FakeVectors())
    return Deps(store or FakeStore(), pictures, lambda: NOW, tower or FakeTower(), Wordbook(word_vectors()))


async def hear(message: Message, deps: Deps) -> None:
    await HANDLERS[type(message)](message, deps)


async def everything(store: Store, photo_ids: list[PhotoId]) -> dict[str, Any]:
    """All that a store answers, to compare two of them."""
    shown, hidden = Filters(), Filters(is_hidden=True)
    words, photos = await store.lexicon()
    return {
        "photos": [await store.photo(photo_id) for photo_id in photo_ids],
        "looks": [await store.look(photo_id) for photo_id in photo_ids],
        "models": [await store.models_of(photo_id) for photo_id in photo_ids],
        "lists": {order: await store.search(shown, order, None, 99) for order in ORDERS},
        "hidden": await store.search(hidden, "newest", None, 99),
        "facets": await store.facets(shown),
        "timeline": await store.timeline(shown, "day"),
        "near": await store.near_hashes("0" * 64, 99, 64),
        "names": sorted(await store.names()),
        "places": sorted(await store.places()),
        "words": (dict(sorted(words.items())), photos),
    }
