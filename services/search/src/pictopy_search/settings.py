"""What can be set for search, as `SEARCH_<FIELD>`."""

from pydantic_settings import SettingsConfigDict

from pictopy_vectors.open import VectorSettings


class Settings(VectorSettings):
    model_config = SettingsConfigDict(env_prefix="SEARCH_", extra="ignore")
