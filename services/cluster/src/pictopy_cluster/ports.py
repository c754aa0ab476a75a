"""What the service needs of the world, and the Deps that its handlers get."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pictopy_cluster.debounce import Debounce
from pictopy_cluster.domain.model_change import ModelChange, Progress
from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision, Imported, Place
from pictopy_cluster.gallery import Galleries
from pictopy_cluster.records import Conflict, Embedded, Person, PhotoRow, StoredEvent, StoredFace, Tally
from pictopy_cluster.settings import ClusterSettings
from pictopy_contracts.messages import Message
from pictopy_runtime.workers import Workers


class Unit(Protocol):
    """One transaction. What it publishes leaves when it commits."""

    async def publish(self, message: Message, msg_id: str) -> None: ...

    async def photo(self, photo_id: str) -> PhotoRow:
        """The photo, made if it is new, and held against others until the end of the unit."""
        ...

    async def save_photo(self, row: PhotoRow) -> None: ...

    async def await_photos(self, photo_ids: Sequence[str]) -> None:
        """Photos that nobody told of yet: they count as removed until they come."""
        ...

    async def faces_of(self, photo_ids: Sequence[str]) -> list[StoredFace]: ...

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]: ...

    async def save_faces(self, faces: Sequence[StoredFace]) -> None:
        """Insert or replace."""
        ...

    async def drop_faces(self, face_ids: Sequence[str]) -> None:
        """With what is known of their embeddings."""
        ...

    async def rename_faces(self, ids: Mapping[str, str]) -> None:
        """ids: what a face is called now to what it is to be called."""
        ...

    async def save_embedded(self, model: str, embedded: Mapping[str, Embedded]) -> None:
        """That the model's collection has these faces; insert or replace."""
        ...

    async def forget_embedded(self, kept: Sequence[str]) -> None:
        """All but those of these models, also what photos know of them."""
        ...

    async def save_change(self, change: ModelChange) -> None: ...

    async def assign(self, assigned: Mapping[str, Assigned]) -> list[str]:
        """Write whose faces these are; the photos in which anything changed."""
        ...

    async def next_assigned_revisions(self, photo_ids: Sequence[str]) -> dict[str, int]: ...

    async def people(self, person_ids: Sequence[str] | None = None) -> dict[str, Person]: ...

    async def tallies(self, person_ids: Sequence[str] | None = None) -> dict[str, Tally]:
        """Of every person, or of these, that have faces in photos that are there."""
        ...

    async def save_people(self, people: Sequence[Person]) -> None: ...

    async def add_decision(self, decision: Decision, made_at: datetime, places: Mapping[str, Place]) -> int:
        """Its number: the one that it has, if that is above 0 and free, else the next."""
        ...

    async def complete_decision(self, decision: Decision, places: Mapping[str, Place]) -> None:
        """More faces of a decision that came in parts, found by its `said_id`."""
        ...

    async def mark_stated(self, decision_id: int, places: Mapping[str, Place]) -> None:
        """A statement was published, with its faces where they are now."""
        ...

    async def save_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """Insert or replace, one a face."""
        ...

    async def events(self) -> dict[str, StoredEvent]: ...

    async def save_events(self, events: Sequence[StoredEvent]) -> None:
        """Insert or replace, with their photos."""
        ...


class Store(Protocol):
    """What the service keeps. Reads outside a unit see what was committed."""

    def unit(self) -> AbstractAsyncContextManager[Unit]: ...

    async def photo(self, photo_id: str) -> PhotoRow | None: ...

    async def dated_photos(self) -> list[PhotoRow]:
        """Photos whose facts are known and that are there."""
        ...

    async def removed_photos(self) -> set[str]: ...

    async def faces(self) -> list[StoredFace]:
        """All faces, also of removed photos, by id."""
        ...

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]: ...

    async def every_face_of(self, person_id: str) -> list[StoredFace]:
        """Also in removed photos."""
        ...

    async def faces_of_photo(self, photo_id: str) -> list[StoredFace]: ...

    async def faces_of_person(self, person_id: str, after: str, limit: int) -> list[StoredFace]:
        """In photos that are there, by id after `after`."""
        ...

    async def unassigned_faces(self, after: str, limit: int) -> list[StoredFace]: ...

    async def imported(self) -> list[Imported]:
        """Names that files carry over faces."""
        ...

    async def embedded(self, model: str) -> dict[str, Embedded]:
        """Faces that the model's collection has."""
        ...

    async def embedded_faces(self, face_ids: Sequence[str]) -> dict[str, dict[str, Embedded]]:
        """Model to what it has of these faces."""
        ...

    async def change(self) -> ModelChange: ...

    async def progress(self, change: ModelChange) -> Progress:
        """How far the next model is, over photos with faces that are there."""
        ...

    async def conflicts(self, after: int, limit: int) -> list[Conflict]:
        """Newest first."""
        ...

    async def decisions(self) -> list[tuple[Decision, datetime]]:
        """The whole log, oldest first, and when each was made."""
        ...

    async def places(self, decision_ids: Sequence[int]) -> dict[str, Place]:
        """Where the faces that these decisions name were when they were made; the latest word counts."""
        ...

    async def unstated(self) -> list[int]:
        """Decisions that no statement was published of."""
        ...

    async def person(self, person_id: str) -> Person | None: ...

    async def list_people(self) -> list[Person]:
        """Those that are there: named first, then by size."""
        ...

    async def list_events(self, kind: str | None) -> list[StoredEvent]:
        """Those that are there, newest first."""
        ...

    async def event(self, event_id: str) -> StoredEvent | None: ...


class Gazetteer(Protocol):
    """Names of places, without a network."""

    def name_of(self, latitude_deg: float, longitude_deg: float) -> str | None:
        """What people call the place, or None where it is not known."""
        ...


@dataclass(frozen=True)
class Deps:
    store: Store
    galleries: Galleries
    gazetteer: Gazetteer
    workers: Workers
    settings: ClusterSettings
    people: Debounce
    events: Debounce
    log_lock: asyncio.Lock
    """Held while a decision or the outcome of a run is written, so that a run never overwrites a later decision."""
    now: Callable[[], datetime]
