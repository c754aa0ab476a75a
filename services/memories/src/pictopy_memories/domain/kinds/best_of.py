"""The best of the month that has just ended, of the same month in an earlier year, and of the year at its end."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import Candidate, Spread
from pictopy_memories.domain.library import Library

FIT_MIN = 12
DAYS_MIN = 4
"""A month with photos of one day is that day's story."""
MONTH_DAYS = 7
"""The month that ended is looked back on in the first week of the next."""
YEAR_FROM, YEAR_TO = (12, 27), (1, 7)
LAST_MONTH, THE_YEAR, EARLIER_MONTH = 0.45, 0.7, 0.1


class BestOf:
    name = "best_of"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        first_year = library.first_year()
        if first_year is None:
            return []
        spans = (*_year_ended(day), *_month_ended(day), *_same_month(day, first_year))
        chosen = (self._of(library, *one) for one in spans)
        return [one for one in chosen if one]

    def _of(self, library: Library, name: str, first: date, last: date, significance: float) -> Candidate | None:
        rows = library.between(first, last)
        days = library.day[rows[library.fit[rows]]]
        fit = len(days)
        if fit < FIT_MIN or len(np.unique(days)) < DAYS_MIN:
            return None
        is_year = name == str(first.year)
        return Candidate(
            kind=self.name,
            key=f"best_of:{name}",
            subject=f"period:{name}",
            title=f"The best of {name}",
            subtitle=words.count(fit, "photo"),
            rows=rows,
            significance=significance,
            reasons=(f"The best of the {words.count(fit, 'photo')} of {name}",),
            why_slide=f"Among the best of {name}",
            spread=Spread.MONTH if is_year else Spread.DAY,
        )


Span = tuple[str, date, date, float]


def _month_ended(day: date) -> Iterator[Span]:
    if day.day <= MONTH_DAYS:
        last = day.replace(day=1) - timedelta(days=1)
        yield words.month_of(last), last.replace(day=1), last, LAST_MONTH


def _same_month(day: date, first_year: int) -> Iterator[Span]:
    for year in range(first_year, day.year):
        first = date(year, day.month, 1)
        yield words.month_of(first), first, first.replace(day=monthrange(year, day.month)[1]), EARLIER_MONTH


def _year_ended(day: date) -> Iterator[Span]:
    if (day.month, day.day) >= YEAR_FROM:
        yield str(day.year), date(day.year, 1, 1), day - timedelta(days=1), THE_YEAR
    elif (day.month, day.day) <= YEAR_TO:
        yield str(day.year - 1), date(day.year - 1, 1, 1), date(day.year - 1, 12, 31), THE_YEAR
