"""What people said, as the clusterer needs it: who is together, who is apart, and the soft rule of one photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pictopy_cluster.domain.faces import Ints

SHARED_PHOTOS = 0.03
"""Share of the smaller group's faces that may stand in a photo with the other group: mirrors, collages and photos of
photos are .3 % of real pairs, and forbidding them outright cost .957 -> .772 pairwise F (design study, 1.2)."""
SHARED_FROM_FACES = 8
"""From this size on one shared photo is always forgiven."""


@dataclass(frozen=True)
class Constraints:
    """group: (N,) code of the person that a face is pinned to, -1 for none; two groups are never one.

    A face `rejecting_face[i]` is never in the group `rejected_group[i]`.
    """

    group: Ints
    rejecting_face: Ints
    rejected_group: Ints

    @classmethod
    def none(cls, faces: int) -> "Constraints":
        return cls(np.full(faces, -1, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))

    @property
    def groups(self) -> int:
        """How many codes there are, rejected ones included."""
        return int(max(self.group.max(initial=-1), self.rejected_group.max(initial=-1))) + 1


def too_many_shared(shared: NDArray[np.float64], smaller: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether groups that share so many photos are two people."""
    forgiven = np.maximum(SHARED_PHOTOS * smaller, smaller >= SHARED_FROM_FACES)
    return np.asarray(shared > forgiven)


def photo_matrix(label: Ints, photo: Ints, clusters: int) -> csr_matrix:
    """(clusters, photos) faces of a cluster in a photo, of photos with several faces; no others can conflict."""
    several = np.bincount(photo, minlength=1)[photo] > 1
    ones = np.ones(int(several.sum()), np.float64)
    shape = (clusters, int(photo.max(initial=-1)) + 1)
    return csr_matrix((ones, (label[several], photo[several])), shape=shape)


def shared_photos(matrix: csr_matrix, low: Ints, high: Ints) -> NDArray[np.float64]:
    """(P,) faces of the smaller side that stand in a photo of the other, for pairs of clusters."""
    counts = matrix[low].minimum(matrix[high]).sum(axis=1)
    return np.asarray(counts, np.float64).ravel()


def conflicting(label: Ints, photo: Ints, said: Constraints) -> NDArray[np.bool_]:
    """(clusters,) whether a cluster breaks a statement or holds too many pairs of one photo."""
    clusters = int(label.max(initial=-1)) + 1
    size = np.bincount(label, minlength=clusters).astype(np.float64)
    matrix = photo_matrix(label, photo, clusters)
    doubled = np.asarray(matrix.sum(axis=1)).ravel() - np.diff(matrix.indptr)
    pinned = said.group >= 0
    pairs = np.unique(label[pinned] * max(said.groups, 1) + said.group[pinned])
    many = np.bincount(pairs // max(said.groups, 1), minlength=clusters) > 1
    broken = np.isin(label[said.rejecting_face] * max(said.groups, 1) + said.rejected_group, pairs)
    many[label[said.rejecting_face[broken]]] = True
    only_pins = np.bincount(label[pinned], minlength=clusters) == size
    return np.asarray(many | (too_many_shared(doubled, size) & ~only_pins))
