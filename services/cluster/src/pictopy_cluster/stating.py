"""What people said here, as statements for the journal: the log's rows, and what events are called and go by."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from pictopy_cluster.domain.statements import Decision, Place
from pictopy_cluster.places import parts_of
from pictopy_cluster.ports import Deps, Unit
from pictopy_cluster.records import StoredEvent
from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Message
from pictopy_contracts.statements import ClusterStated

FACES_AT_ONCE = 2_000
"""Faces in one statement, about 0.6 MB; a decision about more comes in parts. NATS takes 1 MiB."""
PHOTOS_AT_MOST = 10_000
"""Of an event or an undone decision: enough to find it again."""


async def state_decision(
    unit: Unit, decision: Decision, made_at: datetime, places: Mapping[str, Place], undone: str
) -> None:
    """undone: what the decision that this one undoes is called; places: of its faces, for an undo of the other's."""
    await publish(unit, statements_of(decision, made_at, places, undone))


def statements_of(
    decision: Decision, made_at: datetime, places: Mapping[str, Place], undone: str = ""
) -> list[ClusterStated]:
    """One, or several with a part of the faces each: every part alone is a decision about its faces."""
    faces = decision.faces
    parts = [faces[n : n + FACES_AT_ONCE] for n in range(0, len(faces), FACES_AT_ONCE)] or [[]]
    named = sorted({place.photo_id for place in places.values()})[:PHOTOS_AT_MOST]
    return [_part(decision, made_at, places, undone, n, part, named) for n, part in enumerate(parts)]


def _part(
    decision: Decision,
    made_at: datetime,
    places: Mapping[str, Place],
    undone: str,
    number: int,
    faces: Sequence[str],
    named: Sequence[str],
) -> ClusterStated:
    own = set(faces)
    known = {face: places[face] for face in faces if face in places}
    body: dict[str, JsonValue] = {
        "decision_id": decision.decision_id,
        "part": number,
        "decision": decision.kind,
        "person_id": decision.person_id,
        "other_person_id": decision.other_person_id,
        "name": decision.name,
        "by": decision.by,
        "made_at": made_at.isoformat(),
        "undoes": undone or None,
        "face_ids": [face for face in decision.face_ids if face in own],
        "anchors": {person: [face for face in group if face in own] for person, group in decision.anchors.items()},
        "faces": {face: [*parts_of(place)] for face, place in known.items()},
    }
    photos = sorted({place.photo_id for place in known.values()}) or named
    return ClusterStated(
        kind="decision",
        statement_id=f"{decision.said_id}.{number:04}" if number else decision.said_id,
        revision=1,
        photo_ids=tuple(PhotoId(photo) for photo in photos),
        body=body,
    )


async def state_events(unit: Unit, events: Sequence[StoredEvent]) -> None:
    """Their titles by people; and of all others the id, with the one photo that they go by."""
    await publish(unit, [statement_of_event(event) for event in events])


def statement_of_event(event: StoredEvent) -> ClusterStated:
    happening = event.happening
    photos = event.stated_photos[:PHOTOS_AT_MOST] or (event.anchor,)
    return ClusterStated(
        kind="event",
        statement_id=event.event_id,
        revision=event.revision,
        by="user" if event.user_title else "auto",
        photo_ids=tuple(PhotoId(photo) for photo in photos),
        body={
            "kind": happening.kind,
            "title": event.user_title,
            "anchor": event.anchor,
            "started_at_local": happening.started_at_local.isoformat(),
            "ended_at_local": happening.ended_at_local.isoformat(),
        },
        is_gone=event.is_gone and not event.user_title,
    )


async def state_what_was_said_before(deps: Deps) -> None:
    """Decisions of a version that published no statements; once."""
    numbers = await deps.store.unstated()
    if not numbers:
        return
    async with deps.log_lock:
        log = {decision.decision_id: (decision, at) for decision, at in await deps.store.decisions()}
        for number in numbers:
            decision, made_at = log[number]
            undone = log[decision.undoes][0] if decision.undoes else None
            places = await places_of(undone or decision, deps)
            async with deps.store.unit() as unit:
                await unit.mark_stated(number, {} if undone else places)
                await state_decision(unit, decision, made_at, places, undone.said_id if undone else "")


async def places_of(decision: Decision, deps: Deps) -> dict[str, Place]:
    """Where the faces that it names are now."""
    found = await deps.store.faces_by_id(decision.faces)
    return {face: Place(found[face].photo_id, found[face].box) for face in decision.faces if face in found}


async def publish(unit: Unit, statements: Sequence[ClusterStated]) -> None:
    for one in statements:
        message: Message = one
        await unit.publish(message, f"{one.kind}:{one.statement_id}:{one.revision}:stated")
