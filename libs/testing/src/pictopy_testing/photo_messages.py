"""Messages of a made-up library. Everything has a default, so that a test states only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import EventId, FaceId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    DetectedObject,
    EventChanged,
    FileRef,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
    PictureQuality,
    Tag,
)
from pictopy_contracts.vectors import Embedding

HOME = LibraryId("lib-home")
NOON = datetime(2023, 6, 15, 12, 0)  # noqa: DTZ001  taken_at_local is naive by contract
ADDED = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)
MIDDLE = Box(x1=0.25, y1=0.25, x2=0.5, y2=0.5)


def photo_id(number: int) -> PhotoId:
    return PhotoId(f"{number:032x}")


def file(path: str, library: LibraryId = HOME) -> FileRef:
    return FileRef(library_id=library, path=path, size_bytes=1000, modified_at=ADDED)


def photo(number: int, revision: int = 1, **given: Any) -> Photo:
    """Taken `number` hours after noon of 15 June 2023 by its local clock."""
    facts: dict[str, Any] = {
        "format": "jpeg",
        "files": (file(f"2023/IMG_{number:04d}.jpg"),),
        "width_px": 4000,
        "height_px": 3000,
        "added_at": ADDED + timedelta(minutes=number),
        "taken_at_local": NOON + timedelta(hours=number),
    }
    return Photo(photo_id=photo_id(number), revision=revision, **facts | given)


def analysis(
    number: int,
    tags: Sequence[str] = (),
    objects: Sequence[str] = (),
    vector: Sequence[float] | None = None,
    model: str = "clip-s",
    hours: int = 0,
    **given: Any,
) -> PhotoAnalysed:
    """`hours`: how long after the first look; a later one replaces it."""
    facts: dict[str, Any] = {
        "model_version": "v1",
        "models": {},
        "analysed_at": ADDED + timedelta(hours=hours),
        "tags": tuple(Tag(label=label, score=0.9) for label in tags),
        "objects": tuple(DetectedObject(label=label, score=0.8, box=MIDDLE) for label in objects),
        "embedding": None if vector is None else Embedding.of(model, vector),
    }
    return PhotoAnalysed(photo_id=photo_id(number), **facts | given)


def quality(score: float) -> PictureQuality:
    return PictureQuality(sharpness=score, exposure=score, contrast=score, colourfulness=score, score=score)


def assigned(number: int, *people: str, revision: int = 1, is_face: bool = True) -> PhotoPeopleAssigned:
    """One face a person."""
    faces = tuple(
        AssignedFace(face_id=FaceId(f"face-{number}-{person}"), box=MIDDLE, person_id=PersonId(person), is_face=is_face)
        for person in people
    )
    return PhotoPeopleAssigned(photo_id=photo_id(number), revision=revision, faces=faces)


def person(name_id: str, name: str | None = None, revision: int = 1, **given: Any) -> PersonChanged:
    return PersonChanged(person_id=PersonId(name_id), name=name, revision=revision, **given)


def event(name_id: str, title: str, photos: Sequence[int] = (), revision: int = 1, **given: Any) -> EventChanged:
    facts: dict[str, Any] = {
        "started_at_local": NOON,
        "ended_at_local": NOON + timedelta(hours=5),
        "photo_ids": tuple(photo_id(number) for number in photos),
    }
    return EventChanged(event_id=EventId(name_id), revision=revision, title=title, **facts | given)
