"""What the routes of the model shelf answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from pictopy_contracts.ids import ModelId
from pictopy_vision.desk import Desk, tasks_of
from pictopy_vision.domain.choices import Change
from pictopy_vision.domain.entry import TASKS, Entry, Task
from pictopy_vision.domain.hardware import Hardware
from pictopy_vision.domain.profiles import Profile, budget, recommend, why_unfit
from pictopy_vision.timings import Timings
from pictopy_vision.views import ItemView, OnShelf, TaskView


class ProfileView(BaseModel):
    id: str
    title: str
    suits: str
    models: list[ModelId]
    tasks: list[Task]
    disk_mb: float
    download_mb: float
    """What is still to be fetched."""
    memory_mb: int | None
    """Of the vision service at work with all its models loaded; None where one was never measured."""
    ms_per_photo: float | None
    """On one core: measured here if `bench` ran, else on the catalogue's machine; None where one was never measured."""
    installed: bool
    in_use: bool
    fits: bool
    why_not: str | None

    @classmethod
    def of(cls, profile: Profile, desk: Desk, hardware: Hardware) -> Self:
        entries = [desk.shelf.entries[model_id] for model_id in profile.models]
        installed = desk.shelf.installed()
        takes = budget(entries, installed, desk.timings.measured_ms)
        why_not = why_unfit(profile, hardware, takes.download_mb)
        does = tasks_of(entries)
        return cls(
            id=profile.id,
            title=profile.title,
            suits=profile.suits,
            models=list(profile.models),
            tasks=[task for task in TASKS if task in does],
            disk_mb=takes.disk_mb,
            download_mb=takes.download_mb,
            memory_mb=takes.memory_mb,
            ms_per_photo=takes.ms_per_photo,
            installed=installed.issuperset(profile.models),
            in_use={task: entry.id for task, entry in desk.shelf.lineup.entries.items()}
            == {task: entry.id for task, entry in does.items()},
            fits=why_not is None,
            why_not=why_not,
        )


class ProfilesView(BaseModel):
    hardware: Hardware
    recommended: str | None
    items: list[ProfileView]
    next: str | None = None

    @classmethod
    def of(cls, desk: Desk) -> Self:
        """Blocks: it looks at the machine."""
        hardware = desk.machine()
        profiles = list(desk.shelf.catalogue.profiles.values())
        items = [ProfileView.of(profile, desk, hardware) for profile in profiles]
        fitting = [profile for profile, item in zip(profiles, items, strict=True) if item.fits]
        return cls(hardware=hardware, recommended=recommend(fitting, profiles) if profiles else None, items=items)


def item_of(entry: Entry, desk: Desk) -> ItemView:
    shelf = desk.shelf
    used = {used.id for used in shelf.lineup.entries.values()}
    here = OnShelf(
        installed=entry.id in desk.store.installed([entry]),
        in_use=entry.id in used,
        chosen=entry.id in shelf.choices.use.values(),
        beside=entry.id in shelf.lineup.every_model - used,
        versions=desk.store.versions(entry.id),
    )
    return ItemView.of(entry, here)


class TaskStates(BaseModel):
    model_version: str
    tasks: dict[Task, TaskView]

    @classmethod
    def of(cls, desk: Desk) -> Self:
        lineup, entries = desk.shelf.lineup, desk.shelf.entries.values()
        return cls(
            model_version=lineup.version, tasks={task: TaskView.of(lineup.state_of(task, entries)) for task in TASKS}
        )


class ChangeView(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    task: Task
    before: ModelId = Field(serialization_alias="from")
    to: ModelId
    beside: list[ModelId]
    """All whose embeddings are computed beside `to`."""
    started_at: datetime


class ChangesView(BaseModel):
    items: list[ChangeView]
    next: str | None = None

    @classmethod
    def of(cls, changes: Mapping[Task, Change]) -> Self:
        items = [ChangeView(task=task, **change.model_dump()) for task, change in changes.items()]
        return cls(items=items)


class TimingView(BaseModel):
    model: ModelId
    task: Task
    ms: float | None
    runs: int
    engine: str
    why: str | None


class BenchView(BaseModel):
    running: bool
    items: list[TimingView]
    next: str | None = None

    @classmethod
    def of(cls, timings: Timings) -> Self:
        items = [TimingView.model_validate(timing, from_attributes=True) for timing in timings.items.values()]
        return cls(running=timings.is_running, items=items)


class TakenView(BaseModel):
    """The models of a bundle, now installed."""

    items: list[ModelId]
    next: str | None = None
