"""What the pages read from the services: only the fields that they use, every one optional where a page can do without.

Readers are lenient on purpose: an older or newer service must not take a page down.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from pictopy_contracts.geometry import Box

ItemT = TypeVar("ItemT")


def _texts(value: object) -> object:
    """Reasons come as plain sentences or as objects that hold one."""
    if not isinstance(value, list | tuple):
        return value
    return [item.get("text") or item.get("reason") or "" if isinstance(item, dict) else str(item) for item in value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


def _cursor(value: object) -> object:
    """Cursors are opaque; some services count, some spell."""
    return str(value) if isinstance(value, int) else value


Cursor = Annotated[str | None, BeforeValidator(_cursor)]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Nothing(Answer):
    """An answer of which only the success matters."""


class Listing(Answer, Generic[ItemT]):
    """One page of a list; `next` is the cursor of the page after it."""

    items: tuple[ItemT, ...] = ()
    next: Cursor = None


# --- ingest ----------------------------------------------------------------------------------------


class File(Answer):
    library_id: str = ""
    path: str = ""
    """As it stands on the wire: a byte that is no UTF-8 is a private-use character, good to send back as it is."""
    size_bytes: int | None = None


class PhotoFacts(Answer):
    photo_id: str
    kind: str = "photo"
    format: str = ""
    files: tuple[File, ...] = ()
    width_px: int = 0
    height_px: int = 0
    taken_at_local: datetime | None = None
    taken_offset_min: int | None = None
    time_source: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    place_source: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    duration_s: float | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    rating: int | None = None
    favourite: bool = False
    hidden: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """Width over height of the oriented picture."""
        return self.width_px / self.height_px if self.width_px > 0 and self.height_px > 0 else None


class Library(Answer):
    library_id: str
    name: str = ""
    root: str = Field("", validation_alias=AliasChoices("root", "path"))
    photo_count: int | None = Field(None, validation_alias=AliasChoices("photo_count", "photos"))
    is_reachable: bool = True
    """False while its folder is away: nothing of it counts as removed meanwhile."""


class StageProgress(Answer):
    wanted: int = 0
    done: int = 0
    failed: int = 0
    waiting: int = 0


class Activity(Answer):
    photos: int = 0
    videos: int = 0
    stages: dict[str, StageProgress] = {}
    failed_files: int = 0
    dead: int = 0
    scanning: bool = False
    rate_per_s: float | None = None
    eta_s: float | None = None


class Failure(Answer):
    photo_id: str | None = None
    path: str | None = None
    library_id: str | None = None
    stage: str = ""
    reason: str = ""
    attempts: int = 0
    at: datetime | None = None
    dead_id: str | None = None


# --- vision ----------------------------------------------------------------------------------------


class Task(Answer):
    on: bool = False
    model: str | None = None
    why: str | None = None


class Model(Answer):
    id: str
    task: str = ""
    tasks: tuple[str, ...] = ()
    title: str = ""
    licence: str = ""
    licence_allows: str = ""
    bytes: int | None = None
    installed: bool = False
    in_use: bool = False
    starter: bool = False
    note: str | None = None
    only_from_mirror: bool = False


class Models(Answer):
    model_version: str = ""
    tasks: dict[str, Task] = {}
    items: tuple[Model, ...] = ()
    engine: Any = None


class Pull(Answer):
    id: str = Field("", validation_alias=AliasChoices("id", "model_id", "model"))
    status: str = Field("", validation_alias=AliasChoices("status", "state"))
    done_bytes: int = 0
    total_bytes: int | None = None
    reason: str | None = Field(None, validation_alias=AliasChoices("reason", "error"))


# --- cluster ---------------------------------------------------------------------------------------


class Cover(Answer):
    photo_id: str
    box: Box


class Person(Answer):
    person_id: str
    name: str | None = None
    hidden: bool = False
    face_count: int = 0
    photo_count: int = 0
    cover: Cover | None = None
    merged_into: str | None = None


class Face(Answer):
    face_id: str
    photo_id: str = ""
    box: Box
    person_id: str | None = None
    name: str | None = Field(None, validation_alias=AliasChoices("name", "person_name"))
    source: str = "auto"
    confidence: float | None = None
    is_face: bool = True


class Decision(Answer):
    decision_id: int = Field(0, validation_alias=AliasChoices("decision_id", "id"))
    kind: str = ""


class Event(Answer):
    event_id: str
    kind: str = "event"
    title: str = ""
    title_source: str = "auto"
    started_at_local: datetime | None = None
    ended_at_local: datetime | None = None
    place: str | None = None
    photo_count: int = 0
    photo_ids: tuple[str, ...] = ()
    cover_photo_id: str | None = None
    trip_id: str | None = None

    @property
    def cover(self) -> str | None:
        return self.cover_photo_id or next(iter(self.photo_ids), None)

    @property
    def size(self) -> int:
        """Photos in it."""
        return self.photo_count or len(self.photo_ids)


# --- search ----------------------------------------------------------------------------------------


class Hit(Answer):
    photo_id: str
    kind: str = "photo"
    taken_at_local: datetime | None = None
    people: tuple[Any, ...] = ()
    tags: tuple[Any, ...] = ()
    event_id: str | None = None
    event_title: str | None = None
    places: tuple[str, ...] = ()
    favourite: bool = False
    width_px: int = 0
    height_px: int = 0
    duration_s: float | None = None


class Hits(Listing[Hit]):
    understood: Any = None


class Facet(Answer):
    value: str = Field("", validation_alias=AliasChoices("value", "person_id", "event_id", "id", "key", "tag", "label"))
    label: str | None = Field(None, validation_alias=AliasChoices("label", "name", "title", "value"))
    count: int = 0

    @property
    def text(self) -> str:
        return self.label or self.value


class Facets(Answer):
    total: int | None = None
    people: tuple[Facet, ...] = ()
    tags: tuple[Facet, ...] = ()
    events: tuple[Facet, ...] = ()
    places: tuple[Facet, ...] = ()
    kinds: tuple[Facet, ...] = ()
    cameras: tuple[Facet, ...] = ()


class Bucket(Answer):
    """One stretch of the timeline, e.g. `2023-06`; an empty key stands for photos without a date."""

    key: str = Field("", validation_alias=AliasChoices("key", "bucket", "month", "start"))
    count: int = 0


# --- memories --------------------------------------------------------------------------------------


class LeftOut(Answer):
    reason: str = ""
    count: int = 0


class Slide(Answer):
    photo_id: str
    caption: str | None = None
    reasons: Texts = ()


class Story(Answer):
    story_id: str
    day: str = ""
    kind: str = ""
    title: str = ""
    subtitle: str | None = None
    reasons: Texts = ()
    left_out: tuple[LeftOut, ...] = ()
    cover_photo_id: str | None = None
    slides: tuple[Slide, ...] = ()
    seen: bool = False

    @property
    def cover(self) -> str | None:
        return self.cover_photo_id or next((slide.photo_id for slide in self.slides), None)


# --- exif ------------------------------------------------------------------------------------------


class Write(Answer):
    """One row of the ledger of what was written into the user's files."""

    write_id: int
    photo_id: str | None = None
    path: str = ""
    target: str = ""
    status: str = ""
    wishes: Any = None
    verified: bool = False
    reason: str | None = None
    written_at: datetime | None = None
    undone_at: datetime | None = None


class FailedWish(Answer):
    photo_id: str | None = None
    reason: str | None = None
    attempts: int = 0


class Policy(Answer):
    policy: str = "embedded_else_sidecar"
    paused: bool = False


# --- every service ---------------------------------------------------------------------------------


class Health(Answer):
    """`GET /status` of a service; `reachable` is the client's own finding."""

    service: str = ""
    version: str = ""
    ready: bool = False
    settled: bool = True
    outbox: int = 0
    pending: dict[str, int] = {}
    backlog: dict[str, int] = {}
    reachable: bool = True
