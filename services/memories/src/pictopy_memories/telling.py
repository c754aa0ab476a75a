"""Making the stories of a day, each day at the user's hour and whenever the library has changed and come to rest."""

import asyncio
import logging
from datetime import date

from pictopy_contracts.ids import PhotoId, StoryId
from pictopy_contracts.messages import StoryReady
from pictopy_memories import said
from pictopy_memories.domain.freshness import Freshness
from pictopy_memories.domain.plan import stories
from pictopy_memories.ports import Deps, ToldStory

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


async def build_day(deps: Deps, day: date) -> None:
    """Make the day's stories from the library as it is now, and tell of the new and the changed ones.

    Idempotent because the same library gives the same stories, and an unchanged story is not told of again.
    """
    async with deps.store.unit() as unit:
        snapshot = await unit.snapshot(day)
    planned = await deps.workers.run(snapshot.plan, day, deps.rules.seed)
    async with deps.store.unit() as unit:
        vectors = await unit.vectors(planned.photo_ids())
    told = await deps.workers.run(stories, planned, vectors, snapshot.kept)
    async with deps.store.unit() as unit:
        changed = await unit.replace_stories(day, snapshot.version, told, deps.now())
        for story in changed:
            await unit.publish(ready(story), f"{story.story.story_id}:{story.revision}")
        await said.tell(unit, deps)
    log.info("%s: %d stories, %d of them new or changed", day.isoformat(), len(told), len(changed))


async def keep_today_told(deps: Deps) -> None:
    """For ever: today's stories exist and fit the library.

    A machine that slept makes up today, once, and not each day that it missed.
    """
    watch = Freshness(deps.rules.settle_s)
    async with deps.store.unit() as unit:
        await said.tell(unit, deps)
    while True:
        day = deps.today()
        async with deps.store.unit() as unit:
            state = await unit.state(day)
        if watch.is_due(state.version, state.built, asyncio.get_running_loop().time()):
            await build_day(deps, day)
            watch.built()
        await asyncio.sleep(LOOK_EVERY_S)


async def backlog(deps: Deps) -> dict[str, int]:
    """`build` is 1 until today's stories fit the library."""
    async with deps.store.unit() as unit:
        state = await unit.state(deps.today())
    return {"build": int(state.is_stale)}


def ready(told: ToldStory) -> StoryReady:
    story = told.story
    return StoryReady(
        story_id=StoryId(story.story_id),
        revision=told.revision,
        day=story.day.isoformat(),
        kind=story.kind,
        title=story.title,
        photo_ids=tuple(PhotoId(slide.photo_id) for slide in story.slides),
    )
