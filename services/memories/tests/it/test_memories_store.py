"""One contract for the store, kept by the fake and by Postgres."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pictopy_contracts.messages import StoryReady
from pictopy_memories.app import MIGRATIONS
from pictopy_memories.domain.facts import EventFacts, LookFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.history import Said, Verdict
from pictopy_memories.domain.library import Library
from pictopy_memories.domain.story import LeftOut, Slide, Story, story_id_of
from pictopy_memories.fakes import FakeStore
from pictopy_memories.ports import BuildState, Shown, Store
from pictopy_memories.store import PostgresStore
from pictopy_memories.synthetic import life
from pictopy_memories.telling import ready
from pictopy_testing.plugin import DatabaseFactory

DAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 3, tzinfo=UTC)
TAKEN = datetime(2023, 5, 4, 9, 30)  # noqa: DTZ001  local time is naive by contract


def story(key: str, *photo_ids: str, day: date = DAY, **changes: Any) -> Story:
    made = Story(
        story_id=story_id_of(day, key),
        day=day,
        key=key,
        kind="trip",
        subject=f"about {key}",
        title="Lisbon",
        subtitle="3 years ago",
        reasons=("You were there",),
        left_out=(LeftOut("blurred", 2),),
        cover_photo_id=photo_ids[0],
        person_ids=(),
        score=0.5,
        slides=tuple(Slide(photo_id, "Lisbon", ("It fits",), n == 0) for n, photo_id in enumerate(photo_ids)),
    )
    return replace(made, **changes)


async def with_photos(store: Store, *photo_ids: str) -> None:
    async with store.unit() as unit:
        for photo_id in photo_ids:
            await unit.keep_photo(PhotoFacts(photo_id, 1, TAKEN))


async def put(store: Store, *stories: Story, day: date = DAY, version: int = 1) -> list[str]:
    async with store.unit() as unit:
        return [told.story.key for told in await unit.replace_stories(day, version, stories, NOW)]


async def told_on(store: Store, day: date = DAY) -> list[Story]:
    async with store.unit() as unit:
        return [told.story for told in await unit.stories_of(day)]


async def library(store: Store) -> Library:
    async with store.unit() as unit:
        snapshot = await unit.snapshot(DAY)
    return Library.of(snapshot.columns, snapshot.persons, snapshot.in_photo, snapshot.events)


class StoreContract:
    """What any store promises."""

    async def test_an_empty_store(self, store: Store) -> None:
        """Nothing known is a library of no photos."""
        assert len(await library(store)) == 0
        assert await told_on(store) == []
        async with store.unit() as unit:
            assert await unit.story("none") is None
            assert await unit.state(DAY) == BuildState(0, None)

    async def test_the_library_comes_back_as_it_was_told(self, store: Store) -> None:
        """Every column, in the right place, for known and for missing facts."""
        async with store.unit() as unit:
            await unit.keep_photo(PhotoFacts("b", 1, TAKEN, True, True, True, -1, True, True, 1.5))
            await unit.keep_photo(PhotoFacts("a", 1))
            await unit.keep_look(LookFacts("b", NOW, 0.25, 0.5, 0.75, -2, ("dog", "receipt"), "m", None))
            await unit.keep_people(PeopleFacts("b", 1, ("p", "q"), 3, 0.125))
            await unit.keep_person(PersonFacts("q", 1, "Quentin", True))
            await unit.keep_event(EventFacts("e", 1, "trip", "Lisbon", TAKEN, TAKEN, "Lisbon", None, ("b", "gone")))
        made = await library(store)
        columns = made.columns
        assert columns.ids.tolist() == ["b", "a"]
        assert np.isnat(columns.taken).tolist() == [False, True]
        assert columns.taken[0] == np.datetime64(TAKEN)
        for name in ("is_video", "favourite", "hidden", "is_screenshot", "is_document", "is_told", "has_phash"):
            assert getattr(columns, name).tolist() == [True, False], name
        assert columns.rating.tolist() == [-1, 0]
        assert columns.aspect.tolist() == [1.5, 1.0]
        assert [columns.quality[0], columns.sharpness[0], columns.exposure[0]] == [0.25, 0.5, 0.75]
        assert np.isnan([columns.quality[1], columns.sharpness[1], columns.exposure[1]]).all()
        assert columns.phash.tolist() == [-2, 0]
        assert (columns.faces.tolist(), columns.largest_face.tolist()) == ([3, 0], [0.125, 0.0])
        assert np.isinf(columns.shown_days).all()
        assert [(one.person_id, one.name, one.hidden) for one in made.persons] == [
            ("p", None, False),
            ("q", "Quentin", True),
        ]
        assert made.people_in(0).tolist() == [0, 1]
        assert [(one.facts.title, one.rows.tolist()) for one in made.events] == [("Lisbon", [0])]

    async def test_both_stores_hold_a_whole_life(self, store: Store) -> None:
        """A made-up year goes in and comes out the same."""
        made = life(31, date(2024, 1, 1), 1, days_with_photos=0.05)
        made.photos.sort(key=lambda one: (str(one.taken_at_local), one.photo_id))
        async with store.unit() as unit:
            for photo in made.photos:
                await unit.keep_photo(photo)
                await unit.keep_look(made.looks[photo.photo_id])
                await unit.keep_people(made.people[photo.photo_id])
            for event in made.events:
                await unit.keep_event(event)
            vectors = await unit.vectors([photo.photo_id for photo in made.photos])
        found = await library(store)
        assert found.columns.ids.tolist() == [photo.photo_id for photo in made.photos]
        wanted = made.vectors([photo.photo_id for photo in made.photos])
        assert all(np.array_equal(vectors[one].values, wanted[one].values) for one in wanted)
        assert found.columns.quality.tolist() == pytest.approx(
            [made.looks[one.photo_id].quality for one in made.photos]
        )

    async def test_the_newest_fact_wins(self, store: Store) -> None:
        """An older or equal revision changes nothing, the version neither."""
        async with store.unit() as unit:
            await unit.keep_photo(PhotoFacts("a", 2, TAKEN, favourite=True))
            await unit.keep_photo(PhotoFacts("a", 2, TAKEN))
            await unit.keep_photo(PhotoFacts("a", 1, TAKEN))
            await unit.drop_photo("a", 1)
            await unit.keep_look(LookFacts("a", NOW, 0.5))
            await unit.keep_look(LookFacts("a", NOW - timedelta(hours=1), 0.1))
            await unit.keep_people(PeopleFacts("a", 2, ("p",)))
            await unit.keep_people(PeopleFacts("a", 1, ("q",)))
            await unit.keep_person(PersonFacts("p", 2, "Anna"))
            await unit.keep_person(PersonFacts("p", 1))
            assert (await unit.state(DAY)).version == 4
        made = await library(store)
        assert made.columns.favourite.tolist() == [True]
        assert made.columns.quality.tolist() == [0.5]
        assert [one.name for one in made.persons] == ["Anna"]

    async def test_a_removed_photo_is_away_until_it_comes_back(self, store: Store) -> None:
        """A removal that overtakes the addition holds; a later revision brings it back."""
        async with store.unit() as unit:
            await unit.drop_photo("a", 2)
            await unit.keep_photo(PhotoFacts("a", 1, TAKEN))
        assert len(await library(store)) == 0
        async with store.unit() as unit:
            await unit.keep_photo(PhotoFacts("a", 3, TAKEN))
        assert len(await library(store)) == 1

    async def test_an_event_that_is_gone(self, store: Store) -> None:
        """It is kept out, and an older revision does not revive it."""
        gone = EventFacts("e", 2, "event", "Picnic", TAKEN, TAKEN, is_gone=True)
        await with_photos(store, "a")
        async with store.unit() as unit:
            await unit.keep_event(gone)
            await unit.keep_event(replace(gone, revision=1, is_gone=False, photo_ids=("a",)))
        assert (await library(store)).events == ()

    async def test_stories_come_back_best_first(self, store: Store) -> None:
        """As they were told, slides in their order."""
        await with_photos(store, "a", "b", "c")
        weak, strong = story("weak", "a", "b"), story("strong", "c", score=0.9)
        assert await put(store, weak, strong) == ["weak", "strong"]
        assert await told_on(store) == [strong, weak]
        assert await told_on(store, DAY - timedelta(days=1)) == []

    async def test_only_new_and_changed_stories_are_told_again(self, store: Store) -> None:
        """The rest keeps its revision; what is no longer told goes."""
        await with_photos(store, "a", "b", "c")
        await put(store, story("same", "a"), story("changed", "b"), story("gone", "c"))
        again = [story("same", "a", score=0.7), story("changed", "b", title="Porto"), story("new", "c")]
        assert await put(store, *again, version=2) == ["changed", "new"]
        assert [one.score for one in await told_on(store)] == [0.7, 0.5, 0.5]
        async with store.unit() as unit:
            revisions = {told.story.key: told.revision for told in await unit.stories_of(DAY)}
            assert revisions == {"same": 1, "changed": 2, "new": 2}
            assert await unit.state(DAY) == BuildState(3, 2)
            assert await unit.replace_stories(DAY, 1, [], NOW) == []
        assert len(await told_on(store)) == 3

    async def test_what_was_seen_stays(self, store: Store) -> None:
        """A rebuild neither changes nor removes it, and knows that it is there."""
        await with_photos(store, "a", "b")
        seen = story("seen", "a")
        await put(store, seen, story("unseen", "b"))
        async with store.unit() as unit:
            await unit.mark_seen(seen.story_id, NOW)
            await unit.mark_seen(seen.story_id, NOW + timedelta(hours=1))
        assert await put(store, story("seen", "b"), version=2) == []
        assert await told_on(store) == [seen]
        async with store.unit() as unit:
            assert [told.seen_at for told in await unit.seen()] == [NOW]
            snapshot = await unit.snapshot(DAY)
        assert list(snapshot.kept) == [("trip", "about seen")]
        assert snapshot.history.shown_keys == {"seen": 0}

    async def test_what_was_shown_is_remembered(self, store: Store) -> None:
        """By photo and by key, at its distance from the day to build; the day's own unseen stories do not count."""
        await with_photos(store, "a", "b", "c")
        other = DAY - timedelta(days=10)
        await put(store, story("then", "a", day=other), day=other)
        await put(store, story("now", "b"))
        async with store.unit() as unit:
            snapshot = await unit.snapshot(DAY)
            shown = await unit.shown()
        distances = dict(zip(snapshot.columns.ids.tolist(), snapshot.columns.shown_days.tolist(), strict=True))
        assert distances == {"a": 10.0, "b": np.inf, "c": np.inf}
        assert (snapshot.history.shown_keys, snapshot.history.shown_kinds) == ({"then": 10}, {"trip": 10})
        assert [(one.photo_id, one.day) for one in shown] == [("a", other), ("b", DAY)]
        assert shown[0] == Shown("a", other, story_id_of(other, "then"))

    async def test_hiding_takes_effect_on_stories_already_told(self, store: Store) -> None:
        """A hidden photo, a removed one and a hidden person's leave their story at once, and the cover moves."""
        await with_photos(store, "a", "b", "c", "d")
        await put(store, story("one", "a", "b", "c", "d"))
        async with store.unit() as unit:
            await unit.keep_photo(PhotoFacts("a", 2, TAKEN, hidden=True))
            await unit.drop_photo("b", 2)
            await unit.keep_people(PeopleFacts("c", 1, ("p",)))
            await unit.keep_person(PersonFacts("p", 1, hidden=True))
        (left,) = await told_on(store)
        assert ([slide.photo_id for slide in left.slides], left.cover_photo_id) == (["d"], "d")
        async with store.unit() as unit:
            await unit.drop_photo("d", 2)
        assert await told_on(store) == []

    async def test_a_story_that_names_a_hidden_person_is_gone(self, store: Store) -> None:
        """Words count as much as pictures."""
        await with_photos(store, "a")
        await put(store, story("one", "a", person_ids=("p",)))
        async with store.unit() as unit:
            await unit.keep_person(PersonFacts("p", 1, "Anna", hidden=True))
            assert await unit.story(story_id_of(DAY, "one")) is None
        assert await told_on(store) == []

    @pytest.mark.parametrize(("words", "is_there"), [(("less",), True), (("hide",), False), (("hide", "more"), True)])
    async def test_the_last_word_counts(self, store: Store, words: tuple[Said, ...], is_there: bool) -> None:
        """The log keeps every word; a hidden story is gone until the user takes it back."""
        await with_photos(store, "a")
        one = story("one", "a")
        await put(store, one)
        async with store.unit() as unit:
            for word in words:
                await unit.say(Verdict(one.story_id, one.key, one.subject, one.kind, word, DAY), NOW)
            assert [spoken.verdict.said for spoken in await unit.spoken()] == list(words)
            assert [verdict.said for verdict in await unit.verdicts()] == [words[-1]]
            assert (await unit.snapshot(DAY)).history.verdicts == await unit.verdicts()
            told = await unit.story(one.story_id)
        assert (told is not None) is is_there
        assert told is None or told.said == words[-1]

    async def test_a_unit_that_fails_leaves_nothing(self, store: Store) -> None:
        """Changes and messages happen together or not at all."""
        with pytest.raises(RuntimeError):  # noqa: PT012  the block is the promise
            async with store.unit() as unit:
                await unit.keep_photo(PhotoFacts("a", 1, TAKEN))
                raise RuntimeError("on the way")
        assert len(await library(store)) == 0

    async def test_a_story_is_published_with_its_transaction(self, store: Store) -> None:
        """The message waits in the outbox of the same commit."""
        await with_photos(store, "a")
        async with store.unit() as unit:
            (told,) = await unit.replace_stories(DAY, 1, [story("one", "a")], NOW)
            message = ready(told)
            await unit.publish(message, "one")
        assert message == StoryReady(
            story_id=message.story_id,
            revision=1,
            day="2026-05-04",
            kind="trip",
            title="Lisbon",
            photo_ids=message.photo_ids,
        )
        if isinstance(store, FakeStore):
            assert store.published == [message]


class TestFakeStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        """Nothing but memory."""
        return FakeStore()


@pytest.mark.it
class TestPostgresStore(StoreContract):
    @pytest.fixture
    async def store(self, database: DatabaseFactory) -> Store:
        """The real schema, rolled back after the test."""
        return PostgresStore(await database("memories", MIGRATIONS))
