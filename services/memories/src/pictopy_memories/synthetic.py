"""Made-up lives for tests and measurements: everyday scenes, trips, parties, bursts, junk, people, over some years.

Every draw comes from one seeded generator, so the same arguments give the same life.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.facts import EventFacts, LookFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.history import History
from pictopy_memories.domain.looks import Vector
from pictopy_memories.domain.plan import Snapshot
from pictopy_memories.fakes import columns_of

ANALYSED_AT = datetime(2026, 1, 1, tzinfo=UTC)
TOWNS = ("Lisbon", "Bergen", "Kyoto", "Vienna", "Oaxaca", "Accra", "Galway", "Turin", "Quito", "Hanoi")
NAMES = ("Anna", "Ben", "Carla", "David", "Eva", "Felix", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Leo")
DIMENSIONS = 64
SHOT_NOISE = 0.03
"""Per dimension: two shots of one burst have a cosine of about .95."""
SCENE_NOISE = 0.09
"""Two bursts of one scene: about .6."""


@dataclass
class Life:
    """Facts, and what is true of them that a program cannot know: the scene and the burst of each photo."""

    photos: list[PhotoFacts] = field(default_factory=list)
    looks: dict[str, LookFacts] = field(default_factory=dict)
    people: dict[str, PeopleFacts] = field(default_factory=dict)
    persons: list[PersonFacts] = field(default_factory=list)
    events: list[EventFacts] = field(default_factory=list)
    scene_of: dict[str, int] = field(default_factory=dict)
    burst_of: dict[str, int] = field(default_factory=dict)
    best_of_burst: dict[int, str] = field(default_factory=dict)
    junk: set[str] = field(default_factory=set)

    def snapshot(self, history: History | None = None, shown_days: dict[str, float] | None = None) -> Snapshot:
        return Snapshot(
            version=1,
            columns=columns_of(self.photos, self.looks, self.people, shown_days or {}),
            persons=self.persons,
            in_photo=[(one.photo_id, person) for one in self.people.values() for person in one.person_ids],
            events=self.events,
            history=history or History(),
        )

    def vectors(self, photo_ids: list[str]) -> dict[str, Vector]:
        looks = (self.looks[photo_id] for photo_id in photo_ids if photo_id in self.looks)
        return {one.photo_id: Vector.unpacked("made-up", one.embedding) for one in looks if one.embedding}


@dataclass
class Maker:
    """Adds to a life, scene by scene."""

    rng: np.random.Generator
    life: Life = field(default_factory=Life)
    _scenes: int = 0
    _bursts: int = 0

    def scene(self, start: datetime, shots: int, persons: tuple[int, ...] = ()) -> list[str]:
        """Photos of one place within the hour: some alone, some in bursts."""
        self._scenes += 1
        center = self.rng.normal(size=DIMENSIONS) / np.sqrt(DIMENSIONS)
        ids: list[str] = []
        at = start
        while len(ids) < shots:
            size = 1 if self.rng.random() < 0.6 else int(self.rng.integers(2, 6))
            ids += self._burst(at, min(size, shots - len(ids)), center, persons)
            at += timedelta(seconds=int(self.rng.integers(40, 400)))
        return ids

    def junk(self, at: datetime) -> str:
        """A screenshot or a receipt, sharp and bright as they are."""
        photo_id = self._photo(at, self.rng.normal(size=DIMENSIONS), (), 0.9)
        self.life.junk.add(photo_id)
        if self.rng.random() < 0.5:
            self.life.photos[-1] = replace(self.life.photos[-1], is_screenshot=True)
        else:
            self.life.looks[photo_id] = replace(self.life.looks[photo_id], labels=("receipt",))
        return photo_id

    def event(self, kind: str, title: str, place: str | None, ids: list[str], trip_id: str | None = None) -> str:
        taken = [at for photo_id in ids if (at := self.life.photos[int(photo_id, 16)].taken_at_local)]
        event_id = f"{kind}-{len(self.life.events):05d}"
        self.life.events.append(
            EventFacts(event_id, 1, kind, title, min(taken), max(taken), place, trip_id, tuple(ids))
        )
        return event_id

    def _burst(self, at: datetime, size: int, center: NDArray[np.float64], persons: tuple[int, ...]) -> list[str]:
        self._bursts += 1
        look = center + self.rng.normal(scale=SCENE_NOISE, size=DIMENSIONS)
        there = tuple(one for one in persons if self.rng.random() < 0.7)
        worth = self.rng.uniform(0.3, 0.7, size)
        best = int(self.rng.integers(size))
        worth[best] = self.rng.uniform(0.75, 0.95)
        ids = [self._photo(at + timedelta(seconds=2 * shot), look, there, float(worth[shot])) for shot in range(size)]
        self.life.best_of_burst[self._bursts] = ids[best]
        return ids

    def _photo(self, at: datetime, look: NDArray[np.float64], there: tuple[int, ...], worth: float) -> str:
        number = len(self.life.photos)
        photo_id = f"{number:032x}"
        vector = look + self.rng.normal(scale=SHOT_NOISE * float(np.linalg.norm(look)), size=DIMENSIONS)
        vector /= np.linalg.norm(vector)
        self.life.photos.append(
            PhotoFacts(photo_id, 1, at, favourite=bool(self.rng.random() < 0.02), aspect=1.5 if number % 3 else 0.67)
        )
        self.life.looks[photo_id] = LookFacts(
            photo_id,
            ANALYSED_AT,
            quality=worth,
            sharpness=worth,
            exposure=0.6,
            phash=int(self.rng.integers(-(2**63), 2**63)),
            embedding_model="made-up",
            embedding=vector.astype("<f2").tobytes(),
        )
        self.life.people[photo_id] = PeopleFacts(
            photo_id, 1, tuple(f"p{one:02d}" for one in there), len(there), 0.1 if there else 0.0
        )
        self.life.scene_of[photo_id], self.life.burst_of[photo_id] = self._scenes, self._bursts
        return photo_id


def life(seed: int, first: date, years: int, days_with_photos: float = 0.3, hidden: tuple[int, ...] = ()) -> Life:
    """A life from `first` on. `days_with_photos`: share of days; `hidden`: numbers of people whom the user hid."""
    maker = Maker(np.random.default_rng(seed))
    maker.life.persons = [PersonFacts(f"p{n:02d}", 1, name, n in hidden) for n, name in enumerate(NAMES)]
    day, last = first, first.replace(year=first.year + years, day=min(first.day, 28))
    while day < last:
        draw = maker.rng.random()
        if draw < 0.006:
            day = _trip(maker, day)
        elif draw < days_with_photos:
            _day(maker, day)
        day += timedelta(days=1)
    return maker.life


def _trip(maker: Maker, first: date) -> date:
    town = TOWNS[int(maker.rng.integers(len(TOWNS)))]
    days = int(maker.rng.integers(3, 9))
    persons = _some_people(maker, 3)
    ids = [one for n in range(days) for one in _scenes(maker, first + timedelta(days=n), 4, persons)]
    maker.event("trip", town, town, ids)
    return first + timedelta(days=days)


def _day(maker: Maker, day: date) -> None:
    if maker.rng.random() < 0.3:
        ids = list(_scenes(maker, day, int(maker.rng.integers(3, 6)), _some_people(maker, 5)))
        maker.event("event", f"Party on {day.isoformat()}", None, ids)
    else:
        list(_scenes(maker, day, int(maker.rng.integers(1, 3)), _some_people(maker, 2)))
    if maker.rng.random() < 0.3:
        maker.junk(datetime.combine(day, time(12)))


def _scenes(maker: Maker, day: date, scenes: int, persons: tuple[int, ...]) -> Iterator[str]:
    for number in range(scenes):
        start = datetime.combine(day, time(9)) + timedelta(minutes=150 * number + int(maker.rng.integers(60)))
        yield from maker.scene(start, int(maker.rng.integers(2, 9)), persons)


def _some_people(maker: Maker, most: int) -> tuple[int, ...]:
    size = int(maker.rng.integers(0, most + 1))
    return tuple(sorted(int(one) for one in maker.rng.choice(len(NAMES), size, replace=False)))
