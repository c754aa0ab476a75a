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
    model: str
    """Of the embedding; empty where there is none."""
    embedding_size: int
    seen_at: datetime
    imported_name: str | None = None
    person_id: str | None = None
    source: Source = "auto"
    confidence: float = 0.0
    is_face: bool = True


@dataclass(frozen=True)
class Neighbours:
    """The nearest faces of one face when it came, nearest first."""

    face_ids: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()


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

    @property
    def title(self) -> str:
        return self.user_title or self.happening.title
