"""A place one returns to, visit after visit."""

from datetime import date

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import MIN_SLIDES, Candidate, Spread
from pictopy_memories.domain.library import Event, Library

VISITS_MIN = 3
DAYS_SHARE_MAX = 0.2
"""A place with more than a fifth of all days is where one lives, not where one returns to."""
BASE, VISITS_BONUS, VISITS_FULL = 0.1, 0.15, 8


class PlaceAgain:
    name = "place_again"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        visits: dict[str, list[Event]] = {}
        for event in library.events:
            if event.facts.kind == "event" and event.facts.place and event.last < day:
                visits.setdefault(event.facts.place, []).append(event)
        days = len(np.unique(library.day[: library.dated]))
        chosen = (self._of(library, place, visits[place], days) for place in sorted(visits))
        return [one for one in chosen if one]

    def _of(self, library: Library, place: str, visits: list[Event], days: int) -> Candidate | None:
        months = {(visit.first.year, visit.first.month) for visit in visits}
        visited = {visit.first for visit in visits}
        if len(months) < VISITS_MIN or len(visited) > DAYS_SHARE_MAX * days:
            return None
        rows = np.unique(np.concatenate([visit.rows for visit in visits]))
        rows = rows[rows < library.dated]
        if np.count_nonzero(library.fit[rows]) < MIN_SLIDES:
            return None
        return Candidate(
            kind=self.name,
            key=f"place_again:{place}",
            subject=f"place:{place}",
            title=f"{place}, again and again",
            subtitle=f"{visits[0].first.year} to {visits[-1].last.year}",
            rows=rows,
            significance=BASE + VISITS_BONUS * min(1.0, len(months) / VISITS_FULL),
            reasons=(f"You were there on {words.count(len(visited), 'day')} in {words.count(len(months), 'month')}",),
            why_slide=f"Taken in {place}",
            spread=Spread.MONTH,
        )
