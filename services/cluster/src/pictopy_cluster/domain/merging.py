"""Groups of faces that grow by merging the pairs that speak most clearly for one person.

Rounds of reciprocal-best merges: in each, every group may merge with the one it fits best if that one agrees; lone
faces may join a much larger group without its agreement, so that a large person takes a few rounds, not thousands.
Only pairs that a merge touched are weighed again. Deterministic: ties break by the order of the faces.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from pictopy_cluster.domain.constraints import Constraints, photo_matrix, shared_photos, too_many_shared
from pictopy_cluster.domain.evidence import Calibration, Doubles, Groups, log_ratio
from pictopy_cluster.domain.faces import BLOCK_ROWS, Edges, Faces, Floats, Ints

STAR_RATIO = 8
"""A lone face joins a group of at least so many without being the group's own best."""
NEAR_MEANS = 20
"""How many nearest groups are weighed besides those that share a neighbour edge; 10 to 60 made no difference."""
PAIRS_AT_ONCE = 1 << 13


def components(a: Ints, b: Ints, total: int) -> Ints:
    """(total,) component of each node; components are numbered by their first node."""
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(total, total))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def member_matrix(label: Ints, clusters: int) -> csr_matrix:
    """(clusters, N) ones; times the embeddings it gives sum vectors."""
    faces = len(label)
    return csr_matrix((np.ones(faces, np.float32), (label, np.arange(faces))), shape=(clusters, faces))


def squares(sums: Floats) -> Doubles:
    return np.asarray(np.einsum("ij,ij->i", sums, sums), np.float64)


@dataclass
class Pairs:
    """Candidate merges, each once: low < high cluster, and the evidence for it."""

    low: Ints
    high: Ints
    evidence: Doubles


class Merging:
    """The clusters of one run. `label`: (N,) cluster of each face, always the code of a living cluster."""

    def __init__(self, faces: Faces, label: Ints, said: Constraints, known: Calibration) -> None:
        self.faces, self.label, self.known, self.said = faces, label, known, said
        self.clusters = int(label.max(initial=-1)) + 1
        self.count = np.bincount(label, minlength=self.clusters).astype(np.float64)
        self.sums: Floats = np.asarray(member_matrix(label, self.clusters) @ faces.embedding, np.float32)
        self.square = squares(self.sums)
        self.group = np.full(self.clusters, -1, np.int64)
        np.maximum.at(self.group, label, said.group)
        self.rejects = np.zeros(self.clusters, bool)
        self.rejects[label[said.rejecting_face]] = True
        self.pairs = self._weighed(*self._lifted(faces.edges))

    def run(self) -> Ints:
        """Merge until no allowed pair has the evidence; (N,) labels from 0."""
        while (chosen := self._choose()) is not None:
            self._merge(*chosen)
        return np.unique(self.label, return_inverse=True)[1].astype(np.int64)

    def _lifted(self, edges: Edges) -> tuple[Ints, Ints]:
        near = self._near(np.arange(self.clusters))
        return self._unique(
            np.concatenate([self.label[edges.a], near[0]]), np.concatenate([self.label[edges.b], near[1]])
        )

    def _unique(self, left: Ints, right: Ints) -> tuple[Ints, Ints]:
        apart = left != right
        low, high = np.minimum(left[apart], right[apart]), np.maximum(left[apart], right[apart])
        key = np.unique(low * self.clusters + high)
        return key // self.clusters, key % self.clusters

    def _near(self, fresh: Ints) -> tuple[Ints, Ints]:
        """Pairs of each fresh cluster of two or more faces with the nearest such clusters."""
        several = np.flatnonzero(self.count >= 2)
        fresh = fresh[self.count[fresh] >= 2]
        count = min(NEAR_MEANS, len(several) - 1)
        if count < 1:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        means = self.sums[several] / np.sqrt(self.square[several]).astype(np.float32)[:, None]
        place = np.searchsorted(several, fresh)
        found = [
            nearest_rows(means[place[start : start + BLOCK_ROWS]], means, count + 1)
            for start in range(0, len(fresh), BLOCK_ROWS)
        ]
        right = several[np.concatenate(found).ravel()] if found else np.empty(0, np.int64)
        return np.repeat(fresh, count + 1), right

    def _weighed(self, low: Ints, high: Ints) -> Pairs:
        groups = Groups.of(np.maximum(self.count, 1), self.square, self.known)
        dots = np.empty(len(low))
        for start in range(0, len(low), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            dots[part] = np.einsum("ij,ij->i", self.sums[low[part]], self.sums[high[part]])
        mean = dots / (self.count[low] * self.count[high])
        evidence = log_ratio(groups.take(low), groups.take(high), mean, self.known)
        enough = np.flatnonzero(evidence > self.known.log_odds)
        evidence[enough[self._forbidden(low[enough], high[enough])]] = -np.inf
        return Pairs(low, high, evidence)

    def _forbidden(self, low: Ints, high: Ints) -> NDArray[np.bool_]:
        """Whether a statement or their common photos keep the two of a pair apart."""
        apart = (self.group[low] >= 0) & (self.group[high] >= 0)
        apart |= self._rejected(low, high) | self._rejected(high, low)
        smaller = np.minimum(self.count[low], self.count[high])
        matrix = photo_matrix(self.label, self.faces.photo, self.clusters)
        return np.asarray(apart | too_many_shared(shared_photos(matrix, low, high), smaller))

    def _rejected(self, one: Ints, other: Ints) -> NDArray[np.bool_]:
        groups = max(self.said.groups, 1)
        refused = self.label[self.said.rejecting_face] * groups + self.said.rejected_group
        return np.asarray((self.group[other] >= 0) & np.isin(one * groups + self.group[other], refused))

    def _choose(self) -> tuple[Ints, Ints] | None:
        """The merges of this round, or None when there are no more."""
        good = np.flatnonzero(self.pairs.evidence > self.known.log_odds)
        if not len(good):
            return None
        low, high = self.pairs.low[good], self.pairs.high[good]
        rank = np.empty(len(good), np.int64)
        rank[np.lexsort((high, low, -self.pairs.evidence[good]))] = np.arange(len(good))
        best = np.full(self.clusters, len(good), np.int64)
        np.minimum.at(best, low, rank)
        np.minimum.at(best, high, rank)
        star = self._stars(low, high, rank, best)
        agreed = (best[low] == rank) & (best[high] == rank) & ~star
        wanting = self._joining(
            low[star], high[star], rank[star], agreed_ends=np.concatenate([low[agreed], high[agreed]])
        )
        return np.concatenate([low[agreed], low[star][wanting]]), np.concatenate([high[agreed], high[star][wanting]])

    def _stars(self, low: Ints, high: Ints, rank: Ints, best: Ints) -> NDArray[np.bool_]:
        """Pairs of a lone unpinned face and the large group that it fits best."""
        lone = (self.count == 1) & (self.group < 0) & ~self.rejects
        joins_high = lone[low] & (best[low] == rank) & (self.count[high] >= STAR_RATIO)
        joins_low = lone[high] & (best[high] == rank) & (self.count[low] >= STAR_RATIO)
        return np.asarray(joins_high | joins_low)

    def _joining(self, low: Ints, high: Ints, rank: Ints, agreed_ends: Ints) -> Ints:
        """Which of those pairs join now: into groups that do not merge otherwise, one face of a photo at most."""
        lone = np.where(self.count[low] == 1, low, high)
        group = np.where(self.count[low] == 1, high, low)
        photo = np.zeros(self.clusters, np.int64)
        photo[self.label] = self.faces.photo
        order = np.argsort(rank)
        order = order[~np.isin(group[order], agreed_ends)]
        key = group[order] * (int(self.faces.photo.max(initial=0)) + 1) + photo[lone[order]]
        return order[np.unique(key, return_index=True)[1]]

    def _merge(self, left: Ints, right: Ints) -> None:
        """Put each pair together under the lowest code, then weigh again what that touched."""
        joined = components(left, right, self.clusters)
        first = np.unique(joined, return_index=True)[1]
        target = first[joined]
        moved = np.flatnonzero(target != np.arange(self.clusters))
        fresh = np.unique(target[moved])
        np.add.at(self.sums, target[moved], self.sums[moved])
        np.add.at(self.count, target[moved], self.count[moved])
        np.maximum.at(self.group, target[moved], self.group[moved])
        np.logical_or.at(self.rejects, target[moved], self.rejects[moved])
        self.count[moved] = 0
        self.square[fresh] = squares(self.sums[fresh])
        self.label = target[self.label]
        self._reweigh(target, fresh)

    def _reweigh(self, target: Ints, fresh: Ints) -> None:
        pairs = self.pairs
        low, high = target[pairs.low], target[pairs.high]
        touched = np.isin(low, fresh) | np.isin(high, fresh)
        near = self._near(fresh)
        again = self._weighed(
            *self._unique(np.concatenate([low[touched], near[0]]), np.concatenate([high[touched], near[1]]))
        )
        kept = ~touched
        self.pairs = Pairs(
            np.concatenate([pairs.low[kept], again.low]),
            np.concatenate([pairs.high[kept], again.high]),
            np.concatenate([pairs.evidence[kept], again.evidence]),
        )


def nearest_rows(rows: Floats, means: Floats, count: int) -> Ints:
    """(R, count) the nearest means of each row, itself among them, in no order."""
    product = rows @ means.T
    return np.argpartition(-product, count - 1, axis=1)[:, :count]
