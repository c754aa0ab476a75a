"""What was seen, said and shown is told to those who keep it, and comes back into an empty database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pictopy_contracts.statements import JournalItem, MemoriesStated
from pictopy_memories import said
from pictopy_memories.api import export
from pictopy_memories.app import MIGRATIONS
from pictopy_memories.domain.facts import PhotoFacts
from pictopy_memories.domain.history import Verdict
from pictopy_memories.domain.story import LeftOut, Slide, Story, story_id_of
from pictopy_memories.fakes import FakeStore
from pictopy_memories.ports import Deps, Rules, Store
from pictopy_memories.store import PostgresStore
from pictopy_runtime.workers import Workers
from pictopy_testing.plugin import DatabaseFactory

DAY = date(2026, 5, 4)
T0 = datetime(2026, 5, 4, 3, tzinfo=UTC)


def _story(key: str, day: date = DAY, title: str = "Lisbon") -> Story:
    slides = tuple(Slide(f"{key}{number}", "Lisbon", ("It fits",)) for number in range(2))
    return Story(
        story_id_of(day, key), day, key, "trip", f"about {key}", title, "3 years ago", ("You were there",),
        (LeftOut("blurred", 2),), f"{key}0", (), 0.5, slides,
    )  # fmt: skip


class Life:
    """A service on one store, and the journal that others keep for it."""

    def __init__(self, store: Store) -> None:
        self.minutes = 0
        self.deps = Deps(store, Workers(1), self.now, Rules(zone=UTC))
        self.journal: dict[tuple[str, str], MemoriesStated] = {}

    def now(self) -> datetime:
        self.minutes += 1
        return T0 + timedelta(minutes=self.minutes)

    async def photos(self) -> None:
        async with self.deps.store.unit() as unit:
            for number in range(2):
                for key in ("a", "b", "c"):
                    await unit.keep_photo(PhotoFacts(f"{key}{number}", 1, T0.replace(tzinfo=None)))

    async def live(self) -> None:
        """Two days of stories: one made again otherwise, one dropped, one seen, two spoken of."""
        for version, stories in ((1, [_story("a"), _story("b")]), (2, [_story("a", title="Rome"), _story("c")])):
            async with self.deps.store.unit() as unit:
                await unit.replace_stories(DAY, version, stories, self.now())
                await said.tell(unit, self.deps)
        for word in ("more", "less"):
            async with self.deps.store.unit() as unit:
                story = _story("a")
                verdict = Verdict(story.story_id, story.key, story.subject, story.kind, word, DAY)
                await unit.say(verdict, self.now())
                await unit.mark_seen(story.story_id, self.now())
                await said.tell(unit, self.deps)

    async def export(self) -> object:
        return await export(self.deps)

    def items(self, published: list[object]) -> list[JournalItem]:
        newest: dict[tuple[str, str], MemoriesStated] = {}
        for one in published:
            if isinstance(one, MemoriesStated):
                held = newest.get((one.kind, one.statement_id))
                newest[one.kind, one.statement_id] = one if held is None or one.revision > held.revision else held
        return [
            JournalItem(id=one.statement_id, **one.model_dump(mode="json", exclude={"statement_id", "by"}))
            for _, one in sorted(newest.items())
        ]


class RestoreContract:
    """What both stores promise."""

    @pytest.mark.parametrize("photos_first", [True, False])
    async def test_all_comes_back(self, store: Store, *, photos_first: bool) -> None:
        """The export of the rebuilt database is that of the old one; a second time nothing is news."""
        old_store = FakeStore()
        old = Life(old_store)
        await old.photos()
        await old.live()
        items = old.items(list(old_store.published))
        assert [(item.kind, item.is_gone) for item in items] == [
            ("feedback", False),
            ("feedback", False),
            ("seen", False),
            *[("shown", item.is_gone) for item in items[3:]],
        ]
        assert [item.is_gone for item in items[3:]].count(True) == 1
        new = Life(store)
        if photos_first:
            await new.photos()
        done = await said.restore(new.deps, items)
        assert (done.restored, done.skipped, done.refused) == (len(items) - 1, 1, [])
        if not photos_first:
            await new.photos()
        assert await new.export() == await old.export()
        again = await said.restore(new.deps, items)
        assert (again.restored, again.skipped) == (0, len(items))
        assert await new.export() == await old.export()
        async with store.unit() as unit:
            assert not await unit.untold()

    async def test_today_may_have_been_told_before_its_past_comes_back(self, store: Store) -> None:
        """A story that was seen once replaces the one that was made meanwhile; one that was only shown too."""
        old_store = FakeStore()
        old = Life(old_store)
        await old.photos()
        await old.live()
        new = Life(store)
        await new.photos()
        async with store.unit() as unit:
            await unit.replace_stories(DAY, 0, [_story("a", title="too early"), _story("c")], new.now())
        await said.restore(new.deps, old.items(list(old_store.published)))
        assert await new.export() == await old.export()

    async def test_a_broken_statement_costs_itself(self, store: Store) -> None:
        """It is named with its reason, and the others come back."""
        old_store = FakeStore()
        old = Life(old_store)
        await old.live()
        items = old.items(list(old_store.published))
        broken = [
            JournalItem(kind="seen", id="x", revision=1, body={"story": {}}),
            JournalItem(kind="dance", id="y", revision=1),
        ]
        done = await said.restore(Life(store).deps, [*broken, *items])
        assert [key for key, _ in done.refused] == ["x"]
        assert (done.restored, done.skipped) == (len(items) - 1, 2)


class TestFakeStore(RestoreContract):
    """The twin in memory."""

    @pytest.fixture
    def store(self) -> Store:
        """Empty."""
        return FakeStore()


@pytest.mark.it
class TestPostgresStore(RestoreContract):
    """The real one."""

    @pytest.fixture
    async def store(self, database: DatabaseFactory) -> Store:
        """Empty, rolled back after the test."""
        return PostgresStore(await database("memories", MIGRATIONS))
