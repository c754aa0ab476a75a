"""A change of the face embedding model: begun by vision, swapped here once it is complete, taken back on demand."""

from dataclasses import replace

from pictopy_cluster.domain.model_change import ModelChange, Progress
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_people
from pictopy_runtime.errors import AppError


async def begin(model: str, deps: Deps) -> str:
    """The active model, which is this one where there was none."""
    async with deps.log_lock:
        change = (await deps.store.change()).begun(model)
        async with deps.store.unit() as unit:
            await unit.save_change(change)
    return change.active or model


async def progress_of(deps: Deps) -> tuple[ModelChange, Progress]:
    change = await deps.store.change()
    return change, await deps.store.progress(change)


async def swap(deps: Deps) -> None:
    """To the next model, also after a swap that was taken back. Raises AppError 409."""
    change, progress = await progress_of(deps)
    if change.next is None:
        raise AppError(409, "no change of the face model is under way")
    if not progress.is_complete:
        left = progress.total - progress.done - progress.failed
        raise AppError(409, f"{left} of {progress.total} photos still wait for {change.next}")
    await _go_to(change.next, deps)


async def take_back(deps: Deps) -> None:
    """To the model before, as if the swap had not been. Raises AppError 409."""
    change = await deps.store.change()
    if change.previous is None:
        raise AppError(409, "there is no swap to take back")
    await _go_to(change.previous, deps)


async def _go_to(model: str, deps: Deps) -> None:
    """The wish is kept first, so that it is done after a restart as well."""
    async with deps.log_lock:
        change = await deps.store.change()
        async with deps.store.unit() as unit:
            await unit.save_change(replace(change, wanted=model))
    deps.people.mark()
    async with deps.people.work():
        await settle_people(deps)
