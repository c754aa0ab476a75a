"""Ultra-Light-Fast RFB-320: boxes of faces, no landmarks (Linzaer, MIT). Boxes leave the model decoded."""

from collections.abc import Mapping

import numpy as np

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import non_maximum_suppression
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import FoundFaces
from pictopy_vision.domain.tensors import Prepared


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> FoundFaces:
    """`scores` (1, N, 2) background and face after softmax; `boxes` (1, N, 4) corners as fractions of the input."""
    face_scores = outputs["scores"][0, :, 1]
    strong = np.flatnonzero(face_scores >= entry.threshold("show"))
    size = np.array([prepared.width_px, prepared.height_px] * 2, dtype=np.float32)
    boxes, scores = outputs["boxes"][0, strong] * size, face_scores[strong]
    kept = non_maximum_suppression(boxes, scores, entry.threshold("overlap"))
    return FoundFaces(prepared.boxes(boxes[kept]), scores[kept], None).sound()
