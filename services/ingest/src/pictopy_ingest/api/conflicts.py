"""Where a person and another program said different things of one photo."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.paths import FilePath
from pictopy_ingest import coming_home
from pictopy_ingest.api.shapes import DepsOf, Page, after, cursor_of, path_text
from pictopy_ingest.ports_said import Conflict, Resolved

router = APIRouter(prefix="/v1/conflicts", tags=["conflicts"])
Limit = Annotated[int, Query(ge=1, le=1000)]


class ConflictOut(BaseModel):
    """`ours` and `theirs`: field to value. `rule`: why it ended so."""

    id: int
    photo_id: PhotoId
    library_id: LibraryId
    path: FilePath
    what: str
    ours: dict[str, Any]
    theirs: dict[str, Any]
    resolved: Resolved
    rule: str
    at: datetime


@router.get("")
async def list_conflicts(deps: DepsOf, cursor: str | None = None, limit: Limit = 100) -> Page[ConflictOut]:
    """The newest first, each with how it was resolved."""
    found = await deps.store.conflicts(after(cursor), limit + 1)
    shown = found[:limit]
    following = cursor_of(shown[-1].at, str(shown[-1].conflict_id)) if len(found) > limit else None
    return Page(items=[_out(one) for one in shown], next=following)


@router.post("/{conflict_id}/{side}")
async def settle(conflict_id: int, side: Literal["ours", "theirs"], deps: DepsOf) -> ConflictOut:
    """Take the other side, or this one for good."""
    async with deps.store.unit() as unit:
        return _out(await coming_home.settle(unit, conflict_id, side, deps.now()))


def _out(one: Conflict) -> ConflictOut:
    return ConflictOut(**{**vars(one), "id": one.conflict_id, "path": path_text(one.path)})
