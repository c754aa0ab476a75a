"""What memories keeps of each message: plain facts, the same for the Postgres store and its twin."""

import base64
from dataclasses import dataclass
from datetime import datetime

from pictopy_contracts.messages import EventChanged, PersonChanged, Photo, PhotoAnalysed, PhotoPeopleAssigned

LABEL_SCORE_MIN = 0.4
"""Score 0..1 from which a tag or an object counts as seen; below it the starter models guess."""

UNTRUSTED_TIME_SOURCES = frozenset({None, "mtime"})
"""The time at which a file was last written says nothing about when the picture was taken."""

FIRST_PHOTO_EVER = 1826
"""The year of Niepce's view from the window; an earlier one is a camera's or a program's mistake."""


@dataclass(frozen=True)
class PhotoFacts:
    """What ingest knows. `taken_at_local` is None where no source of the date can be trusted."""

    photo_id: str
    revision: int
    taken_at_local: datetime | None = None
    is_video: bool = False
    favourite: bool = False
    hidden: bool = False
    rating: int = 0
    is_screenshot: bool = False
    is_told: bool = False
    """A person wrote a title or a caption, or put it into an album."""
    aspect: float = 1.0
    """Width by height of the oriented picture."""


@dataclass(frozen=True)
class LookFacts:
    """What vision saw."""

    photo_id: str
    analysed_at: datetime
    quality: float | None = None
    sharpness: float | None = None
    exposure: float | None = None
    phash: int | None = None
    """64 bits as a signed number, as Postgres' bigint holds them."""
    labels: tuple[str, ...] = ()
    embedding_model: str | None = None
    embedding: bytes | None = None
    """(D,) little-endian float16, L2 norm 1."""


@dataclass(frozen=True)
class PeopleFacts:
    """Who is in a photo, faces that a person called «not a face» left out."""

    photo_id: str
    revision: int
    person_ids: tuple[str, ...] = ()
    faces: int = 0
    largest_face: float = 0.0
    """Share of the picture, 0..1."""


@dataclass(frozen=True)
class PersonFacts:
    person_id: str
    revision: int
    name: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class EventFacts:
    event_id: str
    revision: int
    kind: str
    title: str
    started_at_local: datetime
    ended_at_local: datetime
    place: str | None = None
    trip_id: str | None = None
    photo_ids: tuple[str, ...] = ()
    is_gone: bool = False


def photo_facts(photo: Photo) -> PhotoFacts:
    return PhotoFacts(
        photo_id=photo.photo_id,
        revision=photo.revision,
        taken_at_local=_trusted_time(photo),
        is_video=photo.kind == "video",
        favourite=photo.favourite,
        hidden=photo.hidden,
        rating=photo.rating or 0,
        is_screenshot=photo.is_screenshot,
        is_told=bool(photo.title or photo.caption or photo.albums),
        aspect=photo.width_px / photo.height_px if photo.height_px > 0 else 1.0,
    )


def _trusted_time(photo: Photo) -> datetime | None:
    taken = photo.taken_at_local
    if taken is None or photo.time_source in UNTRUSTED_TIME_SOURCES or taken.year < FIRST_PHOTO_EVER:
        return None
    return taken.replace(microsecond=0)


def look_facts(message: PhotoAnalysed) -> LookFacts:
    quality, embedding = message.quality, message.embedding
    return LookFacts(
        photo_id=message.photo_id,
        analysed_at=message.analysed_at,
        quality=quality.score if quality else None,
        sharpness=quality.sharpness if quality else None,
        exposure=quality.exposure if quality else None,
        phash=_signed(message.phash) if message.phash else None,
        labels=_labels(message),
        embedding_model=embedding.model if embedding else None,
        embedding=base64.b64decode(embedding.data) if embedding else None,
    )


def people_facts(message: PhotoPeopleAssigned) -> PeopleFacts:
    faces = [face for face in message.faces if face.is_face]
    return PeopleFacts(
        photo_id=message.photo_id,
        revision=message.revision,
        person_ids=tuple(sorted({face.person_id for face in faces if face.person_id})),
        faces=len(faces),
        largest_face=max((face.box.area for face in faces), default=0.0),
    )


def person_facts(message: PersonChanged) -> PersonFacts:
    return PersonFacts(
        person_id=message.person_id,
        revision=message.revision,
        name=_text(message.name) if message.name else None,
        hidden=message.hidden,
    )


def event_facts(message: EventChanged) -> EventFacts:
    return EventFacts(
        event_id=message.event_id,
        revision=message.revision,
        kind=message.kind,
        title=_text(message.title),
        started_at_local=message.started_at_local.replace(microsecond=0),
        ended_at_local=message.ended_at_local.replace(microsecond=0),
        place=_text(message.place) if message.place else None,
        trip_id=message.trip_id,
        photo_ids=tuple(dict.fromkeys(message.photo_ids)),
        is_gone=message.is_gone,
    )


def _labels(message: PhotoAnalysed) -> tuple[str, ...]:
    scored = [(tag.label, tag.score) for tag in message.tags] + [(one.label, one.score) for one in message.objects]
    return tuple(
        sorted({_text(label).replace("_", " ").lower() for label, score in scored if score >= LABEL_SCORE_MIN})
    )


def _signed(hex_digits: str) -> int:
    return int.from_bytes(bytes.fromhex(hex_digits), "big", signed=True)


def _text(words: str) -> str:
    """Without NUL, which Postgres' text cannot hold."""
    return words.replace("\x00", "")
