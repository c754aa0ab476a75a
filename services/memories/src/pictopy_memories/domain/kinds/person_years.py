"""One person over the years."""

from datetime import date

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import Candidate, Spread
from pictopy_memories.domain.library import Library

FIT_MIN = 8
YEARS_MIN = 2
"""Calendar years with the person in them; one year is not «over the years»."""
BASE, YEARS_BONUS, YEARS_FULL = 0.15, 0.15, 8


class PersonYears:
    name = "person_years"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        enough = library.people_counts(np.flatnonzero(library.fit)) >= FIT_MIN
        chosen = (self._of(library, int(number), day) for number in np.flatnonzero(enough))
        return [one for one in chosen if one]

    def _of(self, library: Library, number: int, day: date) -> Candidate | None:
        person = library.persons[number]
        rows = library.rows_of_person(number)
        rows = rows[rows < library.before(day)]
        fit = rows[library.fit[rows]]
        years = np.unique(library.day[fit].astype("datetime64[Y]").astype(int) + 1970)
        if person.name is None or person.hidden or len(years) < YEARS_MIN or len(fit) < FIT_MIN:
            return None
        first, last = int(years[0]), int(years[-1])
        return Candidate(
            kind=self.name,
            key=f"person_years:{person.person_id}",
            subject=f"person:{person.person_id}",
            title=f"{person.name} over the years",
            subtitle=f"{first} to {last}",
            rows=rows,
            significance=BASE + YEARS_BONUS * min(1.0, len(years) / YEARS_FULL),
            reasons=(f"{words.count(len(fit), 'photo')} with {person.name} from {words.count(len(years), 'year')}",),
            named=(number,),
            spread=Spread.YEAR,
        )
