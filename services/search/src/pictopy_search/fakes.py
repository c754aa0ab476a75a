"""The in-memory twin of the store: the same sources, the same index made of them, plain loops instead of SQL."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from pictopy_contracts.ids import EventId, LibraryId, ModelId, PersonId, PhotoId
from pictopy_contracts.messages import (
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
)
from pictopy_search.domain.answers import BucketCount, Card, Count, Detail, Facets, Hit, Look
from pictopy_search.domain.change import ImageModels
from pictopy_search.domain.counts import facets_of
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Bucket, Filters, Order
from pictopy_search.domain.index import RESULTS, age_of, looked_for, people_in, phash_bits, shown_words
from pictopy_search.domain.text import plain, words_of
from pictopy_search.fake_index import Row, Sources, card_of, detail_of, matches, rank, row_of
from pictopy_search.fake_meaning import FakeMeaning, FakeModels


@dataclass
class FakeStore(FakeMeaning, FakeModels):
    published: dict[str, Message] = field(default_factory=dict)
    """By message id: a stream keeps each once."""
    writes: int = 0

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["FakeUnit"]:
        yield FakeUnit(self)
        self.writes += 1

    async def search(self, filters: Filters, order: Order, after: Cursor | None, limit: int) -> list[Hit]:
        if order == "relevance" and filters.among is not None:
            filters = replace(filters, terms=())
        hits = [self._hit(row, filters, order) for row in self._found(filters)]
        hits.sort(key=lambda hit: hit.place, reverse=order != "oldest")
        if after is not None:
            behind = (after.score or 0.0, after.at, after.photo_id)
            hits = [hit for hit in hits if (hit.place > behind if order == "oldest" else hit.place < behind)]
        return hits[:limit]

    async def facets(self, filters: Filters) -> Facets:
        counts = Counter(value for row in self._found(filters) for value in self._values(row))
        return facets_of(
            (facet, Count(value=value, label=label, count=count)) for (facet, value, label), count in counts.items()
        )

    async def timeline(self, filters: Filters, bucket: Bucket) -> list[BucketCount]:
        size = {"year": 4, "month": 7, "day": 10}[bucket]
        names = [row.sort_at.isoformat()[:size] for row in self._found(filters)]
        return [BucketCount(bucket=name, count=names.count(name)) for name in sorted(set(names), reverse=True)]

    async def photo(self, photo_id: PhotoId) -> Detail | None:
        return detail_of(self.rows[photo_id], self.sources) if photo_id in self.rows else None

    async def cards(self, photo_ids: Sequence[PhotoId]) -> list[Card]:
        rows = [self.rows[photo_id] for photo_id in photo_ids if photo_id in self.rows]
        return [card_of(row, self.sources) for row in rows if row.is_shown and not row.photo.hidden]

    async def look(self, photo_id: PhotoId) -> Look | None:
        analysis = self.sources.analyses.get(photo_id)
        return None if analysis is None else look_of(analysis)

    async def near_hashes(self, phash: str, limit: int, max_bits: int) -> list[tuple[PhotoId, int]]:
        near = [
            (row.photo.photo_id, (int(row.phash, 2) ^ int(phash, 2)).bit_count())
            for row in self._found(Filters())
            if row.phash is not None
        ]
        return sorted((pair for pair in near if pair[1] <= max_bits), key=lambda pair: (pair[1], pair[0]))[:limit]

    async def names(self) -> list[tuple[PersonId, str]]:
        people = self.sources.persons.values()
        return [(person.person_id, plain(person.name or "")) for person in people if shown_words(person)]

    async def places(self) -> list[str]:
        places = (event.place or "" for event in self.sources.events.values() if not event.is_gone)
        return sorted({plain(place) for place in places if words_of(place)})

    def _found(self, filters: Filters) -> list[Row]:
        return [row for row in self.rows.values() if matches(row, filters)]

    def _hit(self, row: Row, filters: Filters, order: Order) -> Hit:
        at = row.photo.added_at if order == "added" else row.sort_at
        score = {"quality": row.quality, "relevance": rank(row, filters)}.get(order)
        return Hit(card_of(row, self.sources), at, score)

    def _values(self, row: Row) -> Iterator[tuple[str, str, str]]:
        """Facet, value and label of all that the photo counts for."""
        card = card_of(row, self.sources)
        named: dict[str, list[tuple[str, str]]] = {
            "total": [("", "")],
            "people": [(one.person_id, one.name) for one in card.people if one.name and words_of(one.name)],
            "tags": [(tag, tag) for tag in card.tags],
            "events": [(event.event_id, plain(event.title)) for event in row.events],
            "cameras": [(card.camera, card.camera)] if card.camera else [],
            "years": [(str(row.sort_at.year), str(row.sort_at.year))],
            "kinds": [(card.kind, card.kind)],
            "places": [(place, place) for place in card.places],
        }
        for facet, values in named.items():
            yield from ((facet, value, label) for value, label in values)


@dataclass
class FakeUnit:
    store: FakeStore

    @property
    def _sources(self) -> Sources:
        return self.store.sources

    async def put_photo(self, photo: Photo) -> int:
        known = self._sources.photos.get(photo.photo_id)
        if known is None or known.revision < photo.revision:
            self._sources.photos[photo.photo_id] = photo
        return known.revision if known else 0

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None:
        if self._sources.files.get(photo_id, (0, ()))[0] < revision:
            self._sources.files[photo_id] = revision, files

    async def put_removal(self, photo_id: PhotoId, revision: int) -> None:
        self._sources.removed[photo_id] = max(revision, self._sources.removed.get(photo_id, 0))

    async def put_analysis(self, analysis: PhotoAnalysed) -> None:
        looks = self._sources.looks.setdefault(analysis.photo_id, {})
        for part in ("whole", *looked_for(analysis)):
            if part not in looks or age_of(looks[part]) < age_of(analysis):
                looks[part] = analysis
        found = {field: getattr(looks[task], field) if task in looks else () for task, field in RESULTS.items()}
        self._sources.analyses[analysis.photo_id] = looks["whole"].model_copy(update=found)

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None:
        known = self._sources.assigned.get(assigned.photo_id)
        if known is None or known.revision < assigned.revision:
            self._sources.assigned[assigned.photo_id] = assigned

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        known = self._sources.persons.get(person.person_id)
        if known is not None and known.revision >= person.revision:
            return []
        self._sources.persons[person.person_id] = person
        if shown_words(person) == (shown_words(known) if known else ""):
            return []
        assigned = self._sources.assigned.values()
        return [one.photo_id for one in assigned if person.person_id in people_in(one.faces)]

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        known = self._sources.events.get(event.event_id)
        if known is not None and known.revision >= event.revision:
            return []
        before = self._photos_of_event(event.event_id)
        self._sources.events[event.event_id] = event
        return sorted(before | self._photos_of_event(event.event_id))

    async def put_library(self, library_id: LibraryId, revision: int, *, is_gone: bool) -> list[PhotoId]:
        known, was_gone = self._sources.libraries.get(library_id, (0, False))
        if known >= revision:
            return []
        self._sources.libraries[library_id] = revision, is_gone
        if was_gone == is_gone:
            return []
        return [
            photo_id
            for photo_id, (_, files) in self._sources.files.items()
            if any(file.library_id == library_id for file in files)
        ]

    async def put_embeddings(self, photo_id: PhotoId, models: Sequence[ModelId]) -> None:
        self.store.embedded |= {(model, photo_id) for model in models}

    async def put_failure(self, photo_id: PhotoId, model_version: str) -> None:
        self.store.failed[photo_id] = model_version

    async def models(self) -> ImageModels:
        return self.store.said

    async def put_models(self, models: ImageModels) -> None:
        self.store.said = models

    async def reindex(self, photo_ids: Sequence[PhotoId]) -> None:
        for photo_id in photo_ids:
            if photo_id in self._sources.photos:
                self.store.rows[photo_id] = row_of(self._sources.photos[photo_id], self._sources)

    async def finished(self, photo_id: PhotoId) -> Look | None:
        return await self.store.look(photo_id) if photo_id in self._sources.photos else None

    async def publish(self, message: Message, msg_id: str) -> None:
        self.store.published.setdefault(msg_id, message)

    def _photos_of_event(self, event_id: EventId) -> set[PhotoId]:
        events = self._sources.events.values()
        return {
            photo_id for event in events if event_id in (event.event_id, event.trip_id) for photo_id in event.photo_ids
        }


def look_of(analysis: PhotoAnalysed) -> Look:
    model = analysis.embedding.model if analysis.embedding else None
    return Look(analysis.analysed_at, analysis.model_version, model, phash_bits(analysis.phash))
