"""One decode, all models: everything that is installed looks at a picture, independent models side by side."""

import asyncio
from dataclasses import dataclass

import numpy as np

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import DetectedFace, DetectedObject, PhotoAnalysed, Tag
from pictopy_contracts.vectors import Embedding
from pictopy_runtime.errors import Poison
from pictopy_runtime.workers import Workers
from pictopy_vision import heads
from pictopy_vision.deps import Deps
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import BadOutputError
from pictopy_vision.domain.face_quality import face_quality, quality_without_landmarks
from pictopy_vision.domain.found import FoundFaces
from pictopy_vision.domain.layout import LAYOUT_MODEL, layout_embedding
from pictopy_vision.domain.lineup import Lineup
from pictopy_vision.domain.phash import phash
from pictopy_vision.domain.picture import Picture, UnreadablePictureError, decode
from pictopy_vision.domain.picture_quality import SIDE_PX, Cues, cues_of
from pictopy_vision.domain.result import FaceDetails, embedding_of, faces_of, objects_of, quality_of, tags_of
from pictopy_vision.shelf import Shelf

FACES_AT_ONCE = 8  # crops in one run: memory stays bounded in a crowd, and a larger batch gains nothing on a CPU


async def analyse(photo_id: PhotoId, preview: bytes, deps: Deps) -> PhotoAnalysed:
    """Raises Poison for a preview that cannot be decoded and for a model's answer that cannot be true."""
    try:
        picture = await deps.workers.run(decode, preview)
        return await Look(picture, deps.shelf, deps.workers).whole(photo_id, deps)
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

    def __init__(self, picture: Picture, shelf: Shelf, workers: Workers) -> None:
        self._picture = picture
        self._shelf = shelf
        self._workers = workers
        self._lineup: Lineup = shelf.lineup

    async def whole(self, photo_id: PhotoId, deps: Deps) -> PhotoAnalysed:
        faces, objects, (tags, embedding), seen = await asyncio.gather(
            self._faces(), self._objects(), self._tags_and_embedding(), self._workers.run(self._see)
        )
        return PhotoAnalysed(
            photo_id=photo_id,
            model_version=self._lineup.version,
            models=self._lineup.models,
            analysed_at=deps.now(),
            faces=faces,
            objects=objects,
            tags=tags,
            embedding=embedding or embedding_of(LAYOUT_MODEL, seen.layout),
            phash=seen.phash,
            quality=quality_of(seen.cues),
        )

    async def _faces(self) -> tuple[DetectedFace, ...]:
        entry = self._lineup.entries.get("faces")
        if entry is None:
            return ()
        found = await self._workers.run(lambda: heads.find_faces(self._shelf.session(entry), entry, self._picture))
        details = await self._face_details(found, self._lineup.entries.get("face_embedding"))
        return faces_of(found, details, self._picture.width_px, self._picture.height_px)

    async def _face_details(self, found: FoundFaces, entry: Entry | None) -> FaceDetails:
        qualities = await self._workers.run(self._qualities, found)
        if entry is None or found.landmarks is None or not len(found):
            return FaceDetails(qualities, None, None)
        starts = range(0, len(found), FACES_AT_ONCE)
        batches = [found.landmarks[start : start + FACES_AT_ONCE] for start in starts]
        rows = [await self._workers.run(self._embed, entry, batch) for batch in batches]
        return FaceDetails(qualities, np.concatenate(rows), entry.id)

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

    def _embed(self, entry: Entry, landmarks: Floats) -> Floats:
        crops = [heads.crop_for(entry, self._picture, five) for five in landmarks]
        return heads.embed_faces(self._shelf.session(entry), entry, crops)

    async def _objects(self) -> tuple[DetectedObject, ...]:
        entry = self._lineup.entries.get("objects")
        if entry is None:
            return ()
        found = await self._workers.run(lambda: heads.find_objects(self._shelf.session(entry), entry, self._picture))
        return objects_of(found, self._shelf.catalogue.labels_of(entry))

    async def _tags_and_embedding(self) -> tuple[tuple[Tag, ...], Embedding | None]:
        """A model that does both runs once."""
        tagger, embedder = self._lineup.entries.get("tags"), self._lineup.entries.get("image_embedding")
        models = {entry.id: entry for entry in (tagger, embedder) if entry}
        answers = {model_id: await self._classify(entry) for model_id, entry in models.items()}
        tags: tuple[Tag, ...] = ()
        if tagger:
            labels = self._shelf.catalogue.labels_of(tagger)
            tags = tags_of(answers[tagger.id][0], labels, tagger.threshold("show"))
        return tags, embedding_of(embedder.id, answers[embedder.id][1]) if embedder else None

    async def _classify(self, entry: Entry) -> tuple[Floats, Floats]:
        return await self._workers.run(lambda: heads.classify(self._shelf.session(entry), entry, self._picture))

    def _see(self) -> Seen:
        level = self._picture.level_for(SIDE_PX)
        small = self._picture.levels[-1]
        return Seen(cues_of(level), phash(small), layout_embedding(small))
