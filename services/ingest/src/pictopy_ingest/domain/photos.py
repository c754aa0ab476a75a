"""A photo as ingest keeps it, and as it travels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import FileRef, Photo
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.scan import Stamp

READ_AGAIN_NS = -1
"""In place of a file's time: it is to be read again, though nothing about it changed."""


@dataclass(frozen=True)
class Library:
    library_id: LibraryId
    name: str
    root: bytes
    revision: int
    added_at: datetime


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

    def sort_time(self, order: Literal["added", "taken"]) -> datetime:
        """Where it stands in a list: `taken` is the wall clock read as UTC, or when it was added."""
        local = self.facts.taken_at_local
        return local.replace(tzinfo=UTC) if order == "taken" and local else self.added_at


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
        albums=tuple(albums),
        stated=tuple(sorted(row.stated.model_fields_set)),
        **{**row.facts.model_dump(), **row.stated.model_dump(exclude_unset=True)},
    )
