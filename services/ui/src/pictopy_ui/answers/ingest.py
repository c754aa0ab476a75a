"""Libraries, photos, the ledger of stages."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, Field

from pictopy_ui.answers.base import Answer


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
    location: str | None = None
    city: str | None = None
    country: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    duration_s: float | None = None
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    rating: int | None = None
    favourite: bool = False
    hidden: bool = False
    albums: tuple[str, ...] = ()
    """Names."""
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
    relook: int = 0
    """Of those that wait, the ones that have an older result."""
    paused: bool = False
    """Looking again is held back; new photos go on."""
    eta_s: float | None = None


class Activity(Answer):
    photos: int = 0
    videos: int = 0
    stages: dict[str, StageProgress] = Field(default_factory=dict)
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


class Album(Answer):
    album_id: str
    name: str = ""
    photo_count: int = 0


class Conflict(Answer):
    """A file and PictoPy said different things; how it was settled, and by which rule."""

    conflict_id: str = Field("", validation_alias=AliasChoices("conflict_id", "id"), coerce_numbers_to_str=True)
    photo_id: str | None = None
    path: str = ""
    what: str = ""
    ours: Any = None
    theirs: Any = None
    resolved: str = ""
    rule: str = ""
    at: datetime | None = None
