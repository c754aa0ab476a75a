"""What goes over HTTP, beside the messages of the contracts."""

import base64
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, model_validator

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import Photo
from pictopy_contracts.paths import FilePath, from_wire
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.stages import StageRow
from pictopy_ingest.ports import Cursor, Deps, FailureFilter
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of

DepsOf = Annotated[Deps, Depends(deps_of)]
T = TypeVar("T")
MAX_LOOKUP = 1000


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = None


class LibraryIn(BaseModel):
    path: str = Field(max_length=4096)
    name: str | None = Field(None, min_length=1, max_length=200)


class LibraryChange(BaseModel):
    path: str | None = Field(None, max_length=4096)
    name: str | None = Field(None, min_length=1, max_length=200)


class LibraryOut(BaseModel):
    library_id: LibraryId
    name: str
    root: FilePath
    revision: int
    added_at: datetime
    is_reachable: bool
    """False while its folder is away: nothing of it counts as removed meanwhile."""


class ScanOut(BaseModel):
    scan_id: int
    library_id: LibraryId
    state: str
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any]
    reason: str | None


class StageOut(BaseModel):
    wanted_version: str
    done_version: str | None
    status: str
    attempts: int
    last_error: str | None

    @classmethod
    def of(cls, row: StageRow) -> "StageOut":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class PhotoOut(Photo):
    """The photo as it travels, and how far it got."""

    is_present: bool = True
    stages: dict[str, StageOut] = Field(default_factory=dict)


Caption = Annotated[str | None, Field(max_length=10_000)]
Words = Annotated[str | None, Field(max_length=500)]
EARLIEST = datetime(1826, 1, 1)  # noqa: DTZ001  the year of the oldest photograph, on its own clock
Keyword = Annotated[str, Field(min_length=1, max_length=500)]


class PhotoChange(BaseModel):
    """Only the fields that are sent are stated; null says «none», whatever the files hold."""

    model_config = ConfigDict(extra="forbid")

    favourite: bool = False
    hidden: bool = False
    caption: Caption = None
    title: Caption = None
    rating: int | None = Field(None, ge=-1, le=5)
    keywords: list[Keyword] = Field(default_factory=list, max_length=500)
    taken_at_local: NaiveDatetime | None = Field(None, ge=EARLIEST)
    taken_offset_min: int | None = Field(None, ge=-14 * 60, le=14 * 60)
    latitude_deg: float | None = Field(None, ge=-90, le=90)
    longitude_deg: float | None = Field(None, ge=-180, le=180)
    location: Words = None
    city: Words = None
    country: Words = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        sent = self.model_fields_set & {"latitude_deg", "longitude_deg"}
        if len(sent) == 1 or (self.latitude_deg is None) != (self.longitude_deg is None):
            raise ValueError("a place is a latitude and a longitude")
        return self

    def stated(self) -> Stated:
        return Stated(**self.model_dump(exclude_unset=True))


class Lookup(BaseModel):
    ids: list[PhotoId] = Field(max_length=MAX_LOOKUP)


class AlbumIn(BaseModel):
    name: str = Field(min_length=1, max_length=200)


class AlbumOut(BaseModel):
    album_id: str
    name: str
    created_at: datetime
    photo_count: int


class AlbumPhotos(BaseModel):
    add: list[PhotoId] = Field(default_factory=list, max_length=10_000)
    remove: list[PhotoId] = Field(default_factory=list, max_length=10_000)


class FailureOut(BaseModel):
    photo_id: PhotoId | None
    library_id: LibraryId | None
    path: FilePath | None
    stage: str
    reason: str
    attempts: int
    at: datetime
    dead_id: str | None


class FailureIn(BaseModel):
    """Which failures: every field that is sent must match; none at all means every one."""

    model_config = ConfigDict(extra="forbid")

    photo_id: PhotoId | None = None
    stage: str | None = None
    dead_id: str | None = None
    path: str | None = None

    def wanted(self) -> FailureFilter:
        path = path_bytes(self.path) if self.path is not None else None
        return FailureFilter(self.photo_id, self.stage, self.dead_id, path)


class Handled(BaseModel):
    count: int


def path_bytes(text: str) -> bytes:
    """The bytes of a name that came as JSON. Raises AppError for what no file can be called."""
    path = from_wire(text).encode("utf-8", "surrogateescape")
    if b"\0" in path:
        raise AppError(422, "a path holds no NUL")
    return path


def path_text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def cursor_of(at: datetime, key: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode()


def after(cursor: str | None) -> Cursor | None:
    """Raises AppError for a cursor that we did not make."""
    if cursor is None:
        return None
    try:
        at, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise AppError(422, "that cursor is not one of ours") from error
    if found.tzinfo is None:
        raise AppError(422, "that cursor is not one of ours")
    return found, key
