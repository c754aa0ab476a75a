"""Which stories a day should tell: significance, quality, love, novelty; less fatigue, times feedback."""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.candidate import MIN_SLIDES, Candidate
from pictopy_memories.domain.history import History, rests, weight_of
from pictopy_memories.domain.library import Library, Rows
from pictopy_memories.domain.relevance import loved

# Terms and weights of study/algorithms.md 3.4.
SIGNIFICANCE, QUALITY, LOVE, NOVELTY = 0.35, 0.25, 0.20, 0.20
BEST_COUNTED = 8
"""A story is as good as its eight best photos."""
BEST_SHARE = 0.1
"""Of large pools the best tenth counts, else the largest pool would win every day by its sheer size."""
NOVELTY_FULL_DAYS = 365.0
FATIGUE = 0.15
FATIGUE_DAYS = 2
"""A kind told yesterday stands back today, except the one that people open every day for."""
DAILY_KINDS = frozenset({"on_this_day"})
CHANCE = 0.04
"""Spread of the seeded term that decides between equals, so that they take turns."""


@dataclass(frozen=True)
class Scored:
    candidate: Candidate
    score: float
    weight: float
    """What feedback did to it; 1 if nothing."""
    fit: Rows


def scored(library: Library, candidate: Candidate, history: History, day: date, seed: int) -> Scored | None:
    """None where the story cannot be told today: too few fit photos, told within a year, or not wanted."""
    fit = candidate.rows[library.fit[candidate.rows]]
    if len(fit) < MIN_SLIDES or rests(history, candidate.key):
        return None
    weight = weight_of(history, candidate.subject, candidate.kind, day)
    if weight == 0.0:
        return None
    merit = _merit(library, candidate, fit)
    tired = candidate.kind not in DAILY_KINDS and history.shown_kinds.get(candidate.kind, FATIGUE_DAYS) < FATIGUE_DAYS
    chance = CHANCE * unit_hash(f"{seed}:{day.isoformat()}:{candidate.key}")
    return Scored(candidate, (merit - FATIGUE * tired) * weight + chance, weight, fit)


def _merit(library: Library, candidate: Candidate, fit: Rows) -> float:
    """0..1, over the terms that are known."""
    total = SIGNIFICANCE * candidate.significance
    total += LOVE * _mean_of_best(loved(library, fit)) + NOVELTY * _novelty(library, fit)
    quality = library.columns.quality[fit]
    known = quality[~np.isnan(quality)]
    if not len(known):
        return total / (SIGNIFICANCE + LOVE + NOVELTY)
    return total + QUALITY * _mean_of_best(known)


def _mean_of_best(values: NDArray[np.float32]) -> float:
    best = max(BEST_COUNTED, round(BEST_SHARE * len(values)))
    if len(values) > best:
        values = np.partition(values, -best)[-best:]
    return float(values.mean())


def _novelty(library: Library, fit: Rows) -> float:
    return float(np.minimum(library.columns.shown_days[fit] / NOVELTY_FULL_DAYS, 1.0).mean())


def unit_hash(text: str) -> float:
    """0..1, the same for the same text on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64
