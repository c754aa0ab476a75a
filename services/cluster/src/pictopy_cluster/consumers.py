"""What this service hears: photos with their times and places, the faces in them, and which models look at them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pictopy_cluster.changing_models import begin
from pictopy_cluster.coming_home import names_in_file, take_home
from pictopy_cluster.domain.faces import Floats
from pictopy_cluster.domain.matching import match_again
from pictopy_cluster.domain.moments import facts_of
from pictopy_cluster.domain.names import face_id_of, name_key, printable
from pictopy_cluster.domain.suggesting import Seen, suggest
from pictopy_cluster.ports import Deps, Unit
from pictopy_cluster.records import Embedded, Neighbours, PhotoRow, StoredFace
from pictopy_cluster.telling import tell_photos
from pictopy_contracts.messages import (
    ClusterFinished,
    DetectedFace,
    ModelsChanged,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoRemoved,
    VisionFinished,
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
    regions = tuple({"name": printable(one.name), "box": one.box.model_dump()} for one in photo.regions)
    await take_home(photo.photo_id, photo.revision, regions, deps)
    async with deps.store.unit() as unit:
        old = await unit.photo(photo.photo_id)
        if photo.revision <= old.revision:
            return
        new = replace(old, revision=photo.revision, is_removed=False, facts=facts_of(photo), regions=regions)
        await unit.save_photo(new)
        faces = await unit.faces_of([photo.photo_id])
        await unit.save_faces(await _with_imported(unit, new, faces))
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
    embeddings = _embeddings(message, ids)
    neighbours = await _neighbours(message, embeddings, deps)
    async with deps.store.unit() as unit:
        row = await unit.photo(message.photo_id)
        if row.analysed_at and message.analysed_at < row.analysed_at:
            return
        models = _models_of(message, embeddings) or row.embedded_by
        new = replace(
            row, analysed_at=message.analysed_at, model_version=message.model_version, embedded_by=tuple(sorted(models))
        )
        await unit.save_photo(new)
        is_looked_for = message.faces or "faces" in message.models  # else its model was taken away: the faces stay
        if is_looked_for and await _replace_faces(unit, new, message, ids, neighbours):
            await tell_photos(unit, [message.photo_id])
        for model, vectors in embeddings.items():
            made = {face: Embedded(len(vector), message.analysed_at) for face, vector in vectors.items()}
            await unit.save_embedded(model, made)
        await unit.publish(_finished(message, deps), f"{message.photo_id}:{message.analysed_at.isoformat()}:clustered")
    if ids or known:
        deps.people.mark(max(1, len(ids)))


def _face_ids(message: PhotoAnalysed, known: list[StoredFace]) -> list[str]:
    """The known id of each detected face, or a new one that follows from its box."""
    boxes = [face.box for face in message.faces]
    matched = match_again({face.face_id: face.box for face in known}, boxes)
    return [
        old or face_id_of(message.photo_id, box.x1, box.y1, box.x2, box.y2)
        for old, box in zip(matched, boxes, strict=True)
    ]


def _embeddings(message: PhotoAnalysed, ids: list[str]) -> dict[str, dict[str, Floats]]:
    """Model to face to its embedding: by the model in use, and by those that are computed beside it."""
    by_model: dict[str, dict[str, Floats]] = {}
    for face_id, face in zip(ids, message.faces, strict=True):
        for embedding in (face.embedding, *face.other_embeddings):
            if embedding and (vector := _unit_vector(embedding)) is not None:
                by_model.setdefault(embedding.model, {})[face_id] = vector
    return by_model


def _models_of(message: PhotoAnalysed, embeddings: Mapping[str, object]) -> set[str]:
    in_use = message.models.get("face_embedding")
    return {*embeddings, *([in_use] if in_use else [])}


async def _neighbours(
    message: PhotoAnalysed, embeddings: Mapping[str, Mapping[str, Floats]], deps: Deps
) -> dict[str, Neighbours]:
    """Embeddings into the collections of their models, then the nearest of each by the model that makes the people."""
    for model, vectors in embeddings.items():
        await deps.galleries.add(model, vectors, message.photo_id)
    in_use = message.models.get("face_embedding") or next(iter(embeddings), None)
    active = (await deps.store.change()).active or (await begin(in_use, deps) if in_use and embeddings else None)
    return await deps.galleries.near(active, embeddings[active]) if active and active in embeddings else {}


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
    await unit.save_faces(faces)
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
    names = names_in_file(row.regions, faces)
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
        if face.person_id is None and face.is_face and face.face_id in neighbours:
            lists = neighbours[face.face_id]
            seen = [
                Seen(near[other].person_id, score)
                for other, score in zip(lists.face_ids, lists.scores, strict=True)
                if other in near
            ]
            person = suggest(seen, lists.model, taken)
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
        at = deps.now()
        row = await unit.photo(message.photo_id)
        await unit.save_photo(replace(row, failed_at=max(at, message.analysed_at)))
        await unit.publish(failed, f"{message.photo_id}:{at.isoformat()}:clustering-failed")


async def on_models_changed(message: ModelsChanged, deps: Deps) -> None:
    """Which model embeds faces now, and which beside it. Idempotent because of the revision."""
    in_use, beside = message.models.get("face_embedding"), message.beside.get("face_embedding", ())
    async with deps.log_lock:
        old = await deps.store.change()
        new = old.heard(in_use, tuple(beside), message.revision, deps.now())
        if new != old:
            async with deps.store.unit() as unit:
                await unit.save_change(new)
            deps.people.mark()


async def on_vision_finished(message: VisionFinished, deps: Deps) -> None:
    """A photo that cannot be looked at again holds no change of models up. Idempotent: the latest time counts."""
    if message.status != "failed":
        return
    async with deps.store.unit() as unit:
        row = await unit.photo(message.photo_id)
        if row.failed_at and message.finished_at <= row.failed_at:
            return
        await unit.save_photo(replace(row, failed_at=message.finished_at))
    if (await deps.store.change()).next:
        deps.people.mark()


CONSUMERS: tuple[ConsumerSpec[Any, Deps], ...] = (
    ConsumerSpec(PhotoAdded, on_photo_added, concurrency=4),
    ConsumerSpec(PhotoChanged, on_photo_changed, concurrency=4),
    ConsumerSpec(PhotoRemoved, on_photo_removed, concurrency=4),
    ConsumerSpec(PhotoAnalysed, on_photo_analysed, concurrency=2, on_dead=on_photo_analysed_dead),
    ConsumerSpec(ModelsChanged, on_models_changed),
    ConsumerSpec(VisionFinished, on_vision_finished, concurrency=4),
)
