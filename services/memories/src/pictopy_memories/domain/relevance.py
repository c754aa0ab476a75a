"""How much one photo deserves to be shown, from what is known of it. The unknown is left out, not zero."""

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.library import Library, Rows

# Weights after study/algorithms.md 3 and 4 and study/pictopy.md 2.5 (weighted mean over the signals that are there).
QUALITY = 0.45
LOVED = 0.25
PEOPLE = 0.20
FACE = 0.10

RATING_LOVE = np.array([0.0, 0.0, 0.0, 0.4, 0.7, 1.0], dtype=np.float32)
"""By stars 0..5."""
TOLD_LOVE = 0.3
KNOWN_PEOPLE_FULL = 3
"""So many named people count as all (study/pictopy.md 2.5: known people / 3)."""
FACE_SHARE = (0.03, 0.25)
"""A face that fills 3 to 25 % of the frame makes a portrait (study/algorithms.md 4)."""


def loved(library: Library, rows: Rows) -> NDArray[np.float32]:
    """(k,) 0..1: what the user said about a photo: favourite, stars, words."""
    columns = library.columns
    stars = RATING_LOVE[np.clip(columns.rating[rows], 0, 5)]
    told = np.where(columns.is_told[rows], np.float32(TOLD_LOVE), np.float32(0.0))
    favourite = columns.favourite[rows].astype(np.float32)
    love: NDArray[np.float32] = np.maximum(np.maximum(stars, told), favourite)
    return love


def relevance(library: Library, rows: Rows) -> NDArray[np.float32]:
    """(k,) 0..1."""
    quality = library.columns.quality[rows]
    seen = ~np.isnan(quality)
    low, high = FACE_SHARE
    largest = library.columns.largest_face[rows]
    portrait = ((largest >= low) & (largest <= high)).astype(np.float32)
    known = LOVED * loved(library, rows) + PEOPLE * _known_people(library, rows) + FACE * portrait
    total = known + QUALITY * np.where(seen, quality, 0.0)
    weight = (LOVED + PEOPLE + FACE) + QUALITY * seen
    scores: NDArray[np.float32] = (total / weight).astype(np.float32)
    return scores


def _known_people(library: Library, rows: Rows) -> NDArray[np.float32]:
    named = library.named_before
    found = named[library.person_start[rows + 1]] - named[library.person_start[rows]]
    known: NDArray[np.float32] = np.minimum(found / KNOWN_PEOPLE_FULL, 1.0).astype(np.float32)
    return known
