"""Where settings come from."""

from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from pictopy_runtime import settings as runtime_settings
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


def test_secrets_may_be_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container finds its secrets as files named like the variables; the environment is stronger."""
    for name, text in {
        "pictopy_token": "hush\n",
        "sample_postgres_dsn": "postgresql://own",
        "sample_port": "3",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(runtime_settings, "SECRETS", [tmp_path])
    monkeypatch.setenv("PICTOPY_DATA_DIR", "/data")
    monkeypatch.setenv("SAMPLE_PORT", "2")
    settings = Sample()
    assert settings.token.get_secret_value() == "hush"
    assert settings.postgres_dsn is not None
    assert settings.postgres_dsn.get_secret_value() == "postgresql://own"
    assert settings.port == 2
