"""One decode, all models: everything that is installed looks at a picture.

A photo is one job of one thread, and photos go side by side: that keeps all cores busy, and each step that changes
the thread costs more than it gains (10 % of the time of a photo with the small models).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import DetectedFace, DetectedObject, PhotoAnalysed, Tag, TextLine
from pictopy_contracts.vectors import Embedding
from pictopy_runtime.errors import Poison
from pictopy_vision import heads, reading
from pictopy_vision.deps import Deps
from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.errors import BadOutputError
from pictopy_vision.domain.face_quality import face_quality, quality_without_landmarks, together
from pictopy_vision.domain.found import FoundFaces
from pictopy_vision.domain.layout import LAYOUT_MODEL, layout_embedding
from pictopy_vision.domain.lineup import Lineup
from pictopy_vision.domain.phash import phash
from pictopy_vision.domain.picture import Picture, UnreadablePictureError, decode
from pictopy_vision.domain.picture_quality import SIDE_PX, Cues, cues_of
from pictopy_vision.domain.result import (
    FaceDetails,
    embedding_of,
    faces_of,
    objects_of,
    quality_of,
    tags_of,
    within_a_message,
)
from pictopy_vision.heads import Whole
from pictopy_vision.ports import Session
from pictopy_vision.shelf import Shelf

FACES_AT_ONCE = 4  # crops in one run: memory stays bounded in a crowd; on a CPU 8 cost 8 % more a face than 4

FaceTask = Callable[[Session, Entry, Sequence[Image]], Floats]


async def analyse(photo_id: PhotoId, preview: bytes, deps: Deps) -> PhotoAnalysed:
    """Raises Poison for a preview that cannot be decoded and for a model's answer that cannot be true."""
    try:
        return await deps.workers.run(lambda: Look(decode(preview), deps.shelf).whole(photo_id, deps.now))
    except (UnreadablePictureError, BadOutputError) as error:
        raise Poison(str(error)) from error


@dataclass(frozen=True)
class Seen:
    """What needs no network, or the whole-picture one."""

    cues: Cues
    phash: str
    layout: Floats


class Look:
    """One picture before one lineup; the lineup is read once, so a change of models waits for the next picture."""

    def __init__(self, picture: Picture, shelf: Shelf) -> None:
        self._picture = picture
        self._shelf = shelf
        self._lineup: Lineup = shelf.lineup

    def whole(self, photo_id: PhotoId, now: Callable[[], datetime]) -> PhotoAnalysed:
        wholes, seen = self._wholes(), self._see()
        embedding, *others = self._embeddings(wholes, seen)
        return within_a_message(
            PhotoAnalysed(
                photo_id=photo_id,
                model_version=self._lineup.version,
                models=self._lineup.models,
                analysed_at=now(),
                faces=self._faces(),
                objects=self._objects(),
                tags=self._tags(wholes),
                embedding=embedding,
                other_embeddings=tuple(others),
                text=self._text(),
                phash=seen.phash,
                quality=quality_of(seen.cues),
            )
        )

    def _faces(self) -> tuple[DetectedFace, ...]:
        entry = self._lineup.entries.get("faces")
        if entry is None:
            return ()
        found = heads.find_faces(self._shelf.session(entry), entry, self._picture)
        if not len(found):
            return ()
        details = self._face_details(found)
        return faces_of(found, details, self._picture.width_px, self._picture.height_px)

    def _face_details(self, found: FoundFaces) -> FaceDetails:
        """In batches, one after the other: what a crowd needs at once is one batch of crops."""
        qualities = self._qualities(found)
        if found.landmarks is None:
            return FaceDetails(qualities, {})
        judge = self._lineup.entries.get("face_quality")
        if judge:
            judged = self._in_batches(heads.judge_faces, judge, found.landmarks)
            qualities = [together(*both) for both in zip(qualities, judged.tolist(), strict=True)]
        used = self._lineup.entries.get("face_embedding")
        entries = [used, *self._lineup.beside.get("face_embedding", ())] if used else []
        rows = {entry.id: self._in_batches(heads.embed_faces, entry, found.landmarks) for entry in entries}
        return FaceDetails(qualities, rows)

    def _in_batches(self, task: FaceTask, entry: Entry, landmarks: Floats) -> Floats:
        starts = range(0, len(landmarks), FACES_AT_ONCE)
        batches = [landmarks[start : start + FACES_AT_ONCE] for start in starts]
        return np.concatenate([self._crop_and(task, entry, batch) for batch in batches])

    def _crop_and(self, task: FaceTask, entry: Entry, landmarks: Floats) -> Floats:
        crops = [heads.crop_for(entry, self._picture, five) for five in landmarks]
        return task(self._shelf.session(entry), entry, crops)

    def _qualities(self, found: FoundFaces) -> list[float]:
        if found.landmarks is None:
            size = (self._picture.width_px, self._picture.height_px)
            return [
                quality_without_landmarks(box, float(score), size)
                for box, score in zip(found.boxes, found.scores, strict=True)
            ]
        return [
            face_quality(self._picture, landmarks, float(score))
            for landmarks, score in zip(found.landmarks, found.scores, strict=True)
        ]

    def _text(self) -> tuple[TextLine, ...]:
        finder, reader = self._lineup.entries.get("text_boxes"), self._lineup.entries.get("ocr")
        if finder is None or reader is None:
            return ()
        found = reading.find_lines(self._shelf.session(finder), finder, self._picture)
        if not len(found):
            return ()
        labels = self._shelf.catalogue.labels_of(reader)
        return reading.read_lines(self._shelf.session(reader), reader, labels, self._picture, found)

    def _objects(self) -> tuple[DetectedObject, ...]:
        entry = self._lineup.entries.get("objects")
        if entry is None:
            return ()
        found = heads.find_objects(self._shelf.session(entry), entry, self._picture)
        return objects_of(found, self._shelf.catalogue.labels_of(entry))

    def _wholes(self) -> dict[ModelId, Whole]:
        """Each model that looks at the picture as a whole, once, whichever tasks it does."""
        tasks: tuple[Task, ...] = ("tags", "image_embedding")
        used = [self._lineup.entries[task] for task in tasks if task in self._lineup.entries]
        entries = {entry.id: entry for entry in (*used, *self._lineup.beside.get("image_embedding", ()))}
        return {
            model: heads.look_at(self._shelf.session(entry), entry, self._picture) for model, entry in entries.items()
        }

    def _tags(self, wholes: Mapping[ModelId, Whole]) -> tuple[Tag, ...]:
        entry = self._lineup.entries.get("tags")
        scores = wholes[entry.id].scores if entry else None
        if entry is None or scores is None:
            return ()
        return tags_of(scores, self._shelf.catalogue.labels_of(entry), entry.threshold("show"))

    def _embeddings(self, wholes: Mapping[ModelId, Whole], seen: Seen) -> list[Embedding]:
        """By the model in use first, then by those beside it; the built-in one alone, or as one of them."""
        used = self._lineup.entries.get("image_embedding")
        entries = [used, *self._lineup.beside.get("image_embedding", ())] if used else []
        features = {entry.id: wholes[entry.id].feature for entry in entries}
        if used is None or self._lineup.keeps_layout:
            features[LAYOUT_MODEL] = seen.layout
        return [embedding_of(model, feature) for model, feature in features.items() if feature is not None]

    def _see(self) -> Seen:
        level = self._picture.level_for(SIDE_PX)
        small = self._picture.levels[-1]
        return Seen(cues_of(level), phash(small), layout_embedding(small))
