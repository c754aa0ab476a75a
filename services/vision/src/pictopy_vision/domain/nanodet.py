"""NanoDet-Plus: objects with box sides as distributions (RangiLyu/nanodet, Apache-2.0; GFL, Li et al. 2020).

Cells have their centre at column and row times the stride, as in the author's training code; in OpenCV zoo's file of
2022 it is the middle of the cell's pixels.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import BadOutputError
from pictopy_vision.domain.found import Candidates
from pictopy_vision.domain.tensors import Prepared

STRIDES_PX = (8, 16, 32, 64)
CLASSES = 80
MIDDLE = 0.5  # of a stride less one pixel
BINS = 8  # each side of a box is the mean of a distribution over 0..7 strides


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> Candidates:
    """One output (1, cells, 112): 80 class scores 0..1, then left, top, right, bottom as 8 logits each."""
    (raw,) = outputs.values()
    return _candidates(raw[0, :, :CLASSES], raw[0, :, CLASSES:], prepared, entry)


def read_levels(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> Candidates:
    """Two outputs a stride, in any order: (1, cells, 80) scores 0..1 and (1, cells, 32) logits of the sides.

    Raises BadOutputError where the shapes are others.
    """
    parts = [part.reshape(-1, part.shape[-1]) for part in outputs.values()]
    scores, logits = (_from_fine_to_coarse(parts, width) for width in (CLASSES, 4 * BINS))
    if not len(STRIDES_PX) == len(scores) == len(logits):
        raise BadOutputError(entry.id, f"its outputs are not {CLASSES} scores and {4 * BINS} logits for each stride")
    return _candidates(np.concatenate(scores), np.concatenate(logits), prepared, entry, shift=MIDDLE)


def _from_fine_to_coarse(parts: Sequence[Floats], width: int) -> list[Floats]:
    return sorted((part for part in parts if part.shape[-1] == width), key=len, reverse=True)


def _candidates(scores: Floats, logits: Floats, prepared: Prepared, entry: Entry, *, shift: float = 0.0) -> Candidates:
    """`shift`: of a cell's centre from its corner, of the stride less one pixel."""
    centre, stride = _centres(prepared.width_px, prepared.height_px)
    centre = centre + shift * (stride - 1)
    likely = np.flatnonzero(scores.max(axis=1) >= entry.threshold("show"))  # a few of thousands: the rest costs time
    sides = _expected(logits[likely].reshape(-1, 4, BINS)) * stride[likely]
    boxes = np.concatenate([centre[likely] - sides[:, :2], centre[likely] + sides[:, 2:]], axis=1)
    return Candidates(boxes, scores[likely])


def _expected(logits: Floats) -> Floats:
    """Softmax over the last axis, then the mean bin."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mean: Floats = weights @ np.arange(BINS, dtype=np.float32)
    return mean


@cache
def _centres(width_px: int, height_px: int) -> tuple[Floats, Floats]:
    centres, strides = [], []
    for stride in STRIDES_PX:
        rows, columns = np.mgrid[: -(-height_px // stride), : -(-width_px // stride)]
        centres.append(np.stack([columns.ravel(), rows.ravel()], axis=1) * stride)
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)
