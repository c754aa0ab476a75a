"""What the models find, still as arrays; places are fractions 0..1 of the oriented picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import has_area

MAX_FACES = 500  # a message stays under 1 MiB with this many faces and their embeddings


@dataclass(frozen=True)
class FoundFaces:
    """`boxes`: (N, 4); `scores`: (N,) 0..1, best first; `landmarks`: (N, 5, 2), or None from a model without them."""

    boxes: Floats
    scores: Floats
    landmarks: Floats | None

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: NDArray[np.intp]) -> "FoundFaces":
        landmarks = None if self.landmarks is None else self.landmarks[which]
        return FoundFaces(self.boxes[which], self.scores[which], landmarks)

    def joined(self, other: "FoundFaces") -> "FoundFaces":
        """Both, of one model, these first."""
        landmarks = None
        if self.landmarks is not None and other.landmarks is not None:
            landmarks = np.concatenate([self.landmarks, other.landmarks])
        boxes, scores = (np.concatenate(pair) for pair in ((self.boxes, other.boxes), (self.scores, other.scores)))
        return FoundFaces(boxes, scores, landmarks)

    def sound(self) -> "FoundFaces":
        """Without boxes that have no area left inside the picture, and the best MAX_FACES only."""
        return self.take(np.flatnonzero(has_area(self.boxes))[:MAX_FACES])


@dataclass(frozen=True)
class Candidates:
    """What an object model says before anything is suppressed: `boxes` (N, 4) in its own pixels, `scores` (N, classes)
    0..1. Cells that no class can lift over the threshold are left out already."""

    boxes: Floats
    scores: Floats


@dataclass(frozen=True)
class FoundObjects:
    """`boxes`: (N, 4); `scores`: (N,) 0..1, best first; `classes`: (N,) index of the label."""

    boxes: Floats
    scores: Floats
    classes: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.scores)
