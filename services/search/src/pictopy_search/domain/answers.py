"""What the API answers, and what a store gives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import EventId, FaceId, LibraryId, ModelId, PersonId, PhotoId
from pictopy_contracts.messages import PictureQuality, TextLine
from pictopy_search.domain.index import LabelSource


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PersonRef(Answer):
    person_id: PersonId
    name: str | None


class Card(Answer):
    """A photo as lists show it."""

    photo_id: PhotoId
    kind: Literal["photo", "video"]
    format: str
    width_px: int
    height_px: int
    added_at: AwareDatetime
    taken_at: AwareDatetime | None
    taken_at_local: NaiveDatetime | None
    duration_s: float | None
    title: str | None
    caption: str | None
    rating: int | None
    favourite: bool
    hidden: bool
    is_screenshot: bool
    camera: str | None
    latitude_deg: float | None
    longitude_deg: float | None
    people: tuple[PersonRef, ...]
    face_count: int
    tags: tuple[str, ...]
    event_id: EventId | None
    event_title: str | None
    places: tuple[str, ...]
    quality: float | None
    """0..1, larger is better."""


class FaceIn(Answer):
    face_id: FaceId
    box: Box
    person_id: PersonId | None
    name: str | None
    source: Literal["auto", "user"]
    confidence: float


class LabelIn(Answer):
    label: str
    source: LabelSource
    score: float | None
    box: Box | None


class EventIn(Answer):
    event_id: EventId
    kind: Literal["event", "trip"]
    title: str
    place: str | None
    started_at_local: NaiveDatetime
    ended_at_local: NaiveDatetime


class FileIn(Answer):
    library_id: LibraryId
    path: str
    """As shown: bytes that are not UTF-8 appear as U+FFFD."""


class Detail(Card):
    """Everything that is known of one photo."""

    revision: int
    removed: bool
    """No file in a library holds it at the moment."""
    faces: tuple[FaceIn, ...]
    labels: tuple[LabelIn, ...]
    events: tuple[EventIn, ...]
    files: tuple[FileIn, ...]
    albums: tuple[str, ...]
    text: tuple[TextLine, ...]
    """Lines that can be read in the picture."""
    quality_parts: PictureQuality | None
    model_version: str | None
    embedding_model: ModelId | None


class Similar(Card):
    score: float
    """1 is the same picture: cosine similarity, or the share of equal bits of the perceptual hash."""


class Count(Answer):
    """One value of a facet; `value` is what the filter of that name takes."""

    value: str
    label: str
    count: int


class By(Answer):
    """How the words of a query were compared with photos, in words for people."""

    mode: Literal["pictures", "words"]
    why: str


class ModelChange(Answer):
    """How far a change of the model that compares whole pictures is."""

    task: Literal["image_embedding"] = "image_embedding"
    active: ModelId | None
    """Answers now."""
    next: ModelId | None
    done: int
    total: int
    """Photos that `next` has seen, of those that it has to see."""
    state: Literal["none", "computing", "ready", "swapped"]
    can_take_back: bool
    previous: ModelId | None


class Facets(Answer):
    total: int
    people: tuple[Count, ...] = ()
    tags: tuple[Count, ...] = ()
    events: tuple[Count, ...] = ()
    cameras: tuple[Count, ...] = ()
    years: tuple[Count, ...] = ()
    kinds: tuple[Count, ...] = ()
    places: tuple[Count, ...] = ()


class BucketCount(Answer):
    bucket: str
    """`2023`, `2023-06` or `2023-06-15`: fits the filters `from` and `to`."""
    count: int


@dataclass(frozen=True)
class Hit:
    """A card and where it stands in its order."""

    card: Card
    at: datetime
    score: float | None

    @property
    def place(self) -> tuple[float, datetime, str]:
        """What lists go by, smallest first or last."""
        return self.score or 0.0, self.at, self.card.photo_id


@dataclass(frozen=True)
class Look:
    """What is stored of a photo's analysis: which result, and how to find similar pictures."""

    analysed_at: datetime
    model_version: str
    embedding_model: str | None
    phash: str | None
    """64 characters 0 or 1."""
