"""A library as columns, photos in time order: 100,000 are a few megabytes, and a question is one array operation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.facts import EventFacts, PersonFacts

Rows = NDArray[np.intp]
"""Indexes into the library's columns, ascending and each once."""

NO_ROWS: Rows = np.zeros(0, dtype=np.intp)


class Out(IntEnum):
    """Why a photo stays out of every story; the first that holds is the reason given."""

    FIT = 0
    HIDDEN = 1
    HIDDEN_PERSON = 2
    REJECTED = 3
    SCREENSHOT = 4
    DOCUMENT = 5
    RESTING = 6
    BLURRED = 7
    BADLY_EXPOSED = 8


PRIVATE = (Out.HIDDEN, Out.HIDDEN_PERSON)
"""Not even counted when a story tells how many photos there are."""


@dataclass(frozen=True)
class Columns:
    """One entry a photo in every array, in any order."""

    ids: NDArray[np.object_]
    taken: NDArray[np.datetime64]
    """datetime64[s], local time; NaT where no date can be trusted."""
    is_video: NDArray[np.bool_]
    favourite: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    is_screenshot: NDArray[np.bool_]
    is_document: NDArray[np.bool_]
    is_told: NDArray[np.bool_]
    rating: NDArray[np.int16]
    aspect: NDArray[np.float32]
    quality: NDArray[np.float32]
    """0..1; NaN where vision has not seen the photo. So are `sharpness` and `exposure`."""
    sharpness: NDArray[np.float32]
    exposure: NDArray[np.float32]
    phash: NDArray[np.int64]
    has_phash: NDArray[np.bool_]
    faces: NDArray[np.int16]
    largest_face: NDArray[np.float32]
    """Share of the picture, 0..1."""
    shown_days: NDArray[np.float32]
    """Days between the day to build and the nearest other day that showed the photo; inf if none did."""

    def taken_in_order(self, order: Rows) -> "Columns":
        return Columns(**{each.name: getattr(self, each.name)[order] for each in fields(self)})


@dataclass(frozen=True)
class Person:
    person_id: str
    name: str | None
    hidden: bool


@dataclass(frozen=True)
class Event:
    """A happening and its photos that are in the library."""

    facts: EventFacts
    rows: Rows

    @property
    def first(self) -> date:
        return self.facts.started_at_local.date()

    @property
    def last(self) -> date:
        return self.facts.ended_at_local.date()

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Library:
    """Photos sorted by time, undated ones last, then by id."""

    columns: Columns
    persons: tuple[Person, ...]
    person_of: NDArray[np.int32]
    """(m,) indexes into `persons`, photo after photo."""
    person_start: NDArray[np.int64]
    """(n + 1,): the people of row i are person_of[person_start[i]:person_start[i + 1]]."""
    events: tuple[Event, ...]
    out: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))
    """(n,) values of `Out`."""

    @staticmethod
    def of(
        columns: Columns,
        persons: Iterable[PersonFacts],
        in_photo: Sequence[tuple[str, str]],
        events: Iterable[EventFacts],
    ) -> "Library":
        """`in_photo`: pairs of photo id and person id. What names a photo that is not here is left out."""
        ids = columns.ids.astype(str) if len(columns.ids) else np.zeros(0, dtype=np.str_)
        ordered = columns.taken_in_order(np.lexsort((ids, columns.taken)))
        row_of = {photo_id: row for row, photo_id in enumerate(ordered.ids)}
        known = {one.person_id: Person(one.person_id, one.name, one.hidden) for one in persons}
        for _, person_id in in_photo:
            known.setdefault(person_id, Person(person_id, None, False))
        people = tuple(known[person_id] for person_id in sorted(known))
        person_of, person_start = _people_by_row(people, in_photo, row_of)
        return Library(
            columns=ordered,
            persons=people,
            person_of=person_of,
            person_start=person_start,
            events=tuple(
                Event(facts, rows)
                for facts in sorted(events, key=lambda one: (one.started_at_local, one.event_id))
                if len(rows := _rows(facts.photo_ids, row_of))
            ),
            out=np.zeros(len(row_of), dtype=np.uint8),
        )

    def __len__(self) -> int:
        return len(self.columns.ids)

    @cached_property
    def day(self) -> NDArray[np.datetime64]:
        """datetime64[D], NaT last."""
        return self.columns.taken.astype("datetime64[D]")

    @cached_property
    def dated(self) -> int:
        """How many photos have a date; they are the first rows."""
        return int(np.count_nonzero(~np.isnat(self.columns.taken)))

    @cached_property
    def fit(self) -> NDArray[np.bool_]:
        fit: NDArray[np.bool_] = self.out == Out.FIT
        return fit

    @cached_property
    def countable(self) -> NDArray[np.bool_]:
        """Photos that words may count: all but private ones."""
        return ~np.isin(self.out, [int(reason) for reason in PRIVATE])

    @cached_property
    def place_of(self) -> NDArray[np.int32]:
        """(n,) index into `events` of the happening whose place a photo has, -1 for none; events go before trips."""
        place = np.full(len(self), -1, dtype=np.int32)
        for kind in ("trip", "event"):
            for number, event in enumerate(self.events):
                if event.facts.kind == kind and event.facts.place:
                    place[event.rows] = number
        return place

    def between(self, first: date, last: date) -> Rows:
        """Photos from the first to the last day, both included."""
        dated = self.day[: self.dated]
        start = np.searchsorted(dated, np.datetime64(first), side="left")
        stop = np.searchsorted(dated, np.datetime64(last), side="right")
        return np.arange(start, stop, dtype=np.intp)

    def before(self, last: date) -> int:
        """How many photos were taken on `last` or earlier."""
        return int(np.searchsorted(self.day[: self.dated], np.datetime64(last), side="right"))

    def date_of(self, row: int) -> date | None:
        day: date | None = self.day[row].item()
        return day

    def first_year(self) -> int | None:
        first = self.date_of(0) if self.dated else None
        return first.year if first else None

    def people_in(self, row: int) -> NDArray[np.int32]:
        return self.person_of[self.person_start[row] : self.person_start[row + 1]]

    @cached_property
    def person_rows(self) -> NDArray[np.intp]:
        """(m,) the row of each entry of `person_of`."""
        return np.repeat(np.arange(len(self), dtype=np.intp), np.diff(self.person_start))

    @cached_property
    def named_before(self) -> NDArray[np.int64]:
        """(m + 1,) how many of the first entries of `person_of` have a name."""
        named = np.array([person.name is not None for person in self.persons], dtype=np.bool_)
        counts = np.cumsum(named[self.person_of]) if len(self.person_of) else np.zeros(0, dtype=np.int64)
        return np.concatenate([np.zeros(1, dtype=np.int64), counts])

    def people_counts(self, rows: Rows) -> NDArray[np.int64]:
        """(persons,) in how many of the rows each person is."""
        chosen = np.zeros(len(self), dtype=np.bool_)
        chosen[rows] = True
        return np.bincount(self.person_of[chosen[self.person_rows]], minlength=len(self.persons))

    @cached_property
    def _by_person(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        order = np.argsort(self.person_of, kind="stable")
        return self.person_rows[order], np.searchsorted(self.person_of[order], np.arange(len(self.persons) + 1))

    def rows_of_person(self, number: int) -> Rows:
        rows, start = self._by_person
        return rows[start[number] : start[number + 1]]

    def names(self, numbers: Iterable[int]) -> list[str]:
        """Names of those who have one and are not hidden."""
        return [name for n in numbers if (name := self.persons[n].name) and not self.persons[n].hidden]

    def place(self, row: int) -> str | None:
        number = int(self.place_of[row])
        return self.events[number].facts.place if number >= 0 else None


def _rows(photo_ids: Sequence[str], row_of: dict[str, int]) -> Rows:
    rows = [row_of[photo_id] for photo_id in photo_ids if photo_id in row_of]
    return np.array(sorted(set(rows)), dtype=np.intp)


def _people_by_row(
    people: Sequence[Person], in_photo: Sequence[tuple[str, str]], row_of: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    number_of = {person.person_id: number for number, person in enumerate(people)}
    pairs = np.array(
        [(row_of[photo], number_of[person]) for photo, person in in_photo if photo in row_of], dtype=np.int64
    ).reshape(-1, 2)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    start = np.searchsorted(pairs[:, 0], np.arange(len(row_of) + 1))
    return pairs[:, 1].astype(np.int32), start
