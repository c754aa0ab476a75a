"""Two people who are often in one photo."""

from collections import Counter
from datetime import date
from itertools import combinations

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import Candidate, Spread
from pictopy_memories.domain.library import Library

FIT_MIN = 8
PAIRS_MOST = 30
"""The pairs that are most often together; the rest would only be scored in vain."""
PEOPLE_MOST = 6
"""A photo with more people shows a crowd, not two together (ente's limit, study/rivals.md 3.D)."""
BASE, OFTEN_BONUS, OFTEN_FULL = 0.1, 0.15, 60


class Together:
    name = "together"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        pairs = _pairs(library, day)
        common = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:PAIRS_MOST]
        return [self._of(library, pair, day) for pair, times in common if times >= FIT_MIN]

    def _of(self, library: Library, pair: tuple[int, int], day: date) -> Candidate:
        first, second = (library.persons[number] for number in pair)
        rows = np.intersect1d(library.rows_of_person(pair[0]), library.rows_of_person(pair[1]))
        rows = rows[rows < library.before(day)]
        fit = rows[library.fit[rows]]
        names = words.listed([str(first.name), str(second.name)])
        start, end = library.date_of(int(fit[0])), library.date_of(int(fit[-1]))
        years = sorted({one.year for one in (start, end) if one})
        return Candidate(
            kind=self.name,
            key=f"together:{first.person_id}:{second.person_id}",
            subject=f"people:{first.person_id}:{second.person_id}",
            title=names,
            subtitle=" to ".join(str(year) for year in years),
            rows=rows,
            significance=BASE + OFTEN_BONUS * min(1.0, len(fit) / OFTEN_FULL),
            reasons=(f"{names} are together in {words.count(len(fit), 'photo')}",),
            named=pair,
            spread=Spread.MONTH,
        )


def _pairs(library: Library, day: date) -> Counter[tuple[int, int]]:
    """How often two named people, neither hidden, are in one fit photo that was taken by `day`."""
    known = np.array([bool(one.name) and not one.hidden for one in library.persons], dtype=np.bool_)
    people = np.diff(library.person_start)
    open_rows = np.flatnonzero(library.fit & (people >= 2) & (people <= PEOPLE_MOST))
    found: Counter[tuple[int, int]] = Counter()
    for row in open_rows[open_rows < library.before(day)].tolist():
        found.update(combinations([int(one) for one in library.people_in(row) if known[one]], 2))
    return found
