"""All faces of one model to people: the whole batch, a pure function of faces, statements and the model's table.

1 faces of poor quality wait; 2 near-identical faces are cores; 3 cores merge by evidence; 4 clusters of poor faces
dissolve; 5 leftovers join large persons. Order of arrival plays no part.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.attaching import attach
from pictopy_cluster.domain.calibration import calibrate, refined
from pictopy_cluster.domain.constraints import Constraints, conflicting
from pictopy_cluster.domain.evidence import Calibration, Doubles, Groups, log_ratio
from pictopy_cluster.domain.faces import Edges, Faces, Ints
from pictopy_cluster.domain.merging import Merging, components, member_matrix, squares
from pictopy_cluster.domain.models import Model

CORE_DEVIATIONS = 7.0
"""A core edge lies so many standard deviations above strangers: not one such pair in a library of any size."""
CORE_LIMITS = (0.60, 0.95)
"""Cosines that a core edge never goes below or above, whatever was measured."""
EDGE_DEVIATIONS = 2.5
"""Neighbours nearer than this to chance are no candidates for a merge."""
WAITING_SHARE = 0.05
"""At most this share of the faces waits for its quality: scales of detectors differ, the worst few do not."""
POOR_CLUSTER_QUALITY = 0.66
"""Clusters of three or more with a lower mean quality are "the blurred person" (design study 1.3)."""


@dataclass(frozen=True)
class Partition:
    """label: (N,) cluster from 0; confidence: (N,) 0..1 that the face belongs there; waits: (N,) founds nothing."""

    label: Ints
    confidence: Doubles
    waits: NDArray[np.bool_]


def learn(faces: Faces, model: Model) -> Calibration:
    """How the model behaves in this library; no statement has a say, so undoing one changes nothing here."""
    known = calibrate(faces, model)
    if len(faces) < 2:
        return known
    free = Constraints.none(len(faces))
    return refined(faces, _merged(faces, _waiting(faces, free, model), free, known), known, model)


def partition(faces: Faces, said: Constraints, known: Calibration, model: Model) -> Partition:
    if not len(faces):
        return Partition(np.empty(0, np.int64), np.empty(0), np.empty(0, bool))
    waits = _waiting(faces, said, model)
    label = _dissolved(_merged(faces, waits, said, known), faces, said, model)
    label = attach(faces, label, waits, said, known)
    return Partition(label, _confidence(faces, label, said, known), waits)


def _waiting(faces: Faces, said: Constraints, model: Model) -> NDArray[np.bool_]:
    cut = min(model.min_quality, float(np.percentile(faces.quality, 100 * WAITING_SHARE)))
    return np.asarray(((faces.quality < cut) | (faces.quality <= 0)) & (said.group < 0))


def _merged(faces: Faces, waits: NDArray[np.bool_], said: Constraints, known: Calibration) -> Ints:
    edges = _without(faces.edges, waits, known.cosine_at(EDGE_DEVIATIONS))
    usable = Faces(faces.embedding, faces.photo, faces.quality, edges)
    return Merging(usable, _cores(usable, said, known), said, known).run()


def _without(edges: Edges, waits: NDArray[np.bool_], floor: float) -> Edges:
    kept = ~waits[edges.a] & ~waits[edges.b] & (edges.score >= floor)
    return Edges(edges.a[kept], edges.b[kept], edges.score[kept])


def _cores(faces: Faces, said: Constraints, known: Calibration) -> Ints:
    """(N,) near-identical and pinned faces together; what breaks a statement falls back to its pins."""
    total = len(faces)
    limit = float(np.clip(known.cosine_at(CORE_DEVIATIONS), *CORE_LIMITS))
    near = faces.edges.score >= limit
    pins = _pin_edges(said.group)
    a, b = np.concatenate([faces.edges.a[near], pins[0]]), np.concatenate([faces.edges.b[near], pins[1]])
    label = components(a, b, total)
    broken = conflicting(label, faces.photo, said)
    kept = ~broken[label[a]] | (np.arange(len(a)) >= int(near.sum()))
    return components(a[kept], b[kept], total)


def _pin_edges(group: Ints) -> tuple[Ints, Ints]:
    """A chain through the faces of each person that people spoke of."""
    pinned = np.flatnonzero(group >= 0)
    order = pinned[np.argsort(group[pinned], kind="stable")]
    same = np.flatnonzero(group[order][1:] == group[order][:-1])
    return order[same], order[same + 1]


def _dissolved(label: Ints, faces: Faces, said: Constraints, model: Model) -> Ints:
    """Clusters of poor faces fall apart; pinned ones stay."""
    count = np.bincount(label)
    mean = np.bincount(label, weights=faces.quality) / count
    pinned = np.zeros(len(count), bool)
    pinned[label[said.group >= 0]] = True
    cut = min(POOR_CLUSTER_QUALITY, float(np.percentile(faces.quality, 100 * WAITING_SHARE)))
    poor = (count >= 3) & (mean < cut) & ~pinned
    own = len(count) + np.arange(len(label))
    return np.unique(np.where(poor[label], own, label), return_inverse=True)[1].astype(np.int64)


def _confidence(faces: Faces, label: Ints, said: Constraints, known: Calibration) -> Doubles:
    """The evidence of each face for the rest of its cluster as a probability; 1 where a person said so, 0 if alone."""
    clusters = int(label.max(initial=-1)) + 1
    sums = np.asarray(member_matrix(label, clusters) @ faces.embedding, np.float32)
    count, square = np.bincount(label, minlength=clusters).astype(np.float64), squares(sums)
    across = np.einsum("ij,ij->i", faces.embedding, sums[label]) - 1.0
    rest = np.maximum(count[label] - 1, 1)
    rest_square = np.maximum(square[label] - 2 * across - 1.0, 1e-6)
    ones = np.ones(len(label))
    ratio = log_ratio(Groups.of(ones, ones, known), Groups.of(rest, rest_square, known), across / rest, known)
    sure = 1 / (1 + np.exp(-np.clip((ratio - known.log_odds / 2) / known.log_odds * 4, -30, 30)))
    return np.where(said.group >= 0, 1.0, np.where(count[label] > 1, sure, 0.0))
