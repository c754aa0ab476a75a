"""What memories needs from the outside."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Protocol

from pictopy_contracts.messages import Message
from pictopy_memories.domain.calendar import memory_day
from pictopy_memories.domain.facts import EventFacts, LookFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.history import Said, Verdict
from pictopy_memories.domain.looks import Vector
from pictopy_memories.domain.plan import Snapshot
from pictopy_memories.domain.story import Story
from pictopy_memories.ports_said import SaidUnit, Spoken
from pictopy_runtime.workers import Workers


@dataclass(frozen=True)
class BuildState:
    """Which version of the library there is, and which one a day's stories were made from (None: never built)."""

    version: int
    built: int | None

    @property
    def is_stale(self) -> bool:
        return self.built != self.version


@dataclass(frozen=True)
class ToldStory:
    """A story as it may be shown now: without what has been hidden or removed since it was made."""

    story: Story
    revision: int
    seen_at: datetime | None = None
    said: Said | None = None


@dataclass(frozen=True)
class Shown:
    photo_id: str
    day: date
    story_id: str


class Unit(SaidUnit, Protocol):
    """One transaction. What it changes, and what it publishes, happens together or not at all."""

    # Facts that others told. Each keeps the newest only, and adds 1 to the version when it changed anything.

    async def keep_photo(self, facts: PhotoFacts) -> None: ...

    async def drop_photo(self, photo_id: str, revision: int) -> None: ...

    async def keep_look(self, facts: LookFacts) -> None: ...

    async def keep_people(self, facts: PeopleFacts) -> None: ...

    async def keep_person(self, facts: PersonFacts) -> None: ...

    async def keep_event(self, facts: EventFacts) -> None: ...

    # Building.

    async def state(self, day: date) -> BuildState: ...

    async def snapshot(self, day: date) -> Snapshot: ...

    async def vectors(self, photo_ids: Sequence[str]) -> dict[str, Vector]: ...

    async def replace_stories(self, day: date, version: int, told: Sequence[Story], at: datetime) -> list[ToldStory]:
        """Make `told` the day's stories beside those that were seen; returns the new and the changed ones.

        Does nothing when the day was built from a newer version meanwhile.
        """
        ...

    # Telling.

    async def stories_of(self, day: date) -> list[ToldStory]: ...

    async def story(self, story_id: str) -> ToldStory | None: ...

    async def mark_seen(self, story_id: str, at: datetime) -> None: ...

    async def say(self, verdict: Verdict, at: datetime) -> None:
        """Append to the log, and add 1 to the version: what comes next has changed."""
        ...

    async def verdicts(self) -> list[Verdict]:
        """The last word on each story that was spoken of, by story."""
        ...

    async def seen(self) -> list[ToldStory]: ...

    async def spoken(self) -> list[Spoken]: ...

    async def shown(self) -> list[Shown]: ...

    async def publish(self, message: Message, msg_id: str) -> None: ...


class Store(Protocol):
    def unit(self) -> AbstractAsyncContextManager[Unit]: ...


@dataclass(frozen=True)
class Rules:
    """What the user set."""

    zone: tzinfo | None = None
    """None is the zone of this machine."""
    daily_at: time = time(3, 0)
    seed: int = 0
    settle_s: float = 3.0
    """How long the library must be quiet before today's stories are made again."""


@dataclass(frozen=True)
class Deps:
    store: Store
    workers: Workers
    now: Callable[[], datetime]
    """Aware."""
    rules: Rules = Rules()

    def today(self) -> date:
        return memory_day(self.now(), self.rules.zone, self.rules.daily_at)
