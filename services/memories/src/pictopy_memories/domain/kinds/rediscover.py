"""What to show when no date, trip or person calls for a story: favourites, else the best-looking, and it says so."""

from datetime import date

import numpy as np

from pictopy_memories.domain.candidate import MIN_SLIDES, Candidate
from pictopy_memories.domain.library import Library, Rows
from pictopy_memories.domain.relevance import loved, relevance

TAKEN = 60
"""Of the most deserving photos, so many go into the choice."""
TURN = 0.1
"""How much chance moves a photo up, so that days differ; less than what tells a good photo from a poor one."""


class Rediscover:
    name = "rediscover"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        fit = np.flatnonzero(library.fit)
        fit = fit[(fit < library.before(day)) | (fit >= library.dated)]
        if len(fit) < MIN_SLIDES:
            return []
        favourites = fit[loved(library, fit) > 0]
        by_love = len(favourites) >= MIN_SLIDES
        rows = _deserving(library, favourites if by_love else fit, day)
        why = "A favourite of yours, or one you wrote about" if by_love else "Among the best-looking of your photos"
        return [
            Candidate(
                kind=self.name,
                key=f"rediscover:{day.isoformat()}",
                subject="rediscover",
                title="Worth another look",
                subtitle="Your favourites" if by_love else "Photos not shown lately",
                rows=rows,
                significance=0.0,
                reasons=(_why_now(library), why),
                why_slide=why,
                is_filler=True,
            )
        ]


def _why_now(library: Library) -> str:
    if library.dated == 0:
        return "None of your photos has a date that can be relied on, so no day could be looked back on"
    return "Nothing of an earlier time fits today"


def _deserving(library: Library, rows: Rows, day: date) -> Rows:
    # Weyl sequence: spreads rows evenly over 0..1, another way each day.
    turn = np.modf(rows * 0.6180339887498949 + day.toordinal() * 0.7548776662466927)[0]
    worth = relevance(library, rows) + TURN * turn
    return np.sort(rows[np.lexsort((rows, -worth))[:TAKEN]])
