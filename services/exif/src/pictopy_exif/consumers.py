"""What the writer hears. Each handler keeps the newer fact and marks the photos whose files may have to say more.

Idempotent because facts are kept by revision, and looking at a photo twice writes once.
"""

from typing import Any

from pictopy_contracts.messages import (
    EventChanged,
    LibraryAdded,
    LibraryRemoved,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoMoved,
    PhotoPeopleAssigned,
    PhotoRemoved,
)
from pictopy_contracts.statements import ClusterStated, IngestStated, MemoriesStated
from pictopy_exif.ports import Deps
from pictopy_runtime.consume import ConsumerSpec


async def on_library_added(message: LibraryAdded, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        photo_ids = await unit.put_library(message.library_id, message.revision, message.root)
        await unit.mark(photo_ids, deps.limits.debounce_s)
    await deps.journal.touch_all(deps.limits.journal_s)


async def on_library_removed(message: LibraryRemoved, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_library(message.library_id, message.revision, None)


async def on_photo_added(message: PhotoAdded, deps: Deps) -> None:
    await _keep(message.photo, deps)


async def on_photo_changed(message: PhotoChanged, deps: Deps) -> None:
    """Also our own echo: names that we wrote come back as facts of the file, which are no wishes."""
    await _keep(message.photo, deps)


async def on_photo_moved(message: PhotoMoved, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_files(message.photo_id, message.revision, message.files)
        await unit.mark([message.photo_id], deps.limits.debounce_s)
    await deps.journal.touch([message.photo_id], deps.limits.journal_s)


async def on_photo_removed(message: PhotoRemoved, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_files(message.photo_id, message.revision, ())


async def on_photo_people_assigned(message: PhotoPeopleAssigned, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_people(message)
        await unit.mark([message.photo_id], deps.limits.debounce_s)


async def on_person_changed(message: PersonChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.mark(await unit.put_person(message), deps.limits.debounce_s)


async def on_event_changed(message: EventChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.mark(await unit.put_event(message), deps.limits.debounce_s)


async def on_photo_analysed(message: PhotoAnalysed, deps: Deps) -> None:
    """What a model saw is kept for those who want it in their files, and for nobody else a reason to write."""
    is_wanted = (await deps.store.rules()).concepts.machine_tags != "off"
    async with deps.store.unit() as unit:
        await unit.put_machine_tags(message)
        if is_wanted:
            await unit.mark([message.photo_id], deps.limits.debounce_s)


async def on_ingest_statement_made(message: IngestStated, deps: Deps) -> None:
    await deps.journal.keep(message, deps.limits.journal_s)


async def on_cluster_statement_made(message: ClusterStated, deps: Deps) -> None:
    await deps.journal.keep(message, deps.limits.journal_s)


async def on_memories_statement_made(message: MemoriesStated, deps: Deps) -> None:
    await deps.journal.keep(message, deps.limits.journal_s)


async def _keep(photo: Photo, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.put_photo(photo)
        await unit.mark([photo.photo_id], deps.limits.debounce_s)
    await deps.journal.touch([photo.photo_id], deps.limits.journal_s)


CONSUMERS: tuple[ConsumerSpec[Any, Deps], ...] = (
    ConsumerSpec(LibraryAdded, on_library_added),
    ConsumerSpec(LibraryRemoved, on_library_removed),
    ConsumerSpec(PhotoAdded, on_photo_added),
    ConsumerSpec(PhotoChanged, on_photo_changed),
    ConsumerSpec(PhotoMoved, on_photo_moved),
    ConsumerSpec(PhotoRemoved, on_photo_removed),
    ConsumerSpec(PhotoPeopleAssigned, on_photo_people_assigned),
    ConsumerSpec(PersonChanged, on_person_changed),
    ConsumerSpec(EventChanged, on_event_changed),
    ConsumerSpec(PhotoAnalysed, on_photo_analysed),
    ConsumerSpec(IngestStated, on_ingest_statement_made),
    ConsumerSpec(ClusterStated, on_cluster_statement_made),
    ConsumerSpec(MemoriesStated, on_memories_statement_made),
)
