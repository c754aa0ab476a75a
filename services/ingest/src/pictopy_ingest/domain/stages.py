"""The ledger of stages: for each photo and stage the version that is wanted and the one that was done."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Stage, StageFinished
from pictopy_contracts.registry import STAGE_CONSUMER

Status = Literal["waiting", "done", "failed", "skipped"]

STAGES: tuple[Stage, ...] = ("vision", "cluster", "search")
"""Of other services; `preview` is our own and done when the photo is known."""
AFTER_VISION: tuple[Stage, ...] = ("cluster", "search")

_NO_RESULT = "vision has no result for this photo"


@dataclass(frozen=True)
class StageRow:
    """`wanted_version` is empty until somebody said which one it is: then any will do."""

    photo_id: PhotoId
    stage: Stage
    wanted_version: str = ""
    done_version: str | None = None
    status: Status = "waiting"
    attempts: int = 0
    last_error: str | None = None
    sent_at: datetime | None = None
    """When its work was last sent out; None: due now."""
    sent_count: int = 0
    finished_at: datetime | None = None

    @property
    def is_current(self) -> bool:
        return self.done_version is not None and self.wanted_version in {"", self.done_version}


def new_rows(photo_id: PhotoId, wanted_version: str, at: datetime) -> tuple[StageRow, ...]:
    """Of a photo that was just added: PhotoAdded sets all stages in motion."""
    return tuple(
        StageRow(photo_id, stage, wanted_version if stage == "vision" else "", sent_at=at, sent_count=1)
        for stage in STAGES
    )


def finished(rows: dict[Stage, StageRow], fact: StageFinished) -> dict[Stage, StageRow]:
    """The rows of one photo after a service said done or failed. Idempotent, and deaf to an older fact."""
    row = rows[fact.stage]
    if row.finished_at is not None and fact.finished_at < row.finished_at:
        return rows
    if fact.status == "done":
        row = replace(row, done_version=fact.model_version, last_error=None)
        row = replace(row, status="done" if row.is_current else "waiting")
    else:
        row = replace(row, status="failed", last_error=fact.reason or "no reason given")
    changed = {**rows, fact.stage: replace(row, attempts=fact.attempts, finished_at=fact.finished_at)}
    return _follow_vision(changed) if fact.stage == "vision" else changed


def _follow_vision(rows: dict[Stage, StageRow]) -> dict[Stage, StageRow]:
    """What comes after vision wants the version that vision did last, and nothing where vision failed."""
    vision = rows["vision"]
    return {stage: _following(row, vision) if stage in AFTER_VISION else row for stage, row in rows.items()}


def _following(row: StageRow, vision: StageRow) -> StageRow:
    if vision.status == "failed":
        return row if row.status == "done" else replace(row, status="skipped", last_error=_NO_RESULT)
    version = vision.done_version or ""
    if row.wanted_version == version and row.status != "skipped":
        return row
    wanting = replace(row, wanted_version=version)
    status: Status = "done" if wanting.is_current else "waiting"
    return replace(wanting, status=status, sent_at=vision.finished_at, last_error=None)


def again(row: StageRow) -> StageRow:
    """Someone wants the work done once more."""
    return replace(row, status="waiting", sent_at=None, sent_count=0, attempts=0, last_error=None, finished_at=None)


def stage_of(durable: str) -> Stage | None:
    """The stage whose work a consumer does."""
    return next((stage for stage, name in STAGE_CONSUMER.items() if name == durable), None)
