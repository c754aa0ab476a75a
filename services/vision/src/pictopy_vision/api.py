"""Routes of the vision service."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from pictopy_contracts.ids import ModelId
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_vision.desk import Desk
from pictopy_vision.domain.entry import TASKS, Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.views import EngineView, ModelsView, PullsView, PullView, TaskView, UseBody
from pictopy_vision.views_profiles import ProfilesView, item_of

router = APIRouter(tags=["models"])
DeskOf = Annotated[Desk, Depends(deps_of)]


@router.get("/v1/models")
async def models(desk: DeskOf) -> ModelsView:
    """What each task is done with, and why not; every model of the catalogue; the engine."""
    entries, lineup = desk.shelf.entries.values(), desk.shelf.lineup
    return ModelsView(
        model_version=lineup.version,
        tasks={task: TaskView.of(lineup.state_of(task, entries)) for task in TASKS},
        items=[item_of(entry, desk) for entry in sorted(entries, key=lambda entry: (entry.tasks, entry.preference))],
        engine=EngineView.of(desk.shelf.engine, desk.shelf.loaded),
    )


@router.get("/v1/models/pulls")
async def pulls(desk: DeskOf) -> PullsView:
    """Each model's latest pull with its progress."""
    return PullsView(items=[PullView.of(pull) for pull in desk.pulls.latest])


@router.post("/v1/models/pull-starter", status_code=202)
async def pull_starter(desk: DeskOf) -> PullsView:
    """Fetch the small set; what is installed is done at once."""
    return _ask(desk, [entry for entry in desk.shelf.catalogue.entries.values() if entry.starter])


@router.post("/v1/models/pull-all", status_code=202)
async def pull_all(desk: DeskOf) -> PullsView:
    """Fetch what the profile recommended for this machine has."""
    profiles = desk.shelf.catalogue.profiles
    recommended = (await asyncio.to_thread(ProfilesView.of, desk)).recommended
    return _ask(
        desk, [desk.shelf.entries[model_id] for model_id in profiles[recommended].models] if recommended else []
    )


@router.get("/v1/models/{model_id}")
async def info(model_id: ModelId, desk: DeskOf) -> Entry:
    """The whole catalogue entry: where from, what goes in and out, thresholds with the set they were chosen on."""
    return _entry(desk, model_id)


@router.post("/v1/models/{model_id}/pull", status_code=202)
async def pull(model_id: ModelId, desk: DeskOf) -> PullsView:
    """Fetch the catalogue's version; a licence that forbids commercial use is told as a warning."""
    entry = desk.shelf.catalogue.entries.get(model_id) or _entry(desk, model_id)
    warning = None if entry.licence.commercial else f"{entry.licence.name}: {entry.licence.allows}"
    return _ask(desk, [entry]).model_copy(update={"warning": warning})


@router.post("/v1/models/{model_id}/use")
async def use(model_id: ModelId, desk: DeskOf, body: UseBody | None = None) -> ModelsView:
    """It does its tasks from now on, or the one named. From one embedding to another a change begins if photos have
    the old one."""
    entry = _entry(desk, model_id)
    task = body.task if body else None
    if task is not None and task not in entry.tasks:
        raise AppError(422, f"model {model_id} does {', '.join(entry.tasks)}, not {task}")
    try:
        desk.tell(desk.shelf.use(entry, (task,) if task else entry.tasks, desk.now()))
    except ModelError as error:
        raise AppError(409, str(error)) from error
    return await models(desk)


@router.post("/v1/models/{model_id}/remove")
async def remove(model_id: ModelId, desk: DeskOf, version: str | None = None) -> ModelsView:
    """Delete the files, of all versions or of one; photos keep what the model found in them."""
    entry = _entry(desk, model_id)
    if desk.pulls.is_under_way(model_id):
        raise AppError(409, f"model {model_id} is being pulled")
    if version is not None and version not in {each.digest for each in desk.store.versions(model_id)}:
        raise AppError(404, f"model {model_id} has no version {version} here")
    try:
        await asyncio.to_thread(desk.store.remove, entry, version)
    except ModelError as error:
        raise AppError(409, str(error)) from error
    desk.tell(desk.shelf.refresh())
    return await models(desk)


@router.post("/v1/models/{model_id}/verify")
async def verify(model_id: ModelId, desk: DeskOf) -> dict[str, bool]:
    """Read the installed files again and compare them with the catalogue; 409 says what differs."""
    entry = _entry(desk, model_id)
    try:
        await asyncio.to_thread(desk.store.verify, entry)
    except ModelError as error:
        raise AppError(409, str(error)) from error
    return {"verified": True}


def _ask(desk: Desk, entries: list[Entry]) -> PullsView:
    asked, _ = desk.pulls.ask(entries)
    return PullsView(items=[PullView.of(pull) for pull in asked])


def _entry(desk: Desk, model_id: ModelId) -> Entry:
    entry = desk.shelf.entries.get(model_id)
    if entry is None:
        raise AppError(404, f"the catalogue has no model {model_id}")
    return entry
