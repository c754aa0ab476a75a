"""The in-memory twin of `store_said`."""

from dataclasses import dataclass, field, replace
from datetime import date

from pictopy_memories.domain.said import SeenStory
from pictopy_memories.domain.story import Story
from pictopy_memories.ports import ToldStory
from pictopy_memories.ports_said import Spoken, Untold


@dataclass
class SaidTables:
    """What the schema holds of it."""

    version: int = 0
    stories: dict[str, ToldStory] = field(default_factory=dict)
    builds: dict[date, int] = field(default_factory=dict)
    spoken: list[Spoken] = field(default_factory=list)
    shown_revisions: dict[str, int] = field(default_factory=dict)
    """Story to the revision as which it was told; absent: it has to be told."""
    seen_told: set[str] = field(default_factory=set)
    spoken_told: set[Spoken] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


class FakeSaid:
    def __init__(self, tables: SaidTables) -> None:
        self._said = tables

    async def untold(self) -> Untold:
        said = self._said
        return Untold(
            shown=[one.story for key, one in sorted(said.stories.items()) if key not in said.shown_revisions],
            gone=sorted(said.gone),
            seen=[
                SeenStory(one.story, one.seen_at)
                for key, one in sorted(said.stories.items())
                if one.seen_at and key not in said.seen_told
            ],
            spoken=[one for one in self._in_order() if one not in said.spoken_told],
        )

    async def mark_told(self, revision: int) -> None:
        said = self._said
        said.shown_revisions |= {key: revision for key in said.stories if key not in said.shown_revisions}
        said.seen_told |= {key for key, one in said.stories.items() if one.seen_at}
        said.spoken_told |= set(said.spoken)
        said.gone.clear()

    async def restore_shown(self, story: Story, revision: int) -> bool:
        known = self._said.stories.get(story.story_id)
        if known and self._said.shown_revisions.get(story.story_id, 0) >= revision:
            return False
        if known and known.seen_at:
            self._said.shown_revisions[story.story_id] = revision
        else:
            self._put_whole(ToldStory(story, 0), revision)
        return True

    async def restore_gone(self, story_id: str, revision: int) -> bool:
        known = self._said.stories.get(story_id)
        if known is None or known.seen_at or not 1 <= self._said.shown_revisions.get(story_id, 0) <= revision:
            return False
        del self._said.stories[story_id]
        return True

    async def restore_seen(self, seen: SeenStory) -> bool:
        known = self._said.stories.get(seen.story.story_id)
        if known and known.seen_at:
            return False
        told = ToldStory(seen.story, 0, seen_at=seen.seen_at)
        self._put_whole(told, self._said.shown_revisions.get(seen.story.story_id, 1))
        return True

    async def restore_spoken(self, spoken: Spoken) -> bool:
        known = {(one.verdict.story_id, one.said_at) for one in self._said.spoken}
        if (spoken.verdict.story_id, spoken.said_at) in known:
            return False
        self._said.spoken.append(spoken)
        self._said.version += 1
        return True

    def _in_order(self) -> list[Spoken]:
        return sorted(self._said.spoken, key=lambda one: one.said_at)

    def _put_whole(self, told: ToldStory, revision: int) -> None:
        self._said.stories[told.story.story_id] = replace(told)
        self._said.shown_revisions[told.story.story_id] = revision
        self._said.version += 1
