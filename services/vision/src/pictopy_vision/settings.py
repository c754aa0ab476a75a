"""Settings of the vision service: VISION_<FIELD>, else PICTOPY_<FIELD>."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings


class VisionSettings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="VISION_")

    port: int = 8702
    ingest_url: str = "http://127.0.0.1:8701"
    previews_dir: Path | None = None
    """Ingest's folder of previews, where it is mounted here."""
    previews_patience_s: float = 240.0
    """How long to wait for an ingest that does not answer before the attempt counts as failed."""
    catalogue_dir: Path | None = None
    """Another catalogue than the one that comes with the service."""
    models_mirror: str = ""
    """Folder or http(s) address that has model files at their `mirror` path; asked before the publishers."""
    models_offline: bool = False
    """Ask no publisher and no package index; only the mirror."""
    other_model_dirs: Annotated[tuple[Path, ...], NoDecode] = ()
    """More folders in the layout of the store, with colons between, that are only read: what model containers bring."""
    other_models_look_s: float = 10.0
    """How often those are looked at."""
    auto_pull_starter: bool = False
    auto_pull_extra: str = ""
    """More model ids to pull at the start, separated by commas."""
    starter_retry_s: float = 5.0
    starter_wait_s: float = 240.0
    """How long photos wait for the first pull; with `previews_patience_s` it stays below a handler's budget."""
    device: Literal["auto", "cpu"] = "auto"
    """cpu: no GPU or other accelerator, even where one is."""
    triton_url: str = ""
    """host:port of a Triton server's gRPC endpoint; this process stands in for it while it is away."""
    triton_deadline_s: float = 5.0
    triton_look_s: float = 5.0
    """How often a server that is not used is asked whether it is back."""
    photos_at_once: int = 4
    """Two more than `threads` keep those busy while previews come and results go.

    With a GPU or a Triton server 16 of both let its batches fill.
    """
    model_threads: int = 1
    """Cores that one run of one model uses; photos already run side by side."""
    idle_unload_s: float = 300.0

    @field_validator("other_model_dirs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(":") if part) if isinstance(value, str) else value
