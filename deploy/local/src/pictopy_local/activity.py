"""What ingest tells of the work on all photos, and what the services say is left. Pure."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

FILES = "preview"
"""The stage that counts files: it fails for files that gave no photo, the later ones for photos."""


class StageCount(BaseModel):
    wanted: int = 0
    done: int = 0
    failed: int = 0
    waiting: int = 0
    skipped: int = 0
    relook: int = 0
    """Of the waiting, those with an older result; they rest while `paused`."""
    paused: bool = False

    @property
    def finished(self) -> int:
        return self.done + self.failed + self.skipped

    @property
    def left(self) -> int:
        """What will be done without anyone's asking."""
        return max(self.waiting, self.wanted - self.finished) - (self.relook if self.paused else 0)


class Activity(BaseModel):
    """Answer of `GET /v1/activity` of ingest."""

    photos: int = 0
    videos: int = 0
    stages: dict[str, StageCount] = {}
    failed_files: int = 0
    dead: int = 0
    scanning: bool = False

    @property
    def total(self) -> int:
        """Pictures and videos known so far."""
        return self.photos + self.videos

    @property
    def done(self) -> int:
        """Pictures that have left every stage, be it by failing."""
        later = [stage.finished for name, stage in self.stages.items() if name != FILES and stage.wanted]
        return min(later, default=self.total)

    @property
    def failed(self) -> int:
        """Files that gave no photo, and what later stages gave up."""
        return self.failed_files + sum(stage.failed for name, stage in self.stages.items() if name != FILES)

    @property
    def left(self) -> int:
        return max(0, self.total - self.done)

    @property
    def unfinished(self) -> dict[str, int]:
        """Stage to the number of photos that are neither done nor failed there."""
        left = {name: stage.left for name, stage in self.stages.items()}
        return {name: count for name, count in left.items() if count > 0}


@dataclass(frozen=True)
class Snapshot:
    """One look at the whole stack. `statuses`: service to `/status`; None where it did not answer."""

    activity: Activity | None
    statuses: dict[str, dict[str, Any] | None]

    @property
    def is_settled(self) -> bool:
        """Nobody has anything left to do."""
        if self.activity is None or self.activity.scanning or self.activity.unfinished:
            return False
        return all(status is not None and status.get("settled") is True for status in self.statuses.values())

    def left(self) -> dict[str, Any]:
        """What keeps it from being settled, by part."""
        parts: dict[str, Any] = {"stages": self.activity.unfinished} if self.activity else {"ingest": "does not answer"}
        for service, status in self.statuses.items():
            if status is None:
                parts[service] = "does not answer"
            elif not status.get("settled"):
                queues = {key: count for key, count in (status.get("pending") or {}).items() if count}
                parts[service] = {**queues, **{k: v for k, v in (status.get("backlog") or {}).items() if v}}
        return {name: part for name, part in parts.items() if part}
