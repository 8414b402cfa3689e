"""What is installed, reachable or configured badly: one line each, with what to do about it."""

import shutil
import socket
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from services.runtime.settings import Settings
from services.stack import console
from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir, choose
from services.stack.host import machine
from services.stack.packages import DATABASE
from services.stack.ports import claim
from services.stack.refusal import Refusal
from services.stack.show import address, open_broker
from services.stack.up import answers

LITTLE = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """`good`, or else `text` says what to do."""

    good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.good else 'WRONG'}  {self.text}"


def examine(settings: Settings, environment: Mapping[str, str]) -> list[Finding]:
    """Look at everything; never raises."""
    return [
        *_installed(settings, environment),
        *_data(settings),
        *_reachable(settings),
        *_open_doors(settings),
    ]


def _installed(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    if settings.database_url is None:
        try:
            there = Cache(engines_home(environment)).has(DATABASE.entry(machine()))
            yield Finding(there, "embedded database" + ("" if there else ": run `make install`"))
        except Refusal as refusal:
            yield Finding(False, str(refusal))
    broker = Path(sysconfig.get_path("scripts")) / "nats-server"
    if settings.mqtt_url is None:
        yield Finding(
            broker.exists(), "embedded broker" + ("" if broker.exists() else ": run `make install`")
        )
    built = console.is_built()
    yield Finding(
        built,
        "console" + ("" if built else ": not built from its present sources; run `make install`"),
    )


def _data(settings: Settings) -> Iterator[Finding]:
    try:
        path, _ = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    except Refusal as refusal:
        yield Finding(False, str(refusal))
        return
    if not path.exists():
        yield Finding(True, f"data folder {path}: not there yet, made on the first start")
        return
    free = shutil.disk_usage(path).free
    words = f"data folder {path}: {free / 2**30:.1f} GiB free"
    yield Finding(
        free > LITTLE, words + ("" if free > LITTLE else "; free some, below 2 GiB is little")
    )
    running = DataDir(path).holder()
    if running is None:
        yield from _ports(settings)
        return
    ready = answers(f"{address(settings)}/readyz")
    yield Finding(
        ready,
        f"stack running as process {running}"
        + ("" if ready else f", but it does not take readings: see {path / 'logs'}"),
    )


def _ports(settings: Settings) -> Iterator[Finding]:
    wanted = [(settings.http_host, settings.http_port, "the console", "HTTP_PORT")]
    if settings.mqtt_url is None:
        wanted.append((settings.mqtt_host, settings.mqtt_port, "the gateways' MQTT", "MQTT_PORT"))
    for host, port, what, setting in wanted:
        try:
            claim(host, port, what, setting)
            yield Finding(True, f"port {port} for {what} is free")
        except Refusal as refusal:
            yield Finding(False, str(refusal))


def _reachable(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is not None:
        try:
            psycopg.connect(settings.database_url.get_secret_value(), connect_timeout=3).close()
            yield Finding(True, "database of PARKWATCH_DATABASE_URL")
        except psycopg.Error as error:
            first = str(error).partition("\n")[0]
            yield Finding(False, f"the database of PARKWATCH_DATABASE_URL does not answer: {first}")
    if settings.mqtt_url is not None:
        url = urlsplit(settings.mqtt_url.get_secret_value())
        try:
            socket.create_connection((url.hostname or "", url.port or 1883), timeout=3).close()
            yield Finding(True, f"broker at {url.hostname}")
        except OSError as error:
            yield Finding(
                False,
                f"the broker of PARKWATCH_MQTT_URL at {url.hostname} does not answer: {error}",
            )


def _open_doors(settings: Settings) -> Iterator[Finding]:
    warning = open_broker(settings)
    if warning is not None:
        yield Finding(False, warning.removeprefix("Warning: "))
