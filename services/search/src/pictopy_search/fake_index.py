"""The index of one photo as plain Python: what the view `photo_index` says in SQL, for the in-memory store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import asin, cos, radians, sin, sqrt

from pictopy_contracts.ids import EventId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import EventChanged, FileRef, PersonChanged, Photo, PhotoAnalysed, PhotoPeopleAssigned
from pictopy_search.domain.answers import Card, Detail, EventIn, FaceIn, FileIn, LabelIn, PersonRef
from pictopy_search.domain.filters import Filters, Near
from pictopy_search.domain.index import (
    Label,
    camera_of,
    keywords_of,
    labels_of,
    people_in,
    phash_bits,
    read_words,
    shown_words,
)
from pictopy_search.domain.text import Term, key_of, plain, words_of, words_of_each

Texts = Mapping[str, list[tuple[str, ...]]]
"""Weight (A people, B places, C labels and events, D the rest) to the words of each text."""

RANKS = {"A": 1.0, "B": 0.4, "C": 0.2, "D": 0.1}


@dataclass
class Sources:
    """What the messages said, the newest of each."""

    photos: dict[PhotoId, Photo] = field(default_factory=dict)
    files: dict[PhotoId, tuple[int, Sequence[FileRef]]] = field(default_factory=dict)
    removed: dict[PhotoId, int] = field(default_factory=dict)
    analyses: dict[PhotoId, PhotoAnalysed] = field(default_factory=dict)
    looks: dict[PhotoId, dict[str, PhotoAnalysed]] = field(default_factory=dict)
    """The newest look as a whole, and the newest for each task; `analyses` is made of them."""
    assigned: dict[PhotoId, PhotoPeopleAssigned] = field(default_factory=dict)
    persons: dict[PersonId, PersonChanged] = field(default_factory=dict)
    events: dict[EventId, EventChanged] = field(default_factory=dict)
    libraries: dict[LibraryId, tuple[int, bool]] = field(default_factory=dict)
    """Revision, and whether it is gone."""

    def files_of(self, photo_id: PhotoId) -> list[FileRef]:
        """In libraries that are there."""
        _, files = self.files.get(photo_id, (0, ()))
        return [file for file in files if not self.libraries.get(file.library_id, (0, False))[1]]

    def events_of(self, photo_id: PhotoId) -> list[EventChanged]:
        """Its events and their trips, events first."""
        own = [event for event in self.events.values() if photo_id in event.photo_ids and not event.is_gone]
        trips = [self.events[event.trip_id] for event in own if event.trip_id and event.trip_id in self.events]
        found = {event.event_id: event for event in (*own, *trips) if not event.is_gone}
        return sorted(found.values(), key=lambda event: (event.kind, event.started_at_local, event.event_id))

    def labels_of(self, photo_id: PhotoId) -> list[Label]:
        photo, analysis = self.photos.get(photo_id), self.analyses.get(photo_id)
        labels = (keywords_of(photo) if photo else []) + (labels_of(analysis) if analysis else [])
        return sorted(labels, key=lambda label: label.source)


@dataclass(frozen=True)
class Row:
    photo: Photo
    is_shown: bool
    libraries: frozenset[LibraryId]
    people: tuple[PersonId, ...]
    face_count: int
    labels: Mapping[str, str]
    """Key to the label as written."""
    events: tuple[EventChanged, ...]
    places: tuple[str, ...]
    quality: float
    phash: str | None
    texts: Texts
    read: tuple[str, ...]
    """Words in the picture."""

    @property
    def sort_at(self) -> datetime:
        return self.photo.taken_at_local or self.photo.added_at.astimezone(UTC).replace(tzinfo=None)


def row_of(photo: Photo, sources: Sources) -> Row:
    photo_id = photo.photo_id
    files, events = sources.files_of(photo_id), sources.events_of(photo_id)
    assigned, analysis = sources.assigned.get(photo_id), sources.analyses.get(photo_id)
    labels: dict[str, str] = {}
    for label in sorted(sources.labels_of(photo_id), key=lambda one: (one.source, one.label)):
        if label.key:
            labels.setdefault(label.key, label.label)
    seen = sum(face.is_face for face in assigned.faces) if assigned else len(analysis.faces) if analysis else 0
    return Row(
        photo=photo,
        is_shown=bool(files) and sources.removed.get(photo_id, 0) <= sources.files[photo_id][0],
        libraries=frozenset(file.library_id for file in files),
        people=tuple(people_in(assigned.faces)) if assigned else (),
        face_count=seen,
        labels=dict(sorted(labels.items())),
        events=tuple(events),
        places=tuple(sorted({plain(event.place) for event in events if event.place and words_of(event.place)})),
        quality=analysis.quality.score if analysis and analysis.quality else -1.0,
        phash=phash_bits(analysis.phash) if analysis else None,
        texts=_texts(photo, sources, labels, events, files),
        read=tuple(read_words(analysis)) if analysis else (),
    )


def _texts(
    photo: Photo, sources: Sources, labels: Mapping[str, str], events: Sequence[EventChanged], files: Sequence[FileRef]
) -> Texts:
    assigned = sources.assigned.get(photo.photo_id)
    people = [sources.persons[one] for one in people_in(assigned.faces) if one in sources.persons] if assigned else []
    analysis = sources.analyses.get(photo.photo_id)
    lines = [line.text for line in analysis.text] if analysis else []
    written = (photo.title, photo.caption, camera_of(photo), *(region.name for region in photo.regions))
    return {
        "A": words_of_each(shown_words(person) for person in people),
        "B": words_of_each(event.place for event in events),
        "C": words_of_each([*labels, *(event.title for event in events)]),
        "D": words_of_each([*written, *(plain(file.path) for file in files), *lines]),
    }


def matches(row: Row, filters: Filters) -> bool:
    return row.is_shown and row.photo.hidden == filters.is_hidden and all(_checks(row, filters))


def _checks(row: Row, filters: Filters) -> Iterator[bool]:
    photo = row.photo
    is_among = filters.among is not None and photo.photo_id in filters.among.photo_ids
    has_words = bool(filters.terms) or filters.among is None
    yield is_among or (has_words and all(_has(row.texts, "ABCD", term) for term in filters.terms))
    yield all(_is_read(row.read, term) for term in filters.reads)
    yield all(_has(row.texts, "B", term) for term in filters.place)
    yield filters.since is None or row.sort_at >= filters.since
    yield filters.until is None or row.sort_at < filters.until
    yield filters.month in (None, row.sort_at.month)
    yield all(set(group) & set(row.people) for group in filters.people)
    yield set(filters.labels) <= row.labels.keys()
    yield filters.event is None or filters.event in {event.event_id for event in row.events}
    yield filters.kind in (None, photo.kind)
    yield filters.is_favourite in (None, photo.favourite)
    yield filters.is_screenshot in (None, photo.is_screenshot)
    yield filters.camera in (None, key_of(camera_of(photo) or ""))
    yield filters.library is None or filters.library in row.libraries
    yield filters.album is None or filters.album in photo.albums
    yield filters.has_faces in (None, row.face_count > 0)
    yield filters.min_rating is None or (photo.rating is not None and photo.rating >= filters.min_rating)
    yield filters.near is None or _is_near(photo, filters.near)


def _is_read(words: Sequence[str], term: Term) -> bool:
    last = any(word == term.words[-1] if term.is_exact else word.startswith(term.words[-1]) for word in words)
    return last and set(term.words[:-1]) <= set(words)


def rank(row: Row, filters: Filters) -> float:
    """Not the numbers of Postgres, but their order where one term is found under one weight."""
    if filters.among is not None:
        return dict(zip(filters.among.photo_ids, filters.among.scores, strict=True)).get(row.photo.photo_id, 0.0)
    return sum(
        max((RANKS[weight] for weight in RANKS if _has(row.texts, weight, term)), default=0.0) for term in filters.terms
    )


def _has(texts: Texts, weights: str, term: Term) -> bool:
    size = len(term.words)
    spans = (
        words[start : start + size]
        for weight in weights
        for words in texts[weight]
        for start in range(len(words) - size + 1)
    )
    return any(_fits(span, term) for span in spans)


def _fits(span: tuple[str, ...], term: Term) -> bool:
    last = span[-1] == term.words[-1] if term.is_exact else span[-1].startswith(term.words[-1])
    return last and span[:-1] == term.words[:-1]


def _is_near(photo: Photo, near: Near) -> bool:
    if photo.latitude_deg is None or photo.longitude_deg is None:
        return False
    here, there = radians(photo.latitude_deg), radians(near.latitude_deg)
    across = radians(photo.longitude_deg - near.longitude_deg)
    chord = sin((here - there) / 2) ** 2 + cos(here) * cos(there) * sin(across / 2) ** 2
    return 2 * 6371 * asin(min(1.0, sqrt(chord))) <= near.radius_km


def card_of(row: Row, sources: Sources) -> Card:
    known = [sources.persons[one] for one in row.people if one in sources.persons]
    people = [_person(one) for one in known if not one.hidden and not one.is_gone]
    return Card.model_validate(
        row.photo.model_dump()
        | {
            "title": None if row.photo.title is None else plain(row.photo.title),
            "caption": None if row.photo.caption is None else plain(row.photo.caption),
            "camera": camera_of(row.photo),
            "people": sorted(people, key=lambda one: (one.name is None, one.name, one.person_id)),
            "face_count": row.face_count,
            "tags": tuple(row.labels.values()),
            "event_id": row.events[0].event_id if row.events else None,
            "event_title": plain(row.events[0].title) if row.events else None,
            "places": row.places,
            "quality": None if row.quality < 0 else row.quality,
        }
    )


def _person(person: PersonChanged) -> PersonRef:
    return PersonRef(person_id=person.person_id, name=None if person.name is None else plain(person.name))


def detail_of(row: Row, sources: Sources) -> Detail:
    photo_id = row.photo.photo_id
    card = card_of(row, sources)
    names = {person.person_id: person.name for person in card.people}
    assigned, analysis = sources.assigned.get(photo_id), sources.analyses.get(photo_id)
    faces = [face for face in assigned.faces if face.is_face] if assigned else []
    return Detail.model_validate(
        card.model_dump()
        | {
            "revision": row.photo.revision,
            "removed": not row.is_shown,
            "faces": [
                FaceIn(
                    face_id=face.face_id,
                    box=face.box,
                    person_id=face.person_id if face.person_id in names else None,
                    name=names.get(face.person_id) if face.person_id else None,
                    source=face.source,
                    confidence=face.confidence,
                )
                for face in faces
            ],
            "labels": [LabelIn(**vars(label)) for label in sources.labels_of(photo_id)],
            "events": [EventIn.model_validate(event.model_dump()) for event in row.events],
            "files": [FileIn(library_id=file.library_id, path=plain(file.path)) for file in sources.files_of(photo_id)],
            "albums": tuple(plain(album) for album in row.photo.albums),
            "text": tuple(
                line.model_copy(update={"text": plain(line.text)}) for line in (analysis.text if analysis else ())
            ),
            "quality_parts": analysis.quality if analysis else None,
            "model_version": analysis.model_version if analysis else None,
            "embedding_model": analysis.embedding.model if analysis and analysis.embedding else None,
        }
    )
