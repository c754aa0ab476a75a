"""Cluster: people, faces, decisions, events."""

from typing import Any

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part


class ClusterClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def people(
        self,
        *,
        named: bool | None = None,
        include_hidden: bool = False,
        min_faces: int | None = None,
        cursor: str | None = None,
        limit: int = 60,
    ) -> a.Listing[a.Person]:
        query: dict[str, str | int | None] = {"named": named, "include_hidden": include_hidden, "min_faces": min_faces}
        query |= {"cursor": cursor, "limit": limit}
        return self._line.get("/v1/people", a.Listing[a.Person], query)

    def person(self, person_id: str) -> a.Person:
        return self._line.get(f"/v1/people/{part(person_id)}", a.Person)

    def faces_of_person(self, person_id: str, cursor: str | None = None) -> a.Listing[a.Face]:
        return self._line.get(f"/v1/people/{part(person_id)}/faces", a.Listing[a.Face], {"cursor": cursor})

    def faces_of_photo(self, photo_id: str) -> tuple[a.Face, ...]:
        return self._line.get(f"/v1/photos/{part(photo_id)}/faces", a.Listing[a.Face]).items

    def unassigned(self, cursor: str | None = None) -> a.Listing[a.Face]:
        return self._line.get("/v1/faces/unassigned", a.Listing[a.Face], {"cursor": cursor})

    def decide(self, kind: str, **subject: Any) -> a.Decision:
        body = {"kind": kind} | {name: value for name, value in subject.items() if value is not None}
        return self._line.post("/v1/decisions", body, a.Decision)

    def undo(self, decision_id: int) -> None:
        self._line.send("POST", f"/v1/decisions/{decision_id}/undo", {})

    def events(self, kind: str | None = None, cursor: str | None = None) -> a.Listing[a.Event]:
        return self._line.get("/v1/events", a.Listing[a.Event], {"kind": kind, "cursor": cursor})

    def event(self, event_id: str) -> a.Event:
        return self._line.get(f"/v1/events/{part(event_id)}", a.Event)

    def rename_event(self, event_id: str, title: str) -> None:
        self._line.send("PATCH", f"/v1/events/{part(event_id)}", {"title": title})

    def model_change(self) -> a.ModelChange:
        return self._line.get("/v1/model-change", a.ModelChange)

    def conflicts(self) -> tuple[a.Conflict, ...]:
        return self._line.get("/v1/conflicts", a.Listing[a.Conflict]).items
