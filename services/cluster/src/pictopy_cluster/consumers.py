"""What this service hears: photos with their times and places, and the faces in them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pictopy_cluster.domain.faces import Floats
from pictopy_cluster.domain.matching import REGION_IOU, match
from pictopy_cluster.domain.moments import facts_of
from pictopy_cluster.domain.names import face_id_of, name_key, printable
from pictopy_cluster.domain.suggesting import Seen, suggest
from pictopy_cluster.ports import Deps, Unit
from pictopy_cluster.records import Neighbours, PhotoRow, StoredFace
from pictopy_cluster.telling import tell_photos
from pictopy_contracts.geometry import Box
from pictopy_contracts.messages import (
    ClusterFinished,
    DetectedFace,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoRemoved,
)
from pictopy_contracts.vectors import Embedding
from pictopy_runtime.consume import ConsumerSpec


async def on_photo_added(message: PhotoAdded, deps: Deps) -> None:
    await _record(message.photo, deps)


async def on_photo_changed(message: PhotoChanged, deps: Deps) -> None:
    await _record(message.photo, deps)


async def on_photo_removed(message: PhotoRemoved, deps: Deps) -> None:
    """Its faces and its place in events are hidden, not forgotten. Idempotent because of the revision."""
    async with deps.store.unit() as unit:
        row = await unit.photo(message.photo_id)
        if message.revision <= row.revision:
            return
        await unit.save_photo(replace(row, revision=message.revision, is_removed=True))
    deps.people.mark()
    deps.events.mark()


async def _record(photo: Photo, deps: Deps) -> None:
    """Keep time, place and named regions. Idempotent because of the revision."""
    async with deps.store.unit() as unit:
        old = await unit.photo(photo.photo_id)
        if photo.revision <= old.revision:
            return
        regions = tuple({"name": printable(one.name), "box": one.box.model_dump()} for one in photo.regions)
        new = replace(old, revision=photo.revision, is_removed=False, facts=facts_of(photo), regions=regions)
        await unit.save_photo(new)
        faces = await unit.faces_of([photo.photo_id])
        await unit.save_faces(await _with_imported(unit, new, faces), {})
    if (old.facts, old.is_removed) != (new.facts, new.is_removed):
        deps.events.mark()
    if (old.regions, old.is_removed) != (new.regions, new.is_removed) and faces:
        deps.people.mark()


async def on_photo_analysed(message: PhotoAnalysed, deps: Deps) -> None:
    """Keep the faces under their old ids where the boxes agree, and guess whose they are.

    Idempotent because ids follow from photo and box, and an older analysis than the stored one is ignored.
    """
    known = await deps.store.faces_of_photo(message.photo_id)
    ids = _face_ids(message, known)
    neighbours = await _neighbours(message, ids, deps)
    async with deps.store.unit() as unit:
        row = await unit.photo(message.photo_id)
        if row.analysed_at and message.analysed_at < row.analysed_at:
            return
        new = replace(row, analysed_at=message.analysed_at, model_version=message.model_version)
        await unit.save_photo(new)
        if await _replace_faces(unit, new, message, ids, neighbours):
            await tell_photos(unit, [message.photo_id])
        await unit.publish(_finished(message, deps), f"{message.photo_id}:{message.analysed_at.isoformat()}:clustered")
    if ids or known:
        deps.people.mark(max(1, len(ids)))


def _face_ids(message: PhotoAnalysed, known: list[StoredFace]) -> list[str]:
    """The known id of each detected face, or a new one that follows from its box."""
    boxes = [face.box for face in message.faces]
    matched = match({face.face_id: face.box for face in known}, boxes)
    return [
        old or face_id_of(message.photo_id, box.x1, box.y1, box.x2, box.y2)
        for old, box in zip(matched, boxes, strict=True)
    ]


async def _neighbours(message: PhotoAnalysed, ids: list[str], deps: Deps) -> dict[str, Neighbours]:
    """Embeddings into the collection of their model, then the nearest of each."""
    by_model: dict[str, dict[str, Floats]] = {}
    for face_id, face in zip(ids, message.faces, strict=True):
        if face.embedding and (vector := _unit_vector(face.embedding)) is not None:
            by_model.setdefault(face.embedding.model, {})[face_id] = vector
    found: dict[str, Neighbours] = {}
    for model, embeddings in by_model.items():
        found |= await deps.galleries.add(model, embeddings, message.photo_id)
    return found


def _unit_vector(embedding: Embedding) -> Floats | None:
    """(D,) of norm 1; None for what points nowhere, which a model can make of a black crop."""
    vector = np.asarray(embedding.values(), np.float32)
    norm = float(np.linalg.norm(vector))
    return vector / norm if np.isfinite(norm) and norm > 0 else None


async def _replace_faces(
    unit: Unit, row: PhotoRow, message: PhotoAnalysed, ids: list[str], neighbours: Mapping[str, Neighbours]
) -> bool:
    """The photo's faces are now these; whether anything changed. A face that a person spoke of is never dropped."""
    known = {face.face_id: face for face in await unit.faces_of([row.photo_id])}
    faces = [
        _stored(message, face_id, seen, known.get(face_id)) for face_id, seen in zip(ids, message.faces, strict=True)
    ]
    faces = await _with_imported(unit, row, faces)
    faces = await _suggested(unit, faces, neighbours)
    await unit.save_faces(faces, neighbours)
    lost = [face for face in known.values() if face.face_id not in ids and face.source == "auto"]
    await unit.drop_faces([face.face_id for face in lost])
    shown = {face.face_id: (face.box, face.person_id) for face in known.values()}
    return bool(lost) or any(shown.get(face.face_id) != (face.box, face.person_id) for face in faces)


def _stored(message: PhotoAnalysed, face_id: str, seen: DetectedFace, old: StoredFace | None) -> StoredFace:
    face = StoredFace(
        face_id=face_id,
        photo_id=message.photo_id,
        box=seen.box,
        score=seen.score,
        quality=seen.quality,
        size_px=seen.size_px,
        model=seen.embedding.model if seen.embedding else "",
        embedding_size=len(seen.embedding.values()) if seen.embedding else 0,
        seen_at=message.analysed_at,
    )
    if old is None:
        return face
    return replace(
        face,
        imported_name=old.imported_name,
        person_id=old.person_id,
        source=old.source,
        confidence=old.confidence,
        is_face=old.is_face,
    )


async def _with_imported(unit: Unit, row: PhotoRow, faces: list[StoredFace]) -> list[StoredFace]:
    """Names from the file's regions put on the faces they lie over.

    A name that we already have for the face tells nothing new: it may be our own, written into the file.
    """
    boxes = [Box.model_validate(region["box"]) for region in row.regions]
    matched = match({face.face_id: face.box for face in faces}, boxes, REGION_IOU)
    names = {face: region["name"] or None for face, region in zip(matched, row.regions, strict=True) if face}
    people = await unit.people([face.person_id for face in faces if face.person_id])
    named: list[StoredFace] = []
    for face in faces:
        name, person = names.get(face.face_id), people.get(face.person_id or "")
        is_ours = name and person and person.name and name_key(person.name) == name_key(name)
        named.append(face if is_ours else replace(face, imported_name=name))
    return named


async def _suggested(unit: Unit, faces: list[StoredFace], neighbours: Mapping[str, Neighbours]) -> list[StoredFace]:
    """New faces get the person of their nearest where that is clear; the next run has the last word."""
    near_ids = sorted({other for near in neighbours.values() for other in near.face_ids})
    near = await unit.faces_by_id(near_ids)
    taken = {face.person_id for face in faces if face.person_id}
    result: list[StoredFace] = []
    for face in faces:
        if face.person_id is None and face.is_face:
            lists = neighbours.get(face.face_id, Neighbours())
            seen = [
                Seen(near[other].person_id, score)
                for other, score in zip(lists.face_ids, lists.scores, strict=True)
                if other in near
            ]
            person = suggest(seen, face.model, taken)
            taken |= {person} if person else set()
            face = replace(face, person_id=person, confidence=0.5 if person else 0.0)  # noqa: PLW2901  the same face
        result.append(face)
    return result


def _finished(message: PhotoAnalysed, deps: Deps) -> ClusterFinished:
    return ClusterFinished(
        photo_id=message.photo_id,
        stage="cluster",
        model_version=message.model_version,
        status="done",
        finished_at=deps.now(),
    )


async def on_photo_analysed_dead(message: PhotoAnalysed, reason: str, attempts: int, deps: Deps) -> None:
    failed = _finished(message, deps).model_copy(update={"status": "failed", "reason": reason, "attempts": attempts})
    async with deps.store.unit() as unit:
        at = deps.now().isoformat()
        await unit.publish(failed, f"{message.photo_id}:{at}:clustering-failed")


CONSUMERS: tuple[ConsumerSpec[Any, Deps], ...] = (
    ConsumerSpec(PhotoAdded, on_photo_added, concurrency=4),
    ConsumerSpec(PhotoChanged, on_photo_changed, concurrency=4),
    ConsumerSpec(PhotoRemoved, on_photo_removed, concurrency=4),
    ConsumerSpec(PhotoAnalysed, on_photo_analysed, concurrency=2, on_dead=on_photo_analysed_dead),
)
