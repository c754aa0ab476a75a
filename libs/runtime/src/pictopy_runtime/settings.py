"""Settings come from the environment, `<SERVICE>_<FIELD>` before `PICTOPY_<FIELD>`, else from files of these names."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, EnvSettingsSource, SecretsSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

SECRETS = [path for path in (Path("/run/secrets"),) if path.is_dir()]  # one file a secret: where containers have them


class BaseServiceSettings(BaseSettings):
    """What every service needs to know. Subclasses set `env_prefix` and add their own fields, units in names."""

    model_config = SettingsConfigDict(extra="ignore")

    host: str = "127.0.0.1"
    port: int = 0
    postgres_dsn: SecretStr | None = None
    nats_url: str = "nats://127.0.0.1:4222"
    nats_token: SecretStr | None = None
    token: SecretStr
    """Bearer token of every HTTP API, and the key of signed image addresses."""
    data_dir: Path  # the service's own folder; never inside a photo library
    log_level: str = "INFO"
    is_quiet: bool = False  # answers over HTTP and works on nothing: for a look at a stack that is stopped
    threads: int = 2  # size of the pool that slow work runs in
    startup_wait_s: float = 60.0  # for Postgres and NATS, before giving up with exit code 1

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        own, common = (SecretsSettingsSource(settings_cls, SECRETS, env_prefix=p) for p in (None, "PICTOPY_"))
        return init_settings, env_settings, EnvSettingsSource(settings_cls, env_prefix="PICTOPY_"), own, common
