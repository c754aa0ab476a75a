"""YOLOX: anchor-free objects on strides 8, 16, 32 (Ge et al. 2021; Megvii, Apache-2.0)."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import centre_to_corners
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import Candidates
from pictopy_vision.domain.tensors import Prepared

STRIDES_PX = (8, 16, 32)


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> Candidates:
    """One output (1, cells, 85): centre offset, log size, objectness and 80 class scores, both already 0..1."""
    (raw,) = outputs.values()
    likely = np.flatnonzero(raw[0, :, 4] >= entry.threshold("show"))  # no class can lift a cell over its objectness
    cells = raw[0, likely]
    corner, stride = (part[likely] for part in _grid(prepared.width_px, prepared.height_px))
    boxes = centre_to_corners((cells[:, :2] + corner) * stride, np.exp(cells[:, 2:4]) * stride)
    return Candidates(boxes, cells[:, 4:5] * cells[:, 5:])


@cache
def _grid(width_px: int, height_px: int) -> tuple[Floats, Floats]:
    """(cells, 2) column and row of each cell, and (cells, 1) its stride in pixels."""
    corners, strides = [], []
    for stride in STRIDES_PX:
        rows, columns = np.mgrid[: height_px // stride, : width_px // stride]
        corners.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)
