"""Statements taken back: the same decisions with the same numbers and times, before or after the photos come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, NaiveDatetime, ValidationError

from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.matching import match_again
from pictopy_cluster.domain.people import told
from pictopy_cluster.domain.statements import By, Decision, Kind, Place, Statements
from pictopy_cluster.ports import Deps
from pictopy_cluster.records import StoredEvent, StoredFace
from pictopy_cluster.settling import statements
from pictopy_cluster.stating import publish, state_events
from pictopy_contracts.geometry import Box, Fraction
from pictopy_contracts.ids import PhotoId
from pictopy_contracts.statements import ClusterStated
from pictopy_runtime.errors import AppError

PHOTOS_AT_ONCE = 1_000
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a face was seen that so far only the journal tells of."""
Spot = tuple[str, Fraction, Fraction, Fraction, Fraction]


class DecisionBody(BaseModel):
    decision_id: int
    part: int = 0
    decision: Kind
    person_id: str | None = None
    other_person_id: str | None = None
    name: str | None = None
    by: By = "user"
    made_at: AwareDatetime
    undoes: str | None = None
    face_ids: list[str] = []
    anchors: dict[str, list[str]] = {}
    faces: dict[Annotated[str, Field(pattern="^[0-9a-f]{32}$")], Spot] = {}


class EventBody(BaseModel):
    kind: Literal["event", "trip"]
    title: str | None = None
    anchor: str
    started_at_local: NaiveDatetime
    ended_at_local: NaiveDatetime


class StatementIn(BaseModel):
    kind: str
    id: str
    revision: int = 1
    photo_ids: list[str] = []
    body: dict[str, Any]
    is_gone: bool = False


@dataclass(frozen=True)
class Told:
    """A decision of the journal, or a part of it."""

    said_id: str
    item: StatementIn
    body: DecisionBody
    places: Mapping[str, Place]

    def again(self, decision_id: int) -> ClusterStated:
        """The same statement, for a journal that may not have it yet."""
        return ClusterStated(
            kind=self.item.kind,
            statement_id=self.item.id,
            revision=self.item.revision,
            photo_ids=tuple(PhotoId(photo) for photo in self.item.photo_ids),
            body={**self.item.body, "decision_id": decision_id},
        )

    def as_row(self) -> Decision:
        """What it undoes may come later, in another part of the journal: it goes by name."""
        body = self.body
        return Decision(
            body.decision_id,
            body.decision,
            body.person_id,
            body.other_person_id,
            tuple(body.face_ids),
            body.name,
            {person: tuple(faces) for person, faces in body.anchors.items()},
            None,
            body.by,
            self.said_id,
            body.undoes or "",
        )


async def restore(items: Sequence[StatementIn], deps: Deps) -> int:
    """How many were new. Idempotent: what is known is passed over. Raises AppError 422; then nothing is written."""
    decisions = [_told(item) for item in items if item.kind == "decision" and not item.is_gone]
    events = [_event(item) for item in items if item.kind == "event" and not item.is_gone]
    count = await _restore_decisions(sorted(decisions, key=lambda one: (one.body.decision_id, one.body.part)), deps)
    count += await _restore_events(events, deps)
    if count:
        deps.people.mark()
        deps.events.mark()
    return count


def _told(item: StatementIn) -> Told:
    body = _body(item, DecisionBody)
    places = {
        face: Place(photo, Box(x1=x1, y1=y1, x2=x2, y2=y2)) for face, (photo, x1, y1, x2, y2) in body.faces.items()
    }
    return Told(item.id.partition(".")[0], item, body, places)


def _event(item: StatementIn) -> StoredEvent:
    body = _body(item, EventBody)
    photos = tuple(item.photo_ids) or (body.anchor,)
    happening = Happening(
        body.kind, body.title or "", body.started_at_local, body.ended_at_local, None, None, None, photos
    )
    return StoredEvent(
        item.id,
        happening,
        user_title=body.title,
        is_gone=True,
        revision=item.revision,
        anchor=body.anchor,
        stated_photos=photos if body.title else (),
        is_restored=True,
    )


B = TypeVar("B", bound=BaseModel)


def _body(item: StatementIn, kind: type[B]) -> B:
    try:
        return kind.model_validate(item.body)
    except ValidationError as error:
        raise AppError(422, f"{item.kind} {item.id}: {error.errors()[0]['msg']}") from error


async def _restore_decisions(parts: Sequence[Told], deps: Deps) -> int:
    """The rows first, then the faces that they name: until the photos come, those are known by their boxes alone.
    What a crash left undone is done when the same statements are given again."""
    async with deps.log_lock:
        known = {row.said_id: row for row, _ in await deps.store.decisions()}
        fresh = [await _restore_part(part, known, deps) for part in parts]
        places = {face: place for part in parts for face, place in part.places.items()}
        there = await deps.store.faces_by_id(list(places))
        by_photo: dict[str, dict[str, Box]] = {}
        for face, place in places.items():
            if face not in there:
                by_photo.setdefault(place.photo_id, {})[face] = place.box
        said = await statements(deps, [row for row, _ in await deps.store.decisions()])
        for start in range(0, len(by_photo), PHOTOS_AT_ONCE):
            photos = sorted(by_photo)[start : start + PHOTOS_AT_ONCE]
            await _place_faces({photo: by_photo[photo] for photo in photos}, places.keys(), said, deps)
    return sum(fresh)


async def _restore_part(part: Told, known: dict[str, Decision], deps: Deps) -> bool:
    row, old = part.as_row(), known.get(part.said_id)
    if old and set(row.faces) <= set(old.faces):
        return False
    async with deps.store.unit() as unit:
        if old:
            row = _joined(old, row)
            await unit.complete_decision(row, part.places)
        else:
            row = replace(row, decision_id=await unit.add_decision(row, part.body.made_at, part.places))
        await publish(unit, [part.again(row.decision_id)])
    known[part.said_id] = row
    return True


def _joined(old: Decision, part: Decision) -> Decision:
    people = {**old.anchors, **part.anchors}
    anchors = {one: _both(old.anchors.get(one, ()), part.anchors.get(one, ())) for one in people}
    return replace(old, face_ids=_both(old.face_ids, part.face_ids), anchors=anchors)


def _both(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*old, *new]))


async def _place_faces(
    wanted: Mapping[str, Mapping[str, Box]], spoken_of: Collection[str], said: Statements, deps: Deps
) -> None:
    """wanted: photo to the faces in it that are not there under their ids. Each is the one that is there in that box,
    or one that waits, with nothing but its box, for its photo to be looked at."""
    async with deps.store.unit() as unit:
        await unit.await_photos(list(wanted))
        there = await unit.faces_of(list(wanted))
    ids: dict[str, str] = {}
    for photo_id, boxes in wanted.items():
        known = [face for face in there if face.photo_id == photo_id and face.face_id not in spoken_of]
        matched = match_again(boxes, [face.box for face in known])
        ids |= {face.face_id: then for face, then in zip(known, matched, strict=True) if then}
    embedded = await deps.store.embedded_faces(list(ids))
    for model, faces in embedded.items():
        await deps.galleries.copy(model, next(iter(faces.values())).size, {now: ids[now] for now in faces})
    looked_at = {face.photo_id for face in there if face.seen_at > NEVER}
    waiting = {
        face: (_waiting(face, photo_id, box), told(face, said, None))
        for photo_id, boxes in wanted.items()
        for face, box in boxes.items()
        if face not in ids.values() and (photo_id not in looked_at or face in {*said.pins, *said.not_faces})
    }
    async with deps.store.unit() as unit:
        await unit.rename_faces(ids)
        await unit.save_faces([face for face, _ in waiting.values()])
        await unit.assign({face: assigned for face, (_, assigned) in waiting.items()})
    for model, faces in embedded.items():
        await deps.galleries.delete(model, next(iter(faces.values())).size, list(faces))


def _waiting(face_id: str, photo_id: str, box: Box) -> StoredFace:
    return StoredFace(face_id, photo_id, box, score=0.0, quality=0.0, size_px=0, seen_at=NEVER)


async def _restore_events(events: Sequence[StoredEvent], deps: Deps) -> int:
    async with deps.events.work(), deps.store.unit() as unit:
        known = await unit.events()
        fresh = [event for event in events if _is_news(known.get(event.event_id), event)]
        fresh = [_kept(known.get(event.event_id), event) for event in fresh]
        await unit.save_events(fresh)
        await state_events(unit, fresh)
    return len(fresh)


def _is_news(old: StoredEvent | None, event: StoredEvent) -> bool:
    """A title that was given here meanwhile is the newer word."""
    return old is None or (not old.is_restored and not old.user_title)


def _kept(old: StoredEvent | None, event: StoredEvent) -> StoredEvent:
    """An event of this id that was found already keeps its photos, under the title that it had."""
    if old is None:
        return event
    return replace(
        old,
        user_title=event.user_title,
        revision=max(old.revision, event.revision) + 1,
        anchor=event.anchor,
        stated_photos=event.stated_photos,
        is_restored=True,
    )
