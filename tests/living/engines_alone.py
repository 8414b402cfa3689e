"""Database and broker without our services, for proofs of one service at a time."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from services.runtime.mqtt_client import BrokerAddress
from services.store.tenant import EVERY
from tests.living import cluster, processes
from tests.living.engines import REPOSITORY
from tests.living.own_disk import on_own_disks
from tests.living.port import free_port

TABLES = (
    "judge_again, gateway_vitals, connectivity_hour, "
    "dead_letter_day, letter_request, diverted, gateway_condition, "
    "gateway_ledger, gap, gateway_day, durable_session, gateway_event, "
    "rollup_minute, rollup_hour, rollup_note, rollup_base, reading_day, "
    "reading, gateway_message, dead_letter, unregistered_tag, unregistered_reading, "
    "rule, point, gateway, enterprise"
)


@dataclass(frozen=True, slots=True)
class Engines:
    """A running database and broker; `services` holds the settings of each service."""

    data_dir: Path
    services: dict[str, dict[str, str]]

    @property
    def superuser_url(self) -> str:
        """The database's superuser."""
        password = (self.data_dir / "secrets" / "postgres").read_text().strip()
        port = (self.data_dir / "database.port").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/parkwatch"

    @property
    def pids(self) -> dict[str, int]:
        """Of the postmaster (`database`) and the broker, for stopping and killing them."""
        run = self.data_dir / "run"
        return {name: int((run / f"{name}.pid").read_text()) for name in ("database", "broker")}

    def database_url(self, service: str) -> str:
        """The database as this service's role sees it."""
        return self.services[service]["PARKWATCH_DATABASE_URL"]

    def api_url(self, tenant: str = EVERY) -> str:
        """The database as the api's role sees it for a tenant, named for the whole connection."""
        return f"{self.database_url('api')}&options={quote(f'-c parkwatch.tenant={tenant}')}"

    def broker(self, service: str) -> BrokerAddress:
        """The broker as this service's user sees it."""
        return BrokerAddress.parse(self.services[service]["PARKWATCH_MQTT_URL"])

    def frozen_database(self) -> AbstractContextManager[None]:
        """Every process of the database stopped, new ones too, for as long as the block lasts."""
        return processes.frozen_database(self.data_dir)

    def empty(self) -> None:
        """Empty the register and everything that came from the field."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {TABLES} CASCADE".encode())
            connection.execute("UPDATE book SET version = version + 1")


@contextmanager
def engines_alone(disks: Mapping[str, str] | None = None, **more: str) -> Iterator[Engines]:
    """Start them in a folder of their own, with `more` settings, and leave nothing behind.

    `disks`: sizes of disks of their own for folders of the data folder.
    """
    data_dir = Path(tempfile.gettempdir()) / f"pw-engines-{secrets.token_hex(4)}"
    environment = os.environ | {
        "PARKWATCH_DATA_DIR": str(data_dir),
        "PARKWATCH_MQTT_PORT": str(free_port()),
        "PARKWATCH_HTTP_PORT": str(free_port()),
        **{f"PARKWATCH_{name.upper()}": value for name, value in more.items()},
    }
    if not disks:
        cluster.lay(data_dir)
    process = subprocess.Popen(
        [
            *(on_own_disks(data_dir, disks) if disks else ()),
            *(sys.executable, "-m", "services.stack.engines"),
        ],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Engines(data_dir, _settings(process))
    finally:
        _end(process)
        shutil.rmtree(data_dir, ignore_errors=True)


def _settings(process: "subprocess.Popen[str]") -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        text = line.strip()
        if text == "engines ready":
            return found
        if text.startswith("# "):
            current = found.setdefault(text[2:], {})
        elif "=" in text:
            name, _, value = text.partition("=")
            current[name] = value
    raise AssertionError(f"The engines did not start: exit code {process.wait(10)}.")


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()
