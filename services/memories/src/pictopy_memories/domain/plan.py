"""From a library and a day to its stories, in two steps so that only a few hundred embeddings are ever loaded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pictopy_memories.domain.candidate import MIN_SLIDES, Kind
from pictopy_memories.domain.eligibility import gated
from pictopy_memories.domain.facts import EventFacts, PersonFacts
from pictopy_memories.domain.history import History
from pictopy_memories.domain.kinds import KINDS
from pictopy_memories.domain.library import Columns, Library, Rows
from pictopy_memories.domain.looks import Vector, beside
from pictopy_memories.domain.scoring import DAILY_KINDS, Scored, scored
from pictopy_memories.domain.selection import select, shortlist
from pictopy_memories.domain.story import Story, tell

STORIES_A_DAY = 3
"""One hero and at most two beside it (study/algorithms.md 3.4)."""
BEST_OF_A_KIND = 4
"""So many candidates of each kind go on to the second step."""
SAME_KIND_AGAIN = 0.6
"""A second story of one kind on one day counts so much less than the first."""


@dataclass(frozen=True)
class Snapshot:
    """What a build reads, as of `version`, seen from the day to build."""

    version: int
    columns: Columns
    persons: Sequence[PersonFacts]
    in_photo: Sequence[tuple[str, str]]
    """Pairs of photo id and person id."""
    events: Sequence[EventFacts]
    history: History
    kept: Sequence[tuple[str, str]] = ()
    """(kind, subject) of the day's stories that stay because they were seen."""

    def plan(self, day: date, seed: int) -> "Plan":
        return plan(Library.of(self.columns, self.persons, self.in_photo, self.events), self.history, day, seed)


@dataclass(frozen=True)
class Plan:
    """What could be told on a day, best first, before anyone has looked at the pictures."""

    library: Library
    day: date
    ranked: tuple[Scored, ...]
    pools: tuple[Rows, ...]

    def photo_ids(self) -> list[str]:
        """Whose embeddings the second step wants."""
        if not self.pools:
            return []
        rows = np.unique(np.concatenate(self.pools))
        return [str(photo_id) for photo_id in self.library.columns.ids[rows]]


def plan(library: Library, history: History, day: date, seed: int = 0, kinds: Sequence[Kind] = KINDS) -> Plan:
    """Gate, ask every kind, score, keep the best of each kind."""
    library = gated(library)
    found = (
        scored(library, candidate, history, day, seed) for kind in kinds for candidate in kind.candidates(library, day)
    )
    ranked = tuple(_best_of_each_kind(one for one in found if one))
    return Plan(library, day, ranked, tuple(shortlist(library, one.fit) for one in ranked))


def stories(
    planned: Plan, vectors: Mapping[str, Vector], kept: Iterable[tuple[str, str]] = (), most: int = STORIES_A_DAY
) -> list[Story]:
    """Tell the best, no photo twice. `kept`: (kind, subject) of the day's stories that stay because they were seen."""
    library = planned.library
    by_row = {row: vectors[photo_id] for row, photo_id in _wanted(planned) if photo_id in vectors}
    kept = list(kept)
    kinds, subjects = [kind for kind, _ in kept], {subject for _, subject in kept}
    waiting = [
        (one, pool)
        for one, pool in zip(planned.ranked, planned.pools, strict=True)
        if one.candidate.subject not in subjects
    ]
    told: list[Story] = []
    used = shown = np.zeros(len(library), dtype=np.bool_)
    while waiting and len(kinds) < most:
        best = max(range(len(waiting)), key=lambda n: _standing(waiting[n][0], kinds))
        one, pool = waiting.pop(best)
        if (one.candidate.is_filler and kinds) or (one.candidate.is_spare and one.candidate.kind in kinds):
            continue
        selection = select(library, pool[~used[pool]], by_row, one.candidate.spread)
        if len(selection.rows) < MIN_SLIDES:
            continue
        told.append(tell(library, planned.day, one, selection))
        kinds.append(one.candidate.kind)
        shown[selection.rows] = True
        used = beside(library.columns, shown)
        waiting = [each for each in waiting if each[0].candidate.subject != one.candidate.subject]
    return told


def _standing(one: Scored, kinds: list[str]) -> float:
    """What people open every day for comes first, fillers last; a second story of a kind is less welcome."""
    kind = one.candidate.kind
    expected = kind in DAILY_KINDS and kind not in kinds
    later = 2 * one.candidate.is_filler + 0.5 * one.candidate.is_spare
    return one.score * SAME_KIND_AGAIN ** kinds.count(kind) + expected - later


def _best_of_each_kind(found: Iterable[Scored]) -> Iterator[Scored]:
    taken: dict[str, int] = {}
    for one in sorted(found, key=lambda each: (-each.score, each.candidate.key)):
        taken[one.candidate.kind] = taken.get(one.candidate.kind, 0) + 1
        if taken[one.candidate.kind] <= BEST_OF_A_KIND:
            yield one


def _wanted(planned: Plan) -> list[tuple[int, str]]:
    if not planned.pools:
        return []
    rows = np.unique(np.concatenate(planned.pools))
    return [(int(row), str(planned.library.columns.ids[row])) for row in rows]
