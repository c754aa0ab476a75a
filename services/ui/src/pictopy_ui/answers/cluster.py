"""People, faces, decisions, events."""

from datetime import datetime

from pydantic import AliasChoices, Field

from pictopy_contracts.geometry import Box
from pictopy_ui.answers.base import Answer


class Cover(Answer):
    photo_id: str
    box: Box


class Person(Answer):
    person_id: str
    name: str | None = None
    hidden: bool = False
    face_count: int = 0
    photo_count: int = 0
    cover: Cover | None = None
    merged_into: str | None = None


class Face(Answer):
    face_id: str
    photo_id: str = ""
    box: Box
    person_id: str | None = None
    name: str | None = Field(None, validation_alias=AliasChoices("name", "person_name"))
    source: str = "auto"
    confidence: float | None = None
    is_face: bool = True


class Decision(Answer):
    decision_id: int = Field(0, validation_alias=AliasChoices("decision_id", "id"))
    kind: str = ""


class Event(Answer):
    event_id: str
    kind: str = "event"
    title: str = ""
    title_source: str = "auto"
    started_at_local: datetime | None = None
    ended_at_local: datetime | None = None
    place: str | None = None
    photo_count: int = 0
    photo_ids: tuple[str, ...] = ()
    cover_photo_id: str | None = None
    trip_id: str | None = None

    @property
    def cover(self) -> str | None:
        return self.cover_photo_id or next(iter(self.photo_ids), None)

    @property
    def size(self) -> int:
        """Photos in it."""
        return self.photo_count or len(self.photo_ids)
