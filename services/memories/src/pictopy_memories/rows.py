"""Rows of Postgres to stories, and back."""

import json
from dataclasses import asdict
from typing import Any

from pictopy_memories.domain.story import LeftOut, Slide, Story


def story_row(story: Story, version: int) -> dict[str, Any]:
    return {
        **{name: getattr(story, name) for name in ("story_id", "digest", "day", "key", "kind", "subject", "title")},
        **{name: getattr(story, name) for name in ("subtitle", "cover_photo_id", "score")},
        "revision": version,
        "reasons": list(story.reasons),
        "left_out": json.dumps([asdict(one) for one in story.left_out]),
        "person_ids": list(story.person_ids),
    }


def story_of(row: dict[str, Any]) -> Story:
    """`slides` in the row: as JSON."""
    slides = tuple(Slide(**{**slide, "reasons": tuple(slide["reasons"])}) for slide in row["slides"])
    names = ("story_id", "day", "key", "kind", "subject", "title", "subtitle")
    return Story(
        **{name: row[name] for name in names},
        reasons=tuple(row["reasons"]),
        left_out=tuple(LeftOut(**one) for one in row["left_out"]),
        cover_photo_id=row["cover_photo_id"],
        person_ids=tuple(row["person_ids"]),
        score=round(row["score"], 4),
        slides=slides,
    )
