"""Photos: pages of them, one, and what a person says of one."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import Photo
from pictopy_ingest import stating
from pictopy_ingest.api.shapes import DepsOf, Lookup, Page, PhotoChange, PhotoOut, StageOut, after, cursor_of
from pictopy_ingest.domain.photos import PhotoRow
from pictopy_ingest.ports import Order, Unit
from pictopy_runtime.errors import AppError

router = APIRouter(prefix="/v1/photos", tags=["photos"])
_PREVIEW = StageOut(wanted_version="", done_version="", status="done", attempts=1, last_error=None)
"""A photo is known once its preview is made."""
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("")
async def list_photos(
    deps: DepsOf,
    cursor: str | None = None,
    limit: Limit = 100,
    library: LibraryId | None = None,
    order: Order = "added",
) -> Page[Photo]:
    """Present photos, the newest first; `order` is `added` or `taken`."""
    rows = await deps.store.photo_page(order, after(cursor), limit + 1, library)
    shown = rows[:limit]
    async with deps.store.unit() as unit:
        photos = await stating.messages_of(unit, shown)
    return Page(items=photos, next=_next(shown, order) if len(rows) > limit else None)


@router.post("/lookup")
async def look_up(body: Lookup, deps: DepsOf) -> Page[Photo]:
    """Several photos by id, in the order asked for; unknown ones are left out."""
    async with deps.store.unit() as unit:
        rows = await unit.photos(body.ids, for_change=False)
        wanted = [rows[photo_id] for photo_id in body.ids if photo_id in rows]
        return Page(items=await stating.messages_of(unit, wanted))


@router.get("/{photo_id}")
async def get_photo(photo_id: PhotoId, deps: DepsOf) -> PhotoOut:
    """One photo with its files, and how far each stage got."""
    async with deps.store.unit() as unit:
        row = (await unit.photos([photo_id], for_change=False)).get(photo_id)
        if row is None:
            raise AppError(404, f"no photo {photo_id}")
        return await _out(unit, row)


@router.patch("/{photo_id}")
async def change_photo(photo_id: PhotoId, body: PhotoChange, deps: DepsOf) -> PhotoOut:
    """State facts about a photo: they win over what its files say."""
    async with deps.store.unit() as unit:
        return await _out(unit, await stating.state(unit, photo_id, body.stated(), deps.now()))


async def _out(unit: Unit, row: PhotoRow) -> PhotoOut:
    [photo] = await stating.messages_of(unit, [row])
    rows = (await unit.stage_rows([row.photo_id])).get(row.photo_id, {})
    stages = {"preview": _PREVIEW, **{stage: StageOut.of(one) for stage, one in rows.items()}}
    return PhotoOut(**dict(photo), is_present=row.is_present, stages=stages)


def _next(rows: Sequence[PhotoRow], order: Order) -> str:
    last = rows[-1]
    return cursor_of(last.sort_time(order), last.photo_id)
