"""What memories keeps of what others tell. Each is idempotent because the store keeps only the newest revision."""

from typing import Any

from pictopy_contracts.messages import (
    EventChanged,
    PersonChanged,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoPeopleAssigned,
    PhotoRemoved,
)
from pictopy_memories.domain.facts import event_facts, look_facts, people_facts, person_facts, photo_facts
from pictopy_memories.ports import Deps
from pictopy_runtime.consume import ConsumerSpec


async def on_photo_added(message: PhotoAdded, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_photo(photo_facts(message.photo))


async def on_photo_changed(message: PhotoChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_photo(photo_facts(message.photo))


async def on_photo_removed(message: PhotoRemoved, deps: Deps) -> None:
    """Keeps all that is known: the photo may come back."""
    async with deps.store.unit() as unit:
        await unit.drop_photo(message.photo_id, message.revision)


async def on_photo_analysed(message: PhotoAnalysed, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_look(look_facts(message))


async def on_photo_people_assigned(message: PhotoPeopleAssigned, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_people(people_facts(message))


async def on_person_changed(message: PersonChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_person(person_facts(message))


async def on_event_changed(message: EventChanged, deps: Deps) -> None:
    async with deps.store.unit() as unit:
        await unit.keep_event(event_facts(message))


CONSUMERS: tuple[ConsumerSpec[Any, Deps], ...] = (
    ConsumerSpec(PhotoAdded, on_photo_added),
    ConsumerSpec(PhotoChanged, on_photo_changed),
    ConsumerSpec(PhotoRemoved, on_photo_removed),
    ConsumerSpec(PhotoAnalysed, on_photo_analysed),
    ConsumerSpec(PhotoPeopleAssigned, on_photo_people_assigned),
    ConsumerSpec(PersonChanged, on_person_changed),
    ConsumerSpec(EventChanged, on_event_changed),
)
