"""Where settings come from."""

import pytest
from pydantic_settings import SettingsConfigDict

from pictopy_runtime.settings import BaseServiceSettings


class Sample(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SAMPLE_", extra="ignore")


def test_own_prefix_wins_over_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's own variable is stronger than what all share, and secrets do not print."""
    for name, value in {
        "PICTOPY_TOKEN": "hush",
        "PICTOPY_DATA_DIR": "/data",
        "PICTOPY_PORT": "1",
        "SAMPLE_PORT": "2",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Sample()
    assert settings.port == 2
    assert settings.token.get_secret_value() == "hush"
    assert "hush" not in repr(settings)
