"""HTTP of the exif service: what was written and why, what would be, and the way back."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.paths import to_wire
from pictopy_exif.confirming import confirm_photo, confirm_photos
from pictopy_exif.domain import journal
from pictopy_exif.domain.records import JournalState, PhotoState, Rules, Write, WriteStatus
from pictopy_exif.domain.statements import in_words
from pictopy_exif.domain.wishes import Stated
from pictopy_exif.places import Refused
from pictopy_exif.ports import Deps
from pictopy_exif.preparing import Prepared, Preparer, jobs_of
from pictopy_exif.undoing import Undone, undo_day, undo_photo, undo_write
from pictopy_exif.writing import fulfil
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of

router = APIRouter(prefix="/v1", tags=["exif"])
DepsOf = Annotated[Deps, Depends(deps_of)]
Limit = Annotated[int, Query(ge=1, le=500)]


class ToWrite(BaseModel):
    """What this photo's files shall say beside people and event; null takes it back, absent leaves it as it is."""

    model_config = ConfigDict(extra="forbid")

    keywords: tuple[str, ...] | None = None
    caption: str | None = None
    rating: Annotated[int, Field(ge=-1, le=5)] | None = None


class ToUndo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    photo_id: PhotoId | None = None
    day: date | None = None
    all: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ToUndo":
        if (self.photo_id is not None) + (self.day is not None) + self.all != 1:
            raise ValueError("give one of photo_id, day, all")
        return self


class ToConfirm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    photo_ids: tuple[PhotoId, ...] = ()
    all: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ToConfirm":
        if bool(self.photo_ids) == self.all:
            raise ValueError("give one of photo_ids, all")
        return self


@router.get("/ledger")
async def ledger(
    deps: DepsOf,
    photo_id: PhotoId | None = None,
    day: date | None = None,
    status: WriteStatus | None = None,
    cursor: int | None = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Every write, newest first; of one photo, one UTC day, or one outcome."""
    rows = await deps.store.ledger(photo_id, cursor, limit, day=day, status=status)
    return {"items": [_shown(each) for each in rows], "next": rows[-1].write_id if len(rows) == limit else None}


@router.post("/ledger/{write_id}/undo")
async def undo_one(write_id: int, deps: DepsOf) -> dict[str, Any]:
    """409 where the file is no longer as the write left it."""
    return _shown(await undo_write(write_id, deps))


@router.post("/undo")
async def undo_many(body: ToUndo, deps: DepsOf) -> Undone:
    """One photo, one UTC day, or everything, newest first; what cannot be undone is listed with its reason."""
    if body.photo_id is not None:
        return await undo_photo(body.photo_id, deps)
    return await undo_day(body.day, deps)


@router.get("/photos/{photo_id}/plan")
async def plan(photo_id: PhotoId, deps: DepsOf) -> dict[str, Any]:
    """What a write would change in each file, once confirmed where that is needed; nothing is written."""
    state = (await _state(photo_id, deps)).as_confirmed
    rules, writes = await deps.store.rules(), await deps.store.writes_of(photo_id)
    preparer = Preparer(deps.disk, deps.reader, deps.limits.max_embed_bytes)
    items: list[dict[str, Any]] = []
    for job in jobs_of(state, writes):
        try:
            prepared = await deps.workers.run(preparer.prepare, job, rules.policy)
            items += [_planned(each) for each in prepared]
        except Refused as error:
            items.append({"path": to_wire(job.file.path), "refused": str(error)})
    return {"photo_id": photo_id, "state": state.wish.state, "wishes": state.wishes, "items": items, "rules": rules}


@router.post("/photos/{photo_id}/write")
async def write(photo_id: PhotoId, deps: DepsOf, body: ToWrite | None = None) -> dict[str, Any]:
    """Write now, also what had been undone or waited to be confirmed. 409 while writing is off or paused."""
    if not (await deps.store.rules()).writes:
        raise AppError(409, "writing is off or paused; see PUT /v1/policy")
    state = await _state(photo_id, deps)
    said = body.model_dump(exclude_unset=True) if body else {}
    async with deps.one_at_a_time:
        async with deps.store.unit() as unit:
            await unit.put_stated(photo_id, Stated.model_validate({**state.stated.model_dump(), **said}))
        await confirm_photo(photo_id, deps)
        outcome = await fulfil(photo_id, deps)
    return {"photo_id": photo_id, "write_ids": outcome.write_ids, "refused": outcome.reasons}


@router.post("/confirm")
async def confirm(body: ToConfirm, deps: DepsOf) -> dict[str, int]:
    """What these photos' plans show now may be written, also where a concept needs to be confirmed first."""
    return {"photos": await confirm_photos(None if body.all else body.photo_ids, deps)}


@router.post("/dry-run")
async def begin_dry_run(deps: DepsOf) -> dict[str, bool]:
    """Look at the whole library and count what would be written; nothing is. One at a time."""
    deps.dry_run.running = True
    deps.dry_run_asked.set()
    return {"running": True}


@router.get("/dry-run")
async def dry_run(deps: DepsOf) -> dict[str, Any]:
    """How far the last one is, or what it found: files by concept and by place, and why others are refused."""
    return deps.dry_run.shown()


@router.get("/policy")
async def policy(deps: DepsOf) -> Rules:
    return await deps.store.rules()


@router.put("/policy")
async def set_policy(rules: Rules, deps: DepsOf) -> Rules:
    """Holds for writes from now on; wishes that waited are looked at at once. What is not sent stays as it is."""
    rules = (await deps.store.rules()).changed_by(rules)
    async with deps.store.unit() as unit:
        await unit.set_rules(rules)
        if rules.writes:
            await unit.mark_all()
    if rules.writes:
        await deps.journal.touch_all(0.0)
    return rules


@router.get("/wishes/failed")
async def failed(deps: DepsOf, cursor: str = "", limit: Limit = 100) -> dict[str, Any]:
    """Photos whose files do not say yet what they should, and journals that could not be written; and why."""
    rows = await deps.store.wishes("failed", cursor, limit)
    items: list[dict[str, Any]] = [
        {"photo_id": photo_id, "reason": wish.reason, "attempts": wish.attempts, "next_try_at": wish.due_at}
        for photo_id, wish in rows
    ]
    items += [_failed_journal(each) for each in await deps.journal.failed() if not cursor]
    return {"items": items, "next": rows[-1][0] if len(rows) == limit else None}


@router.get("/export")
async def export(deps: DepsOf) -> dict[str, Any]:
    """What a person would miss: the rules, what was asked by hand, what was undone and stays so."""
    muted, page = [], await deps.store.wishes("muted", "", 500)
    while page:
        muted += [photo_id for photo_id, _ in page]
        page = await deps.store.wishes("muted", page[-1][0], 500)
    stated = [{"photo_id": photo_id, **said.model_dump()} for photo_id, said in await deps.store.stated()]
    return {"policy": await deps.store.rules(), "counts": await deps.store.counts(), "muted": muted, "stated": stated}


async def _state(photo_id: PhotoId, deps: Deps) -> PhotoState:
    state = await deps.store.photo(photo_id)
    if state is None:
        raise AppError(404, "there is no such photo")
    return state


def _failed_journal(state: JournalState) -> dict[str, Any]:
    about = {"photo_id": None, "library_id": state.library_id, "path": journal.PATH}
    return {**about, "reason": state.reason, "attempts": state.attempts, "next_try_at": state.due_at}


def _shown(row: Write) -> dict[str, Any]:
    shown = row.model_dump(mode="json", exclude={"change", "rest_digest"})
    change = row.change
    return {
        **shown,
        "added": [in_words(each) for each in change.added],
        "removed": [in_words(each) for each in change.removed],
        "replaced": [in_words(each) for each in change.replaced],
    }


def _planned(prepared: Prepared) -> dict[str, Any]:
    change = prepared.built.change
    return {
        "path": to_wire(prepared.place.path),
        "written_path": to_wire(prepared.place.written_path),
        "target": prepared.place.target,
        "note": prepared.note,
        "add": [in_words(each) for each in change.added],
        "remove": [in_words(each) for each in change.removed],
        "replace": [in_words(each) for each in change.replaced],
    }
