"""What search does with each message, on the in-memory store."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_contracts.messages import Message, PhotoAdded, PhotoChanged, SearchFinished
from pictopy_contracts.registry import STAGE_CONSUMER
from pictopy_runtime.errors import Poison
from pictopy_search.consumers import CONSUMERS, on_dead_analysis, on_dead_facts
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.text import terms_of
from pictopy_search.fake_deps import everything, fake_deps, hear
from pictopy_search.fakes import FakeStore
from pictopy_testing.photo_history import HISTORY, PHOTO_IDS
from pictopy_testing.photo_messages import ADDED, analysis, assigned, event, person, photo, photo_id
from pictopy_vectors.fakes import FakeVectors


class Bench:
    """Deps on fakes, and what came of it."""

    def __init__(self) -> None:
        self.store, self.vectors = FakeStore(), FakeVectors()
        self.deps = fake_deps(self.store, self.vectors)

    async def hear(self, *messages: Message) -> None:
        for message in messages:
            await hear(message, self.deps)

    @property
    def finished(self) -> list[Message]:
        return list(self.store.published.values())

    async def found(self, query: str) -> list[str]:
        hits = await self.store.search(Filters(terms=terms_of(query)), "oldest", None, 99)
        return [hit.card.photo_id for hit in hits]

    async def state(self) -> dict[str, Any]:
        points = {name: sorted(kept.points) for name, kept in self.vectors.collections.items()}
        return await everything(self.store, PHOTO_IDS) | {"points": points}


async def test_what_is_heard_twice_changes_nothing() -> None:
    """Each message of the history again, at once and at the end: same state, same messages out."""
    once, twice = Bench(), Bench()
    await once.hear(*HISTORY)
    for message in HISTORY:
        await twice.hear(message, message)
    await twice.hear(*HISTORY)
    assert await once.state() == await twice.state()
    assert once.finished == twice.finished


@settings(max_examples=60, deadline=None)
@given(st.permutations(HISTORY))
async def test_any_order_of_arrival_ends_alike(messages: list[Message]) -> None:
    """Streams know nothing of each other: what comes early is kept, what comes late and is old is dropped."""
    straight, shuffled = Bench(), Bench()
    await straight.hear(*HISTORY)
    await shuffled.hear(*messages)
    assert await straight.state() == await shuffled.state()
    done = {(one.photo_id, one.model_version) for one in shuffled.finished if isinstance(one, SearchFinished)}
    assert done >= {(photo_id(1), "v1"), (photo_id(2), "v1"), (photo_id(3), "v1"), (photo_id(4), "v2")}


@pytest.mark.parametrize(
    "messages",
    [
        (PhotoAdded(photo=photo(1)), analysis(1)),
        (analysis(1), PhotoAdded(photo=photo(1))),
        (analysis(1), PhotoChanged(photo=photo(1, 2)), PhotoAdded(photo=photo(1))),
    ],
)
async def test_a_photo_is_finished_when_facts_and_analysis_are_there(messages: tuple[Message, ...]) -> None:
    """Whichever came last; once."""
    bench = Bench()
    await bench.hear(messages[0])
    assert bench.finished == []
    await bench.hear(*messages[1:])
    assert bench.finished == [
        SearchFinished(photo_id=photo_id(1), stage="search", model_version="v1", status="done", finished_at=ADDED)
    ]


async def test_a_later_look_is_another_finish() -> None:
    """The ledger of ingest waits for the version it wants."""
    bench = Bench()
    await bench.hear(PhotoAdded(photo=photo(1)), analysis(1), analysis(1, model_version="v2", hours=1))
    assert [one.model_version for one in bench.finished if isinstance(one, SearchFinished)] == ["v1", "v2"]


async def test_what_is_given_up_is_said() -> None:
    """A photo that cannot be indexed is failed with its reason, not forgotten."""
    bench = Bench()
    await on_dead_analysis(analysis(1), "broken", 5, bench.deps)
    await on_dead_facts(PhotoAdded(photo=photo(2)), "broken too", 3, bench.deps)
    failed = [one for one in bench.finished if isinstance(one, SearchFinished)]
    assert [(one.photo_id, one.status, one.reason, one.attempts) for one in failed] == [
        (photo_id(1), "failed", "broken", 5),
        (photo_id(2), "failed", "broken too", 3),
    ]


async def test_a_person_s_new_name_reaches_all_their_photos() -> None:
    """And the old one finds nothing any more."""
    bench = Bench()
    for number in (1, 2):
        await bench.hear(PhotoAdded(photo=photo(number)), assigned(number, "p"))
    await bench.hear(person("p", "Anna"), person("p", "Zoë", revision=2))
    assert await bench.found("zoe") == [photo_id(1), photo_id(2)]
    assert await bench.found("anna") == []


async def test_a_hidden_person_cannot_be_found_by_name() -> None:
    """Nor is their name shown."""
    bench = Bench()
    await bench.hear(PhotoAdded(photo=photo(1)), assigned(1, "p"), person("p", "Anna"))
    await bench.hear(person("p", "Anna", revision=2, hidden=True))
    detail = await bench.store.photo(photo_id(1))
    assert detail is not None
    assert (detail.people, detail.faces[0].name, await bench.found("anna")) == ((), None, [])


async def test_an_event_that_lost_a_photo_is_not_its_event() -> None:
    """The photos that left are indexed again as well."""
    bench = Bench()
    await bench.hear(PhotoAdded(photo=photo(1)), PhotoAdded(photo=photo(2)))
    await bench.hear(event("e", "Sailing", [1, 2]), event("e", "Sailing", [2], revision=2))
    assert await bench.found("sailing") == [photo_id(2)]


async def test_vectors_of_every_model_are_kept_side_by_side() -> None:
    """A vector is a function of picture and model: it does not grow old, whichever look came last."""
    bench = Bench()
    await bench.hear(analysis(1, vector=[0.0, 1.0], model="new", hours=2), analysis(1, vector=[1.0, 0.0], hours=1))
    assert await bench.vectors.names() == ["photos-clip-s", "photos-new"]
    assert await bench.store.models_of(photo_id(1)) == ["clip-s", "new"]


async def test_an_embedding_of_length_zero_is_poison() -> None:
    """No retry makes it a direction."""
    with pytest.raises(Poison, match="clip-s"):
        await Bench().hear(analysis(1, vector=[0.0, 0.0]))


def test_durables_keep_their_names() -> None:
    """A new name would replay everything; the retry of the stage goes to one of them."""
    durables = {spec.durable("search") for spec in CONSUMERS}
    assert durables == {
        "search__on_photo_added",
        "search__on_photo_changed",
        "search__on_photo_moved",
        "search__on_photo_removed",
        "search__on_photo_analysed",
        "search__on_photo_assigned",
        "search__on_person_changed",
        "search__on_event_changed",
        "search__on_library_added",
        "search__on_library_removed",
        "search__on_models_changed",
        "search__on_stage_finished",
    }
    assert STAGE_CONSUMER["search"] in durables
