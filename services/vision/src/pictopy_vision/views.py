"""What the HTTP API answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.lineup import TaskState
from pictopy_vision.model_folder import Version
from pictopy_vision.ports import Engine
from pictopy_vision.pulls import Pull, PullStatus


class TaskView(BaseModel):
    on: bool
    model: ModelId | None
    why: str

    @classmethod
    def of(cls, state: TaskState) -> Self:
        return cls(on=state.on, model=state.model, why=state.why)


class VersionView(BaseModel):
    digest: str
    bytes: int
    is_removable: bool


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
    """Of all its files."""
    sha256: str
    installed: bool
    in_use: bool
    chosen: bool
    """A person said that it should do its task; else it does so as the best that is installed."""
    beside: bool
    """Computed beside the one in use, until a change is finished."""
    versions: list[VersionView]
    """Those on the disk."""
    why_not_offered: str | None
    """A sentence where no set contains it and it must be asked for by name."""
    starter: bool
    only_from_mirror: bool
    note: str | None
    suits: str
    cpu_ms: float | None
    memory_mb: int | None
    embedding_size: int | None

    @classmethod
    def of(cls, entry: Entry, here: "OnShelf") -> Self:
        return cls(
            id=entry.id,
            task=entry.tasks[0],
            tasks=list(entry.tasks),
            title=entry.title,
            licence=entry.licence.name,
            licence_allows=entry.licence.allows,
            commercial=entry.licence.commercial,
            bytes=entry.total_bytes,
            sha256=entry.sha256,
            versions=[VersionView.model_validate(each, from_attributes=True) for each in here.versions],
            why_not_offered=why_not_offered(entry),
            starter=entry.starter,
            only_from_mirror=not entry.is_published,
            note=entry.note,
            suits=entry.hardware.suits,
            cpu_ms=entry.hardware.cpu_ms,
            memory_mb=entry.hardware.memory_mb,
            embedding_size=entry.output.embedding_size,
            installed=here.installed,
            in_use=here.in_use,
            chosen=here.chosen,
            beside=here.beside,
        )


@dataclass(frozen=True)
class OnShelf:
    """How a model stands on this machine."""

    installed: bool
    in_use: bool
    chosen: bool
    beside: bool
    versions: list[Version]


def why_not_offered(entry: Entry) -> str | None:
    if entry.licence.commercial:
        return None
    return f"{entry.licence.name} forbids commercial use, so it is in no set; ask for it by its name."


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
    warning: str | None = None
    """Said to whoever asked for a model whose licence forbids something."""
    next: str | None = None


class UseBody(BaseModel):
    task: Task | None = None
    """None: all that it can do."""
