"""Settings of memories: MEMORIES_*, else PICTOPY_*."""

from datetime import time, tzinfo
from zoneinfo import ZoneInfo

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MEMORIES_", extra="ignore")

    daily_at: time = time(3, 0)
    """Wall clock at which a new day's stories come: MEMORIES_DAILY_AT=07:30."""
    tz: str = ""
    """Name of the time zone of that clock, as `Europe/Lisbon`; empty is the zone of this machine."""
    seed: int = 0
    """Decides between equals; another seed gives other turns."""
    settle_s: float = 3.0
    """How long the library must be quiet before today's stories are made again."""

    @field_validator("tz")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            if name:
                ZoneInfo(name)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no time zone is called {name!r}; write one like Europe/Lisbon") from error
        return name

    @property
    def zone(self) -> tzinfo | None:
        return ZoneInfo(self.tz) if self.tz else None
