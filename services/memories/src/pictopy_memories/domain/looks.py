"""How alike photos are: by embedding where both have one of the same model, by perceptual hash, by time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.library import Columns, Rows

SAME_COSINE = 0.90
"""From here two photos are never in one story (study/algorithms.md 3.5)."""
BURST_GAP_S = 12.0
"""Near-duplicates taken so close to each other are one burst, of which the best shot stands for all."""
BLIND_BURST_GAP_S = 2.0
"""Shots so close in time count as one burst even where nothing is known of their looks (study/algorithms.md 3.2, 5)."""
SAME_PHASH_BITS = 10
"""Of 64; unrelated pictures are this near in 1.8 of a million pairs (study/algorithms.md 5)."""
TIME_SCALE_S = 3600.0
TIME_LIKENESS = 0.8
"""Without embeddings, photos of one hour are taken to be alike: 0.8 at the same instant, falling by e each hour."""


@dataclass(frozen=True)
class Vector:
    """An embedding and the model whose space it lives in."""

    model: str
    values: NDArray[np.float32]
    """(D,) L2 norm 1."""

    @staticmethod
    def unpacked(model: str, data: bytes) -> "Vector":
        """From little-endian float16, as it travels and is stored; scaled back to L2 norm 1."""
        values = np.frombuffer(data, dtype="<f2").astype(np.float32)
        norm = float(np.linalg.norm(values))
        return Vector(model, values / norm if norm > 0 else values)


Vectors = Mapping[int, Vector]
"""By row of the library; rows without one are absent."""


@dataclass(frozen=True)
class Alike:
    """Square matrices over one pool of photos."""

    likeness: NDArray[np.float32]
    """0..1."""
    same: NDArray[np.bool_]
    """Near-duplicates."""
    burst: NDArray[np.bool_]
    """Two shots of one press of the shutter, as far as one can tell."""


def alike(columns: Columns, rows: Rows, vectors: Vectors) -> Alike:
    """Compares each photo of the pool with each."""
    cosine = _cosine(rows, vectors)
    bits = _hamming(columns, rows)
    gap_s = _gap_s(columns, rows)
    blind = np.isnan(cosine) & (bits > 64)
    same = (cosine >= SAME_COSINE) | (bits <= SAME_PHASH_BITS) | (blind & (gap_s <= BLIND_BURST_GAP_S))
    in_time = TIME_LIKENESS * np.exp(-gap_s / TIME_SCALE_S)
    likeness = np.where(np.isnan(cosine), in_time, np.clip(cosine, 0.0, 1.0))
    return Alike(likeness.astype(np.float32), same, same & (gap_s <= BURST_GAP_S))


def beside(columns: Columns, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) the chosen photos and those taken within a burst's time of one: they would repeat it with a weaker shot."""
    dated = ~np.isnat(columns.taken)
    seconds = columns.taken.astype(np.int64)
    marks = np.sort(seconds[chosen & dated])
    if not len(marks):
        return chosen
    after = np.searchsorted(marks, seconds)
    gap_before = np.abs(seconds - marks[np.clip(after - 1, 0, None)])
    gap_after = np.abs(marks[np.clip(after, None, len(marks) - 1)] - seconds)
    found: NDArray[np.bool_] = chosen | (dated & (np.minimum(gap_before, gap_after) <= BURST_GAP_S))
    return found


def _cosine(rows: Rows, vectors: Vectors) -> NDArray[np.float32]:
    """(k, k); NaN where two cannot be compared."""
    cosine = np.full((len(rows), len(rows)), np.nan, dtype=np.float32)
    by_space: dict[tuple[str, int], list[int]] = {}
    for place, row in enumerate(rows.tolist()):
        if vector := vectors.get(row):
            by_space.setdefault((vector.model, len(vector.values)), []).append(place)
    for places in by_space.values():
        matrix = np.stack([vectors[int(rows[place])].values for place in places])
        cosine[np.ix_(places, places)] = matrix @ matrix.T
    return cosine


def _hamming(columns: Columns, rows: Rows) -> NDArray[np.int16]:
    """(k, k) differing bits of 64; 65 where a hash is missing."""
    hashes = columns.phash[rows].view(np.uint64)
    bits: NDArray[np.int16] = np.bitwise_count(hashes[:, None] ^ hashes[None, :]).astype(np.int16)
    known = columns.has_phash[rows]
    bits[~(known[:, None] & known[None, :])] = 65
    return bits


def _gap_s(columns: Columns, rows: Rows) -> NDArray[np.float64]:
    """(k, k) seconds between shots; inf where one has no date."""
    taken = columns.taken[rows]
    seconds = taken.astype(np.int64).astype(np.float64)
    gap = np.abs(seconds[:, None] - seconds[None, :])
    undated = np.isnat(taken)
    gap[undated[:, None] | undated[None, :]] = np.inf
    return gap
