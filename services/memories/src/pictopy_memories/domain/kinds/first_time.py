"""The first photos of a person, on the anniversary of that day."""

from datetime import date, timedelta

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.calendar import WEEK_REACH_DAYS, anniversary
from pictopy_memories.domain.candidate import MIN_SLIDES, Candidate
from pictopy_memories.domain.library import Library

LIBRARY_AGE_MIN = timedelta(days=180)
"""Who is in the first half year of a library was known before it began."""
FIRST_DAYS = timedelta(days=30)
FIT_MIN = 20
"""Photos of a person in all, so that a passer-by has no «first time»."""
VERY_DAY, WEEK = 0.75, 0.5


class FirstTime:
    name = "first_time"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        enough = library.people_counts(np.flatnonzero(library.fit)) >= FIT_MIN
        chosen = (self._of(library, int(number), day) for number in np.flatnonzero(enough))
        return [one for one in chosen if one]

    def _of(self, library: Library, number: int, day: date) -> Candidate | None:
        person = library.persons[number]
        rows = library.rows_of_person(number)
        rows = rows[(rows < library.dated) & library.countable[rows]]
        began, first = library.date_of(0), library.date_of(int(rows[0])) if len(rows) else None
        if person.name is None or person.hidden or began is None or first is None or first - began < LIBRARY_AGE_MIN:
            return None
        distance = abs((anniversary(first, day.year) - day).days)
        years = day.year - first.year
        rows = rows[library.day[rows] <= np.datetime64(first + FIRST_DAYS)]
        if years < 1 or distance > WEEK_REACH_DAYS or np.count_nonzero(library.fit[rows]) < MIN_SLIDES:
            return None
        when = f"{words.years_ago(years)} {'today' if distance == 0 else 'this week'}"
        return Candidate(
            kind=self.name,
            key=f"first_time:{person.person_id}:{years}",
            subject=f"person:{person.person_id}",
            title=f"The first photos of {person.name}",
            subtitle=words.dotted(when, words.full_day(first)),
            rows=rows,
            significance=VERY_DAY if distance == 0 else WEEK,
            reasons=(f"{person.name} first appears in your photos on {words.full_day(first)}", when),
            why_slide=f"From the first month of photos of {person.name}",
            named=(number,),
        )
