"""The messages of this service, made from what stands in the unit that sends them."""

from collections.abc import Sequence

from pictopy_cluster.ports import Unit
from pictopy_cluster.records import Person, StoredEvent, StoredFace
from pictopy_contracts.ids import EventId, FaceId, PersonId, PhotoId
from pictopy_contracts.messages import AssignedFace, EventChanged, PersonChanged, PhotoPeopleAssigned


async def tell_photos(unit: Unit, photo_ids: Sequence[str]) -> None:
    """Whose the faces of these photos are now."""
    if not photo_ids:
        return
    revisions = await unit.next_assigned_revisions(photo_ids)
    faces: dict[str, list[StoredFace]] = {photo_id: [] for photo_id in photo_ids}
    for face in await unit.faces_of(photo_ids):
        faces[face.photo_id].append(face)
    for photo_id, revision in sorted(revisions.items()):
        assigned = tuple(_assigned(face) for face in faces[photo_id])
        message = PhotoPeopleAssigned(photo_id=PhotoId(photo_id), revision=revision, faces=assigned)
        await unit.publish(message, f"{photo_id}:{revision}:assigned")


def _assigned(face: StoredFace) -> AssignedFace:
    return AssignedFace(
        face_id=FaceId(face.face_id),
        box=face.box,
        person_id=PersonId(face.person_id) if face.person_id else None,
        source=face.source,
        confidence=face.confidence,
        is_face=face.is_face,
    )


async def tell_people(unit: Unit, people: Sequence[Person]) -> None:
    covers = await unit.faces_by_id([person.cover_face_id for person in people if person.cover_face_id])
    for person in people:
        cover = covers.get(person.cover_face_id or "")
        message = PersonChanged(
            person_id=PersonId(person.person_id),
            revision=person.revision,
            name=person.name,
            name_source=person.name_source,
            hidden=person.hidden,
            face_count=person.face_count,
            cover_photo_id=PhotoId(cover.photo_id) if cover else None,
            cover_box=cover.box if cover else None,
            merged_into=PersonId(person.merged_into) if person.merged_into else None,
            is_gone=person.is_gone,
        )
        await unit.publish(message, f"{person.person_id}:{person.revision}:person")


async def tell_events(unit: Unit, events: Sequence[StoredEvent]) -> None:
    for event in events:
        await unit.publish(_event(event), f"{event.event_id}:{event.revision}:event")


def _event(event: StoredEvent) -> EventChanged:
    happening = event.happening
    return EventChanged(
        event_id=EventId(event.event_id),
        revision=event.revision,
        kind=happening.kind,
        title=event.title,
        title_source="user" if event.user_title else "auto",
        started_at_local=happening.started_at_local,
        ended_at_local=happening.ended_at_local,
        place=happening.place,
        latitude_deg=happening.latitude_deg,
        longitude_deg=happening.longitude_deg,
        trip_id=EventId(event.trip_id) if event.trip_id else None,
        photo_ids=() if event.is_gone else tuple(PhotoId(photo) for photo in happening.photo_ids),
        is_gone=event.is_gone,
    )
