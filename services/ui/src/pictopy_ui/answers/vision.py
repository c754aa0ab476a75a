"""Models and what they do."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from pictopy_ui.answers.base import Answer, Listing


def _listed(value: object) -> object:
    """One word or several."""
    return (value,) if isinstance(value, str) else value


class Task(Answer):
    on: bool = False
    model: str | None = None
    why: str | None = None


class Model(Answer):
    id: str
    task: str = ""
    tasks: tuple[str, ...] = ()
    title: str = ""
    licence: str = ""
    licence_allows: str = ""
    bytes: int | None = None
    installed: bool = False
    in_use: bool = False
    starter: bool = False
    note: str | None = None
    only_from_mirror: bool = False


class Triton(Answer):
    url: str = ""
    ready: bool = False
    why: str | None = None


class Engine(Answer):
    """What models run on."""

    name: str = ""
    providers: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()
    triton: Triton | None = None
    why: str | None = None


class Models(Answer):
    model_version: str = ""
    tasks: dict[str, Task] = Field(default_factory=dict)
    items: tuple[Model, ...] = ()
    engine: Engine = Field(default_factory=Engine)


class Pull(Answer):
    id: str = Field("", validation_alias=AliasChoices("id", "model_id", "model"))
    status: str = Field("", validation_alias=AliasChoices("status", "state"))
    done_bytes: int = 0
    total_bytes: int | None = None
    reason: str | None = Field(None, validation_alias=AliasChoices("reason", "error"))


class Hardware(Answer):
    cores: int = 0
    memory_mb: int = 0
    gpu: str | None = None
    instructions: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    disk_free_mb: int | None = None


class Profile(Answer):
    """A set of models for a kind of machine, with what it takes."""

    id: str
    title: str = ""
    models: tuple[str, ...] = ()
    disk_mb: float = 0
    memory_mb: float = 0
    ms_per_photo: float | None = None
    installed: bool = False
    fits: bool = True
    why_not: str | None = None


class Profiles(Listing[Profile]):
    hardware: Hardware = Field(default_factory=Hardware)
    recommended: str | None = None


class Timing(Answer):
    """How long one run of a model takes on this machine."""

    model: str
    task: str = ""
    ms: float | None = None
    runs: int = 0
    engine: str = ""


class Bench(Listing[Timing]):
    running: bool = False


class Change(Answer):
    """One task goes over from one model to another."""

    task: str
    before: str = Field("", validation_alias=AliasChoices("from", "before"))
    after: str = Field("", validation_alias=AliasChoices("to", "after"))
    started_at: datetime | None = None


class ModelChange(Answer):
    """How far a service is with the embeddings of a new model."""

    task: str = ""
    active: str | None = None
    next: str | None = None
    previous: str | None = None
    done: int = 0
    total: int = 0
    state: str = "none"
    can_take_back: bool = False
