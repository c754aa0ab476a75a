"""What the store knows of words and of image models: one contract for the real one and its twin."""

from typing import Any

import pytest

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import EventId, ModelId
from pictopy_contracts.messages import ModelsChanged, PhotoAdded, PhotoRemoved, TextLine, VisionFinished
from pictopy_search import changes
from pictopy_search.app import MIGRATIONS
from pictopy_search.domain.filters import Among, Filters, Order
from pictopy_search.domain.nearness import Near, Wanted
from pictopy_search.domain.text import terms_of
from pictopy_search.fake_deps import NOW, fake_deps, hear
from pictopy_search.fakes import FakeStore
from pictopy_search.ports import Deps, Store
from pictopy_search.store import PostgresStore
from pictopy_testing.photo_messages import analysis, event, photo, photo_id

OLD, NEW = ModelId("old"), ModelId("new")
LINE = TextLine(text="Grand total", score=0.9, box=Box(x1=0, y1=0, x2=1, y2=1))


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.it)])
def opener(request: pytest.FixtureRequest) -> Any:
    """The factory of the real database, or None for the twin."""
    return None if request.param == "fake" else request.getfixturevalue("database")


@pytest.fixture
async def store(opener: Any) -> Store:
    return FakeStore() if opener is None else PostgresStore(await opener("search", MIGRATIONS))


@pytest.fixture
async def deps(store: Store) -> Deps:
    """Four photos: a dog on a trip, a beach, a receipt, and a hidden dog."""
    deps = fake_deps(store)
    await hear(PhotoAdded(photo=photo(1, caption="Rex at home", keywords=("Dog",))), deps)
    await hear(PhotoAdded(photo=photo(2)), deps)
    await hear(PhotoAdded(photo=photo(3)), deps)
    await hear(PhotoAdded(photo=photo(4, hidden=True)), deps)
    await hear(analysis(1, ["dog"], vector=[1.0, 0.0], model=OLD), deps)
    await hear(analysis(2, ["beach"], ["dog"], vector=[0.0, 1.0], model=OLD), deps)
    await hear(analysis(3, text=(LINE,), vector=[0.6, 0.8], model=OLD), deps)
    await hear(analysis(4, ["dog"]), deps)
    await hear(event("e-1", "A walk", [1], place="Lisbon", trip_id=EventId("t-1")), deps)
    await hear(event("t-1", "Our Portugal", kind="trip"), deps)
    return deps


def wanted(*near: tuple[int, str, float], least: int = 1) -> Wanted:
    """Led by all of its words, or by those of each term where all terms must be met."""
    terms = range(least) if least > 1 else (None,)
    groups = tuple(tuple(key for number, key, _ in near if term in (None, number)) for term in terms)
    return Wanted(tuple(Near(*one) for one in near), least, groups)


async def numbers(store: Store, given: Wanted, filters: Filters | None = None) -> list[int]:
    filters = filters or Filters()
    return [int(one, 16) for one, _ in await store.scored(given, filters, 99)]


async def test_the_lexicon_has_all_words_with_their_photos(store: Store, deps: Deps) -> None:
    """Labels, titles, places, captions, and what can be read in pictures."""
    words, photos = await store.lexicon()
    assert photos == 4
    assert words | {"dog": 0} == {
        "dog": 0,
        "beach": 1,
        "rex": 1,
        "at": 1,
        "home": 1,
        "grand": 1,
        "total": 1,
        "a walk": 1,
        "lisbon": 1,
        "our portugal": 1,
    }
    assert words["dog"] >= 3


@pytest.mark.parametrize(
    ("near", "least", "found"),
    [
        ([(0, "dog", 1.0)], 1, [1, 2]),
        ([(0, "dog", 1.0), (1, "beach", 1.0)], 2, [2]),
        ([(0, "dog", 1.0), (1, "total", 2.0)], 1, [3, 1, 2]),
        ([(0, "lisbon", 1.0)], 1, [1]),
        ([(0, "our portugal", 1.0)], 1, [1]),
        ([(0, "rex", 1.0)], 1, [1]),
        ([(0, "nothing", 1.0)], 1, []),
        ([], 1, []),
    ],
)
async def test_photos_are_scored_by_their_best_near_words(
    store: Store, deps: Deps, near: list[tuple[int, str, float]], least: int, found: list[int]
) -> None:
    """Hidden ones do not show; too few terms met is no hit."""
    assert await numbers(store, wanted(*near, least=least)) == found


async def test_only_photos_with_a_leading_word_are_scored(store: Store, deps: Deps) -> None:
    """The other words add to their score."""
    near = Near(0, "dog", 1.0), Near(1, "beach", 1.0), Near(2, "home", 1.0)
    assert await numbers(store, Wanted(near, 1, (("beach", "total"),))) == [2]
    assert await numbers(store, Wanted(near, 1, (("dog",),))) == [1, 2]
    assert await numbers(store, Wanted(near, 1, (("dog",), ("home",)))) == [1]


async def test_words_as_they_are_spelled_come_first(store: Store, deps: Deps) -> None:
    """Whatever the meaning says."""
    filters = Filters(terms=terms_of("beach"))
    assert await numbers(store, wanted((0, "dog", 5.0)), filters) == [2, 1]


async def test_other_filters_hold_for_both(store: Store, deps: Deps) -> None:
    """What is near must be under them, too."""
    filters = Filters(terms=terms_of("dog"), labels=("beach",))
    assert await numbers(store, wanted((0, "dog", 1.0)), filters) == [2]
    assert await numbers(store, wanted((0, "dog", 1.0)), Filters(is_hidden=True)) == [4]


@pytest.mark.parametrize(
    ("order", "terms", "found"), [("relevance", "dog", [3, 1]), ("newest", "", [3, 1]), ("newest", "beach", [3, 2, 1])]
)
async def test_photos_found_by_meaning_stand_beside_those_with_the_words(
    store: Store, deps: Deps, order: Order, terms: str, found: list[int]
) -> None:
    """By relevance in the order of their scores, and page by page."""
    among = Among((photo_id(1), photo_id(3), photo_id(4)), (0.5, 0.9, 1.0))
    filters = Filters(terms=terms_of(terms), among=among)
    hits = await store.search(filters, order, None, 99)
    assert [int(hit.card.photo_id, 16) for hit in hits] == found
    assert (await store.facets(filters)).total == len({*found, *([2] if terms else [])})


@pytest.mark.parametrize(("text", "found"), [("grand", [3]), ("tot", [3]), ('"tot"', []), ("grand total", [3])])
async def test_text_in_pictures_is_a_filter(store: Store, deps: Deps, text: str, found: list[int]) -> None:
    """A beginning of a word is enough, unless it is quoted."""
    hits = await store.search(Filters(reads=terms_of(text)), "newest", None, 99)
    assert [int(hit.card.photo_id, 16) for hit in hits] == found


async def test_a_new_caption_and_a_new_look_replace_their_words(store: Store, deps: Deps) -> None:
    """What stood there before finds nothing any more."""
    await hear(PhotoAdded(photo=photo(1, 2, caption="Bella")), deps)
    await hear(analysis(3, hours=1, models={"ocr": "reader"}), deps)
    words, _ = await store.lexicon()
    assert "bella" in words
    assert {"rex", "total"} & words.keys() == set()


async def test_a_task_that_is_off_keeps_what_it_found(store: Store, deps: Deps) -> None:
    """A later look without the reader leaves the text; one with it takes it away; the order of hearing is all one."""
    await hear(analysis(3, hours=2, models={}), deps)
    assert "total" in (await store.lexicon())[0]
    await hear(analysis(3, hours=1, models={"ocr": "reader"}), deps)
    assert "total" not in (await store.lexicon())[0]


async def test_a_change_of_model_on_stored_vectors(store: Store, deps: Deps) -> None:
    """Counted, swapped when complete, and the old rows forgotten; a failure counts as seen."""
    said = ModelsChanged(revision=1, model_version="v1", models={"image_embedding": OLD})
    await hear(said, deps)
    beside = {"image_embedding": (OLD,)}
    change = ModelsChanged(revision=2, model_version="v2", models={"image_embedding": NEW}, beside=beside)
    await hear(change, deps)
    assert (await changes.report(deps)).model_dump() | {"task": ""} == {
        "task": "",
        "active": OLD,
        "next": NEW,
        "done": 0,
        "total": 3,
        "state": "computing",
        "can_take_back": False,
        "previous": None,
    }
    for number in (1, 2):
        await hear(analysis(number, vector=[0.0, 1.0], model=NEW, hours=2), deps)
    failed = VisionFinished(photo_id=photo_id(3), stage="vision", model_version="v2", status="failed", finished_at=NOW)
    await hear(failed, deps)
    await changes.follow(deps)
    told = await changes.report(deps)
    assert (told.active, told.previous, told.state, told.done) == (NEW, OLD, "swapped", 3)
    assert await store.models_of(photo_id(1)) == [NEW, OLD]
    assert await store.sample(OLD, 2) == [photo_id(1), photo_id(2)]
    await hear(ModelsChanged(revision=3, model_version="v3", models={"image_embedding": NEW}), deps)
    assert await store.every_model() == [NEW]


async def test_a_removed_photo_is_not_waited_for(store: Store, deps: Deps) -> None:
    """It cannot be looked at again."""
    await hear(PhotoRemoved(photo_id=photo_id(1), revision=5), deps)
    assert await store.coverage(NEW, "v1") == (0, 2)
