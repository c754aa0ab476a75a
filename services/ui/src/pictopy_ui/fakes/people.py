"""Cluster, answered out of a `House`: people, faces, decisions that can be undone, events."""

from typing import Any

from pictopy_ui import answers as a
from pictopy_ui.fakes.finding import check, found, page_of
from pictopy_ui.fakes.house import House
from pictopy_ui.ports import Refused

FACES_AT_ONCE = 24
MIN_FACES = 3


class FakeCluster:
    def __init__(self, house: House) -> None:
        self._house = house

    def people(
        self,
        *,
        named: bool | None = None,
        include_hidden: bool = False,
        min_faces: int | None = None,
        cursor: str | None = None,
        limit: int = 60,
    ) -> a.Listing[a.Person]:
        people = check(self._house, "cluster").people.values()
        wanted = [
            one
            for one in people
            if (include_hidden or not one.hidden)
            and named in {None, one.name is not None}
            and (one.name or one.face_count >= (MIN_FACES if min_faces is None else min_faces))
        ]
        return page_of(wanted, cursor, limit)

    def person(self, person_id: str) -> a.Person:
        return found("cluster", check(self._house, "cluster").people, person_id)

    def faces_of_person(self, person_id: str, cursor: str | None = None) -> a.Listing[a.Face]:
        self.person(person_id)
        return page_of([one for one in self._house.faces.values() if one.person_id == person_id], cursor, FACES_AT_ONCE)

    def faces_of_photo(self, photo_id: str) -> tuple[a.Face, ...]:
        faces = check(self._house, "cluster").faces.values()
        return tuple(self._with_name(face) for face in faces if face.photo_id == photo_id)

    def _with_name(self, face: a.Face) -> a.Face:
        person = self._house.people.get(face.person_id or "")
        return face.model_copy(update={"name": person.name if person else None})

    def unassigned(self, cursor: str | None = None) -> a.Listing[a.Face]:
        faces = check(self._house, "cluster").faces.values()
        return page_of([one for one in faces if one.person_id is None and one.is_face], cursor, FACES_AT_ONCE)

    def decide(self, kind: str, **subject: Any) -> a.Decision:
        house = check(self._house, "cluster")
        number = len(house.asked) + 1
        house.before[number] = (dict(house.people), dict(house.faces))
        house.asked.append(("decide", kind, subject))
        self._apply(kind, subject)
        house.count_faces()
        return a.Decision(decision_id=number, kind=kind)

    def _apply(self, kind: str, subject: dict[str, Any]) -> None:
        person_id, faces = subject.get("person_id", ""), subject.get("face_ids", [])
        if kind == "name":
            self._change_person(person_id, name=subject.get("name"))
        elif kind in {"hide", "show"}:
            self._change_person(person_id, hidden=kind == "hide")
        elif kind == "same":
            other = subject["other_person_id"]
            self._give([one.face_id for one in self._house.faces.values() if one.person_id == other], person_id)
        elif kind == "not_same":
            self._give(faces, None)
        elif kind == "not_a_face":
            self._give(faces, None, is_face=False)
        elif kind == "assign":
            self._give(faces, person_id or self._new_person(subject["name"]))

    def _change_person(self, person_id: str, **changes: object) -> None:
        self._house.people[person_id] = self.person(person_id).model_copy(update=changes)

    def _new_person(self, name: str) -> str:
        person_id = f"p{len(self._house.people) + 100}"
        self._house.people[person_id] = a.Person(person_id=person_id, name=name)
        return person_id

    def _give(self, face_ids: list[str], person_id: str | None, *, is_face: bool = True) -> None:
        for face_id in face_ids:
            face = found("cluster", self._house.faces, face_id)
            changes = {"person_id": person_id, "source": "user", "is_face": is_face}
            self._house.faces[face_id] = face.model_copy(update=changes)

    def undo(self, decision_id: int) -> None:
        check(self._house, "cluster")
        if decision_id not in self._house.before:
            raise Refused("cluster", "No such decision", 404)
        self._house.people, self._house.faces = self._house.before.pop(decision_id)

    def events(self, kind: str | None = None, cursor: str | None = None) -> a.Listing[a.Event]:
        events = check(self._house, "cluster").events.values()
        return page_of([event for event in events if kind in {None, event.kind}], cursor, FACES_AT_ONCE)

    def event(self, event_id: str) -> a.Event:
        return found("cluster", check(self._house, "cluster").events, event_id)

    def rename_event(self, event_id: str, title: str) -> None:
        renamed = {"title": title, "title_source": "user"}
        self._house.events[event_id] = self.event(event_id).model_copy(update=renamed)

    def conflicts(self) -> tuple[a.Conflict, ...]:
        found = a.Conflict(photo_id=f"{0:032x}", what="people", ours="Anna", theirs="Hanna", resolved="theirs")
        return (found,) if check(self._house, "cluster").people else ()

    def model_change(self) -> a.ModelChange:
        return check(self._house, "cluster").model_change("face_embedding")
