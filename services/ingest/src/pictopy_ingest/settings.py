"""Settings of ingest: INGEST_<FIELD>, else PICTOPY_<FIELD>."""

import os

from pydantic_settings import SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings

MOST_WORKERS = 8
"""Each may hold a picture of 200 megapixels."""


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="INGEST_")

    port: int = 8701
    workers: int = min(len(os.sched_getaffinity(0)) + 1, MOST_WORKERS)
    """Processes that read and decode files: one more than cores, since each waits for the disk now and then."""
    max_megapixels: int = 200
    """A picture that says it is larger is not decoded."""
    max_image_bytes: int = 2 << 30
    rescan_s: float = 900.0
    """How often a library is looked at although nothing was heard of it."""
    reconcile_s: float = 15.0
    stalled_s: float = 300.0
    """A stage that finished nothing for this long is sent its photos again."""
