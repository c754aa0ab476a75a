"""What the HTTP API answers."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.lineup import TaskState
from pictopy_vision.ports import Engine
from pictopy_vision.pulls import Pull, PullStatus


class TaskView(BaseModel):
    on: bool
    model: ModelId | None
    why: str

    @classmethod
    def of(cls, state: TaskState) -> Self:
        return cls(on=state.on, model=state.model, why=state.why)


class ItemView(BaseModel):
    id: ModelId
    task: Task
    """The first of `tasks`."""
    tasks: list[Task]
    title: str
    licence: str
    licence_allows: str
    commercial: bool
    bytes: int
    sha256: str
    installed: bool
    in_use: bool
    starter: bool
    only_from_mirror: bool
    note: str | None
    suits: str
    cpu_ms: float | None

    @classmethod
    def of(cls, entry: Entry, *, installed: bool, in_use: bool) -> Self:
        return cls(
            id=entry.id,
            task=entry.tasks[0],
            tasks=list(entry.tasks),
            title=entry.title,
            licence=entry.licence.name,
            licence_allows=entry.licence.allows,
            commercial=entry.licence.commercial,
            bytes=entry.bytes,
            sha256=entry.sha256,
            installed=installed,
            in_use=in_use,
            starter=entry.starter,
            only_from_mirror=not entry.sources,
            note=entry.note,
            suits=entry.hardware.suits,
            cpu_ms=entry.hardware.cpu_ms,
        )


class ServerView(BaseModel):
    url: str
    ready: bool
    why: str


class EngineView(BaseModel):
    name: str
    providers: list[str]
    loaded: list[ModelId]
    why: str
    """A sentence: why these providers."""
    triton: ServerView | None

    @classmethod
    def of(cls, engine: Engine, loaded: list[ModelId]) -> Self:
        server = engine.server
        triton = ServerView.model_validate(server, from_attributes=True) if server else None
        return cls(name=engine.name, providers=list(engine.providers), loaded=loaded, why=engine.why, triton=triton)


class ModelsView(BaseModel):
    model_version: str
    tasks: dict[Task, TaskView]
    items: list[ItemView]
    engine: EngineView


class PullView(BaseModel):
    model: ModelId
    status: PullStatus
    done_bytes: int
    total_bytes: int
    reason: str | None
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, pull: Pull) -> Self:
        return cls.model_validate(pull, from_attributes=True)


class PullsView(BaseModel):
    items: list[PullView]
    next: str | None = None
