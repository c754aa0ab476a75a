"""When a happening has its day: on its anniversary, when it has just ended, or when its turn comes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.calendar import WEEK_REACH_DAYS, anniversary
from pictopy_memories.domain.candidate import MIN_SLIDES
from pictopy_memories.domain.library import Event, Library, Rows

RECENT_DAYS = (2, 42)
"""Just over, and the photos are in: 2 days to 6 weeks (study/algorithms.md 3.3)."""
ANNIVERSARY, NEAR_ANNIVERSARY, RECENT, ANY_DAY = 0.8, 0.6, 0.5, 0.15
SIZE_BONUS = 0.2
SIZE_FULL = 60
"""Photos from which a happening counts as a big one; fewer count in proportion."""


@dataclass(frozen=True)
class Occasion:
    """Why a happening is told on this day."""

    name: str
    when: str
    """Words: `3 years ago today`."""
    significance: float


@dataclass(frozen=True)
class Happening:
    """An event or a trip that can be told on a day."""

    event: Event
    rows: Rows
    occasion: Occasion
    photos: int
    """How many photos it has, private ones not counted."""
    significance: float


def occasion_of(event: Event, day: date) -> Occasion | None:
    """None for what is not over yet."""
    ended_days_ago = (day - event.last).days
    if ended_days_ago < RECENT_DAYS[0]:
        return None
    return _anniversary(event, day) or _recent(ended_days_ago) or Occasion("again", _long_ago(event, day), ANY_DAY)


def happenings(
    library: Library, day: date, wanted: Callable[[Event], bool], fit_min: int = MIN_SLIDES
) -> Iterator[Happening]:
    """Each wanted happening that is over and has enough fit photos.

    Photos whose date cannot be trusted do not count: a happening that rests on them is none.
    """
    for event in library.events:
        rows = event.rows[event.rows < library.dated]
        if not wanted(event) or 2 * len(rows) < len(event.rows) or np.count_nonzero(library.fit[rows]) < fit_min:
            continue
        if occasion := occasion_of(event, day):
            photos = int(np.count_nonzero(library.countable[rows]))
            bonus = SIZE_BONUS * min(1.0, photos / SIZE_FULL)
            yield Happening(event, rows, occasion, photos, min(1.0, occasion.significance + bonus))


def subtitle(one: Happening) -> str:
    """When, and of place and days what the title does not say already."""
    event, title = one.event, one.event.facts.title
    place = event.facts.place
    days = None if str(event.last.year) in title else words.span(event.first, event.last)
    return words.dotted(one.occasion.when, None if place and place in title else place, days)


def _anniversary(event: Event, day: date) -> Occasion | None:
    """`day` lies in the same days of a later year, or within three days of them. The nearest year number that fits."""
    for year in (day.year, day.year - 1):
        # A happening over New Year began in one year and ended in the next: its anniversary does so too.
        years = year - event.first.year
        if years < 1:
            continue
        start, end = anniversary(event.first, year), anniversary(event.last, event.last.year + years)
        if start <= day <= end:
            return Occasion(f"anniversary:{years}", f"{words.years_ago(years)} today", ANNIVERSARY)
        if min(abs((day - start).days), abs((day - end).days)) <= WEEK_REACH_DAYS:
            return Occasion(f"anniversary:{years}", f"{words.years_ago(years)} this week", NEAR_ANNIVERSARY)
    return None


def _recent(ended_days_ago: int) -> Occasion | None:
    if ended_days_ago > RECENT_DAYS[1]:
        return None
    when = words.count(ended_days_ago, "day") + " ago" if ended_days_ago < 14 else f"{ended_days_ago // 7} weeks ago"
    return Occasion("recent", when, RECENT)


def _long_ago(event: Event, day: date) -> str:
    years = day.year - event.last.year - ((day.month, day.day) < (event.last.month, event.last.day))
    return words.years_ago(years) if years else words.month_of(event.last)
