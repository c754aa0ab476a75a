"""What was seen, said and shown, as others keep it for us and give it back: the bodies of `MemoriesStated`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, JsonValue, TypeAdapter

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.statements import MemoriesStated
from pictopy_memories.domain.history import Verdict
from pictopy_memories.domain.story import Story

_STORY: TypeAdapter[Story] = TypeAdapter(Story)
_VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)


class SeenBody(BaseModel):
    story: Story
    seen_at: AwareDatetime


class ShownBody(BaseModel):
    story: Story


class SpokenBody(BaseModel):
    verdict: Verdict
    said_at: AwareDatetime


@dataclass(frozen=True)
class SeenStory:
    story: Story
    seen_at: datetime


def shown_statement(story: Story, revision: int) -> MemoriesStated:
    """Nobody's word, but what was shown is not shown again soon."""
    return _about(story, "shown", revision, "auto", {"story": _plain(story)})


def seen_statement(story: Story, seen_at: datetime) -> MemoriesStated:
    """A story that was seen stays as it is: one revision is all."""
    return _about(story, "seen", 1, "user", {"story": _plain(story), "seen_at": seen_at.isoformat()})


def gone_statement(story_id: str, revision: int) -> MemoriesStated:
    return MemoriesStated(kind="shown", statement_id=story_id, revision=revision, by="auto", body={}, is_gone=True)


def spoken_statement(verdict: Verdict, said_at: datetime) -> MemoriesStated:
    """Its id begins with its time, so that a log that is sorted by id is in order."""
    body = {"verdict": _VERDICT.dump_python(verdict, mode="json"), "said_at": said_at.isoformat()}
    key = f"{said_at.isoformat()}/{verdict.story_id}"
    return MemoriesStated(kind="feedback", statement_id=key, revision=1, body=body)


def _plain(story: Story) -> dict[str, Any]:
    """The score is of one day's choice only."""
    plain: dict[str, Any] = _STORY.dump_python(replace(story, score=round(story.score, 4)), mode="json")
    return plain


def _about(
    story: Story, kind: str, revision: int, by: Literal["user", "auto"], body: Mapping[str, JsonValue]
) -> MemoriesStated:
    photo_ids = tuple(PhotoId(slide.photo_id) for slide in story.slides)
    return MemoriesStated(
        kind=kind, statement_id=story.story_id, revision=revision, by=by, photo_ids=photo_ids, body=dict(body)
    )
