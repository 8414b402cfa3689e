"""The ingest service as a process of its own on bare engines, with a field that publishes to it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from services.wire.bus import STATUS, Status
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines


class Ingest:
    """A running `python -m services.ingest`."""

    def __init__(self, engines: Engines, **settings: str) -> None:
        """`settings` by name, beside those of the engines."""
        self._engines = engines
        self._settings = {f"PARKWATCH_{name}": value for name, value in settings.items()}
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **self._engines.services["ingest"], **self._settings}
        environment["PARKWATCH_DATA_DIR"] = str(self._engines.data_dir)
        return subprocess.Popen(
            [sys.executable, "-m", "services.ingest"], cwd=REPOSITORY, env=environment
        )

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        """Start it again after `kill` or `stop`."""
        self.process = self._start()

    def stop(self) -> int:
        """SIGTERM; the exit code. It has five seconds."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(5)


@dataclass
class Field:
    """A client of the broker that publishes as any gateway, and hears ingest's status."""

    engines: Engines
    statuses: list[Status] = field(default_factory=list)
    _sent: int = 0
    _acknowledged: int = 0

    def __enter__(self) -> "Field":
        address = self.engines.broker("api")
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(address.username, address.password)
        self._client.max_inflight_messages_set(100)
        self._client.on_message = self._hear
        self._client.on_publish = self._answered
        self._client.on_connect = lambda client, *_: client.subscribe(f"{STATUS}/ingest")
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, payload: Any, topic: str = "pw/v1/acme/gw1/telemetry", **how: Any) -> None:
        """Publish at QoS 1 and wait for the broker's acknowledgement."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._sent += 1
        self._client.publish(topic, raw, qos=1, **how).wait_for_publish(10)

    def send_later(self, payload: Any, topic: str = "pw/v1/acme/gw1/telemetry") -> None:
        """Publish at QoS 1 without waiting."""
        self._client.publish(topic, json.dumps(payload).encode(), qos=1)
        self._sent += 1

    def send_bytes(self, payload: bytes, topic: str) -> None:
        """Publish a payload as it is at QoS 1 without waiting."""
        self._client.publish(topic, payload, qos=1)
        self._sent += 1

    def unanswered(self) -> int:
        """How much of what was sent is not acknowledged by the broker."""
        return self._sent - self._acknowledged

    def await_status(self, wanted: Any, within_s: float = 10.0) -> Status:
        """The next status, from now on, of which `wanted(status)` holds."""
        self.statuses.clear()
        found: Status = eventually(
            lambda: next((each for each in self.statuses if wanted(each)), None), within_s
        )
        return found

    def _answered(self, *_: object) -> None:
        self._acknowledged += 1

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.statuses.append(msgspec.json.decode(message.payload, type=Status))


@dataclass(frozen=True, slots=True)
class Tables:
    """What the database holds, seen as its superuser; and the register, filled by hand."""

    engines: Engines

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.engines.superuser_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def run(self, statement: str, *values: Any) -> None:
        """A statement without rows."""
        with psycopg.connect(self.engines.superuser_url, autocommit=True) as connection:
            connection.execute(statement.encode(), values or None)

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def register(self, number: int, tag: str, kind: str = "combustible_gas", **more: Any) -> None:
        """Put a point of enterprise acme into the book."""
        with psycopg.connect(self.engines.superuser_url) as connection:
            connection.execute("UPDATE book SET version = version + 1")
            connection.execute(
                "INSERT INTO enterprise (code, name, book_version) VALUES ('acme', 'Acme', 0)"
                " ON CONFLICT DO NOTHING"
            )
            connection.execute(
                "INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high,"
                " book_version) SELECT 'acme', %s, %s, %s, %s, %s, %s, version FROM book",
                (tag, number, kind, more.get("unit", "1"), more.get("low"), more.get("high")),
            )


def forget_session(engines: Engines) -> None:
    """Let the broker forget ingest's session, and what an earlier test left in it."""
    secret = engines.services["ingest"]["PARKWATCH_CLIENT_ID_SECRET"]
    address = engines.broker("ingest")
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=f"pw-ingest-{secret}", clean_session=True
    )
    client.username_pw_set(address.username, address.password)
    client.connect(address.host, address.port)
    client.loop_start()
    eventually(client.is_connected)
    client.disconnect()
    client.loop_stop()


@contextmanager
def running_ingest(engines: Engines, **settings: str) -> Iterator[Ingest]:
    """Ingest, started, and ended afterwards whatever happened."""
    ingest = Ingest(engines, **settings)
    try:
        yield ingest
    finally:
        if ingest.process.poll() is None:
            ingest.process.send_signal(signal.SIGCONT)
            ingest.kill()


def eventually(look: Any, within_s: float = 10.0) -> Any:
    """What `look()` gives once it gives something true; an AssertionError after `within_s`."""
    end = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {within_s} s; last seen: {found!r}"
        time.sleep(0.05)
