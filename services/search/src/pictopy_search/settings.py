"""What can be set for search, as `SEARCH_<FIELD>`."""

from pydantic_settings import SettingsConfigDict

from pictopy_vectors.open import VectorSettings


class Settings(VectorSettings):
    model_config = SettingsConfigDict(env_prefix="SEARCH_", extra="ignore")

    vision_url: str = "http://127.0.0.1:8702"
    """Where the words of a query become a vector, if an image/text pair is installed."""
