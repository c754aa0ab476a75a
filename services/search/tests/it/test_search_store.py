"""The promises of the store, kept by Postgres and by the in-memory twin alike."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pictopy_contracts.ids import EventId, LibraryId, PersonId
from pictopy_contracts.messages import Message, NamedRegion, PhotoAdded, PhotoRemoved
from pictopy_search.app import MIGRATIONS
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Bucket, Filters, Near, Order
from pictopy_search.domain.periods import Period, parse_moment
from pictopy_search.domain.text import terms_of
from pictopy_search.fake_deps import everything, fake_deps, hear
from pictopy_search.fakes import FakeStore
from pictopy_search.ports import Store
from pictopy_search.store import PostgresStore
from pictopy_testing import photo_messages as made_up
from pictopy_testing.photo_history import HISTORY, PHOTO_IDS
from pictopy_testing.photo_messages import analysis, assigned, event, file, person, photo, photo_id

LIBRARY = (
    PhotoAdded(
        photo=photo(
            1,
            title="New York by night",
            caption="From the ferry",
            keywords=("Holiday", "Straße"),
            camera_make="Canon",
            camera_model="EOS 5D",
            rating=5,
            favourite=True,
            albums=("Best of",),
            latitude_deg=40.7,
            longitude_deg=-74.0,
        )
    ),
    PhotoAdded(photo=photo(2, keywords=("York", "new"), rating=-1, is_screenshot=True)),
    PhotoAdded(photo=photo(3, kind="video", duration_s=3.0, regions=(NamedRegion(name="Ömer", box=made_up.MIDDLE),))),
    PhotoAdded(photo=photo(4, hidden=True, keywords=("Holiday",))),
    PhotoAdded(photo=photo(5, taken_at_local=None, files=(file("Scans/opa.tif", LibraryId("attic")),))),
    PhotoAdded(photo=photo(6, latitude_deg=-16.5, longitude_deg=179.9, taken_at_local=made_up.NOON)),
    PhotoAdded(photo=photo(7)),
    PhotoRemoved(photo_id=photo_id(7), revision=2),
    analysis(1, ["city", "holiday"], ["boat", "boat"], phash="00000000000000ff", quality=made_up.quality(0.5)),
    analysis(2, ["city"], phash="00000000000000fe", quality=made_up.quality(0.9)),
    analysis(3, ["dog"], quality=made_up.quality(0.5)),
    analysis(4, phash="00000000000000ff"),
    assigned(1, "p-anna", "p-ben"),
    assigned(2, "p-anna"),
    assigned(3, "p-ben", is_face=False),
    person("p-anna", "Anna Meier"),
    person("p-ben"),
    event("e-1", "Across the water", [1, 2], place="Manhattan, New York", trip_id=EventId("t-1")),
    event("t-1", "America", kind="trip", place="USA"),
)


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.it)])
def opener(request: pytest.FixtureRequest) -> Any:
    """The factory of the real database, or None for the twin."""
    return None if request.param == "fake" else request.getfixturevalue("database")


@pytest.fixture
async def store(opener: Any) -> Store:
    return FakeStore() if opener is None else PostgresStore(await opener("search", MIGRATIONS))


@pytest.fixture
async def filled(store: Store) -> Store:
    await _hear_all(store, LIBRARY)
    return store


async def _hear_all(store: Store, messages: tuple[Message, ...]) -> None:
    deps = fake_deps(store)
    for message in messages:
        await hear(message, deps)


async def _numbers(store: Store, filters: Filters, order: Order = "oldest") -> list[int]:
    hits = await store.search(filters, order, None, 99)
    return [int(hit.card.photo_id, 16) for hit in hits]


def _period(text: str) -> Period:
    period = parse_moment(text)
    assert period is not None
    return period


class TestWords:
    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("city", [1, 2]),
            ("CIT", [1, 2]),
            ("new york", [1, 2]),
            ('"new york"', [1, 2]),
            ('"york new"', []),
            ('"new york by"', [1]),
            ('"night from"', []),
            ('"cit"', []),
            ("strasse", [1]),
            ("anna ferry", [1]),
            ("anna dog", []),
            ("omer", [3]),
            ("water america", [1, 2]),
            ("manhat", [1, 2]),
            ("IMG_0003", [3]),
            ("opa.tif", [5]),
            ("canon", [1]),
            ("nothing", []),
        ],
    )
    async def test_all_words_must_be_on_the_photo(self, filled: Store, query: str, numbers: list[int]) -> None:
        """Beginnings of words from any field; quoted words stand side by side in one text."""
        assert numbers == await _numbers(filled, Filters(terms=terms_of(query)))

    @pytest.mark.parametrize(("place", "numbers"), [("manh", [1, 2]), ("usa", [1, 2]), ("york", [1, 2]), ("ferry", [])])
    async def test_a_place_is_looked_for_among_places(self, filled: Store, place: str, numbers: list[int]) -> None:
        """Not in captions and keywords."""
        assert numbers == await _numbers(filled, Filters(place=terms_of(place)))

    async def test_a_name_counts_more_than_a_file_name(self, store: Store) -> None:
        """Relevance goes by where the word stands, then by time."""
        await _hear_all(
            store,
            (
                PhotoAdded(photo=photo(1, files=(file("anna.jpg"),))),
                PhotoAdded(photo=photo(2, files=(file("x.jpg"),))),
                PhotoAdded(photo=photo(3, files=(file("x.jpg"),), keywords=("anna",))),
                PhotoAdded(photo=photo(4, files=(file("anna.jpg"),))),
                assigned(2, "p"),
                person("p", "Anna"),
            ),
        )
        assert await _numbers(store, Filters(terms=terms_of("anna")), "relevance") == [2, 3, 4, 1]

    async def test_absurd_texts_are_taken(self, store: Store) -> None:
        """NUL, quotes, backslashes and megabytes of caption stop nothing."""
        ugly = "it's \x00 a \\ 'back:slash' | & ! <-> " + "long " * 100_000
        await _hear_all(store, (PhotoAdded(photo=photo(1, title=ugly[:50], caption=ugly, keywords=(ugly[:40], "|"))),))
        assert await _numbers(store, Filters(terms=terms_of(ugly[:40]))) == [1]


class TestFilters:
    @pytest.mark.parametrize(
        ("filters", "numbers"),
        [
            (Filters(), [6, 1, 2, 3, 5]),
            (Filters(is_hidden=True), [4]),
            (Filters(is_favourite=True), [1]),
            (Filters(is_favourite=False), [6, 2, 3, 5]),
            (Filters(is_screenshot=True), [2]),
            (Filters(kind="video"), [3]),
            (Filters(has_faces=True), [1, 2]),
            (Filters(has_faces=False), [6, 3, 5]),
            (Filters(min_rating=0), [1]),
            (Filters(min_rating=-1), [1, 2]),
            (Filters(camera="canon eos 5d"), [1]),
            (Filters(library=LibraryId("attic")), [5]),
            (Filters(album="Best of"), [1]),
            (Filters(labels=("holiday",)), [1]),
            (Filters(labels=("holiday", "boat")), [1]),
            (Filters(labels=("city", "dog")), []),
            (Filters(event=EventId("e-1")), [1, 2]),
            (Filters(event=EventId("t-1")), [1, 2]),
            (Filters(people=((PersonId("p-anna"),),)), [1, 2]),
            (Filters(people=((PersonId("p-anna"),), (PersonId("p-ben"),))), [1]),
            (Filters(people=((PersonId("p-ben"), PersonId("p-anna")),)), [1, 2]),
            (Filters(people=((),)), []),
            (Filters(month=1), [5]),
            (Filters(near=Near(40.7, -74.01, 5)), [1]),
            (Filters(near=Near(-16.5, -179.9, 30)), [6]),
            (Filters(near=Near(0, 0, 20_100)), [6, 1]),
            (replace(Filters(is_favourite=True, kind="photo"), terms=terms_of("city"), min_rating=5), [1]),
        ],
    )
    async def test_everything_asked_for_must_hold(self, filled: Store, filters: Filters, numbers: list[int]) -> None:
        """Removed photos never show, hidden ones only by themselves."""
        assert numbers == await _numbers(filled, filters)
        assert (await filled.facets(filters)).total == len(numbers)

    async def test_a_photo_without_a_date_stands_where_it_was_added(self, filled: Store) -> None:
        """In lists, in the timeline and to the filters of time."""
        added = _period("2024-01-01")
        assert await _numbers(filled, Filters(since=added.start, until=added.end)) == [5]
        assert [one.bucket for one in await filled.timeline(Filters(), "year")] == ["2024", "2023"]

    async def test_a_span_is_half_open(self, filled: Store) -> None:
        """A photo on the border is in one of two spans that touch."""
        border = made_up.photo(2).taken_at_local
        assert await _numbers(filled, Filters(until=border)) == [6, 1]
        assert await _numbers(filled, Filters(since=border)) == [2, 3, 5]


class TestLists:
    @pytest.mark.parametrize("order", ["newest", "oldest", "added", "quality", "relevance"])
    async def test_pages_give_each_photo_once(self, filled: Store, order: Order) -> None:
        """Page by page of one, in the order of the whole list."""
        filters = Filters(terms=terms_of("2023")) if order == "relevance" else Filters()
        whole = await filled.search(filters, order, None, 99)
        paged, after = [], None
        while page := await filled.search(filters, order, after, 1):
            paged += page
            after = Cursor(order, page[-1].at, page[-1].card.photo_id, page[-1].score)
        assert paged == whole
        assert len(whole) >= 4

    @pytest.mark.parametrize(
        ("order", "numbers"),
        [("newest", [5, 3, 2, 1, 6]), ("added", [6, 5, 3, 2, 1]), ("quality", [2, 3, 1, 5, 6])],
    )
    async def test_orders(self, filled: Store, order: Order, numbers: list[int]) -> None:
        """By time, by arrival, by quality with the unknown last."""
        assert numbers == await _numbers(filled, Filters(), order)

    @pytest.mark.parametrize(
        ("bucket", "first"), [("year", ("2023", 4)), ("month", ("2023-06", 4)), ("day", ("2023-06-15", 4))]
    )
    async def test_the_timeline_counts(self, filled: Store, bucket: Bucket, first: tuple[str, int]) -> None:
        """Newest first, under the same filters."""
        until = _period("2023").end
        assert [(one.bucket, one.count) for one in await filled.timeline(Filters(until=until), bucket)] == [first]

    async def test_facets_count_under_the_filters(self, filled: Store) -> None:
        """By name, each photo once a value; people without a name do not stand in the list."""
        facets = await filled.facets(Filters(event=EventId("e-1")))
        counts = {name: {one.label: one.count for one in found} for name, found in facets if name != "total"}
        assert counts == {
            "people": {"Anna Meier": 2},
            "tags": {"city": 2, "Holiday": 1, "Straße": 1, "boat": 1, "York": 1, "new": 1},
            "events": {"Across the water": 2, "America": 2},
            "cameras": {"Canon EOS 5D": 1},
            "years": {"2023": 2},
            "kinds": {"photo": 2},
            "places": {"Manhattan, New York": 2, "USA": 2},
        }

    async def test_near_hashes_come_by_distance(self, filled: Store) -> None:
        """Neither hidden nor far ones."""
        bits = f"{0xFF:064b}"
        assert await filled.near_hashes(bits, 9, 4) == [(photo_id(1), 0), (photo_id(2), 1)]
        assert await filled.near_hashes(bits, 1, 4) == [(photo_id(1), 0)]

    async def test_only_photos_that_may_be_shown_have_cards(self, filled: Store) -> None:
        """Asked by id, hidden and removed ones are left out."""
        cards = await filled.cards([photo_id(number) for number in (1, 4, 7, 99)])
        assert [card.photo_id for card in cards] == [photo_id(1)]

    async def test_a_photo_is_known_with_all_its_parts(self, filled: Store) -> None:
        """People with boxes, labels with scores and sources, events, files."""
        detail = await filled.photo(photo_id(1))
        assert detail is not None
        assert [(face.name, face.person_id, face.box) for face in detail.faces] == [
            ("Anna Meier", "p-anna", made_up.MIDDLE),
            (None, "p-ben", made_up.MIDDLE),
        ]
        assert [(one.source, one.label, one.score) for one in detail.labels] == [
            ("keyword", "Holiday", None),
            ("keyword", "Straße", None),
            ("object", "boat", 0.8),
            ("object", "boat", 0.8),
            ("tag", "city", 0.9),
            ("tag", "holiday", 0.9),
        ]
        assert [one.title for one in detail.events] == ["Across the water", "America"]
        assert [one.path for one in detail.files] == ["2023/IMG_0001.jpg"]
        assert (detail.event_title, detail.quality, detail.removed) == ("Across the water", 0.5, False)
        assert detail.quality_parts == made_up.quality(0.5)

    async def test_a_removed_photo_is_still_known(self, filled: Store) -> None:
        """By its id, marked as removed; an unknown one is None."""
        detail = await filled.photo(photo_id(7))
        assert detail is not None
        assert detail.removed
        assert await filled.photo(photo_id(99)) is None

    async def test_names_are_of_people_who_are_shown(self, filled: Store) -> None:
        """For reading queries: named people and places of events."""
        assert await filled.names() == [(PersonId("p-anna"), "Anna Meier")]
        assert sorted(await filled.places()) == ["Manhattan, New York", "USA"]


@pytest.mark.it
@pytest.mark.parametrize("seed", range(6))
async def test_postgres_answers_as_its_twin(database: Callable[..., Any], seed: int) -> None:
    """The same history in any order, each message up to twice: the real index is the one that plain Python makes."""
    twin, store = FakeStore(), PostgresStore(await database("search", MIGRATIONS))
    await _hear_all(twin, HISTORY)
    shuffled = random.Random(seed).sample([*HISTORY, *HISTORY], 2 * len(HISTORY))
    await _hear_all(store, tuple(shuffled))
    ours, theirs = await everything(store, PHOTO_IDS), await everything(twin, PHOTO_IDS)
    for name, answer in theirs.items():
        assert ours[name] == answer


@pytest.mark.it
async def test_what_is_finished_waits_in_the_outbox(database: Callable[..., Any]) -> None:
    """In the transaction of the change, under an id that names the fact."""
    opened = await database("search", MIGRATIONS)
    await _hear_all(PostgresStore(opened), (PhotoAdded(photo=photo(1)), analysis(1)))
    async with opened.transaction() as connection:
        rows = await (await connection.execute("SELECT msg_id, subject FROM outbox")).fetchall()
    moment = made_up.ADDED.isoformat()
    assert rows == [{"msg_id": f"{photo_id(1)}:v1:{moment}:search", "subject": "search.stage.finished.v1"}]
