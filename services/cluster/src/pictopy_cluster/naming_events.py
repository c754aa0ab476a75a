"""Titles that people give to events."""

from dataclasses import replace

from pictopy_cluster.ports import Deps
from pictopy_cluster.records import StoredEvent
from pictopy_cluster.stating import state_events
from pictopy_cluster.telling import tell_events
from pictopy_runtime.errors import AppError


async def retitle(event_id: str, title: str | None, deps: Deps) -> StoredEvent:
    """None: back to the automatic title. Raises AppError 404."""
    async with deps.events.work(), deps.store.unit() as unit:
        event = (await unit.events()).get(event_id)
        if event is None or event.is_gone:
            raise AppError(404, f"there is no event {event_id}")
        if title != event.user_title:
            photos = event.happening.photo_ids if title else ()
            event = replace(event, user_title=title, revision=event.revision + 1, stated_photos=photos)
            await unit.save_events([event])
            await tell_events(unit, [event])
            await state_events(unit, [event])
            deps.events.mark()
    return event
