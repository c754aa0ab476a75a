"""The last steps that all object detectors share: keep the strong, suppress the doubles, go back to the picture."""

import numpy as np

from pictopy_vision.domain.boxes import has_area, suppress_by_class
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.found import Candidates, FoundObjects
from pictopy_vision.domain.tensors import Prepared

MAX_CANDIDATES = 3000  # before suppression
MAX_OBJECTS = 100  # as COCO's own evaluation; more say nothing more about a photo


def settle(candidates: Candidates, prepared: Prepared, entry: Entry) -> FoundObjects:
    """One label a box: the strongest."""
    boxes, scores = candidates.boxes, candidates.scores
    classes = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), classes]
    strong = np.flatnonzero(best >= entry.threshold("show"))
    strong = strong[np.argsort(-best[strong], kind="stable")[:MAX_CANDIDATES]]
    kept = strong[suppress_by_class(boxes[strong], best[strong], classes[strong], entry.threshold("overlap"))]
    inside = prepared.boxes(boxes[kept].astype(np.float32))
    sound = np.flatnonzero(has_area(inside))[:MAX_OBJECTS]
    return FoundObjects(inside[sound], best[kept[sound]].astype(np.float32), classes[kept[sound]])
