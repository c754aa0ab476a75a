"""What happened on this very day in an earlier year; where too little did, the week around it, and it says so."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.calendar import anniversary, days_marked, week_around
from pictopy_memories.domain.candidate import MIN_SLIDES, Candidate, Spread
from pictopy_memories.domain.library import NO_ROWS, Library, Rows

VERY_DAY, WEEK = 0.7, 0.35
"""Significance before anything is known of the photos."""
ROUND_YEARS = (1, 5, 10, 15, 20, 25, 30, 40, 50)
ROUND_BONUS = 0.1
BIG_DAY_BONUS = 0.2
BIG_DAY_PHOTOS = 50
"""A day with so many photos was a day to remember; fewer count in proportion."""


class OnThisDay:
    name = "on_this_day"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        first = library.first_year()
        if first is None:
            return []
        years = range(first, day.year)
        single = [one for year in years for one in self._of_year(library, day, year)]
        return [*single, *self._of_all_years(library, day, years)]

    def _of_year(self, library: Library, day: date, year: int) -> Iterator[Candidate]:
        for marked in days_marked(day, year):
            rows = library.between(marked, marked)
            if _enough(library, rows):
                yield self._very_day(library, day, marked, rows)
        week = library.between(*week_around(day, year))
        week = week[library.day[week] < np.datetime64(day)]
        own = _without_days_to_come(library, week, anniversary(day, year))
        if _enough(library, own):
            yield self._week(library, day, year, own, is_spare=False)
        elif _enough(library, week):
            yield self._week(library, day, year, week, is_spare=True)

    def _very_day(self, library: Library, day: date, marked: date, rows: Rows) -> Candidate:
        years = day.year - marked.year
        same = (marked.month, marked.day) == (day.month, day.day)
        when = f"{words.years_ago(years)} today" if same else f"{words.years_ago(years)}, on {words.day_month(marked)}"
        taken = int(np.count_nonzero(library.countable[rows]))
        return Candidate(
            kind=self.name,
            key=f"on_this_day:{marked.isoformat()}",
            subject=f"on_this_day:{marked.year}",
            title=when,
            subtitle=words.dotted(words.weekday_of(marked), _place(library, rows)),
            rows=rows,
            significance=VERY_DAY + _bonus(years, taken),
            reasons=(when, f"{words.count(taken, 'photo')} that day"),
            why_slide=f"Taken {when[0].lower()}{when[1:]}",
        )

    def _week(self, library: Library, day: date, year: int, rows: Rows, is_spare: bool) -> Candidate:
        years = day.year - year
        when = f"{words.years_ago(years)} this week"
        first, last = _ends(library, rows)
        taken = int(np.count_nonzero(library.countable[rows]))
        return Candidate(
            kind=self.name,
            key=f"this_week:{anniversary(day, year).isoformat()}",
            subject=f"on_this_day:{year}",
            title=when,
            subtitle=words.dotted(words.span(first, last), _place(library, rows)),
            rows=rows,
            significance=WEEK + _bonus(years, taken),
            reasons=(
                f"{words.years_ago(years)}, within 3 days of today",
                f"{words.count(taken, 'photo')} in these days",
            ),
            why_slide=f"Taken {when}",
            is_spare=is_spare,
        )

    def _of_all_years(self, library: Library, day: date, years: range) -> Iterator[Candidate]:
        """Where no year alone has enough, all of them together may."""
        very = [library.between(marked, marked) for year in years for marked in days_marked(day, year)]
        week = [library.between(*week_around(day, year)) for year in years]
        for title, found, significance in (
            ("On this day, over the years", very, VERY_DAY),
            ("This week, over the years", week, WEEK),
        ):
            rows = np.unique(np.concatenate(found)) if found else NO_ROWS
            rows = rows[library.day[rows] < np.datetime64(day)]
            if _enough(library, rows):
                yield self._years(library, day, title, rows, significance)
                return

    def _years(self, library: Library, day: date, title: str, rows: Rows, significance: float) -> Candidate:
        first, last = _ends(library, rows)
        return Candidate(
            kind=self.name,
            key=f"on_these_days:{words.day_month(day)}:{title.partition(',')[0]}",
            subject="on_this_day:years",
            title=title,
            subtitle=str(first.year) if first.year == last.year else f"{first.year} to {last.year}",
            rows=rows,
            significance=significance,
            reasons=(
                f"Photos of earlier years from {'this day' if significance == VERY_DAY else 'the week around today'}",
            ),
            why_slide="Taken at this time of an earlier year",
            spread=Spread.YEAR,
            is_spare=True,
        )


def _without_days_to_come(library: Library, rows: Rows, middle: date) -> Rows:
    """A day after the anniversary that has enough for a story of its own is left to its own day."""
    each, of_day = np.unique(library.day[rows], return_inverse=True)
    fit = np.bincount(of_day, weights=library.fit[rows], minlength=len(each))
    waits = (each > np.datetime64(middle)) & (fit >= MIN_SLIDES)
    return rows[~waits[of_day]]


def _enough(library: Library, rows: Rows) -> bool:
    return int(np.count_nonzero(library.fit[rows])) >= MIN_SLIDES


def _ends(library: Library, rows: Rows) -> tuple[date, date]:
    fit = rows[library.fit[rows]]
    first, last = library.date_of(int(fit[0])), library.date_of(int(fit[-1]))
    assert first is not None, "rows of days have a date"
    assert last is not None, "rows of days have a date"
    return first, last


def _bonus(years: int, photos: int) -> float:
    return ROUND_BONUS * (years in ROUND_YEARS) + BIG_DAY_BONUS * min(1.0, photos / BIG_DAY_PHOTOS)


def _place(library: Library, rows: Rows) -> str | None:
    """The place that all located photos share; none if there are several."""
    places = {place for row in rows[library.fit[rows]].tolist() if (place := library.place(row))}
    return places.pop() if len(places) == 1 else None
