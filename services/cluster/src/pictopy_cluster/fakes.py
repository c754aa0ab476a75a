"""The store in memory, for handler tests; it keeps the same contract as the Postgres one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy as _copied
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pictopy_cluster.domain.model_change import ModelChange, Progress
from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision, Imported, Place
from pictopy_cluster.records import Conflict, Embedded, Person, PhotoRow, StoredEvent, StoredFace, Tally
from pictopy_contracts.messages import Message

MADE_AT = datetime(2024, 5, 4, tzinfo=UTC)


@dataclass
class Tables:
    photos: dict[str, PhotoRow] = field(default_factory=dict)
    faces: dict[str, StoredFace] = field(default_factory=dict)
    embedded: dict[str, dict[str, Embedded]] = field(default_factory=dict)
    change: ModelChange = field(default_factory=ModelChange)
    people: dict[str, Person] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    made_at: dict[int, datetime] = field(default_factory=dict)
    places: dict[int, dict[str, Place]] = field(default_factory=dict)
    unstated: set[int] = field(default_factory=set)
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    events: dict[str, StoredEvent] = field(default_factory=dict)
    sent: dict[str, Message] = field(default_factory=dict)

    def copied(self) -> "Tables":
        """Rows never change, so a copy of what holds them is a copy of all."""
        copy = Tables(**{name: _copied(table) for name, table in vars(self).items()})
        copy.embedded = {model: dict(faces) for model, faces in self.embedded.items()}
        copy.places = {number: dict(faces) for number, faces in self.places.items()}
        return copy

    def shown(self) -> list[StoredFace]:
        """Faces in photos that are there, by id."""
        faces = sorted(self.faces.values(), key=lambda face: face.face_id)
        return [face for face in faces if not self.photos[face.photo_id].is_removed]


class FakeStore:
    def __init__(self) -> None:
        self.tables = Tables()

    @property
    def published(self) -> list[Message]:
        return list(self.tables.sent.values())

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["FakeUnit"]:
        """Nothing of it stays when it fails."""
        copy = self.tables.copied()
        yield FakeUnit(copy)
        self.tables = copy

    async def photo(self, photo_id: str) -> PhotoRow | None:
        return self.tables.photos.get(photo_id)

    async def dated_photos(self) -> list[PhotoRow]:
        rows = [row for row in self.tables.photos.values() if row.facts is not None and not row.is_removed]
        return sorted(rows, key=lambda row: row.photo_id)

    async def faces(self) -> list[StoredFace]:
        return sorted(self.tables.faces.values(), key=lambda face: face.face_id)

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]:
        return {face: self.tables.faces[face] for face in face_ids if face in self.tables.faces}

    async def every_face_of(self, person_id: str) -> list[StoredFace]:
        return [face for face in await self.faces() if face.person_id == person_id]

    async def faces_of_photo(self, photo_id: str) -> list[StoredFace]:
        return [face for face in await self.faces() if face.photo_id == photo_id]

    async def faces_of_person(self, person_id: str, after: str, limit: int) -> list[StoredFace]:
        shown = self.tables.shown()
        return [face for face in shown if face.person_id == person_id and face.face_id > after][:limit]

    async def unassigned_faces(self, after: str, limit: int) -> list[StoredFace]:
        shown = self.tables.shown()
        return [face for face in shown if not face.person_id and face.is_face and face.face_id > after][:limit]

    async def imported(self) -> list[Imported]:
        return [Imported(face.face_id, face.imported_name) for face in await self.faces() if face.imported_name]

    async def removed_photos(self) -> set[str]:
        return {photo_id for photo_id, row in self.tables.photos.items() if row.is_removed}

    async def embedded(self, model: str) -> dict[str, Embedded]:
        return dict(self.tables.embedded.get(model, {}))

    async def embedded_faces(self, face_ids: Sequence[str]) -> dict[str, dict[str, Embedded]]:
        found = {
            model: {face: own[face] for face in face_ids if face in own} for model, own in self.tables.embedded.items()
        }
        return {model: own for model, own in found.items() if own}

    async def change(self) -> ModelChange:
        return self.tables.change

    async def progress(self, change: ModelChange) -> Progress:
        model = change.next or change.active
        rows = [self.tables.photos[photo] for photo in {face.photo_id for face in self.tables.shown()}]
        done = sum(model in row.embedded_by for row in rows)
        return Progress(len(rows), done, sum(model not in row.embedded_by and _failed(row) for row in rows))

    async def conflicts(self, after: int, limit: int) -> list[Conflict]:
        found = sorted(self.tables.conflicts.values(), key=lambda one: (one.photo_id, one.face_id))
        return sorted(found, key=lambda one: one.at, reverse=True)[after : after + limit]

    async def decisions(self) -> list[tuple[Decision, datetime]]:
        number = {row.said_id: row.decision_id for row in self.tables.decisions}
        log = sorted(self.tables.decisions, key=lambda row: row.decision_id)
        log = [
            replace(row, undoes=row.undoes or number.get(row.undoes_said)) if row.undoes_said else row for row in log
        ]
        return [(row, self.tables.made_at[row.decision_id]) for row in log]

    async def places(self, decision_ids: Sequence[int]) -> dict[str, Place]:
        known = self.tables.places
        return {face: place for number in sorted(decision_ids) for face, place in known.get(number, {}).items()}

    async def unstated(self) -> list[int]:
        return sorted(self.tables.unstated)

    async def person(self, person_id: str) -> Person | None:
        return self.tables.people.get(person_id)

    async def list_people(self) -> list[Person]:
        there = [person for person in self.tables.people.values() if not person.is_gone]
        return sorted(there, key=lambda person: (person.name is None, -person.face_count, person.person_id))

    async def list_events(self, kind: str | None) -> list[StoredEvent]:
        there = [e for e in self.tables.events.values() if not e.is_gone and kind in (None, e.happening.kind)]
        there.sort(key=lambda event: event.event_id)
        return sorted(there, key=lambda event: event.happening.started_at_local, reverse=True)

    async def event(self, event_id: str) -> StoredEvent | None:
        return self.tables.events.get(event_id)


class FakeUnit:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    async def publish(self, message: Message, msg_id: str) -> None:
        self.tables.sent.setdefault(msg_id, message)

    async def photo(self, photo_id: str) -> PhotoRow:
        return self.tables.photos.setdefault(photo_id, PhotoRow(photo_id))

    async def save_photo(self, row: PhotoRow) -> None:
        known = self.tables.photos[row.photo_id]
        self.tables.photos[row.photo_id] = replace(row, assigned_revision=known.assigned_revision)

    async def await_photos(self, photo_ids: Sequence[str]) -> None:
        for photo_id in photo_ids:
            self.tables.photos.setdefault(photo_id, PhotoRow(photo_id, is_removed=True))

    async def faces_of(self, photo_ids: Sequence[str]) -> list[StoredFace]:
        faces = [face for face in self.tables.faces.values() if face.photo_id in photo_ids]
        return sorted(faces, key=lambda face: face.face_id)

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]:
        return {face: self.tables.faces[face] for face in face_ids if face in self.tables.faces}

    async def save_faces(self, faces: Sequence[StoredFace]) -> None:
        self.tables.faces |= {face.face_id: face for face in faces}

    async def drop_faces(self, face_ids: Sequence[str]) -> None:
        for face in face_ids:
            self.tables.faces.pop(face, None)
            for own in self.tables.embedded.values():
                own.pop(face, None)

    async def rename_faces(self, ids: Mapping[str, str]) -> None:
        for now, then in ids.items():
            self.tables.faces[then] = replace(self.tables.faces.pop(now), face_id=then)
            for own in self.tables.embedded.values():
                if now in own:
                    own[then] = own.pop(now)
        for person in list(self.tables.people.values()):
            cover = ids.get(person.cover_face_id or "")
            if cover:
                self.tables.people[person.person_id] = replace(person, cover_face_id=cover)

    async def save_embedded(self, model: str, embedded: Mapping[str, Embedded]) -> None:
        self.tables.embedded.setdefault(model, {}).update(embedded)

    async def forget_embedded(self, kept: Sequence[str]) -> None:
        self.tables.embedded = {model: own for model, own in self.tables.embedded.items() if model in kept}
        for photo_id, row in self.tables.photos.items():
            models = tuple(model for model in row.embedded_by if model in kept)
            self.tables.photos[photo_id] = replace(row, embedded_by=models)

    async def save_change(self, change: ModelChange) -> None:
        self.tables.change = change

    async def assign(self, assigned: Mapping[str, Assigned]) -> list[str]:
        changed: set[str] = set()
        for face_id, one in assigned.items():
            old = self.tables.faces.get(face_id)
            if old and Assigned(old.person_id, old.source, old.confidence, old.is_face) != one:
                self.tables.faces[face_id] = replace(old, **vars(one))
                changed.add(old.photo_id)
        return sorted(changed)

    async def next_assigned_revisions(self, photo_ids: Sequence[str]) -> dict[str, int]:
        photos = self.tables.photos
        for photo_id in photo_ids:
            photos[photo_id] = replace(photos[photo_id], assigned_revision=photos[photo_id].assigned_revision + 1)
        return {photo_id: photos[photo_id].assigned_revision for photo_id in photo_ids}

    async def people(self, person_ids: Sequence[str] | None = None) -> dict[str, Person]:
        people = self.tables.people
        return dict(people) if person_ids is None else {one: people[one] for one in person_ids if one in people}

    async def tallies(self, person_ids: Sequence[str] | None = None) -> dict[str, Tally]:
        own: dict[str, list[StoredFace]] = {}
        for face in self.tables.shown():
            if face.person_id and (person_ids is None or face.person_id in person_ids):
                own.setdefault(face.person_id, []).append(face)
        return {person: _tally(faces) for person, faces in own.items()}

    async def save_people(self, people: Sequence[Person]) -> None:
        self.tables.people |= {person.person_id: person for person in people}

    async def add_decision(self, decision: Decision, made_at: datetime, places: Mapping[str, Place]) -> int:
        known = {row.decision_id for row in self.tables.decisions}
        is_free = decision.decision_id > 0 and decision.decision_id not in known
        number = decision.decision_id if is_free else max(known, default=0) + 1
        self.tables.decisions = [*self.tables.decisions, replace(decision, decision_id=number)]
        self.tables.made_at[number] = made_at
        self.tables.places[number] = dict(places)
        return number

    async def complete_decision(self, decision: Decision, places: Mapping[str, Place]) -> None:
        for n, row in enumerate(self.tables.decisions):
            if row.said_id == decision.said_id:
                self.tables.decisions[n] = replace(row, face_ids=decision.face_ids, anchors=decision.anchors)
                self.tables.places[row.decision_id] |= places

    async def mark_stated(self, decision_id: int, places: Mapping[str, Place]) -> None:
        self.tables.unstated.discard(decision_id)
        self.tables.places[decision_id] = dict(places)

    async def save_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        self.tables.conflicts |= {(one.photo_id, one.face_id): one for one in conflicts}

    async def events(self) -> dict[str, StoredEvent]:
        return dict(self.tables.events)

    async def save_events(self, events: Sequence[StoredEvent]) -> None:
        self.tables.events |= {event.event_id: event for event in events}


def _failed(row: PhotoRow) -> bool:
    return row.failed_at is not None and (row.analysed_at is None or row.failed_at >= row.analysed_at)


def _tally(faces: Sequence[StoredFace]) -> Tally:
    best = min(faces, key=lambda face: (-face.quality, face.face_id))
    ids = {face.face_id for face in faces}
    return Tally(len(faces), len({face.photo_id for face in faces}), best.face_id, ids)
