"""Rows as the store gives and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.statements import Source
from pictopy_contracts.geometry import Box


@dataclass(frozen=True)
class StoredFace:
    """One detection in one photo and whose it is."""

    face_id: str
    photo_id: str
    box: Box
    score: float
    quality: float
    size_px: int
    seen_at: datetime
    imported_name: str | None = None
    person_id: str | None = None
    source: Source = "auto"
    confidence: float = 0.0
    is_face: bool = True


@dataclass(frozen=True)
class Embedded:
    """That the collection of a model has this face, and since when."""

    size: int
    made_at: datetime


@dataclass(frozen=True)
class Neighbours:
    """The nearest faces of one face when it came, nearest first, by the embeddings of one model."""

    model: str
    face_ids: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class PhotoRow:
    """A photo as far as this service cares."""

    photo_id: str
    revision: int = -1
    is_removed: bool = False
    facts: dict[str, Any] | None = None
    regions: tuple[dict[str, Any], ...] = ()
    analysed_at: datetime | None = None
    model_version: str = ""
    assigned_revision: int = 0
    embedded_by: tuple[str, ...] = ()
    """Models whose embeddings its faces have."""
    failed_at: datetime | None = None
    """Vision gave up on it then."""


@dataclass(frozen=True)
class Person:
    person_id: str
    name: str | None = None
    name_source: Literal["user", "file"] = "user"
    hidden: bool = False
    face_count: int = 0
    photo_count: int = 0
    cover_face_id: str | None = None
    merged_into: str | None = None
    is_gone: bool = False
    revision: int = 0


@dataclass(frozen=True)
class Tally:
    """What a person has in photos that are there."""

    face_count: int
    photo_count: int
    best_face_id: str
    face_ids: set[str]


@dataclass(frozen=True)
class StoredEvent:
    """An event or trip as last published; `user_title` outweighs the automatic one."""

    event_id: str
    happening: Happening
    trip_id: str | None = None
    user_title: str | None = None
    is_gone: bool = False
    revision: int = 0
    anchor: str = ""
    """The photo that it goes by in the journal: the event that holds it has this id after a rebuild."""
    stated_photos: tuple[str, ...] = ()
    """Those that it had when a person gave it the title."""
    is_restored: bool = False

    @property
    def title(self) -> str:
        return self.user_title or self.happening.title


@dataclass(frozen=True)
class Conflict:
    """A face that has one name here and another one, or none, in its file. None: no name."""

    photo_id: str
    face_id: str
    ours: str | None
    theirs: str | None
    resolved: Literal["ours", "theirs"]
    rule: str
    at: datetime
