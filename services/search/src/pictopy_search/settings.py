"""What can be set for search, as `SEARCH_<FIELD>`."""

from pydantic_settings import SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SEARCH_", extra="ignore")
