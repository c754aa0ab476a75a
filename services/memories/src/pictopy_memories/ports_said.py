"""What memories keeps of what others keep for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pictopy_memories.domain.history import Verdict
from pictopy_memories.domain.said import SeenStory
from pictopy_memories.domain.story import Story


@dataclass(frozen=True)
class Spoken:
    """One word of the user on one story, as it stands in the log."""

    verdict: Verdict
    said_at: datetime


@dataclass(frozen=True)
class Untold:
    """What changed and was not told yet. Stories are whole, whatever of them may be shown now."""

    shown: Sequence[Story]
    gone: Sequence[str]
    """Ids of stories that were made again otherwise."""
    seen: Sequence[SeenStory]
    spoken: Sequence[Spoken]

    def __bool__(self) -> bool:
        return bool(self.shown or self.gone or self.seen or self.spoken)


class SaidUnit(Protocol):
    async def untold(self) -> Untold: ...

    async def mark_told(self, revision: int) -> None:
        """All of it; what was shown is told as this revision."""
        ...

    # Back from those who keep it. Each says whether it was news, and adds 1 to the version if so.

    async def restore_shown(self, story: Story, revision: int) -> bool:
        """A story that was seen stays as it is."""
        ...

    async def restore_gone(self, story_id: str, revision: int) -> bool: ...

    async def restore_seen(self, seen: SeenStory) -> bool: ...

    async def restore_spoken(self, spoken: Spoken) -> bool: ...
