"""Boxes of detectors: x1 y1 x2 y2 in pixels, half-open, (N, 4) float32."""

import numpy as np
from numpy.typing import NDArray

from pictopy_vision.domain.arrays import Floats

TINY = 1e-9  # no division by zero where a box has no area
MIN_SIDE = 1e-4  # share of the picture: a tenth of a pixel of a preview


def non_maximum_suppression(boxes: Floats, scores: Floats, max_iou: float) -> NDArray[np.intp]:
    """Indices of the boxes to keep, best first: a box goes when it overlaps a better one by more than `max_iou`."""
    waiting = np.argsort(-scores, kind="stable")
    kept = []
    while waiting.size:
        best, waiting = waiting[0], waiting[1:]
        kept.append(best)
        waiting = waiting[overlaps(boxes[best], boxes[waiting]) <= max_iou]
    return np.asarray(kept, dtype=np.intp)


def suppress_by_class(boxes: Floats, scores: Floats, classes: NDArray[np.intp], max_iou: float) -> NDArray[np.intp]:
    """As above, but boxes of different classes do not compete: each class is moved to a region of its own."""
    if not boxes.size:
        return np.empty(0, dtype=np.intp)
    stride = float(boxes.max() - min(boxes.min(), 0.0)) + 1.0
    apart = boxes + (classes * stride)[:, None].astype(np.float32)
    return non_maximum_suppression(apart.astype(np.float32), scores, max_iou)


def centre_to_corners(centre: Floats, size: Floats) -> Floats:
    """(N, 2) centres and (N, 2) widths and heights to (N, 4) corners."""
    return np.concatenate([centre - size / 2, centre + size / 2], axis=1)


def has_area(boxes: Floats) -> NDArray[np.bool_]:
    """(N,) whether anything is left of a box, as fractions of the picture, after it was cut at the border."""
    sides = boxes[:, 2:] - boxes[:, :2]
    enough: NDArray[np.bool_] = (sides[:, 0] >= MIN_SIDE) & (sides[:, 1] >= MIN_SIDE)
    return enough


def overlaps(one: Floats, many: Floats) -> Floats:
    """(N,) intersection over union, 0..1, of one box (4,) with each of many (N, 4)."""
    shared = _shared(one, many)
    ratio: Floats = (shared / np.maximum(_areas(one[None]) + _areas(many) - shared, TINY)).astype(np.float32)
    return ratio


def shares_inside(many: Floats, one: Floats) -> Floats:
    """(N,) how much of each of many boxes (N, 4) lies inside one (4,), 0..1."""
    ratio: Floats = (_shared(one, many) / np.maximum(_areas(many), TINY)).astype(np.float32)
    return ratio


def _shared(one: Floats, many: Floats) -> Floats:
    sides = np.minimum(one[2:], many[:, 2:]) - np.maximum(one[:2], many[:, :2])
    shared: Floats = np.maximum(sides[:, 0], 0) * np.maximum(sides[:, 1], 0)
    return shared


def _areas(boxes: Floats) -> Floats:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    areas: Floats = sides[:, 0] * sides[:, 1]
    return areas
