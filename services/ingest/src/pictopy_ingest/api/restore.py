"""What was said once comes back, from the journals of the libraries."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pictopy_contracts.statements import JournalItem
from pictopy_ingest import restore
from pictopy_ingest.api.shapes import DepsOf

router = APIRouter(prefix="/v1", tags=["restore"])


class RestoreIn(BaseModel):
    items: list[JournalItem] = Field(max_length=10_000)


class RestoreOut(BaseModel):
    restored: int
    skipped: int
    """Known already, or not ours."""
    refused: list[dict[str, Any]]


@router.post("/restore")
async def take_back(body: RestoreIn, deps: DepsOf) -> RestoreOut:
    """Take back statements of ingest: the same ids and times, whether their photos are known yet or not."""
    done = await restore.restore(deps, body.items)
    refused = [{"id": key, "reason": reason} for key, reason in done.refused]
    return RestoreOut(restored=done.restored, skipped=done.skipped, refused=refused)
