"""A change of image model: follow it, swap when all photos have been seen, drop what nobody needs."""

import asyncio
import logging

from pictopy_runtime.errors import AppError
from pictopy_search.domain.answers import ModelChange
from pictopy_search.domain.change import ImageModels
from pictopy_search.ports import Deps

log = logging.getLogger(__name__)
LOOK_S = 3.0  # how long after its last photo a change may wait for the swap


async def follow(deps: Deps) -> None:
    """Swap if the next model has seen all; then drop the collections that nobody needs. Idempotent."""
    models = await deps.store.models()
    if models.next is not None and not models.is_held:
        done, total = await _coverage(models, deps)
        if done == total:
            await _put(models, models.swapped(), deps)
    await _drop_outdated(deps)


async def keep_following(deps: Deps) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        if (await deps.store.models()).next is not None:
            await follow(deps)


async def report(deps: Deps) -> ModelChange:
    models = await deps.store.models()
    return models.report(*await _coverage(models, deps))


async def swap(deps: Deps) -> ModelChange:
    """Raises AppError 409 where there is nothing to swap to."""
    models = await deps.store.models()
    if models.next is None:
        raise AppError(409, "no other image model is on its way")
    await _put(models, models.swapped(), deps)
    return await report(deps)


async def take_back(deps: Deps) -> ModelChange:
    """Raises AppError 409 where the model before is gone."""
    models = await deps.store.models()
    if models.previous is None:
        raise AppError(409, "there is no earlier image model whose vectors are still here")
    await _put(models, models.taken_back(), deps)
    return await report(deps)


async def _coverage(models: ImageModels, deps: Deps) -> tuple[int, int]:
    model = models.next or models.active
    return await deps.store.coverage(model, models.model_version) if model else (0, 0)


async def _put(before: ImageModels, after: ImageModels, deps: Deps) -> None:
    """In one transaction, and only if nothing else changed it meanwhile."""
    async with deps.store.unit() as unit:
        if await unit.models() == before:
            await unit.put_models(after)
            log.info("pictures are compared by %s, no longer by %s", after.active, before.active)


async def _drop_outdated(deps: Deps) -> None:
    """The collection first: after a crash between the two its rows are still there, and it is dropped again."""
    models = await deps.store.models()
    for model in models.outdated(await deps.store.every_model()):
        await deps.pictures.forget_model(model)
        await deps.store.forget_model(model)
        log.info("the vectors by %s are dropped", model)
