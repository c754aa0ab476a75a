"""Building a day, keeping today told, and telling of it, on the fake store."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

from pictopy_contracts.messages import StoryReady
from pictopy_contracts.statements import MemoriesStated
from pictopy_memories.domain.freshness import STALE_MOST_S, Freshness
from pictopy_memories.fakes import FakeStore
from pictopy_memories.ports import Deps, Rules, ToldStory
from pictopy_memories.synthetic import Life, life
from pictopy_memories.telling import backlog, build_day, keep_today_told
from pictopy_runtime.workers import Workers

TODAY = date(2024, 8, 1)


class Clock:
    def __init__(self) -> None:
        self.at = datetime.combine(TODAY, time(12), UTC)

    def __call__(self) -> datetime:
        return self.at


async def deps_with(made: Life, clock: Clock | None = None) -> tuple[Deps, FakeStore]:
    store = FakeStore()
    async with store.unit() as unit:
        for photo in made.photos:
            await unit.keep_photo(photo)
            await unit.keep_look(made.looks[photo.photo_id])
            await unit.keep_people(made.people[photo.photo_id])
        for person in made.persons:
            await unit.keep_person(person)
        for event in made.events:
            await unit.keep_event(event)
    return Deps(store, Workers(1), clock or Clock(), Rules(zone=UTC, settle_s=0.0)), store


def small() -> Life:
    return life(21, date(2022, 7, 1), 2, days_with_photos=0.1)


async def test_built_twice_is_told_once() -> None:
    """The same library gives the same stories, and nobody hears of them again."""
    deps, store = await deps_with(small())
    await build_day(deps, TODAY)
    stories, published = dict(store.tables.stories), store.published
    await build_day(deps, TODAY)
    assert store.tables.stories == stories
    assert store.published == published
    assert published
    ready = [one for one in published if isinstance(one, StoryReady)]
    assert ready
    assert all(one.day == "2024-08-01" for one in ready)
    shown = [one for one in published if isinstance(one, MemoriesStated)]
    assert {(one.kind, one.by) for one in shown} == {("shown", "auto")}
    assert {one.statement_id for one in shown} == {one.story_id for one in ready}
    assert {one.story.story_id for one in stories.values()} == {
        one.story_id for one in published if isinstance(one, StoryReady)
    }


async def test_a_changed_story_is_told_again_with_a_higher_revision() -> None:
    """What was not seen follows the library; what was seen stays."""
    deps, store = await deps_with(small())
    await build_day(deps, TODAY)
    before = await _today(store)
    async with store.unit() as unit:
        await unit.mark_seen(before[0].story.story_id, deps.now())
        for told in before:
            photo = store.tables.photos[told.story.cover_photo_id]
            await unit.keep_photo(type(photo)(**{**vars(photo), "revision": 2, "hidden": True}))
    await build_day(deps, TODAY)
    after = {one.story.story_id: one for one in await _today(store)}
    seen = after[before[0].story.story_id]
    assert seen.revision == before[0].revision
    assert len(seen.story.slides) == len(before[0].story.slides) - 1
    hidden = {told.story.cover_photo_id for told in before}
    assert hidden.isdisjoint(slide.photo_id for one in after.values() for slide in one.story.slides)
    others = [one for one in after.values() if one.story.story_id != seen.story.story_id]
    assert others
    assert all(one.revision > before[0].revision for one in others)


async def test_an_older_build_never_replaces_a_newer_one() -> None:
    """Two builds at once: the one that knows more wins."""
    deps, store = await deps_with(small())
    await build_day(deps, TODAY)
    async with store.unit() as unit:
        assert await unit.replace_stories(TODAY, 0, [], deps.now()) == []
    assert await _today(store)


async def test_today_is_kept_told_and_days_asleep_are_not_made_up() -> None:
    """A new day comes at the user's hour; after a week's sleep there is one build, for today."""
    clock = Clock()
    deps, store = await deps_with(small(), clock)
    loop = asyncio.create_task(keep_today_told(deps))
    assert await backlog(deps) == {"build": 1}
    await _settled(deps)
    clock.at += timedelta(days=7)
    await _settled(deps)
    loop.cancel()
    assert sorted(store.tables.builds) == [TODAY, TODAY + timedelta(days=7)]


async def test_an_empty_library_settles() -> None:
    """Nothing to tell is no error and no endless wait."""
    deps, store = await deps_with(Life())
    await build_day(deps, TODAY)
    assert await backlog(deps) == {"build": 0}
    assert store.published == []


def test_a_build_waits_until_the_library_rests() -> None:
    """Each change starts the wait again, but a long import does not wait for ever."""
    watch = Freshness(settle_s=3.0)
    assert not watch.is_due(1, None, now_s=0.0)
    assert not watch.is_due(2, None, now_s=2.0)
    assert not watch.is_due(2, None, now_s=4.9)
    assert watch.is_due(2, None, now_s=5.0)
    watch.built()
    assert not watch.is_due(2, 2, now_s=6.0)
    changes = [second for second in range(10, 400) if watch.is_due(second, 2, now_s=float(second))]
    assert changes[0] == 10 + STALE_MOST_S


def test_a_new_day_of_a_quiet_library_is_built_at_once() -> None:
    """At the user's hour nothing else has to happen."""
    watch = Freshness(settle_s=3.0)
    assert not watch.is_due(1, 1, now_s=0.0)
    assert watch.is_due(1, None, now_s=1000.0)


async def _today(store: FakeStore) -> list[ToldStory]:
    async with store.unit() as unit:
        return await unit.stories_of(TODAY)


async def _settled(deps: Deps) -> None:
    async with asyncio.timeout(10):
        while (await backlog(deps))["build"]:
            await asyncio.sleep(0.05)
