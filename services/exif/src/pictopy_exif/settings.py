"""Settings of the exif service: EXIF_<FIELD>, else PICTOPY_<FIELD>."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from pictopy_exif.ports import Limits
from pictopy_runtime.settings import BaseServiceSettings


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EXIF_")

    keep_mtime: bool = True
    """A written file keeps its modification time: albums sorted by it stay as they are. False for backup programs
    that see changes by time alone."""
    debounce_s: float = Field(default=1.0, ge=0)
    """Several changes to a photo within this time become one write."""
    writes_per_s: float = Field(default=1000.0, gt=0)
    """Upper bound, for disks that others need too; the default is more than one process does."""
    threads: int = 4
    """More than cores, since most of them wait for the disk."""
    max_embed_bytes: int = Field(default=256 * 1024 * 1024, ge=0)
    """Larger files get a sidecar: all but JPEGs are held in memory as a whole, before and after."""
    idle_s: float = Field(default=0.25, gt=0)
    """How often the writer looks for wishes that fell due."""
    recover_every_s: float = Field(default=60.0, gt=0)
    """How often a write is looked at again whose end could not be told, since its folder was away."""

    journal_s: float = Field(default=5.0, ge=0)
    """What is said within this time becomes one write of the journal."""

    @property
    def limits(self) -> Limits:
        return Limits(
            debounce_s=self.debounce_s,
            writes_per_s=self.writes_per_s,
            max_embed_bytes=self.max_embed_bytes,
            idle_s=self.idle_s,
            recover_every_s=self.recover_every_s,
            journal_s=self.journal_s,
        )
