"""Profiles: named sets of models for a kind of machine, with what each takes of disk, memory and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry, Piece, Task
from pictopy_vision.domain.hardware import Hardware

SERVICE_MB = 165  # resident memory of the service after its models were unloaded, as bench/vision.py measured it
FACES_A_PHOTO = 1.0  # mean over family albums; what looks at each face counts so often
PER_FACE: frozenset[Task] = frozenset({"face_embedding", "face_quality"})
NOT_PER_PHOTO: frozenset[Task] = frozenset({"text_embedding"})  # works once a query


class Profile(Piece):
    """One file in `profiles/`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    suits: str = Field(description="Which machine, in words.")
    order: int = Field(ge=1, description="From small to large; of those that fit the last is recommended.")
    memory_mb: int = Field(description="Memory that the machine should have.")
    cores: int = 1
    needs_gpu: bool = False
    models: tuple[ModelId, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Budget:
    """What a profile takes; None where a model of it was never measured."""

    disk_mb: float
    download_mb: float
    memory_mb: int | None
    ms_per_photo: float | None


def budget(entries: Sequence[Entry], installed: frozenset[ModelId], measured: Mapping[ModelId, float]) -> Budget:
    """`measured`: milliseconds a run on this very machine, where they are known; else the catalogue's."""
    memory = [entry.hardware.memory_mb for entry in entries]
    times = [_ms_per_photo(entry, measured.get(entry.id, entry.hardware.cpu_ms)) for entry in entries]
    return Budget(
        disk_mb=round(sum(entry.total_bytes for entry in entries) / 1e6, 1),
        download_mb=round(sum(entry.total_bytes for entry in entries if entry.id not in installed) / 1e6, 1),
        memory_mb=SERVICE_MB + sum(each or 0 for each in memory) if None not in memory else None,
        ms_per_photo=round(sum(each or 0.0 for each in times), 1) if None not in times else None,
    )


def _ms_per_photo(entry: Entry, ms: float | None) -> float | None:
    if set(entry.tasks) <= NOT_PER_PHOTO:
        return 0.0
    if ms is None:
        return None
    return ms * FACES_A_PHOTO if set(entry.tasks) <= PER_FACE else ms


def why_unfit(profile: Profile, hardware: Hardware, download_mb: float) -> str | None:
    """A sentence where the machine is too small for it, else None."""
    if profile.needs_gpu and hardware.gpu is None:
        return "needs a GPU that the engine can use; none is here"
    if hardware.memory_mb < profile.memory_mb:
        return f"wants {profile.memory_mb:,} MB of memory; this machine has {hardware.memory_mb:,}"
    if hardware.cores < profile.cores:
        return f"wants {profile.cores} cores; this machine has {hardware.cores}"
    if hardware.disk_free_mb < download_mb:
        return f"wants {download_mb:,.0f} MB of disk; {hardware.disk_free_mb:,} MB are free"
    return None


def recommend(fitting: Sequence[Profile], profiles: Sequence[Profile]) -> str:
    """The largest that fits; where none does the smallest, which is slow there but works."""
    if fitting:
        return max(fitting, key=lambda profile: profile.order).id
    return min(profiles, key=lambda profile: profile.order).id
