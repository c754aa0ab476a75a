"""What the HTTP API says and takes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from pictopy_cluster.deciding import Said, Wish
from pictopy_cluster.domain.model_change import ModelChange, Progress, State
from pictopy_cluster.domain.statements import By, Decision, Source
from pictopy_cluster.records import Person, StoredEvent, StoredFace
from pictopy_cluster.restoring import StatementIn
from pictopy_contracts.geometry import Box


class Cover(BaseModel):
    photo_id: str
    box: Box


class PersonView(BaseModel):
    person_id: str
    name: str | None
    hidden: bool
    face_count: int
    photo_count: int
    cover: Cover | None
    merged_into: str | None = None


class FaceView(BaseModel):
    face_id: str
    photo_id: str
    box: Box
    person_id: str | None
    source: Source
    confidence: float
    quality: float
    is_face: bool


class DecisionIn(BaseModel):
    """`merge`: with `name`, put the person together with the one that has the name already."""

    kind: Said
    person_id: str | None = None
    other_person_id: str | None = None
    face_id: str | None = None
    face_ids: Annotated[list[str], Field(max_length=10_000)] = []
    name: Annotated[str, Field(max_length=200)] | None = None
    merge: bool = False

    def wish(self) -> Wish:
        faces = tuple(dict.fromkeys([*([self.face_id] if self.face_id else []), *self.face_ids]))
        return Wish(self.kind, self.person_id, self.other_person_id, faces, self.name, self.merge)


class DecisionView(BaseModel):
    decision_id: int
    kind: str
    person_id: str | None
    other_person_id: str | None
    face_ids: list[str]
    name: str | None
    undoes: int | None
    undone: bool
    by: By
    """`file`: another program changed the name in the file, and its newer word counts."""
    made_at: datetime


class TitleIn(BaseModel):
    """Empty: back to the automatic title."""

    title: Annotated[str, Field(max_length=500)]


class EventView(BaseModel):
    event_id: str
    kind: str
    title: str
    title_source: Literal["auto", "user"]
    started_at_local: datetime
    ended_at_local: datetime
    place: str | None
    latitude_deg: float | None
    longitude_deg: float | None
    trip_id: str | None
    photo_count: int
    cover_photo_id: str | None


class EventDetail(EventView):
    photo_ids: list[str]


class Page(BaseModel):
    items: list[Any]
    next: str | None = None


def person_view(person: Person, covers: dict[str, StoredFace]) -> PersonView:
    cover = covers.get(person.cover_face_id or "")
    return PersonView(
        person_id=person.person_id,
        name=person.name,
        hidden=person.hidden,
        face_count=person.face_count,
        photo_count=person.photo_count,
        cover=Cover(photo_id=cover.photo_id, box=cover.box) if cover else None,
        merged_into=person.merged_into,
    )


def face_view(face: StoredFace) -> FaceView:
    return FaceView(
        face_id=face.face_id,
        photo_id=face.photo_id,
        box=face.box,
        person_id=face.person_id,
        source=face.source,
        confidence=face.confidence,
        quality=face.quality,
        is_face=face.is_face,
    )


def decision_view(decision: Decision, made_at: datetime, undone: bool) -> DecisionView:
    return DecisionView(
        decision_id=decision.decision_id,
        kind=decision.kind,
        person_id=decision.person_id,
        other_person_id=decision.other_person_id,
        face_ids=list(decision.face_ids),
        name=decision.name,
        undoes=decision.undoes,
        undone=undone,
        by=decision.by,
        made_at=made_at,
    )


class ModelChangeView(BaseModel):
    """`total`: photos with faces; `failed` of them cannot be looked at by the next model and are not waited for."""

    task: Literal["face_embedding"] = "face_embedding"
    active: str | None
    next: str | None
    previous: str | None
    done: int
    failed: int
    total: int
    state: State
    can_take_back: bool
    started_at: datetime | None
    swapped_at: datetime | None


def model_change_view(change: ModelChange, progress: Progress) -> ModelChangeView:
    return ModelChangeView(
        active=change.active,
        next=change.next,
        previous=change.previous,
        done=progress.done,
        failed=progress.failed,
        total=progress.total,
        state=change.state(progress),
        can_take_back=change.previous is not None,
        started_at=change.started_at,
        swapped_at=change.swapped_at,
    )


class ConflictView(BaseModel):
    photo_id: str
    path: str | None = None
    what: Literal["people"] = "people"
    face_id: str
    ours: str | None
    theirs: str | None
    resolved: Literal["ours", "theirs"]
    rule: str
    at: datetime


class RestoreIn(BaseModel):
    items: list[StatementIn]


class RestoredView(BaseModel):
    restored: int
    skipped: int


def event_view(event: StoredEvent) -> EventView:
    return EventView(**_event_fields(event))


def event_detail(event: StoredEvent) -> EventDetail:
    return EventDetail(**_event_fields(event), photo_ids=list(event.happening.photo_ids))


def _event_fields(event: StoredEvent) -> dict[str, Any]:
    happening = event.happening
    return {
        "event_id": event.event_id,
        "kind": happening.kind,
        "title": event.title,
        "title_source": "user" if event.user_title else "auto",
        "started_at_local": happening.started_at_local,
        "ended_at_local": happening.ended_at_local,
        "place": happening.place,
        "latitude_deg": happening.latitude_deg,
        "longitude_deg": happening.longitude_deg,
        "trip_id": event.trip_id,
        "photo_count": len(happening.photo_ids),
        "cover_photo_id": happening.photo_ids[0] if happening.photo_ids else None,
    }
