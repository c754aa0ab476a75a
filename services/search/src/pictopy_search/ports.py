"""What search needs from the outside."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pictopy_contracts.ids import LibraryId, ModelId, PersonId, PhotoId
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
from pictopy_search.domain.change import ImageModels
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Bucket, Filters, Order
from pictopy_search.domain.nearness import Wanted
from pictopy_search.pictures import Pictures
from pictopy_search.towers import TextTower
from pictopy_search.wordbook import Wordbook


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

    async def put_embeddings(self, photo_id: PhotoId, models: Sequence[ModelId]) -> None:
        """Its vectors by these models are stored."""
        ...

    async def put_failure(self, photo_id: PhotoId, model_version: str) -> None:
        """Vision gave up on it with this set of models."""
        ...

    async def models(self) -> ImageModels: ...

    async def put_models(self, models: ImageModels) -> None: ...

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
    @property
    def writes(self) -> int:
        """Grows with each unit that was committed."""
        ...

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

    async def lexicon(self) -> tuple[dict[str, int], int]:
        """The folded words and names of labels, events, places, captions and texts in pictures, each with the number
        of photos that have it; and the number of all photos."""
        ...

    async def scored(self, wanted: Wanted, filters: Filters, limit: int) -> list[tuple[PhotoId, float]]:
        """Photos under the filters that have all the words as spelled, then those with near words, best first."""
        ...

    async def ids(self, filters: Filters, limit: int) -> list[PhotoId]: ...

    async def models(self) -> ImageModels: ...

    async def models_of(self, photo_id: PhotoId) -> list[ModelId]:
        """Whose vectors the photo has."""
        ...

    async def every_model(self) -> list[ModelId]:
        """Whose vectors any photo has."""
        ...

    async def coverage(self, model: ModelId, model_version: str) -> tuple[int, int]:
        """How many of the photos shown the model has seen (or vision gave up on), and how many there are."""
        ...

    async def sample(self, model: ModelId, size: int) -> list[PhotoId]:
        """Photos with a vector of the model, chosen by their ids, which are hashes: at random, and each time alike."""
        ...

    async def forget_model(self, model: ModelId) -> None:
        """No photo has a vector of it any more."""
        ...


@dataclass(frozen=True)
class Deps:
    store: Store
    pictures: Pictures
    now: Callable[[], datetime]
    """Aware, UTC."""
    tower: TextTower
    wordbook: Wordbook
