"""Routes of the model shelf beyond single models: profiles, bundles, measurements, changes, tasks, the live stream."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from pictopy_contracts.ids import ModelId
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_vision.bundles import BundleError
from pictopy_vision.desk import Desk
from pictopy_vision.domain.entry import TASKS, Entry, Task
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.views import PullsView, PullView
from pictopy_vision.views_profiles import BenchView, ChangesView, ProfilesView, TakenView, TaskStates

router = APIRouter(tags=["model shelf"])
DeskOf = Annotated[Desk, Depends(deps_of)]
KEEP_ALIVE_S = 15.0


@router.get("/v1/models/pulls/stream")
async def pulls_stream(desk: DeskOf) -> StreamingResponse:
    """Server-sent events: all pulls now and after each change, as JSON."""
    return StreamingResponse(_events(desk), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(desk: Desk) -> AsyncIterator[str]:
    async for pulls in desk.pulls.watch(KEEP_ALIVE_S):
        if pulls is None:
            yield ": still here\n\n"
        else:
            view = PullsView(items=[PullView.of(pull) for pull in pulls])
            yield f"data: {view.model_dump_json()}\n\n"


@router.get("/v1/profiles")
async def profiles(desk: DeskOf) -> ProfilesView:
    """Named sets of models, what each takes, and which suits this machine."""
    return await asyncio.to_thread(ProfilesView.of, desk)


@router.post("/v1/profiles/{profile_id}/use", status_code=202)
async def use_profile(profile_id: str, desk: DeskOf) -> PullsView:
    """Fetch what is missing, then use it; what the profile leaves out is turned off and keeps its results."""
    profile = desk.shelf.catalogue.profiles.get(profile_id)
    if profile is None:
        raise AppError(404, f"there is no profile {profile_id}")
    entries = [desk.shelf.entries[model_id] for model_id in profile.models]
    pulls, _ = desk.pulls.ask(entries, then=lambda: desk.use_profile(profile))
    return PullsView(items=[PullView.of(pull) for pull in pulls])


@router.post("/v1/tasks/{task}/{state}")
async def switch_task(task: str, state: str, desk: DeskOf) -> TaskStates:
    """`on` or `off`; what was found before is kept."""
    if state not in ("on", "off"):
        raise AppError(404, f"a task is turned on or off, not {state}")
    desk.tell(desk.shelf.turn(task_named(task), on=state == "on"))
    return TaskStates.of(desk)


@router.get("/v1/models/changes")
async def changes(desk: DeskOf) -> ChangesView:
    """Changes from one embedding to another that are not finished: the old one is computed beside the new."""
    return ChangesView.of(desk.shelf.changes)


@router.post("/v1/models/changes/{task}/{end}")
async def end_change(task: str, end: str, desk: DeskOf) -> ChangesView:
    """`finish`: the old model is no longer computed; `back`: it is in use again and the new one is dropped."""
    ends = {"finish": desk.shelf.finish_change, "back": desk.shelf.take_change_back}
    if end not in ends or task_named(task) not in desk.shelf.changes:
        raise AppError(404, f"no change of {task} is open, or {end} is neither finish nor back")
    try:
        desk.tell(ends[end](task_named(task)))
    except ModelError as error:
        raise AppError(409, str(error)) from error
    return ChangesView.of(desk.shelf.changes)


@router.post("/v1/models/bench", status_code=202)
async def start_bench(desk: DeskOf) -> BenchView:
    """Measure the installed models on this machine, one after the other."""
    desk.timings.ask()
    return BenchView.of(desk.timings)


@router.get("/v1/models/bench")
async def bench(desk: DeskOf) -> BenchView:
    return BenchView.of(desk.timings)


@router.get("/v1/models/bundle")
async def make_bundle(
    desk: DeskOf, ids: Annotated[str, Query(description="Model ids, with commas between")]
) -> StreamingResponse:
    """A tar of installed models, verified before it is sent; the same models give the same bytes."""
    chosen = [_installed(desk, ModelId(name.strip())) for name in ids.split(",") if name.strip()]
    if not chosen:
        raise AppError(422, "name the models: ids=a,b")
    try:
        for entry in chosen:
            await asyncio.to_thread(desk.store.verify, entry)
    except ModelError as error:
        raise AppError(409, str(error)) from error
    return StreamingResponse(desk.bundles.pack(chosen), media_type="application/x-tar")


@router.post("/v1/models/bundle")
async def take_bundle(request: Request, desk: DeskOf) -> TakenView:
    """Install what the tar in the body has; each file is verified against the catalogue here."""
    with tempfile.NamedTemporaryFile(dir=desk.bundles.landing(), prefix=".bundle-") as landing:
        async for chunk in request.stream():
            await asyncio.to_thread(landing.write, chunk)
        landing.flush()
        try:
            taken = await asyncio.to_thread(desk.bundles.take, Path(landing.name))
        except (BundleError, ModelError) as error:
            raise AppError(422, str(error)) from error
        finally:
            desk.tell(desk.shelf.refresh())
    return TakenView(items=taken)


def task_named(name: str) -> Task:
    for task in TASKS:
        if task == name:
            return task
    raise AppError(404, f"there is no task {name}; there are {', '.join(TASKS)}")


def _installed(desk: Desk, model_id: ModelId) -> Entry:
    entry = desk.shelf.entries.get(model_id)
    if entry is None:
        raise AppError(404, f"the catalogue has no model {model_id}")
    if model_id not in desk.shelf.installed():
        raise AppError(409, f"model {model_id}: is not installed")
    return entry
