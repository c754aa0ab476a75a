"""What was said once comes back: `POST /v1/restore`, before or after the photos are there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ValidationError

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.statements import IngestStated, JournalItem
from pictopy_ingest import said
from pictopy_ingest.domain.photos import Album, Library, PhotoRow
from pictopy_ingest.domain.said import (
    NAMELESS,
    AlbumBody,
    LibraryBody,
    PhotoBody,
    album_statement,
    restored,
)
from pictopy_ingest.ports import Deps, Unit
from pictopy_ingest.stating import touch

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 200
"""Statements a transaction."""


@dataclass
class Restored:
    restored: int = 0
    skipped: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Id and reason of what cannot be understood."""


async def restore(deps: Deps, items: Sequence[JournalItem]) -> Restored:
    """Libraries, then albums, then photos, which may be in them. Idempotent: what is known in this revision or in
    a later one is skipped, and so is what is not ours."""
    done = Restored()
    why = [(item, _unreadable(item)) for item in items]
    done.refused = [(item.id, reason) for item, reason in why if reason]
    readable = [item for item, reason in why if not reason]
    for kind, one in (("library", _library), ("album", _album), ("photo", _photo)):
        wanted = [item for item in readable if item.kind == kind]
        for start in range(0, len(wanted), BATCH):
            async with deps.store.unit() as unit:
                done.restored += sum([await one(unit, item) for item in wanted[start : start + BATCH]])
    done.skipped = len(readable) - done.restored
    return done


def _unreadable(item: JournalItem) -> str | None:
    bodies: dict[str, type[BaseModel]] = {"library": LibraryBody, "album": AlbumBody, "photo": PhotoBody}
    body = bodies.get(item.kind)
    try:
        if body is not None:
            body.model_validate(item.body)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
    return None


async def _library(unit: Unit, item: JournalItem) -> bool:
    """Kept until that folder becomes a library again: it then has its old id and name."""
    if await _is_known(unit, item):
        return False
    await unit.keep_item(item)
    await said.tell(unit, _again(item, by="auto"))
    return True


async def _album(unit: Unit, item: JournalItem) -> bool:
    known = await unit.album(item.id)
    if (known and known.revision >= item.revision) or await _is_known(unit, item):
        return False
    if item.is_gone:
        await unit.keep_item(item)
        await said.tell(unit, _again(item))
        held = await unit.photos(await unit.album_photos(item.id))
        await unit.remove_album(item.id)
    else:
        body = AlbumBody.model_validate(item.body)
        await unit.forget_item("album", item.id)
        album = Album(item.id, body.name, body.created_at, revision=item.revision)
        await unit.save_album(album)
        await said.tell(unit, album_statement(album))
        held = await unit.photos(await unit.album_photos(item.id))
    await touch(unit, held.values())
    return True


async def _photo(unit: Unit, item: JournalItem) -> bool:
    if await _is_known(unit, item):
        return False
    row = (await unit.photos([PhotoId(item.id)])).get(PhotoId(item.id))
    if row is None:
        await unit.keep_item(item)
        await said.tell(unit, _again(item))
        return True
    if item.revision <= row.statement_revision:
        return False
    changed = restored(row, item)
    await put_back(unit, {row.photo_id: item})
    await touch(unit, [changed])
    await said.tell_photos(unit, [changed])
    return True


async def put_back(unit: Unit, items: dict[PhotoId, JournalItem]) -> None:
    """Into their albums. An album that nothing else is known of yet gets its name when its statement comes."""
    wanted = {one: PhotoBody.model_validate(item.body).albums for one, item in items.items()}
    placed = {one: album_ids for one, album_ids in wanted.items() if album_ids is not None}
    known = {album.album_id for album in await unit.all_albums()}
    gone = {item.id for item in await unit.kept_items("album") if item.is_gone}
    for one, album_ids in placed.items():
        at = max(PhotoBody.model_validate(items[one].body).stated_at.values(), default=LONG_AGO)
        for album_id in set(album_ids) - known - gone:
            await unit.save_album(Album(album_id, NAMELESS, at, revision=0))
            known.add(album_id)
    await said.set_albums(unit, {one: [each for each in ids if each in known] for one, ids in placed.items()})


async def welcome(unit: Unit, rows: Sequence[PhotoRow]) -> list[PhotoRow]:
    """Of photos that were just found, those of which something came back before they did."""
    kept = {PhotoId(item.id): item for item in await unit.kept_items("photo", [row.photo_id for row in rows])}
    back = [restored(row, kept[row.photo_id]) for row in rows if row.photo_id in kept]
    if back:
        await put_back(unit, kept)
        await unit.save_photos(back)
    for photo_id in kept:
        await unit.forget_item("photo", photo_id)
    return back


async def former_library(unit: Unit, library: Library) -> Library:
    """The library that this folder was once, as it is remembered."""
    taken = {one.library_id for one in await unit.libraries()}
    for item in await unit.kept_items("library"):
        body = LibraryBody.model_validate(item.body)
        if item.id not in taken and body.root.encode("utf-8", "surrogateescape") == library.root:
            revision = item.revision if item.is_gone else item.revision - 1
            return replace(
                library, library_id=LibraryId(item.id), name=body.name, added_at=body.added_at, revision=revision
            )
    return library


async def _is_known(unit: Unit, item: JournalItem) -> bool:
    return any(kept.revision >= item.revision for kept in await unit.kept_items(item.kind, [item.id]))


def _again(item: JournalItem, by: Literal["user", "auto"] = "user") -> IngestStated:
    told = item.model_dump(exclude={"id"})
    return IngestStated(statement_id=item.id, by=by, **told)
