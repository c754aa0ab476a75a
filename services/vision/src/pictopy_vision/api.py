"""Routes of the vision service."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from pictopy_contracts.ids import ModelId
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_vision.deps import Deps
from pictopy_vision.domain.entry import TASKS, Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.views import EngineView, ItemView, ModelsView, PullsView, PullView, TaskView

router = APIRouter(tags=["models"])
DepsOf = Annotated[Deps, Depends(deps_of)]


@router.get("/v1/models")
async def models(deps: DepsOf) -> ModelsView:
    """What each task is done with, and why not; every model of the catalogue; the engine."""
    catalogue = deps.shelf.catalogue.entries.values()
    lineup, installed = deps.shelf.lineup, deps.store.installed(catalogue)
    used = {entry.id for entry in lineup.entries.values()}
    return ModelsView(
        model_version=lineup.version,
        tasks={task: TaskView.of(lineup.state_of(task, catalogue)) for task in TASKS},
        items=[
            ItemView.of(entry, installed=entry.id in installed, in_use=entry.id in used)
            for entry in sorted(catalogue, key=lambda entry: (entry.tasks, entry.preference))
        ],
        engine=EngineView.of(deps.shelf.engine, deps.shelf.loaded),
    )


@router.get("/v1/models/pulls")
async def pulls(deps: DepsOf) -> PullsView:
    """Each model's latest pull with its progress."""
    return PullsView(items=[PullView.of(pull) for pull in deps.pulls.latest])


@router.post("/v1/models/pull-starter", status_code=202)
async def pull_starter(deps: DepsOf) -> PullsView:
    """Fetch the small set; what is installed is done at once."""
    return _ask(deps, [entry for entry in deps.shelf.catalogue.entries.values() if entry.starter])


@router.post("/v1/models/pull-all", status_code=202)
async def pull_all(deps: DepsOf) -> PullsView:
    """Fetch the preferred model of every task."""
    return _ask(deps, [entry for entry in deps.shelf.catalogue.entries.values() if entry.preference == 1])


@router.post("/v1/models/{model_id}/pull", status_code=202)
async def pull(model_id: ModelId, deps: DepsOf) -> PullsView:
    return _ask(deps, [_entry(deps, model_id)])


@router.post("/v1/models/{model_id}/remove")
async def remove(model_id: ModelId, deps: DepsOf) -> ModelsView:
    """Delete the file; photos keep what the model found in them."""
    entry = _entry(deps, model_id)
    if deps.pulls.is_under_way(model_id):
        raise AppError(409, f"model {model_id} is being pulled")
    await asyncio.to_thread(deps.store.remove, entry)
    if deps.shelf.refresh():
        deps.news.set()
    return await models(deps)


@router.post("/v1/models/{model_id}/verify")
async def verify(model_id: ModelId, deps: DepsOf) -> dict[str, bool]:
    """Read the installed file again and compare it with the catalogue; 409 says what differs."""
    entry = _entry(deps, model_id)
    try:
        await asyncio.to_thread(deps.store.verify, entry)
    except ModelError as error:
        raise AppError(409, str(error)) from error
    return {"verified": True}


@router.post("/v1/embed-text", status_code=501)
async def embed_text() -> None:
    """The embedding of a query, for search by meaning."""
    raise AppError(
        501, "No text model is installed, so a query cannot be compared with pictures; search by words works."
    )


def _ask(deps: Deps, entries: list[Entry]) -> PullsView:
    asked, _ = deps.pulls.ask(entries)
    return PullsView(items=[PullView.of(pull) for pull in asked])


def _entry(deps: Deps, model_id: ModelId) -> Entry:
    entry = deps.shelf.catalogue.entries.get(model_id)
    if entry is None:
        raise AppError(404, f"the catalogue has no model {model_id}")
    return entry
