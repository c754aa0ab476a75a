"""What is left over joins a large person only when that person is clearly the one.

A leftover is a face that waits for its quality, or a group worth about one face. How alike a stranger can look to a
person is read from the leftovers themselves: their second best person is a wrong one.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from pictopy_cluster.domain.constraints import Constraints, photo_matrix, shared_photos, too_many_shared
from pictopy_cluster.domain.evidence import Calibration, Doubles, weight
from pictopy_cluster.domain.faces import BLOCK_ROWS, Faces, Floats, Ints
from pictopy_cluster.domain.merging import member_matrix, squares

LARGE_FACES = 8
"""Only persons of at least so many faces are joined this way (design study 1.3)."""
LEFTOVER_WORTH = 2.0
"""A group worth at most so many independent faces may join as a whole: a burst, or two alike shots."""
MARGIN = 0.10
"""Cosine by which the best person leads the second (design study 1.3)."""
CHANCE = 0.01
"""Expected share of leftovers that would join by chance, were strangers' cosines Gaussian: the least that is asked."""
FALSE_SHARE = 0.05
"""Of those that join, at most this share may be strangers, counted by the second best cosines, ..."""
SLACK = 0.05
"""... each made larger by this, because the best of several wrong persons is a little nearer than the second best."""


def attach(faces: Faces, label: Ints, waiting: NDArray[np.bool_], said: Constraints, known: Calibration) -> Ints:
    """(N,) labels after the leftovers have joined; they never found nor bridge persons."""
    clusters = int(label.max(initial=-1)) + 1
    sums = np.asarray(member_matrix(label, clusters) @ faces.embedding, np.float32)
    count, square = np.bincount(label, minlength=clusters).astype(np.float64), squares(sums)
    pinned = np.zeros(clusters, bool)
    pinned[label[said.group >= 0]] = True
    pinned[label[said.rejecting_face]] = True
    left = np.zeros(clusters, bool)
    left[label[waiting]] = True
    large = np.flatnonzero((count >= LARGE_FACES) & ~left)
    left |= weight(count, square, known) <= LEFTOVER_WORTH
    left[large] = False
    rest = np.flatnonzero(left & ~pinned)
    if not len(large) or not len(rest):
        return label
    means = sums / np.sqrt(square).astype(np.float32)[:, None]
    best, first, second = two_best(means[rest], means[large])
    clear = (first >= reach(first, second, len(large), known)) & (first - second >= MARGIN)
    rest, target = rest[clear], large[best[clear]]
    matrix = photo_matrix(label, faces.photo, clusters)
    smaller = np.minimum(count[rest], count[target])
    fine = ~too_many_shared(shared_photos(matrix, rest, target), smaller)
    return _joined(label, rest[fine], target[fine], first[clear][fine], faces.photo)


def two_best(rows: Floats, means: Floats) -> tuple[Ints, Doubles, Doubles]:
    """For each row the nearest mean, its cosine, and the cosine of the second nearest (-1 without one)."""
    best, first = np.empty(len(rows), np.int64), np.empty(len(rows))
    second = np.full(len(rows), -1.0)
    for start in range(0, len(rows), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        product = rows[part] @ means.T
        best[part] = product.argmax(axis=1)
        first[part] = product.max(axis=1)
        if len(means) > 1:
            second[part] = np.partition(product, -2, axis=1)[:, -2]
    return best, first, second


def reach(first: Doubles, second: Doubles, persons: int, known: Calibration) -> float:
    """The lowest cosine to a person from which on few that reach it are strangers; infinite where there is none."""
    joins = np.sort(first)
    count = len(joins) - np.arange(len(joins))
    false = len(second) - np.searchsorted(np.sort(second + SLACK), joins)
    trusted = joins[false <= FALSE_SHARE * count]
    by_chance = known.cosine_at(float(norm.isf(CHANCE / persons)))
    return max(by_chance, float(trusted[0])) if len(trusted) else float("inf")


def _joined(label: Ints, rest: Ints, target: Ints, cosine: Doubles, photo: Ints) -> Ints:
    """Of two lone leftovers of one photo only the nearer joins a person."""
    first_photo = np.zeros(int(label.max(initial=-1)) + 1, np.int64)
    first_photo[label] = photo
    order = np.argsort(-cosine, kind="stable")
    rest, target = rest[order], target[order]
    key = target * (int(photo.max(initial=0)) + 1) + first_photo[rest]
    kept = np.unique(key, return_index=True)[1]
    new = np.arange(len(first_photo))
    new[rest[kept]] = target[kept]
    return np.unique(new[label], return_inverse=True)[1].astype(np.int64)
