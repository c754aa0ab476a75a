"""How alike two partitions are: BCubed, pairs, boundaries in time. numpy only."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Score = tuple[float, float, float]
"""Precision, recall, F."""


def codes(labels: Sequence[Hashable | None]) -> Codes:
    """(N,) equal labels to equal numbers; None is a cluster of its own each time."""
    seen: dict[Hashable, int] = {}
    named = [("alone", n) if label is None else label for n, label in enumerate(labels)]
    return np.array([seen.setdefault(label, len(seen)) for label in named], np.int64)


def _joint(truth: Codes, found: Codes) -> tuple[Codes, Codes, Codes]:
    pairs, count = np.unique(np.stack([truth, found]), axis=1, return_counts=True)
    return pairs[0], pairs[1], count.astype(np.int64)


def _f(precision: float, recall: float) -> Score:
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def bcubed(truth: Codes, found: Codes) -> Score:
    """Amigó et al. 2009."""
    t, f, count = _joint(truth, found)
    square = count.astype(float) ** 2
    by_found, by_truth = square / np.bincount(found)[f], square / np.bincount(truth)[t]
    return _f(float(by_found.sum()) / len(truth), float(by_truth.sum()) / len(truth))


def pairwise(truth: Codes, found: Codes) -> Score:
    """Over all pairs of items put together."""
    both, in_truth, in_found = (_pairs(c) for c in (_joint(truth, found)[2], np.bincount(truth), np.bincount(found)))
    return _f(both / max(in_found, 1), both / max(in_truth, 1))


def _pairs(sizes: Codes) -> int:
    return int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())


def boundary(truth: Codes, found: Codes, times: Sequence[str]) -> Score:
    """Between neighbours in time: a boundary is where the label changes."""
    order = np.argsort(np.array(times), kind="stable")
    wanted, given = np.diff(truth[order]) != 0, np.diff(found[order]) != 0
    hits = int((wanted & given).sum())
    return _f(hits / max(int(given.sum()), 1), hits / max(int(wanted.sum()), 1))
