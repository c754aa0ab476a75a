"""FastestDet: objects from one 22x22 grid (dog-qiuqiu/FastestDet, BSD-3-Clause)."""

from collections.abc import Mapping

import numpy as np

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import centre_to_corners
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import Candidates
from pictopy_vision.domain.tensors import Prepared

OBJECT_POWER, CLASS_POWER = 0.6, 0.4  # as in the author's own example


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> Candidates:
    """One output (1, 85, rows, columns): objectness, tanh centre, logit size, 80 class scores.

    score = objectness^0.6 * class^0.4; no class can lift a cell over the first factor.
    """
    (raw,) = outputs.values()
    _, rows, columns = raw[0].shape
    flat = raw[0].reshape(85, -1)
    likely = np.flatnonzero(np.clip(flat[0], 0, 1) ** OBJECT_POWER >= entry.threshold("show"))
    cells = flat[:, likely].T
    row, column = np.divmod(likely, columns)
    centre = (np.stack([column, row], axis=1) + np.tanh(cells[:, 1:3])) / [columns, rows]
    size = 1 / (1 + np.exp(-cells[:, 3:5]))
    pixels = np.array([prepared.width_px, prepared.height_px] * 2, dtype=np.float32)
    boxes = centre_to_corners(centre.astype(np.float32), size) * pixels
    scores = np.clip(cells[:, :1], 0, 1) ** OBJECT_POWER * np.clip(cells[:, 5:], 0, 1) ** CLASS_POWER
    return Candidates(boxes.astype(np.float32), scores)
