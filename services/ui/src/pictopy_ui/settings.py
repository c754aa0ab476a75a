"""Where the pages find the services; read from `UI_<FIELD>`, else `PICTOPY_<FIELD>`."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="UI_")

    port: int = 8700
    data_dir: Path = Path()
    """Not used: the pages keep nothing on disk."""
    ingest_url: str = "http://127.0.0.1:8701"
    vision_url: str = "http://127.0.0.1:8702"
    cluster_url: str = "http://127.0.0.1:8703"
    search_url: str = "http://127.0.0.1:8704"
    memories_url: str = "http://127.0.0.1:8705"
    exif_url: str = "http://127.0.0.1:8706"
    ingest_public_url: str = ""
    """Where the browser reaches ingest for pictures; empty: the same address as the pages do."""
    answer_timeout_s: float = 10.0

    @property
    def pictures_url(self) -> str:
        return (self.ingest_public_url or self.ingest_url).rstrip("/")
