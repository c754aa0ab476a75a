"""From arrays to the message: what one look at a picture found, in the words of the contracts."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pictopy_contracts.geometry import Box, Point
from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import DetectedFace, DetectedObject, PhotoAnalysed, PictureQuality, Tag
from pictopy_contracts.vectors import Embedding
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.found import FoundFaces, FoundObjects
from pictopy_vision.domain.picture_quality import Cues

PLACE_DIGITS = 5  # a hundred-thousandth of the picture; keeps a crowd of 500 faces well under NATS' 1 MiB
MAX_TAGS = 5
MAX_MESSAGE_BYTES = 1_000_000  # NATS takes 1,048,576 with its headers
FEW_FACES = 50  # even with three embeddings of 2,048 numbers they stay under it, so nothing needs to be counted


@dataclass(frozen=True)
class FaceDetails:
    """What was read from the crops: `qualities` one a face; `embeddings` (N, D) by model, the one in use first."""

    qualities: Sequence[float]
    embeddings: Mapping[ModelId, Floats]


def faces_of(found: FoundFaces, details: FaceDetails, width_px: int, height_px: int) -> tuple[DetectedFace, ...]:
    sizes = (found.boxes[:, 2:] - found.boxes[:, :2]) * np.array([width_px, height_px], dtype=np.float32)
    faces = []
    for n in range(len(found)):
        embeddings = [embedding_of(model, rows[n]) for model, rows in details.embeddings.items()]
        face = DetectedFace(
            box=box_of(found.boxes[n]),
            score=_short(found.scores[n]),
            quality=_short(details.qualities[n]),
            size_px=round(float(sizes[n].min())),
            landmarks=_points(found, n),
            embedding=embeddings[0] if embeddings else None,
            other_embeddings=tuple(embeddings[1:]),
        )
        faces.append(face)
    return tuple(faces)


def within_a_message(analysed: PhotoAnalysed) -> PhotoAnalysed:
    """As it is, or without the other embeddings of its poorest faces, so that NATS takes it."""
    size = len(analysed.model_dump_json()) if len(analysed.faces) > FEW_FACES else 0
    if size <= MAX_MESSAGE_BYTES:
        return analysed
    faces = list(analysed.faces)
    for n in sorted(range(len(faces)), key=lambda n: faces[n].quality):
        if size <= MAX_MESSAGE_BYTES:
            break
        lighter = faces[n].model_copy(update={"other_embeddings": ()})
        size -= len(faces[n].model_dump_json()) - len(lighter.model_dump_json())
        faces[n] = lighter
    return analysed.model_copy(update={"faces": tuple(faces)})


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
    """As Embedding.of gives it, without a Python number for each of thousands."""
    packed = np.ascontiguousarray(vector, dtype="<f2").tobytes()
    return Embedding(model=model, data=base64.b64encode(packed).decode("ascii"))


def box_of(corners: Floats) -> Box:
    x1, y1, x2, y2 = (_short(value) for value in corners)
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def _points(found: FoundFaces, n: int) -> tuple[Point, ...]:
    if found.landmarks is None:
        return ()
    return tuple(Point(x=_short(x), y=_short(y)) for x, y in found.landmarks[n])


def _short(value: float) -> float:
    return round(float(value), PLACE_DIGITS)
