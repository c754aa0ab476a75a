"""What the clusterer reads of all faces of one embedding model: arrays in the order of the face ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
BLOCK_ROWS = 512
"""Rows of one product: 512 x 100,000 float32 are 200 MB at most, and OpenBLAS stays within its safe sizes."""


@dataclass(frozen=True)
class Edges:
    """Neighbour pairs of faces, each once: a < b (E,), score (E,) cosine."""

    a: Ints
    b: Ints
    score: Floats


@dataclass(frozen=True)
class Faces:
    """N faces in a canonical order, so that no result depends on the order of arrival.

    embedding: (N, D) float32, L2 norm 1; photo: (N,) codes from 0; quality: (N,) 0..1.
    """

    embedding: Floats
    photo: Ints
    quality: Floats
    edges: Edges

    def __len__(self) -> int:
        return len(self.embedding)


def nearest(embedding: Floats, count: int, floor: float) -> tuple[Ints, Floats]:
    """Exact nearest neighbours: indices (N, count), -1 where the cosine is under `floor`; cosines (N, count)."""
    total = len(embedding)
    count = max(min(count, total - 1), 0)
    index, score = np.empty((total, count), np.int64), np.empty((total, count), np.float32)
    for start in range(0, total, BLOCK_ROWS):
        block = embedding[start : start + BLOCK_ROWS] @ embedding.T
        rows = np.arange(len(block))
        block[rows, start + rows] = -2.0
        found = np.argpartition(-block, count - 1, axis=1)[:, :count] if count else np.empty((len(block), 0), np.int64)
        index[start : start + len(block)] = found
        score[start : start + len(block)] = np.take_along_axis(block, found, axis=1)
    index[score < floor] = -1
    return index, score


def edges_of_lists(index: Ints, score: Floats) -> Edges:
    """Each neighbour pair once, whichever of the two lists holds it."""
    rows = np.repeat(np.arange(len(index)), index.shape[1])
    return unique_edges(rows, index.ravel(), score.ravel(), len(index))


def unique_edges(left: Ints, right: Ints, score: Floats, total: int) -> Edges:
    """Drops what has no partner (-1) or is its own, and sorts: the result does not depend on the order given."""
    kept = (right >= 0) & (left >= 0) & (left != right)
    low, high = np.minimum(left[kept], right[kept]), np.maximum(left[kept], right[kept])
    key, first = np.unique(low * total + high, return_index=True)
    return Edges(key // max(total, 1), key % max(total, 1), score[kept][first].astype(np.float32))


def codes(values: Sequence[str]) -> Ints:
    """(N,) equal text to equal numbers from 0, in sorted order."""
    rank: Mapping[str, int] = {value: code for code, value in enumerate(sorted(set(values)))}
    return np.fromiter((rank[value] for value in values), np.int64, len(values))
