"""What search needs from the outside."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pictopy_contracts.ids import LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
)
from pictopy_search.domain.answers import BucketCount, Card, Detail, Facets, Hit, Look
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Bucket, Filters, Order
from pictopy_search.pictures import Pictures


class Unit(Protocol):
    """One transaction. Each `put_` keeps what is newer and drops what is not, so any order of arrival ends alike.

    The index follows the sources only through `reindex`: a `put_` says which photos need it.
    """

    async def put_photo(self, photo: Photo) -> int:
        """Returns the revision known before; 0 for a photo never heard of."""
        ...

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None: ...

    async def put_removal(self, photo_id: PhotoId, revision: int) -> None: ...

    async def put_analysis(self, analysis: PhotoAnalysed) -> None: ...

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None: ...

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        """Photos whose words changed: those of the person, if the name to be found by is another."""
        ...

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        """Photos that are, or were, in the event or in an event of this trip."""
        ...

    async def put_library(self, library_id: LibraryId, revision: int, *, is_gone: bool) -> list[PhotoId]:
        """Photos with a file in it, if it came or went."""
        ...

    async def reindex(self, photo_ids: Sequence[PhotoId]) -> None:
        """Make the index of these photos what the sources say, in one statement."""
        ...

    async def finished(self, photo_id: PhotoId) -> Look | None:
        """The analysis in the index, once the photo's facts are there too."""
        ...

    async def publish(self, message: Message, msg_id: str) -> None:
        """In the same transaction."""
        ...


class Store(Protocol):
    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """One writer at a time: an index row is a function of several sources, and two writers that each see only
        their own half would both leave it incomplete."""
        ...

    async def search(self, filters: Filters, order: Order, after: Cursor | None, limit: int) -> list[Hit]: ...

    async def facets(self, filters: Filters) -> Facets: ...

    async def timeline(self, filters: Filters, bucket: Bucket) -> list[BucketCount]:
        """Newest first."""
        ...

    async def photo(self, photo_id: PhotoId) -> Detail | None: ...

    async def cards(self, photo_ids: Sequence[PhotoId]) -> list[Card]:
        """Of those that may be shown (neither hidden nor removed), in any order."""
        ...

    async def look(self, photo_id: PhotoId) -> Look | None: ...

    async def near_hashes(self, phash: str, limit: int, max_bits: int) -> list[tuple[PhotoId, int]]:
        """Photos that may be shown by the number of bits (up to `max_bits`) in which they differ, nearest first."""
        ...

    async def names(self) -> list[tuple[PersonId, str]]:
        """Named people who are shown."""
        ...

    async def places(self) -> list[str]: ...


@dataclass(frozen=True)
class Deps:
    store: Store
    pictures: Pictures
    now: Callable[[], datetime]
    """Aware, UTC."""
