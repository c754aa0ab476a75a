"""What search hears. All handlers are idempotent by revision and may run in any order of arrival."""

from typing import Any

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import (
    EventChanged,
    LibraryAdded,
    LibraryRemoved,
    ModelsChanged,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoMoved,
    PhotoPeopleAssigned,
    PhotoRemoved,
    SearchFinished,
    VisionFinished,
)
from pictopy_runtime.consume import ConsumerSpec
from pictopy_runtime.errors import Poison
from pictopy_search import changes
from pictopy_search.ports import Deps, Unit


async def on_photo_added(message: PhotoAdded, deps: Deps) -> None:
    await _index_facts(message.photo, deps)


async def on_photo_changed(message: PhotoChanged, deps: Deps) -> None:
    await _index_facts(message.photo, deps)


async def on_photo_moved(message: PhotoMoved, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_files(message.photo_id, message.revision, message.files)
        await unit.reindex([message.photo_id])


async def on_photo_removed(message: PhotoRemoved, deps: Deps) -> None:
    """Hides it and keeps all that is known: it may come back."""
    async with deps.store.unit() as unit:
        await unit.put_removal(message.photo_id, message.revision)
        await unit.reindex([message.photo_id])


async def on_photo_analysed(message: PhotoAnalysed, deps: Deps) -> None:
    """The vectors first: a crash before the commit leaves some that the next try overwrites. A vector is a function
    of the picture and the model, so an old look brings none that is wrong."""
    models = await _store_vectors(message, deps)
    async with deps.store.unit() as unit:
        await unit.put_embeddings(message.photo_id, models)
        await unit.put_analysis(message)
        await unit.reindex([message.photo_id])
        await _finish(unit, message.photo_id, deps)


async def on_stage_finished(message: VisionFinished, deps: Deps) -> None:
    """A photo that vision gave up on holds no change of model up."""
    if message.status == "failed":
        async with deps.store.unit() as unit:
            await unit.put_failure(message.photo_id, message.model_version)


async def on_models_changed(message: ModelsChanged, deps: Deps) -> None:
    """What is in use, and what is computed beside it; photos follow one by one."""
    async with deps.store.unit() as unit:
        await unit.put_models((await unit.models()).hearing(message))
    await changes.follow(deps)


async def on_photo_assigned(message: PhotoPeopleAssigned, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_people(message)
        await unit.reindex([message.photo_id])


async def on_person_changed(message: PersonChanged, deps: Deps) -> None:
    """A person grows with each photo; only another name to be found by touches the index."""
    async with deps.store.unit() as unit:
        await unit.reindex(await unit.put_person(message))


async def on_event_changed(message: EventChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.reindex(await unit.put_event(message))


async def on_library_added(message: LibraryAdded, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.reindex(await unit.put_library(message.library_id, message.revision, is_gone=False))


async def on_library_removed(message: LibraryRemoved, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.reindex(await unit.put_library(message.library_id, message.revision, is_gone=True))


async def on_dead_facts(message: PhotoAdded | PhotoChanged, reason: str, attempts: int, deps: Deps) -> None:
    await _fail(message.photo.photo_id, "", reason, attempts, deps)


async def on_dead_analysis(message: PhotoAnalysed, reason: str, attempts: int, deps: Deps) -> None:
    await _fail(message.photo_id, message.model_version, reason, attempts, deps)


async def _index_facts(photo: Photo, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        known = await unit.put_photo(photo)
        await unit.put_files(photo.photo_id, photo.revision, photo.files)
        await unit.reindex([photo.photo_id])
        if known == 0:
            await _finish(unit, photo.photo_id, deps)


async def _store_vectors(message: PhotoAnalysed, deps: Deps) -> list[ModelId]:
    """Into the collections of their models. Returns the models."""
    wanted = await deps.store.models()
    given = (message.embedding, *message.other_embeddings)
    embeddings = [one for one in given if one is not None and wanted.wants(ModelId(one.model))]
    for embedding in embeddings:
        try:
            await deps.pictures.put(message.photo_id, embedding)
        except ValueError as error:
            raise Poison(f"the embedding by {embedding.model}: {error}") from error
    return [ModelId(embedding.model) for embedding in embeddings]


async def _finish(unit: Unit, photo_id: PhotoId, deps: Deps) -> None:
    """Say so once the facts and the analysis are both in the index, whichever came last."""
    look = await unit.finished(photo_id)
    if look is None:
        return
    done = SearchFinished(
        photo_id=photo_id, stage="search", model_version=look.model_version, status="done", finished_at=deps.now()
    )
    await unit.publish(done, f"{photo_id}:{look.model_version}:{look.analysed_at.isoformat()}:search")


async def _fail(photo_id: PhotoId, model_version: str, reason: str, attempts: int, deps: Deps) -> None:
    now = deps.now()
    failed = SearchFinished(
        photo_id=photo_id,
        stage="search",
        model_version=model_version,
        status="failed",
        reason=reason,
        attempts=attempts,
        finished_at=now,
    )
    async with deps.store.unit() as unit:
        await unit.publish(failed, f"{photo_id}:{model_version}:{now.isoformat()}:search-failed")


CONSUMERS: tuple[ConsumerSpec[Any, Deps], ...] = (
    ConsumerSpec(PhotoAdded, on_photo_added, on_dead=on_dead_facts),
    ConsumerSpec(PhotoChanged, on_photo_changed, on_dead=on_dead_facts),
    ConsumerSpec(PhotoMoved, on_photo_moved),
    ConsumerSpec(PhotoRemoved, on_photo_removed),
    ConsumerSpec(PhotoAnalysed, on_photo_analysed, on_dead=on_dead_analysis),
    ConsumerSpec(PhotoPeopleAssigned, on_photo_assigned),
    ConsumerSpec(PersonChanged, on_person_changed),
    ConsumerSpec(EventChanged, on_event_changed),
    ConsumerSpec(LibraryAdded, on_library_added),
    ConsumerSpec(LibraryRemoved, on_library_removed),
    ConsumerSpec(ModelsChanged, on_models_changed),
    ConsumerSpec(VisionFinished, on_stage_finished),
)
