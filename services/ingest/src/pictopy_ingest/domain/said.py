"""What was said, as others keep it for us and give it back: the bodies of `IngestStated`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel

from pictopy_contracts.paths import FilePath
from pictopy_contracts.statements import IngestStated, JournalItem
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import Album, Library, PhotoRow

FROM_FILES = "file-"
"""How the id of an album begins that stands in files and was not made here."""
NAMELESS = "Album without a name"


class PhotoBody(BaseModel):
    """`albums`: ids, where a person said in which albums the photo is; None: nobody did."""

    stated: Stated = Stated()
    stated_at: dict[str, AwareDatetime] = {}
    albums: tuple[str, ...] | None = None


class AlbumBody(BaseModel):
    name: str
    created_at: AwareDatetime


class LibraryBody(BaseModel):
    name: str
    root: FilePath
    added_at: AwareDatetime


def photo_statement(row: PhotoRow, album_ids: Sequence[str]) -> IngestStated:
    body = PhotoBody(stated=row.stated, stated_at=dict(row.stated_at), albums=_albums(row, album_ids))
    told: dict[str, Any] = body.model_dump(mode="json", exclude_unset=True)
    told["stated"] = row.stated.model_dump(mode="json", exclude_unset=True)
    return IngestStated(
        kind="photo",
        statement_id=row.photo_id,
        revision=row.statement_revision,
        photo_ids=(row.photo_id,),
        body=told,
    )


def _albums(row: PhotoRow, album_ids: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(sorted(album_ids)) if "albums" in row.stated_at else None


def album_statement(album: Album, *, is_gone: bool = False) -> IngestStated:
    """An album that stands in files only is nobody's word."""
    body = AlbumBody(name=album.name, created_at=album.created_at)
    return IngestStated(
        kind="album",
        statement_id=album.album_id,
        revision=album.revision,
        by="auto" if album.album_id.startswith(FROM_FILES) and not is_gone else "user",
        body=body.model_dump(mode="json"),
        is_gone=is_gone,
    )


def library_statement(library: Library, *, is_gone: bool = False) -> IngestStated:
    """So that a library keeps its id and its name."""
    root = library.root.decode("utf-8", "surrogateescape")
    body = LibraryBody(name=library.name, root=root, added_at=library.added_at)
    return IngestStated(
        kind="library",
        statement_id=library.library_id,
        revision=library.revision,
        by="auto",
        body=body.model_dump(mode="json"),
        is_gone=is_gone,
    )


def as_item(statement: IngestStated) -> JournalItem:
    return JournalItem(id=statement.statement_id, **statement.model_dump(exclude={"statement_id", "by"}))


def restored(row: PhotoRow, item: JournalItem) -> PhotoRow:
    """The photo with what was said of it once; nothing where the row knows better."""
    if item.revision <= row.statement_revision:
        return row
    body = PhotoBody.model_validate(item.body)
    return replace(row, stated=body.stated, stated_at=body.stated_at, statement_revision=item.revision)


def stamped(row: PhotoRow, stated: Stated, fields: Mapping[str, datetime]) -> PhotoRow:
    """The photo with a new word on it, and when each field of it was said."""
    return replace(
        row,
        stated=stated,
        stated_at={**row.stated_at, **fields},
        statement_revision=row.statement_revision + 1,
    )
