"""YuNet: faces with five landmarks (Wu et al., «YuNet: A Tiny Millisecond-level Face Detector», 2023).

One anchor-free prediction a cell on strides 8, 16 and 32, as in ShiqiYu/libfacedetection.train (Apache-2.0).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import centre_to_corners, non_maximum_suppression
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import FoundFaces
from pictopy_vision.domain.tensors import Prepared

STRIDES_PX = (8, 16, 32)
MAX_CANDIDATES = 5000  # before suppression; a crowd of 500 faces gives about 3,000
NO_FACES = FoundFaces(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32))


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> FoundFaces:
    """`cls_S`, `obj_S` (1, cells, 1) already 0..1; `bbox_S` (1, cells, 4); `kps_S` (1, cells, 10), S = 8, 16, 32."""
    least = entry.threshold("show")
    levels = [(stride, _likely(outputs, stride, least)) for stride in STRIDES_PX]
    found = [_read_level(outputs, stride, cells, prepared) for stride, cells in levels if cells.size]
    if not found:
        return NO_FACES
    boxes, scores, landmarks = (np.concatenate(parts) for parts in zip(*found, strict=True))
    strongest = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
    boxes, scores, landmarks = boxes[strongest], scores[strongest], landmarks[strongest]
    kept = non_maximum_suppression(boxes, scores, entry.threshold("overlap"))
    return FoundFaces(prepared.boxes(boxes[kept]), scores[kept], prepared.points(landmarks[kept])).sound()


def _likely(outputs: Mapping[str, Floats], stride: int, min_score: float) -> NDArray[np.intp]:
    """Cells whose score, the geometric mean of both factors cut to 0..1, is large enough: few of thousands."""
    product = np.minimum(outputs[f"cls_{stride}"][0, :, 0], 1) * np.minimum(outputs[f"obj_{stride}"][0, :, 0], 1)
    return np.flatnonzero(product >= min_score**2)


def _read_level(
    outputs: Mapping[str, Floats], stride: int, cells: NDArray[np.intp], prepared: Prepared
) -> tuple[Floats, Floats, Floats]:
    factors = (np.clip(outputs[f"{name}_{stride}"][0, cells, 0], 0, 1) for name in ("cls", "obj"))
    scores: Floats = np.sqrt(np.multiply(*factors))
    corner = _cell_corners(cells, prepared.width_px // stride)
    offsets = outputs[f"bbox_{stride}"][0, cells]
    boxes = centre_to_corners((corner + offsets[:, :2]) * stride, np.exp(offsets[:, 2:]) * stride)
    landmarks = (outputs[f"kps_{stride}"][0, cells].reshape(-1, 5, 2) + corner[:, None]) * stride
    return boxes.astype(np.float32), scores, landmarks.astype(np.float32)


def _cell_corners(cells: NDArray[np.intp], columns: int) -> Floats:
    """(N, 2) column and row of each cell; the grid is stored row by row."""
    return np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
