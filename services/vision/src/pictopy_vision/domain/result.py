"""From arrays to the message: what one look at a picture found, in the words of the contracts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pictopy_contracts.geometry import Box, Point
from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import DetectedFace, DetectedObject, PictureQuality, Tag
from pictopy_contracts.vectors import Embedding
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.found import FoundFaces, FoundObjects
from pictopy_vision.domain.picture_quality import Cues

PLACE_DIGITS = 5  # a hundred-thousandth of the picture; keeps a crowd of 500 faces well under NATS' 1 MiB
MAX_TAGS = 5


@dataclass(frozen=True)
class FaceDetails:
    """What was read from the crops: `qualities` one a face, `embeddings` (N, D) or None without such a model."""

    qualities: Sequence[float]
    embeddings: Floats | None
    model: ModelId | None


def faces_of(found: FoundFaces, details: FaceDetails, width_px: int, height_px: int) -> tuple[DetectedFace, ...]:
    sizes = (found.boxes[:, 2:] - found.boxes[:, :2]) * np.array([width_px, height_px], dtype=np.float32)
    return tuple(
        DetectedFace(
            box=box_of(found.boxes[n]),
            score=_short(found.scores[n]),
            quality=_short(details.qualities[n]),
            size_px=round(float(sizes[n].min())),
            landmarks=_points(found, n),
            embedding=_embedding(details, n),
        )
        for n in range(len(found))
    )


def objects_of(found: FoundObjects, labels: Sequence[str]) -> tuple[DetectedObject, ...]:
    return tuple(
        DetectedObject(label=labels[found.classes[n]], score=_short(found.scores[n]), box=box_of(found.boxes[n]))
        for n in range(len(found))
    )


def tags_of(scores: Floats, labels: Sequence[str], min_score: float) -> tuple[Tag, ...]:
    """The strongest classes; class 0 is the background and says nothing."""
    best = np.argsort(-scores, kind="stable")[: MAX_TAGS + 1]
    return tuple(Tag(label=labels[n], score=_short(scores[n])) for n in best if n != 0 and scores[n] >= min_score)[
        :MAX_TAGS
    ]


def quality_of(cues: Cues) -> PictureQuality:
    return PictureQuality(
        sharpness=_short(cues.sharpness),
        exposure=_short(cues.exposure),
        contrast=_short(cues.contrast),
        colourfulness=_short(cues.colourfulness),
        score=_short(cues.score),
    )


def embedding_of(model: ModelId, vector: Floats) -> Embedding:
    return Embedding.of(model, [float(value) for value in vector])


def box_of(corners: Floats) -> Box:
    x1, y1, x2, y2 = (_short(value) for value in corners)
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def _points(found: FoundFaces, n: int) -> tuple[Point, ...]:
    if found.landmarks is None:
        return ()
    return tuple(Point(x=_short(x), y=_short(y)) for x, y in found.landmarks[n])


def _embedding(details: FaceDetails, n: int) -> Embedding | None:
    if details.embeddings is None or details.model is None:
        return None
    return embedding_of(details.model, details.embeddings[n])


def _short(value: float) -> float:
    return round(float(value), PLACE_DIGITS)
