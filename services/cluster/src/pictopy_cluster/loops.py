"""Work that goes on beside the messages."""

from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_events, settle_people


async def keep_people(deps: Deps) -> None:
    while True:
        await deps.people.wait()
        async with deps.people.work():
            await settle_people(deps)


async def keep_events(deps: Deps) -> None:
    while True:
        await deps.events.wait()
        async with deps.events.work():
            await settle_events(deps)


async def backlog(deps: Deps) -> dict[str, int]:
    return {"people": int(deps.people.is_due), "events": int(deps.events.is_due)}
