"""An installation made of containers: `python -m services.stack.installation prepare|migrate`.

`prepare` makes the secrets once and writes what each part is told: the broker's configuration,
and a folder for each service with a file for each of its secrets, named as the setting.
`migrate` then gives the database its roles, and brings its schema up to date.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import psycopg
import typer

from services.runtime.settings import Settings
from services.stack import chosen
from services.stack.broker import ADMIN_USER, Broker, Listener, Native
from services.stack.cache import explained
from services.stack.certificate import Certificate, certificate, device_authority
from services.stack.embedded import TEMPLATE
from services.stack.own_certificates import name_of
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.stack.show import open_broker
from services.stack.up import SERVICES
from services.store.migrate import MigrationRefused
from services.store.migrate import migrate as apply_migrations
from services.store.provision import OWNER, ROLES, provision

DATABASE = "parkwatch"
SUPERUSER = "postgres"
EVERYWHERE = "0.0.0.0"
PIN, HTTP_PIN, OWN = "mqtt.crt", "http.crt", "mqtt-own.pem"
"""The doors' certificates, for services that cannot read the folder of certificates."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Handouts:
    """The folders of secrets, one a part; each part sees its own and no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def give(self, part: str, name: str, content: str) -> None:
        """One file, readable by its owner alone; replaced whole."""
        folder = self._folder / part
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            half = folder / f".{name}.half"
            half.unlink(missing_ok=True)
            file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as handle:
                handle.write(content)
            half.rename(folder / name)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the services reach the engines, each as HOST:PORT, and find what they are told."""

    database: str
    mqtt: str
    native: str
    http: str
    told_at: Path
    shown: bool = False
    """Whether our services show certificates at the broker, too."""


Place = Annotated[str, typer.Option(help="HOST:PORT, as the services reach it.")]
Folder = Annotated[Path, typer.Option()]


@app.command()
def prepare(
    handouts: Folder,
    told_at: Annotated[Path, typer.Option(help="A service's folder of HANDOUTS, as it sees it.")],
    broker_config: Folder,
    broker_store: Folder,
    database: Place,
    mqtt: Place,
    native: Place,
    http: Place,
    listen: Annotated[str, typer.Option(help="The broker's address.")] = EVERYWHERE,
) -> None:
    """Make the secrets once; write the broker's configuration and each part's secrets anew."""
    settings = chosen.settings()
    pair = certificate(settings.mqtt_tls_cert, settings.mqtt_tls_key, "MQTT_TLS")
    certificate(settings.http_tls_cert, settings.http_tls_key, "HTTP_TLS")
    secrets = Secrets(settings.data_dir / "secrets")
    devices = device_authority(settings.mqtt_device_ca, pair)
    own, field = Native(port_of(native), listen), Listener(listen, port_of(mqtt), pair, devices)
    nats, store = Path("nats-server"), broker_store / "store"
    broker = Broker(
        nats, TEMPLATE, broker_config, own, field, secrets, store, bucketed=settings.maps_buckets
    )
    # The sessions of our services are in the store: without it, no gateway comes in before them.
    broker.configure(keep_gateways=broker.has_messages)
    folders = Handouts(handouts)
    folders.give("ingest", "PARKWATCH_EVERY_LEAF", str(broker.every_leaf).lower())
    folders.give("ingest", "PARKWATCH_BROKER_WINDOW", str(broker.window))
    folders.give("database", "password", secrets.get(SUPERUSER))
    places = Places(database, mqtt, native, http, told_at, devices is not None)
    for name in SERVICES:
        _tell(name, folders, secrets, places, pair)
    _tell_api(folders, secrets, settings, places)
    _tell_notify(folders, secrets, places)
    _tell_watcher(folders, secrets, settings, places, pair)
    print("the secrets and the broker's configuration are there")
    if warning := open_broker(settings):
        print(warning)


@app.command()
def migrate(database: Place) -> None:
    """Roles with their passwords, the database, its schema. Safe to repeat."""
    secrets = Secrets(chosen.settings().data_dir / "secrets")
    passwords = {role: secrets.get(role) for role in ROLES}

    def superuser(name: str) -> str:
        return database_url(SUPERUSER, secrets.get(SUPERUSER), database, name)

    provision(superuser, DATABASE, passwords)
    for name in apply_migrations(database_url(OWNER, passwords[OWNER], database)):
        print(f"applied {name}")


def _tell(
    service: str, folders: Handouts, secrets: Secrets, places: Places, pair: Certificate | None
) -> None:
    role = f"pw_{service}"
    told = {
        "DATABASE_URL": database_url(role, secrets.get(role), places.database),
        "MQTT_URL": _mqtt_url(service, folders, secrets, places, pair),
        "CLIENT_ID_SECRET": secrets.get("client_id"),
    }
    for name, content in told.items():
        folders.give(service, f"PARKWATCH_{name}", content)


def _mqtt_url(
    service: str, folders: Handouts, secrets: Secrets, places: Places, pair: Certificate | None
) -> str:
    user, scheme, pin = f"svc-{service}", "mqtt", ""
    if pair is not None:
        folders.give(service, PIN, pair.certificate.read_text(encoding="ascii"))
        scheme, pin = "mqtts", f"?pin={quote(str(places.told_at / PIN))}"
        if places.shown:
            folders.give(service, OWN, secrets.get(name_of(user)))
            pin += f"&cert={quote(str(places.told_at / OWN))}"
    return f"{scheme}://{user}:{secrets.get(user)}@{places.mqtt}{pin}"


def _tell_watcher(
    folders: Handouts,
    secrets: Secrets,
    settings: Settings,
    places: Places,
    pair: Certificate | None,
) -> None:
    """The two ends of the chain, and no database."""
    told = {"MQTT_URL": _mqtt_url("watcher", folders, secrets, places, pair)}
    scheme = "http"
    if settings.http_tls_cert is not None:
        scheme = "https"
        folders.give("watcher", HTTP_PIN, settings.http_tls_cert.read_text(encoding="ascii"))
        told["API_PIN"] = str(places.told_at / HTTP_PIN)
    told["API_URL"] = f"{scheme}://{places.http}"
    for name, content in told.items():
        folders.give("watcher", f"PARKWATCH_{name}", content)


def _tell_api(folders: Handouts, secrets: Secrets, settings: Settings, places: Places) -> None:
    chosen_password = settings.admin_password
    first = None if chosen_password is None else chosen_password.get_secret_value()
    told = {
        "TOKEN_KEY": secrets.get("token_key"),
        "JOURNAL_KEY": secrets.get("journal_key"),
        "NOTICE_KEY": secrets.get("notice_key"),
        "ADMIN_PASSWORD": secrets.get("admin_password", first),
        "BROKER_ADMIN_URL": f"nats://{ADMIN_USER}:{secrets.get(ADMIN_USER)}@{places.native}",
    }
    for name, content in told.items():
        folders.give("api", f"PARKWATCH_{name}", content)


def _tell_notify(folders: Handouts, secrets: Secrets, places: Places) -> None:
    """The outbox, and the key of the receivers' secrets; the broker is not its business."""
    role = "pw_notify"
    told = {
        "DATABASE_URL": database_url(role, secrets.get(role), places.database),
        "NOTICE_KEY": secrets.get("notice_key"),
    }
    for name, content in told.items():
        folders.give("notify", f"PARKWATCH_{name}", content)


def database_url(role: str, password: str, place: str, name: str = DATABASE) -> str:
    """The database's address for this role."""
    return f"postgresql://{role}:{password}@{place}/{name}"


def port_of(place: str) -> int:
    """The port of HOST:PORT. Raises Refusal."""
    port = place.rpartition(":")[2]
    if not port.isdecimal():
        raise Refusal(f"{place!r} is not HOST:PORT.")
    return int(port)


def main() -> None:
    """One sentence instead of a traceback, where somebody can do something about it."""
    try:
        app()
    except (Refusal, MigrationRefused) as refused:
        sys.exit(str(refused))
    except psycopg.Error as error:
        first = (str(error).splitlines() or ["no reason given"])[0]
        sys.exit(f"The database refused: {first}")


if __name__ == "__main__":
    main()
