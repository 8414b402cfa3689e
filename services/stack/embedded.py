"""The embedded engines of one installation: where they lie, and what each service is told."""

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from services.runtime.settings import Settings, require
from services.stack.broker import Broker, Listener, Native
from services.stack.cache import Cache
from services.stack.certificate import certificate, device_authority
from services.stack.data_dir import DataDir
from services.stack.host import machine
from services.stack.packages import DATABASE
from services.stack.ports import claim, free_port, is_free
from services.stack.postgres import HOST, Postgres
from services.stack.program import Program
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.store.provision import OWNER, ROLES, provision

REPOSITORY = Path(__file__).resolve().parents[2]
CONSOLE = REPOSITORY / "console" / "dist"
TEMPLATE = REPOSITORY / "deploy" / "broker" / "nats.conf"
CERTIFICATES = (
    "http_tls_cert", "http_tls_key", "mqtt_tls_cert", "mqtt_tls_key", "mqtt_device_ca",
)  # fmt: skip
"""Files that the api looks at while it runs, and takes when they were renewed."""


class Embedded:
    """Call under the lock of the data folder. A server that the settings name elsewhere is not
    embedded: its attribute is None."""

    def __init__(
        self, settings: Settings, data: DataDir, cache: Cache, inherited: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._data = data
        self._inherited = inherited
        self.secrets = Secrets(data.secrets)
        self.database = self._database(cache) if settings.database_url is None else None
        self.broker = self._broker() if settings.mqtt_url is None else None

    def provision(self) -> None:
        """Roles, passwords and the database; needs it to be up."""
        if self.database is not None:
            passwords = {role: self.secrets.get(role) for role in ROLES}
            superuser = self.database
            provision(lambda name: superuser.url("postgres", name), "parkwatch", passwords)

    def owner_url(self) -> str:
        """The database's address for its owner, who migrates it."""
        if self.database is not None:
            return self.database.url(OWNER)
        return require(self._settings.database_url, "DATABASE_URL")

    def service(self, name: str) -> Program:
        """One of our services, with its own roles on both servers."""
        return Program(
            name=name,
            command=(sys.executable, "-m", f"services.{name}"),
            env=self._environment(name),
        )

    def watcher(self, url: str, beat: Path) -> Program:
        """The watcher of the whole chain, which has no right but the canary's."""
        settings = self._settings
        own = {
            "DATA_DIR": str(self._data.path),
            "MQTT_URL": self._watchers_mqtt(),
            "API_URL": url,
            "API_PIN": ""
            if settings.http_tls_cert is None
            else str(settings.http_tls_cert.absolute()),
            "WATCH_LOG": str(self._data.logs / "watcher.log"),
            "WATCH_SUPERVISOR": str(beat),
            **watch_settings(settings),
        }
        # Nothing else of our settings: the database's passwords are not its business.
        kept = {k: v for k, v in self._inherited.items() if not k.startswith("PARKWATCH_")}
        return Program(
            name="watcher",
            command=(sys.executable, "-m", "services.watcher"),
            env=kept | {f"PARKWATCH_{key}": value for key, value in own.items()},
            survives=True,
        )

    def _watchers_mqtt(self) -> str:
        if self.broker is not None:
            return self.broker.mqtt_url("svc-watcher")
        return require(self._settings.watch_mqtt_url or self._settings.mqtt_url, "WATCH_MQTT_URL")

    def settings_of(self, name: str) -> dict[str, str]:
        """Only what is set for this service beyond the environment, for a person to use."""
        full = self._environment(name)
        return {key: value for key, value in full.items() if self._inherited.get(key) != value}

    def _environment(self, name: str) -> dict[str, str]:
        settings, secrets = self._settings, self.secrets
        own = {
            "DATA_DIR": str(self._data.path),
            "HTTP_HOST": settings.http_host,
            "HTTP_PORT": str(settings.http_port),
            "RATE_LIMIT": str(settings.rate_limit),
            "GATEWAY_RATE": str(settings.gateway_rate),
            "BUCKETED": str(settings.maps_buckets).lower(),
            "CLIENT_ID_SECRET": secrets.get("client_id"),
        }
        if self.database is not None:
            own["DATABASE_URL"] = self.database.service_url(f"pw_{name}")
        if self.broker is not None:
            own["MQTT_URL"] = self.broker.mqtt_url(f"svc-{name}")
        if name == "ingest":
            own["EVERY_LEAF"] = str(self.broker is not None and self.broker.every_leaf).lower()
            if self.broker is not None:
                own["BROKER_WINDOW"] = str(self.broker.window)
            # Of this data folder there is one supervisor, and of that one ingest.
            own["ALONE"] = "true"
        if name == "alerts":
            # Unless it is said that another engine stands by.
            own["ALONE"] = self._inherited.get("PARKWATCH_ALONE", "true")
        if name == "api":
            own |= self._doors()
        return dict(self._inherited) | {f"PARKWATCH_{key}": value for key, value in own.items()}

    def _doors(self) -> dict[str, str]:
        """What only the api needs: signing, the console, and letting gateways in."""
        own = {
            "TOKEN_KEY": self.secrets.get("token_key").split()[0],
            # Read again while the api runs, so that they can be rotated.
            "TOKEN_KEY_FILE": str(self.secrets.path("token_key")),
            "JOURNAL_KEY": self.secrets.get("journal_key").split()[0],
            "JOURNAL_KEY_FILE": str(self.secrets.path("journal_key")),
            "NOTICE_KEY": self.secrets.get("notice_key").split()[0],
            "NOTICE_KEY_FILE": str(self.secrets.path("notice_key")),
            "NOTIFY_DATABASE_URL": self._notify_url(),
            "CONSOLE_DIR": str(self._settings.console_dir or CONSOLE),
            "ADMIN_PASSWORD": self.secrets.get("admin_password", self._first_admin_password()),
        }
        if self.broker is not None:
            own["BROKER_ADMIN_URL"] = self.broker.admin_url()
            own["BROKER_USERS_FILE"] = str(self.broker.users_file)
            own["BROKER_LOG_FILE"] = str(self._data.logs / "broker.log")
        for name in CERTIFICATES:
            if (file := getattr(self._settings, name)) is not None:
                own[name.upper()] = str(file.absolute())
        return own

    def _notify_url(self) -> str:
        """By which the api also does the work of `parkwatch notify`, which mostly waits."""
        if self.database is not None:
            return self.database.service_url("pw_notify")
        return require(self._settings.database_url, "DATABASE_URL")

    def _first_admin_password(self) -> str | None:
        chosen = self._settings.admin_password
        return None if chosen is None else chosen.get_secret_value()

    def _database(self, cache: Cache) -> Postgres:
        entry = DATABASE.entry(machine())
        if not cache.has(entry):
            raise Refusal("The database is not installed yet: run `make install` first.")
        port = self._database_port()
        postgres = self._data.postgres
        return Postgres(cache.path(entry), postgres, port, self._data.account, self.secrets)

    def _database_port(self) -> int:
        wanted = self._settings.db_port
        if wanted is not None:
            claim(HOST, wanted, "the database", "DB_PORT")
            return wanted
        return self._data.remembered_port("database", free_port, lambda port: is_free(HOST, port))

    def _broker(self) -> Broker:
        settings = self._settings
        pair = certificate(settings.mqtt_tls_cert, settings.mqtt_tls_key, "MQTT_TLS")
        claim(settings.mqtt_host, settings.mqtt_port, "the gateways' MQTT", "MQTT_PORT")
        native = self._data.remembered_port("broker", free_port, lambda port: is_free(HOST, port))
        return Broker(
            Path(sysconfig.get_path("scripts")) / "nats-server",
            TEMPLATE,
            self._data.broker,
            Native(native),
            Listener(
                settings.mqtt_host,
                settings.mqtt_port,
                pair,
                device_authority(settings.mqtt_device_ca, pair),
            ),
            self.secrets,
            bucketed=settings.maps_buckets,
        )


def watch_settings(settings: Settings) -> dict[str, str]:
    """What a person set for the watcher."""
    webhook = settings.watch_webhook
    return {
        "WATCH_WEBHOOK": "" if webhook is None else webhook.get_secret_value(),
        "WATCH_COMMAND": settings.watch_command or "",
        "OUTGOING_NETWORKS": settings.outgoing_networks or "",
        "WATCH_INTERVAL_S": str(settings.watch_interval_s),
        "WATCH_SILENCE_S": str(settings.watch_silence_s),
    }
