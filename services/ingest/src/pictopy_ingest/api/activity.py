"""How things get on, what failed, and everything that a person would miss."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from pictopy_contracts.messages import Stage
from pictopy_ingest import ledger
from pictopy_ingest.api.shapes import DepsOf, FailureIn, FailureOut, Handled, Page, after, cursor_of, path_text
from pictopy_ingest.board import Board
from pictopy_ingest.export import export
from pictopy_ingest.ports import Activity, Failure, FailureFilter

router = APIRouter(prefix="/v1", tags=["activity"])
Limit = Annotated[int, Query(ge=1, le=1000)]
RATE_WINDOW_S = 60.0


class Rests(BaseModel):
    stage: Stage
    paused: bool


@router.get("/activity")
async def get_activity(deps: DepsOf) -> dict[str, Any]:
    """Counts by stage, and the pace of the scan that runs."""
    found, board = await deps.store.activity(deps.now() - timedelta(seconds=RATE_WINDOW_S)), deps.board
    rate = board.rate_per_s
    return {
        "photos": found.photos,
        "videos": found.videos,
        "stages": {"preview": _preview(found, board), **{s: _stage_of(found, s) for s in found.stages}},
        "failed_files": found.failed_files,
        "dead": found.dead,
        "scanning": board.wanted > 0,
        "files_left": board.files_left,
        "rate_per_s": round(rate, 2),
        "eta_s": round(board.files_left / rate) if rate else None,
    }


@router.post("/stages/{stage}/pause")
async def pause(stage: Stage, deps: DepsOf) -> Rests:
    """Photos with an older result wait; new photos go on."""
    async with deps.store.unit() as unit:
        await unit.pause(stage, deps.now())
    return Rests(stage=stage, paused=True)


@router.post("/stages/{stage}/resume")
async def resume(stage: Stage, deps: DepsOf) -> Rests:
    """Go on where it was paused."""
    async with deps.store.unit() as unit:
        await unit.resume(stage)
    return Rests(stage=stage, paused=False)


@router.get("/failures")
async def list_failures(deps: DepsOf, cursor: str | None = None, limit: Limit = 100) -> Page[FailureOut]:
    """Files that gave no picture, stages that gave up, and messages that nobody could handle; the newest first."""
    found = await deps.store.failures(after(cursor), limit + 1, FailureFilter())
    shown = found[:limit]
    following = cursor_of(shown[-1].at, shown[-1].key) if len(found) > limit else None
    return Page(items=[_failure(one) for one in shown], next=following)


@router.post("/failures/retry")
async def retry(body: FailureIn, deps: DepsOf) -> Handled:
    """Try again all failures that match."""
    return Handled(count=await ledger.retry(deps, body.wanted()))


@router.post("/failures/skip")
async def skip(body: FailureIn, deps: DepsOf) -> Handled:
    """List no more all failures that match."""
    return Handled(count=await ledger.skip(deps, body.wanted()))


@router.get("/export")
async def get_export(deps: DepsOf) -> dict[str, Any]:
    """Libraries, what was stated of photos, and albums, with paths instead of our own ids where possible."""
    return await export(deps)


def _preview(found: Activity, board: Board) -> dict[str, Any]:
    counts = {"done": found.photos + found.videos, "failed": found.failed_files, "waiting": board.files_left}
    return {**_counted(counts), "relook": 0, "paused": False, **_pace(board.files_left, board.rate_per_s)}


def _stage_of(found: Activity, stage: str) -> dict[str, Any]:
    """`relook`: how many of the waiting have an older result; they rest while `paused`."""
    counts, relook, is_paused = found.stages[stage], found.relooks.get(stage, 0), stage in found.paused
    left = counts.get("waiting", 0) - (relook if is_paused else 0)
    pace = _pace(left, found.finished.get(stage, 0) / RATE_WINDOW_S)
    return {**_counted(counts), "relook": relook, "paused": is_paused, **pace}


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    told = {status: counts.get(status, 0) for status in ("done", "failed", "waiting", "skipped")}
    return {"wanted": sum(told.values()), **told}


def _pace(left: int, rate_per_s: float) -> dict[str, float | int | None]:
    return {"rate_per_s": round(rate_per_s, 2), "eta_s": round(left / rate_per_s) if rate_per_s else None}


def _failure(one: Failure) -> FailureOut:
    fields = {**vars(one), "path": path_text(one.path) if one.path is not None else None}
    return FailureOut(**{name: fields[name] for name in FailureOut.model_fields})
