"""What was written into files."""

from datetime import datetime
from typing import Any

from pydantic import Field

from pictopy_ui.answers.base import Answer, Texts


class Write(Answer):
    """One row of the ledger of what was written into the user's files."""

    write_id: int
    photo_id: str | None = None
    path: str = ""
    target: str = ""
    status: str = ""
    wishes: Any = None
    verified: bool = False
    reason: str | None = None
    written_at: datetime | None = None
    undone_at: datetime | None = None


class FailedWish(Answer):
    photo_id: str | None = None
    reason: str | None = None
    attempts: int = 0


class Policy(Answer):
    policy: str = "embedded_else_sidecar"
    paused: bool = False
    concepts: dict[str, str] = Field(default_factory=dict)
    """What is written: people, keywords, event ... to off, on or confirmed."""


class PlanItem(Answer):
    """What a write would change in one file."""

    path: str = ""
    target: str = ""
    add: Texts = ()
    remove: Texts = ()


class Reason(Answer):
    reason: str = ""
    count: int = 0


class DryRun(Answer):
    """What writing everything now would change, counted without writing."""

    running: bool = False
    photos: int = 0
    files: int = 0
    by_kind: dict[str, int] = Field(default_factory=dict)
    by_target: dict[str, int] = Field(default_factory=dict)
    refused: tuple[Reason, ...] = ()
