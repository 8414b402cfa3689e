"""Settings, read once at the door from the environment or a `.env`, then handed down."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from services.runtime.buckets import EVERY_BUCKET, parse_buckets
from services.runtime.outgoing import networks_of


class Settings(BaseSettings):
    """Everything that can be set; the names are those of the reference, prefix PARKWATCH_.

    The public ones are documented for operators. Those under "from the stack" are
    handed by the stack to each service, or set by hand where services run alone.
    PARKWATCH_SECRETS_DIR names a folder of files, each holding the setting it is named after:
    how containers are told secrets without anyone seeing them in the environment.
    """

    model_config = SettingsConfigDict(
        env_prefix="PARKWATCH_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        # `NAME=` means unset: compose files hand on what may not be there.
        env_ignore_empty=True,
    )

    data_dir: Path = Path("data")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=1, le=65535)
    http_tls_cert: Path | None = None
    http_tls_key: Path | None = None
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = Field(default=1883, ge=1, le=65535)
    mqtt_tls_cert: Path | None = None
    mqtt_tls_key: Path | None = None
    mqtt_device_ca: Path | None = None
    db_port: int | None = Field(default=None, ge=1, le=65535)
    database_url: SecretStr | None = None
    mqtt_url: SecretStr | None = None
    admin_password: SecretStr | None = None
    rate_limit: int = Field(default=600, ge=0)
    gateway_rate: int = Field(default=20_000, ge=0)
    online_rate_text: str | None = None
    second_factor: str | None = None
    session_hours: int = Field(default=12, ge=1, le=12)
    session_idle_minutes: int = Field(default=720, ge=5, le=720)
    sessions_per_user: int = Field(default=1_000, ge=1)
    buckets: str = "0-15"
    bucketed: bool = False
    every_leaf: bool = False
    worker: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$")
    raw_days: int = Field(default=90, ge=30)
    rollup_days: int = Field(default=1_100, ge=1_095)
    compress_days: int = Field(default=14, ge=7)
    journal_dir: Path | None = None
    backup_key_file: Path | None = None
    backup_passphrase: SecretStr | None = None
    database_limit_gb: float | None = Field(default=None, gt=0)
    outgoing_networks: str | None = None
    trusted_proxies: str | None = None
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#@\s]+$")
    plan_file: Path | None = None
    plan_corners: str | None = None
    tiles_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "OIDC"
    oidc_role_claim: str = "groups"
    oidc_roles: str | None = None
    oidc_second_factor: str = "mfa,otp,hwk,sms"
    watch_webhook: SecretStr | None = None
    watch_command: str | None = None
    watch_interval_s: float = Field(default=10.0, ge=0.2)
    watch_silence_s: float = Field(default=25.0, ge=1.0)

    # From the stack.
    alone: bool = False
    lease_s: float = Field(default=15.0, ge=8.0)
    engine_lease_s: float = Field(default=4.0, ge=3.0, le=60.0)
    client_id_secret: SecretStr | None = None
    broker_admin_url: SecretStr | None = None
    broker_users_file: Path | None = None
    broker_log_file: Path | None = None
    broker_window: int = Field(default=0, ge=0, le=65_535)
    token_key: SecretStr | None = None
    token_key_file: Path | None = None
    journal_key: SecretStr | None = None
    journal_key_file: Path | None = None
    notice_key: SecretStr | None = None
    notice_key_file: Path | None = None
    notify_database_url: SecretStr | None = None
    console_dir: Path | None = None
    failpoint: str | None = None
    watch_mqtt_url: SecretStr | None = None
    api_url: str | None = None
    api_pin: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said first counts: arguments, environment, `.env`, files of secrets."""
        folder = os.environ.get("PARKWATCH_SECRETS_DIR")
        spoken = (init_settings, env_settings, dotenv_settings)
        return (*spoken, SecretsSettingsSource(settings_cls, folder)) if folder else spoken

    @field_validator("buckets")
    @classmethod
    def _names_buckets(cls, text: str) -> str:
        parse_buckets(text)
        return text

    @field_validator("outgoing_networks", "trusted_proxies")
    @classmethod
    def _names_networks(cls, text: str | None) -> str | None:
        networks_of(text or "")
        return text

    @property
    def maps_buckets(self) -> bool:
        """Whether the broker is to map readings to buckets: said, or a part of them is named."""
        return self.bucketed or parse_buckets(self.buckets) != EVERY_BUCKET

    def describe(self) -> dict[str, str]:
        """Every setting as text, secrets hidden: what a service prints when it starts."""
        return {name: str(getattr(self, name)) for name in type(self).model_fields}


def require(secret: SecretStr | None, name: str) -> str:
    """The value of a setting that this service cannot start without."""
    if secret is None:
        raise SystemExit(f"PARKWATCH_{name} is not set: set it, or start with `parkwatch up`.")
    return secret.get_secret_value()


def inherited_environment() -> dict[str, str]:
    """This process's own environment, to be handed on to the programs it starts."""
    return dict(os.environ)
