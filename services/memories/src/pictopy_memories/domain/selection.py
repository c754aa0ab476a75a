"""Which photos of a pool tell the story: burst by its best shot, then greedy maximal marginal relevance (Carbonell and
Goldstein 1998) with a bonus for people not seen yet. Of the methods compared in study/algorithms.md 3 it alone kept
near-duplicates at none with .995 of the scenes and .96 of the people covered."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.bursts import best_of_each, burst_of, scenes
from pictopy_memories.domain.candidate import MAX_SLIDES, MIN_SLIDES, Spread
from pictopy_memories.domain.library import Library, Rows
from pictopy_memories.domain.looks import Vectors, alike
from pictopy_memories.domain.relevance import relevance

LAMBDA = 0.5
"""Relevance against likeness to what is in already (study/algorithms.md 3, measured)."""
PERSON_BONUS = 0.12
PERSON_BONUS_MOST = 3
"""So many new people count in one photo, else a school class would beat everything."""
SCENE_SHARE_MAX = 0.4
"""No more of a story than this from one scene, once every scene has its photo."""
POOL_MAX = 300
"""Photos of one candidate that are compared pairwise; the most relevant are kept."""
SLIDES_PER_ROOT = 2.0
"""Slides = 2 x the root of what there is: 9 distinct shots give 6 slides, 100 give 20."""


@dataclass(frozen=True)
class Selection:
    rows: Rows
    """Chosen photos in time order."""
    burst_sizes: tuple[int, ...]
    """For each chosen photo, how many shots its burst had."""
    in_bursts: int
    similar: int
    no_room: int
    """How many were left out because a better shot of the burst is in, because a like photo is, for want of room."""


def shortlist(library: Library, rows: Rows) -> Rows:
    """The fit photos of a candidate that enter the selection, in time order."""
    fit = rows[library.fit[rows]]
    if len(fit) <= POOL_MAX:
        return fit
    worth = relevance(library, fit)
    return np.sort(fit[np.lexsort((fit, -worth))[:POOL_MAX]])


def slides_for(distinct: int) -> int:
    return max(MIN_SLIDES, min(MAX_SLIDES, round(SLIDES_PER_ROOT * math.sqrt(distinct))))


def select(library: Library, rows: Rows, vectors: Vectors, spread: Spread) -> Selection:
    """Choose from `rows` (fit, in time order, at most POOL_MAX)."""
    pool = alike(library.columns, rows, vectors)
    bursts = burst_of(pool)
    worth = relevance(library, rows)
    best = best_of_each(bursts, worth)
    sizes = np.bincount(bursts) if len(bursts) else np.zeros(0, dtype=np.intp)
    grid = np.ix_(best, best)
    chosen, similar = _greedy(
        worth[best],
        pool.likeness[grid],
        pool.same[grid],
        scenes(library.columns, rows[best], spread),
        [set(library.people_in(row).tolist()) for row in rows[best].tolist()],
    )
    places = best[sorted(chosen)]
    return Selection(
        rows=rows[places],
        burst_sizes=tuple(int(sizes[bursts[place]]) for place in places),
        in_bursts=len(rows) - len(best),
        similar=similar,
        no_room=len(best) - len(chosen) - similar,
    )


def _greedy(
    worth: NDArray[np.float32],
    likeness: NDArray[np.float32],
    same: NDArray[np.bool_],
    scene: NDArray[np.intp],
    people: list[set[int]],
) -> tuple[list[int], int]:
    """Chosen places, and how many others are near-duplicates of a chosen one."""
    limit = slides_for(len(worth))
    free = np.ones(len(worth), dtype=np.bool_)
    nearest = np.zeros(len(worth), dtype=np.float32)
    per_scene: dict[int, int] = {}
    seen: set[int] = set()
    chosen: list[int] = []
    while len(chosen) < limit and free.any():
        field = _allowed(free, scene, per_scene, limit)
        if not field.any():
            break
        new = np.array([min(len(each - seen), PERSON_BONUS_MOST) for each in people])
        gain = LAMBDA * worth - (1 - LAMBDA) * nearest + PERSON_BONUS * new
        place = int(np.argmax(np.where(field, gain, -np.inf)))
        chosen.append(place)
        seen |= people[place]
        per_scene[int(scene[place])] = per_scene.get(int(scene[place]), 0) + 1
        free &= ~same[place]
        free[place] = False
        nearest = np.maximum(nearest, likeness[place])
    others = np.ones(len(worth), dtype=np.bool_)
    others[chosen] = False
    return chosen, int(np.count_nonzero(others & same[chosen].any(axis=0)))


def _allowed(
    free: NDArray[np.bool_], scene: NDArray[np.intp], per_scene: dict[int, int], limit: int
) -> NDArray[np.bool_]:
    """Photos of scenes not shown yet; when each has been, photos of scenes that have room."""
    fresh = free & ~np.isin(scene, list(per_scene))
    if fresh.any():
        return fresh
    most = max(1, int(SCENE_SHARE_MAX * limit))
    full = [number for number, shown in per_scene.items() if shown >= most]
    # A pool of one or two scenes has no others to make room for.
    return free & ~np.isin(scene, full) if len(per_scene) > 2 else free
