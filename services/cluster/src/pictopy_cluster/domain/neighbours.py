"""Each face's nearest faces, exactly, and kept so as faces come and go: no list depends on the order of arrival.

Lists that were only written when a face came, as an index gives them, know nothing of later faces; libraries that
arrived in another order then had a few other people (BCubed agreement .996 on a crowd of 20,000).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.faces import BLOCK_ROWS, Floats, Ints

SPARE = 8
"""So many more than are kept are told apart in float64: products in float32 round by the shape of their block."""
MANY = 256
"""A face with more faces above the floor is cut down to its nearest before they are sorted."""
ROUNDING = 1e-5
DIGITS = 9


@dataclass
class Lists:
    """The K nearest of each row, best first. near: (N, K) int32 rows, -1 where there are fewer; score: (N, K) cosine.
    key: (N,) what orders equal cosines, whichever row came first."""

    key: NDArray[np.uint64]
    near: NDArray[np.int32]
    score: NDArray[np.float64]
    floor: float

    @classmethod
    def empty(cls, rows: int, count: int, floor: float) -> "Lists":
        near = np.full((rows, count), -1, np.int32)
        return cls(np.zeros(rows, np.uint64), near, np.full((rows, count), -1.0), floor)

    def grown(self, rows: int) -> "Lists":
        more = Lists.empty(rows - len(self.key), self.near.shape[1], self.floor)
        join = np.concatenate
        return Lists(
            join([self.key, more.key]), join([self.near, more.near]), join([self.score, more.score]), self.floor
        )

    def renew(self, embedding: Floats, living: Ints, fresh: Ints, touched: Ints) -> None:
        """living: all rows that hold a face; fresh: those whose embedding is new; touched: rows that held another face,
        or another embedding of theirs, before. Exact afterwards if it was exact before."""
        stale = np.zeros(len(self.key), bool)
        stale[fresh] = True
        stale[living[np.isin(self.near[living], touched).any(axis=1)]] = True
        steady = living[~stale[living]]
        isfresh = np.zeros(len(self.key), bool)
        isfresh[fresh] = True
        rows = living[stale[living]]
        matrix, gained = embedding[living], []
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            product = embedding[block] @ matrix.T
            product[block[:, None] == living[None, :]] = -2.0
            left, place = self._candidates(product)
            self._write(embedding, block, block[left], living[place], product[left, place])
            if len(steady):
                gained.append(self._gains(product, block, living, isfresh, stale))
        if gained:
            one, other = (np.concatenate(ends) for ends in zip(*gained, strict=True))
            self._insert(embedding, one, other)

    def _candidates(self, product: Floats) -> tuple[Ints, Ints]:
        limit = np.full(len(product), self.floor - ROUNDING, np.float32)
        many = (product >= limit[0]).sum(axis=1) > MANY
        if many.any():
            kept = self.near.shape[1] + SPARE
            limit[many] = np.partition(product[many], -kept, axis=1)[:, -kept] - ROUNDING
        left, place = np.nonzero(product >= limit[:, None])
        return left, place

    def _gains(
        self, product: Floats, block: Ints, living: Ints, fresh: NDArray[np.bool_], stale: NDArray[np.bool_]
    ) -> tuple[Ints, Ints]:
        """(steady row, fresh row) pairs in which the fresh one may be among the nearest of the steady one."""
        limit = np.maximum(self.score[living, -1], self.floor) - ROUNDING
        limit[stale[living]] = np.inf
        new = np.flatnonzero(fresh[block])
        one, place = np.nonzero(product[new] >= limit.astype(np.float32)[None, :])
        return living[place], block[new[one]]

    def _insert(self, embedding: Floats, row: Ints, other: Ints) -> None:
        """Put pairs into the lists of rows that were exact without them."""
        rows = np.unique(row)
        known = self.near[rows].ravel().astype(np.int64)
        owner = np.repeat(rows, self.near.shape[1])[known >= 0]
        left, right = np.concatenate([owner, row]), np.concatenate([known[known >= 0], other])
        score = np.concatenate([self.score[rows].ravel()[known >= 0], cosines(embedding, row, other)])
        self._keep(rows, left, right, score)

    def _write(self, embedding: Floats, rows: Ints, left: Ints, right: Ints, rough: Floats) -> None:
        """The lists of these rows anew. left, right: candidate pairs; rough: their cosines in float32."""
        order = np.lexsort((self.key[right], -rough, left))
        left, right = left[order], right[order]
        first = rank_in_runs(left) < self.near.shape[1] + SPARE
        left, right = left[first], right[first]
        self._keep(rows, left, right, cosines(embedding, left, right))

    def _keep(self, rows: Ints, left: Ints, right: Ints, score: NDArray[np.float64]) -> None:
        enough = score >= self.floor
        left, right, score = left[enough], right[enough], score[enough]
        order = np.lexsort((self.key[right], -score, left))
        left, right, score = left[order], right[order], score[order]
        rank = rank_in_runs(left)
        kept = rank < self.near.shape[1]
        self.near[rows], self.score[rows] = -1, -1.0
        self.near[left[kept], rank[kept]] = right[kept]
        self.score[left[kept], rank[kept]] = score[kept]


def rank_in_runs(values: Ints) -> Ints:
    """(N,) place of each within its run of equal values."""
    place = np.arange(len(values))
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else place
    return np.asarray(place - np.repeat(starts, np.diff(np.r_[starts, len(values)])), np.int64)


def cosines(embedding: Floats, left: Ints, right: Ints, at_once: int = 1 << 13) -> NDArray[np.float64]:
    """(P,) in float64 and rounded, so that a pair has one cosine whatever it is computed with."""
    found = np.empty(len(left))
    for start in range(0, len(left), at_once):
        part = slice(start, start + at_once)
        one, other = embedding[left[part]].astype(np.float64), embedding[right[part]].astype(np.float64)
        found[part] = np.einsum("ij,ij->i", one, other)
    return np.round(found, DIGITS)
