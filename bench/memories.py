"""How good and how fast the stories of a day are.

    python bench/memories.py                 made-up lives with planted bursts, junk and people to leave out
    python bench/memories.py DIR             DIR/library.jsonl: {"subject": .., "message": {..}} a line, as on NATS;
                                             DIR/labels.json, each part optional: {"burst": {photo: n}, "best": [photo],
                                             "scene": {photo: n}, "junk": [photo], "excluded": [photo]}

The last line is one JSON object. `seconds_100k` and `peak_mb` are of one day of a library of 100,000 photos in a real
Postgres: reading, planning, choosing, writing.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pictopy_contracts import messages
from pictopy_contracts.registry import all_messages
from pictopy_engines.postgres import PostgresEngine
from pictopy_memories.app import MIGRATIONS
from pictopy_memories.domain import facts
from pictopy_memories.domain.eligibility import REST_DAYS, gated
from pictopy_memories.domain.history import History
from pictopy_memories.domain.library import Library
from pictopy_memories.domain.looks import SAME_COSINE
from pictopy_memories.domain.plan import stories
from pictopy_memories.domain.story import Story
from pictopy_memories.ports import Deps, Store
from pictopy_memories.store import PostgresStore
from pictopy_memories.synthetic import Life, life
from pictopy_memories.telling import build_day
from pictopy_runtime.database import PostgresDatabase
from pictopy_runtime.workers import Workers
from pictopy_testing.database import migrated

FIRST_DAY = date(2026, 1, 1)
HIDDEN = 3
GOOD_AS_BEST = 0.05
"""A shot whose quality is so near the best one's is as good."""


@dataclass
class Labels:
    burst: dict[str, int] = field(default_factory=dict)
    best: set[str] = field(default_factory=set)
    scene: dict[str, int] = field(default_factory=dict)
    junk: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


@dataclass
class Year:
    """A library told day after day."""

    made: Life
    told: dict[date, list[Story]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    last_shown: dict[str, date] = field(default_factory=dict)
    last_key: dict[str, date] = field(default_factory=dict)
    last_kind: dict[str, date] = field(default_factory=dict)
    repeats: int = 0

    def tell(self, day: date) -> None:
        started = time.perf_counter()
        history = History(
            {key: (day - when).days for key, when in self.last_key.items()},
            {kind: (day - when).days for kind, when in self.last_kind.items()},
        )
        shown = {photo_id: float((day - when).days) for photo_id, when in self.last_shown.items()}
        planned = self.made.snapshot(history, shown).plan(day, 0)
        self.told[day] = stories(planned, self.made.vectors(planned.photo_ids()))
        self.seconds.append(time.perf_counter() - started)
        for story in self.told[day]:
            self.last_key[story.key] = self.last_kind[story.kind] = day
            for slide in story.slides:
                before = self.last_shown.get(slide.photo_id, date.min)
                self.repeats += (day - before).days < REST_DAYS
                self.last_shown[slide.photo_id] = day

    @property
    def stories(self) -> list[Story]:
        return [story for told in self.told.values() for story in told]


def made_up(seed: int) -> tuple[Life, Labels]:
    made = life(seed, date(2018, 2, 27), 8, hidden=(HIDDEN,))
    hidden = {one.photo_id for one in made.people.values() if f"p{HIDDEN:02d}" in one.person_ids}
    return made, Labels(made.burst_of, set(made.best_of_burst.values()), made.scene_of, made.junk, hidden)


def read(folder: Path) -> tuple[Life, Labels]:
    """A library and labels from files."""
    made, kinds = Life(), all_messages()
    people: dict[str, facts.PersonFacts] = {}
    events: dict[str, facts.EventFacts] = {}
    photos: dict[str, facts.PhotoFacts] = {}
    for line in (folder / "library.jsonl").read_text().splitlines():
        row = json.loads(line)
        match kinds[row["subject"]].model_validate(row["message"]):
            case messages.PhotoAdded(photo=photo) | messages.PhotoChanged(photo=photo):
                photos[photo.photo_id] = facts.photo_facts(photo)
            case messages.PhotoAnalysed() as message:
                made.looks[message.photo_id] = facts.look_facts(message)
            case messages.PhotoPeopleAssigned() as message:
                made.people[message.photo_id] = facts.people_facts(message)
            case messages.PersonChanged() as message:
                people[message.person_id] = facts.person_facts(message)
            case messages.EventChanged() as message if not message.is_gone:
                events[message.event_id] = facts.event_facts(message)
    made.photos, made.persons, made.events = [*photos.values()], [*people.values()], [*events.values()]
    given: dict[str, Any] = json.loads((folder / "labels.json").read_text())
    sets = {name: set(given.get(name, ())) for name in ("best", "junk", "excluded")}
    return made, Labels(burst=given.get("burst", {}), scene=given.get("scene", {}), **sets)


def measure(year: Year, labels: Labels) -> dict[str, float]:
    shown = [slide.photo_id for story in year.stories for slide in story.slides]
    return {
        "stories": len(year.stories),
        "days_with_a_story": round(float(np.mean([bool(told) for told in year.told.values()])), 4),
        "kinds": len({story.kind for story in year.stories}),
        "best_shot": _best_shot(year.made, labels, shown),
        "scene_cover": _cover(year, lambda photo_id: {labels.scene[photo_id]} if photo_id in labels.scene else set()),
        "people_cover": _cover(year, lambda photo_id: _people(year.made, photo_id)),
        "junk": round(sum(photo_id in labels.junk for photo_id in shown) / max(1, len(shown)), 5),
        "near_duplicate_pairs": sum(_near_duplicates(year.made, story) for story in year.stories),
        "excluded_shown": sum(photo_id in labels.excluded for photo_id in shown),
        "repeats_30_days": year.repeats,
        "ms_a_day": round(1000 * float(np.median(year.seconds)), 1),
    }


def _best_shot(made: Life, labels: Labels, shown: Iterable[str]) -> float:
    """Of the shown photos from real bursts, the share that is the planted best or as good, or a favourite."""
    sizes = Counter(labels.burst.values())
    favourites = {photo.photo_id for photo in made.photos if photo.favourite}
    best = {labels.burst[photo_id]: photo_id for photo_id in labels.best if photo_id in labels.burst}

    def quality(photo_id: str) -> float:
        return made.looks[photo_id].quality or 0.0

    hits = [
        photo_id in favourites or quality(photo_id) >= quality(best[number]) - GOOD_AS_BEST
        for photo_id in shown
        if (number := labels.burst.get(photo_id)) in best and sizes[number] > 1
    ]
    return round(float(np.mean(hits)), 4) if hits else 1.0


def _cover(year: Year, things: Any) -> float:
    """Of what the fit photos of each told event show, the share that its story shows; as much as its slides could."""
    snapshot = year.made.snapshot()
    library = gated(Library.of(snapshot.columns, snapshot.persons, snapshot.in_photo, snapshot.events))
    fit = {str(photo_id) for photo_id in library.columns.ids[library.fit]}
    photos_of = {f"event:{event.event_id}": fit.intersection(event.photo_ids) for event in year.made.events}
    shares = []
    for story in year.stories:
        if story.kind == "event" and story.subject in photos_of:
            there = set().union(*(things(photo_id) for photo_id in photos_of[story.subject]))
            seen = set().union(*(things(slide.photo_id) for slide in story.slides))
            shares.append(len(seen & there) / min(len(there), len(story.slides)) if there else 1.0)
    return round(float(np.mean(np.minimum(shares, 1.0))), 4) if shares else 1.0


def _people(made: Life, photo_id: str) -> set[str]:
    return set(made.people[photo_id].person_ids) if photo_id in made.people else set()


def _near_duplicates(made: Life, story: Story) -> int:
    vectors = [one.values for one in made.vectors([slide.photo_id for slide in story.slides]).values()]
    if len(vectors) < 2:
        return 0
    cosine = np.stack(vectors) @ np.stack(vectors).T
    return int(np.count_nonzero(np.triu(cosine >= SAME_COSINE, k=1)))


async def fill(store: Store, made: Life) -> None:
    """In small transactions: the one row that counts changes gets slow to update often within a single one."""
    for start in range(0, len(made.photos), 500):
        async with store.unit() as unit:
            for photo in made.photos[start : start + 500]:
                await unit.keep_photo(photo)
                await unit.keep_look(made.looks[photo.photo_id])
                await unit.keep_people(made.people[photo.photo_id])
    async with store.unit() as unit:
        for person in made.persons:
            await unit.keep_person(person)
        for event in made.events:
            await unit.keep_event(event)


async def one_day_of(made: Life, dsn: str) -> float:
    """Seconds of one build on Postgres, the slowest of three days."""
    database = PostgresDatabase(dsn, "memories")
    await database.open(30)
    await migrated(database, "memories", MIGRATIONS)
    deps = Deps(PostgresStore(database), Workers(1), lambda: datetime.now(UTC))
    await fill(deps.store, made)
    seconds = []
    for n in range(3):
        started = time.perf_counter()
        await build_day(deps, FIRST_DAY + timedelta(days=100 * n))
        seconds.append(time.perf_counter() - started)
    await database.close()
    return max(seconds)


def large(photos: int) -> dict[str, float]:
    made = life(99, date(2001, 1, 1), 25, days_with_photos=0.95)
    made.photos = made.photos[:photos]
    with tempfile.TemporaryDirectory() as folder, PostgresEngine(Path(folder) / "data", fast=True) as engine:
        seconds = asyncio.run(one_day_of(made, engine.dsn()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"photos": len(made.photos), "seconds_100k": round(seconds, 3), "peak_mb": round(peak)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--photos", type=int, default=100_000)
    given = parser.parse_args()
    made, labels = read(given.data) if given.data else made_up(1)
    year = Year(made)
    for n in range(given.days):
        year.tell(FIRST_DAY + timedelta(days=n))
    figures = measure(year, labels) | large(given.photos)
    for name, value in figures.items():
        print(f"{name:>22}  {value:,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
