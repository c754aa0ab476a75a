"""NanoDet-Plus: objects with box sides as distributions (RangiLyu/nanodet, Apache-2.0; GFL, Li et al. 2020).

Cells have their centre at column and row times the stride, as in the author's training code.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.detections import settle
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import FoundObjects
from pictopy_vision.domain.tensors import Prepared

STRIDES_PX = (8, 16, 32, 64)
CLASSES = 80
BINS = 8  # each side of a box is the mean of a distribution over 0..7 strides


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> FoundObjects:
    """One output (1, cells, 112): 80 class scores 0..1, then left, top, right, bottom as 8 logits each."""
    (raw,) = outputs.values()
    return _found(raw[0, :, :CLASSES], raw[0, :, CLASSES:], prepared, entry)


def read_levels(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> FoundObjects:
    """Two outputs a stride, strides in order: (1, cells, 80) scores 0..1, then (1, cells, 32) logits of the sides."""
    parts = [part.reshape(-1, part.shape[-1]) for part in outputs.values()]
    return _found(np.concatenate(parts[::2]), np.concatenate(parts[1::2]), prepared, entry)


def _found(scores: Floats, logits: Floats, prepared: Prepared, entry: Entry) -> FoundObjects:
    centre, stride = _centres(prepared.width_px, prepared.height_px)
    likely = np.flatnonzero(scores.max(axis=1) >= entry.threshold("show"))  # a few of thousands: the rest costs time
    sides = _expected(logits[likely].reshape(-1, 4, BINS)) * stride[likely]
    boxes = np.concatenate([centre[likely] - sides[:, :2], centre[likely] + sides[:, 2:]], axis=1)
    return settle(boxes, scores[likely], prepared, entry)


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
