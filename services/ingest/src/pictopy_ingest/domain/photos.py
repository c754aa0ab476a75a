"""A photo as ingest keeps it, and as it travels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import FileRef, Photo
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.scan import Stamp

TIME_FIELDS = ("taken_at_local", "taken_offset_min")
POSITION_FIELDS = ("latitude_deg", "longitude_deg")


@dataclass(frozen=True)
class Library:
    library_id: LibraryId
    name: str
    root: bytes
    revision: int
    added_at: datetime


@dataclass(frozen=True)
class Album:
    album_id: str
    name: str
    created_at: datetime
    photo_count: int = 0
    revision: int = 1


@dataclass(frozen=True)
class FileRow:
    """One file on the disk, and what it says of the picture in it."""

    library_id: LibraryId
    path: bytes
    photo_id: PhotoId
    stamp: Stamp
    facts: Facts
    added_at: datetime

    @property
    def key(self) -> tuple[LibraryId, bytes]:
        return self.library_id, self.path


@dataclass(frozen=True)
class PhotoRow:
    """`facts` are those of its first file; they stay when no file is left, for it may come back."""

    photo_id: PhotoId
    revision: int
    facts: Facts
    stated: Stated
    is_present: bool
    added_at: datetime
    stated_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each field was stated; `albums` is one too, though what albums it is in stands with them."""
    statement_revision: int = 0
    """Of what was stated, as others keep it; 0: nothing yet."""

    @property
    def told(self) -> dict[str, Any]:
        """What the files say, overruled by what a person stated."""
        said = self.stated.model_dump(exclude_unset=True)
        told = {**self.facts.model_dump(), **said}
        if not said.keys().isdisjoint(TIME_FIELDS):
            told |= {"taken_at": _instant(told), "time_source": "user" if told["taken_at_local"] else None}
        if not said.keys().isdisjoint(POSITION_FIELDS):
            told["place_source"] = "user" if told["latitude_deg"] is not None else None
        return told

    def sort_time(self, order: Literal["added", "taken"]) -> datetime:
        """Where it stands in a list: `taken` is the wall clock read as UTC, or when it was added."""
        local = self.told["taken_at_local"]
        return local.replace(tzinfo=UTC) if order == "taken" and local else self.added_at


def _instant(told: dict[str, Any]) -> datetime | None:
    """Exact with an offset; else the wall clock read as UTC."""
    local: datetime | None = told["taken_at_local"]
    offset = timedelta(minutes=told["taken_offset_min"] or 0)
    return (local - offset).replace(tzinfo=UTC) if local else None


def main_file(files: Sequence[FileRow]) -> FileRow | None:
    """The file that speaks for the picture: the one known longest, by path among those that came together."""
    return min(files, key=lambda file: (file.added_at, file.library_id, file.path), default=None)


def file_ref(file: FileRow) -> FileRef:
    return FileRef(
        library_id=file.library_id,
        path=file.path.decode("utf-8", "surrogateescape"),
        size_bytes=file.stamp.size_bytes,
        modified_at=datetime.fromtimestamp(file.stamp.mtime_ns / 1e9, UTC),
    )


def photo_message(row: PhotoRow, files: Sequence[FileRow], albums: Sequence[str]) -> Photo:
    """What the files say, overruled by what a person stated."""
    return Photo(
        photo_id=row.photo_id,
        revision=row.revision,
        files=tuple(file_ref(file) for file in sorted(files, key=lambda file: file.key)),
        added_at=row.added_at,
        stated=tuple(sorted(row.stated.model_fields_set | row.stated_at.keys())),
        **{**row.told, "albums": tuple(albums)},
    )
