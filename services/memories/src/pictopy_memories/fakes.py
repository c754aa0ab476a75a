"""The in-memory twin of the store: run through the same contract suite as Postgres."""

import copy
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TypeVar

import numpy as np

from pictopy_contracts.messages import Message
from pictopy_memories.domain.eligibility import DOCUMENT_LABELS
from pictopy_memories.domain.facts import EventFacts, LookFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.history import KEY_REST_DAYS, History, Verdict
from pictopy_memories.domain.library import Columns
from pictopy_memories.domain.looks import Vector
from pictopy_memories.domain.plan import Snapshot
from pictopy_memories.domain.story import Story
from pictopy_memories.fakes_said import FakeSaid, SaidTables
from pictopy_memories.ports import BuildState, Shown, ToldStory
from pictopy_memories.ports_said import Spoken

LONG_AGO = datetime.min.replace(tzinfo=UTC)
F = TypeVar("F", PhotoFacts, PeopleFacts, PersonFacts, EventFacts)


@dataclass
class Tables(SaidTables):
    """What the schema holds."""

    photos: dict[str, PhotoFacts] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    looks: dict[str, LookFacts] = field(default_factory=dict)
    people: dict[str, PeopleFacts] = field(default_factory=dict)
    persons: dict[str, PersonFacts] = field(default_factory=dict)
    events: dict[str, EventFacts] = field(default_factory=dict)
    published: dict[str, Message] = field(default_factory=dict)


class FakeStore:
    """Units change a copy that replaces the tables when they end well, as a transaction does."""

    def __init__(self) -> None:
        self.tables = Tables()

    @property
    def published(self) -> list[Message]:
        return list(self.tables.published.values())

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["FakeUnit"]:
        tables = copy.copy(self.tables)
        for name, value in vars(tables).items():
            setattr(tables, name, copy.copy(value))
        yield FakeUnit(tables)
        self.tables = tables


class FakeUnit(FakeSaid):
    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._tables = tables

    async def keep_photo(self, facts: PhotoFacts) -> None:
        if self._keep(self._tables.photos, facts.photo_id, facts):
            self._tables.removed.discard(facts.photo_id)

    async def drop_photo(self, photo_id: str, revision: int) -> None:
        known = self._tables.photos.get(photo_id, PhotoFacts(photo_id, revision))
        if self._keep(self._tables.photos, photo_id, replace(known, revision=revision)):
            self._tables.removed.add(photo_id)

    async def keep_look(self, facts: LookFacts) -> None:
        known = self._tables.looks.get(facts.photo_id)
        if known is None or known.analysed_at < facts.analysed_at:
            self._tables.looks[facts.photo_id] = facts
            self._tables.version += 1

    async def keep_people(self, facts: PeopleFacts) -> None:
        self._keep(self._tables.people, facts.photo_id, facts)

    async def keep_person(self, facts: PersonFacts) -> None:
        self._keep(self._tables.persons, facts.person_id, facts)

    async def keep_event(self, facts: EventFacts) -> None:
        self._keep(self._tables.events, facts.event_id, facts)

    async def state(self, day: date) -> BuildState:
        return BuildState(self._tables.version, self._tables.builds.get(day))

    async def snapshot(self, day: date) -> Snapshot:
        tables = self._tables
        photos = [one for one in tables.photos.values() if one.photo_id not in tables.removed]
        return Snapshot(
            version=tables.version,
            columns=columns_of(photos, tables.looks, tables.people, self._shown_days(day)),
            persons=list(tables.persons.values()),
            in_photo=[(one.photo_id, person) for one in tables.people.values() for person in one.person_ids],
            events=[event for event in tables.events.values() if not event.is_gone],
            history=await self._history(day),
            kept=[(one.story.kind, one.story.subject) for one in await self.stories_of(day) if one.seen_at],
        )

    async def vectors(self, photo_ids: Sequence[str]) -> dict[str, Vector]:
        looks = [self._tables.looks[photo_id] for photo_id in photo_ids if photo_id in self._tables.looks]
        return {
            one.photo_id: Vector.unpacked(one.embedding_model, one.embedding)
            for one in looks
            if one.embedding is not None and one.embedding_model is not None
        }

    async def replace_stories(self, day: date, version: int, told: Sequence[Story], at: datetime) -> list[ToldStory]:
        tables = self._tables
        if tables.builds.get(day, -1) > version:
            return []
        tables.builds[day] = version
        new = {story.story_id for story in told}
        for old in [one for one in tables.stories.values() if one.story.day == day and not one.seen_at]:
            if old.story.story_id not in new:
                del tables.stories[old.story.story_id]
                if tables.shown_revisions.pop(old.story.story_id, 0):
                    tables.gone.add(old.story.story_id)
        return [ToldStory(story, version) for story in told if self._put_story(story, version)]

    async def stories_of(self, day: date) -> list[ToldStory]:
        found = [told for one in self._tables.stories.values() if one.story.day == day and (told := self._visible(one))]
        return sorted(found, key=lambda one: (-one.story.score, one.story.story_id))

    async def story(self, story_id: str) -> ToldStory | None:
        told = self._tables.stories.get(story_id)
        return self._visible(told) if told else None

    async def mark_seen(self, story_id: str, at: datetime) -> None:
        told = self._tables.stories.get(story_id)
        if told and not told.seen_at:
            self._tables.stories[story_id] = replace(told, seen_at=at)

    async def say(self, verdict: Verdict, at: datetime) -> None:
        self._tables.spoken.append(Spoken(verdict, at))
        self._tables.version += 1

    async def verdicts(self) -> list[Verdict]:
        last = {one.verdict.story_id: one.verdict for one in self._in_order()}
        return [last[story_id] for story_id in sorted(last)]

    async def seen(self) -> list[ToldStory]:
        found = [told for one in self._tables.stories.values() if one.seen_at and (told := self._visible(one))]
        return sorted(found, key=lambda one: (one.seen_at or LONG_AGO, one.story.story_id))

    async def spoken(self) -> list[Spoken]:
        return self._in_order()

    async def shown(self) -> list[Shown]:
        told = sorted(self._tables.stories.values(), key=lambda one: (one.story.day, one.story.story_id))
        return [Shown(slide.photo_id, one.story.day, one.story.story_id) for one in told for slide in one.story.slides]

    async def publish(self, message: Message, msg_id: str) -> None:
        self._tables.published.setdefault(msg_id, message)

    def _keep(self, table: dict[str, F], key: str, facts: F) -> bool:
        if key in table and table[key].revision >= facts.revision:
            return False
        table[key] = facts
        self._tables.version += 1
        return True

    def _put_story(self, story: Story, version: int) -> bool:
        old = self._tables.stories.get(story.story_id)
        if old and old.story.digest == story.digest:
            self._tables.stories[story.story_id] = replace(old, story=replace(old.story, score=story.score))
        if old and (old.seen_at or old.story.digest == story.digest):
            return False
        self._tables.stories[story.story_id] = ToldStory(story, version)
        self._tables.shown_revisions.pop(story.story_id, None)
        return True

    def _visible(self, told: ToldStory) -> ToldStory | None:
        said = next((one.said for one in self._verdicts_newest_first() if one.story_id == told.story.story_id), None)
        slides = tuple(slide for slide in told.story.slides if self._may_show(slide.photo_id))
        if said == "hide" or not slides or any(self._is_hidden(person) for person in told.story.person_ids):
            return None
        return replace(told, story=replace(told.story, slides=slides).with_cover_in_slides(), said=said)

    def _verdicts_newest_first(self) -> Iterable[Verdict]:
        return (one.verdict for one in reversed(self._in_order()))

    def _may_show(self, photo_id: str) -> bool:
        photo, people = self._tables.photos.get(photo_id), self._tables.people.get(photo_id)
        if photo is None or photo.hidden or photo_id in self._tables.removed:
            return False
        return not any(self._is_hidden(person) for person in people.person_ids) if people else True

    def _is_hidden(self, person_id: str) -> bool:
        person = self._tables.persons.get(person_id)
        return person is not None and person.hidden

    def _shown_days(self, day: date) -> dict[str, float]:
        nearest: dict[str, float] = {}
        for one in self._tables.stories.values():
            if one.story.day != day or one.seen_at:
                for slide in one.story.slides:
                    days = float(abs((one.story.day - day).days))
                    nearest[slide.photo_id] = min(days, nearest.get(slide.photo_id, days))
        return nearest

    async def _history(self, day: date) -> History:
        keys: dict[str, int] = {}
        kinds: dict[str, int] = {}
        for one in self._tables.stories.values():
            days = abs((one.story.day - day).days)
            if (days or one.seen_at) and days < KEY_REST_DAYS:
                keys[one.story.key] = min(days, keys.get(one.story.key, days))
            if days:
                kinds[one.story.kind] = min(days, kinds.get(one.story.kind, days))
        return History(keys, kinds, await self.verdicts())


NO_LOOK = LookFacts("", LONG_AGO)
NO_PEOPLE = PeopleFacts("", 0)


def columns_of(
    photos: Sequence[PhotoFacts],
    looks: dict[str, LookFacts],
    people: dict[str, PeopleFacts],
    shown_days: dict[str, float],
) -> Columns:
    """The columns that Postgres packs, from facts."""
    seen = [looks.get(one.photo_id, NO_LOOK) for one in photos]
    faces = [people.get(one.photo_id, NO_PEOPLE) for one in photos]
    return Columns(
        ids=np.array([one.photo_id for one in photos], dtype=np.object_),
        taken=np.array([one.taken_at_local for one in photos], dtype="datetime64[s]"),
        is_video=np.array([one.is_video for one in photos], dtype=np.bool_),
        favourite=np.array([one.favourite for one in photos], dtype=np.bool_),
        hidden=np.array([one.hidden for one in photos], dtype=np.bool_),
        is_screenshot=np.array([one.is_screenshot for one in photos], dtype=np.bool_),
        is_document=np.array([not DOCUMENT_LABELS.isdisjoint(one.labels) for one in seen], dtype=np.bool_),
        is_told=np.array([one.is_told for one in photos], dtype=np.bool_),
        rating=np.array([one.rating for one in photos], dtype=np.int16),
        aspect=np.array([one.aspect for one in photos], dtype=np.float32),
        quality=np.array([np.nan if one.quality is None else one.quality for one in seen], dtype=np.float32),
        sharpness=np.array([np.nan if one.sharpness is None else one.sharpness for one in seen], dtype=np.float32),
        exposure=np.array([np.nan if one.exposure is None else one.exposure for one in seen], dtype=np.float32),
        phash=np.array([one.phash or 0 for one in seen], dtype=np.int64),
        has_phash=np.array([one.phash is not None for one in seen], dtype=np.bool_),
        faces=np.array([one.faces for one in faces], dtype=np.int16),
        largest_face=np.array([one.largest_face for one in faces], dtype=np.float32),
        shown_days=np.array([shown_days.get(one.photo_id, np.inf) for one in photos], dtype=np.float32),
    )
