"""HTTP of memories: the stories of a day, what was seen of them, what was said of them."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from pictopy_contracts.statements import JournalItem
from pictopy_memories import said
from pictopy_memories.domain.facts import FIRST_PHOTO_EVER
from pictopy_memories.domain.history import Said, Verdict, effect_of
from pictopy_memories.ports import Deps, ToldStory, Unit
from pictopy_memories.telling import build_day
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of

router = APIRouter(prefix="/v1", tags=["memories"])
DepsOf = Annotated[Deps, Depends(deps_of)]


class SlideOut(BaseModel):
    photo_id: str
    kind: Literal["photo", "video"]
    caption: str
    reasons: list[str]


class LeftOutOut(BaseModel):
    reason: str
    count: int


class StoryOut(BaseModel):
    """A story, why it is told, and what was left out of it."""

    story_id: str
    day: date
    kind: str
    title: str
    subtitle: str
    reasons: list[str]
    left_out: list[LeftOutOut]
    cover_photo_id: str
    slides: list[SlideOut]
    seen: bool
    verdict: Said | None


class StoriesOut(BaseModel):
    items: list[StoryOut]
    next: str | None = None


class BuildIn(BaseModel):
    day: date = Field(ge=date(FIRST_PHOTO_EVER, 1, 1), le=date(2999, 12, 31))


class FeedbackIn(BaseModel):
    verdict: Said


class FeedbackOut(BaseModel):
    verdict: Said
    effect: str
    """What changes by it, in words."""


@router.get("/memories")
async def list_memories(deps: DepsOf, day: date | None = None) -> StoriesOut:
    """The stories of a day, best first; of today if no day is given."""
    return await _stories_of(deps, day or deps.today())


@router.post("/memories/build")
async def build_memories(wanted: BuildIn, deps: DepsOf) -> StoriesOut:
    """Make the stories of any day from the library as it is now; those already seen stay."""
    await build_day(deps, wanted.day)
    return await _stories_of(deps, wanted.day)


@router.get("/memories/{story_id}")
async def get_memory(story_id: str, deps: DepsOf) -> StoryOut:
    async with deps.store.unit() as unit:
        return _out(await _find(unit, story_id))


@router.post("/memories/{story_id}/seen")
async def mark_seen(story_id: str, deps: DepsOf) -> StoryOut:
    """From now on the story stays as it is."""
    async with deps.store.unit() as unit:
        await _find(unit, story_id)
        await unit.mark_seen(story_id, deps.now())
        await said.tell(unit, deps)
        return _out(await _find(unit, story_id))


@router.post("/memories/{story_id}/feedback")
async def give_feedback(story_id: str, wanted: FeedbackIn, deps: DepsOf) -> FeedbackOut:
    """Changes the ranking at once: today's stories that were not seen are made again."""
    async with deps.store.unit() as unit:
        effect = await _say(unit, story_id, wanted.verdict, deps)
    await build_day(deps, deps.today())
    return FeedbackOut(verdict=wanted.verdict, effect=effect)


class RestoreIn(BaseModel):
    items: list[JournalItem] = Field(max_length=10_000)


class RestoreOut(BaseModel):
    restored: int
    skipped: int
    """Known already, or not ours."""
    refused: list[dict[str, str]]


@router.post("/restore")
async def take_back(body: RestoreIn, deps: DepsOf) -> RestoreOut:
    """Take back statements of memories, whether their photos are known yet or not."""
    done = await said.restore(deps, body.items)
    refused = [{"id": key, "reason": reason} for key, reason in done.refused]
    return RestoreOut(restored=done.restored, skipped=done.skipped, refused=refused)


@router.get("/export")
async def export(deps: DepsOf) -> dict[str, Any]:
    """All that a person would miss: what was seen, what was said, what was shown when. Today's stories count once
    they are seen: until then they are made again whenever the library changes."""
    async with deps.store.unit() as unit:
        seen = await unit.seen()
        ids = {told.story.story_id for told in seen}
        shown = [one for one in await unit.shown() if one.day != deps.today() or one.story_id in ids]
        return {
            "seen": [_seen(told) for told in seen],
            "feedback": [{**asdict(one.verdict), "said_at": one.said_at} for one in await unit.spoken()],
            "shown": [asdict(one) for one in shown],
        }


async def _stories_of(deps: Deps, day: date) -> StoriesOut:
    async with deps.store.unit() as unit:
        return StoriesOut(items=[_out(told) for told in await unit.stories_of(day)])


async def _find(unit: Unit, story_id: str) -> ToldStory:
    told = await unit.story(story_id)
    if told is None:
        raise AppError(404, "No such story: it may have been made again, hidden, or its photos are gone")
    return told


async def _say(unit: Unit, story_id: str, word: Said, deps: Deps) -> str:
    story = (await _find(unit, story_id)).story
    verdict = Verdict(story_id, story.key, story.subject, story.kind, word, deps.today())
    await unit.say(verdict, deps.now())
    await said.tell(unit, deps)
    return effect_of(verdict, await unit.verdicts())


def _out(told: ToldStory) -> StoryOut:
    story = told.story
    return StoryOut(
        story_id=story.story_id,
        day=story.day,
        kind=story.kind,
        title=story.title,
        subtitle=story.subtitle,
        reasons=list(story.reasons),
        left_out=[LeftOutOut(reason=one.reason, count=one.count) for one in story.left_out],
        cover_photo_id=story.cover_photo_id,
        slides=[
            SlideOut(
                photo_id=slide.photo_id,
                kind="video" if slide.is_video else "photo",
                caption=slide.caption,
                reasons=list(slide.reasons),
            )
            for slide in story.slides
        ],
        seen=told.seen_at is not None,
        verdict=told.said,
    )


def _seen(told: ToldStory) -> dict[str, Any]:
    story = told.story
    return {
        "story_id": story.story_id,
        "day": story.day,
        "key": story.key,
        "kind": story.kind,
        "title": story.title,
        "photo_ids": [slide.photo_id for slide in story.slides],
        "seen_at": told.seen_at,
    }
