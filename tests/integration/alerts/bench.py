"""One alerts service under test, with its field, its bus and its record."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import msgspec
from paho.mqtt.publish import multiple

from services.runtime.mqtt_bus import MqttBus
from services.wire.bus import (
    ALARMS,
    CLAIM,
    COMMAND,
    REPLY,
    STATUS,
    VALUES,
    AlarmEvent,
    AlarmEvents,
    AlarmItem,
    Command,
    Reply,
    SnapshotChunk,
    Status,
    ValueFrame,
)
from tests.integration.alerts.record import Record
from tests.integration.alerts.register import Register
from tests.living.engines_alone import Engines


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Heard:
    """What came over the bus, with the time it came."""

    batches: list[tuple[float, AlarmEvents]] = field(default_factory=list)
    events: list[tuple[float, str, AlarmEvent]] = field(default_factory=list)
    status: list[Status] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    chunks: list[SnapshotChunk] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    """Of the point named in `Bench.watched`."""

    def names(self) -> list[str]:
        return [event.event for _, _, event in self.events]


class Bench:
    """The service as a process of its own, and the ears of the other services."""

    def __init__(self, engines: Engines, data_dir: Path) -> None:
        self.engines = engines
        self.data_dir = data_dir
        self.secret = secrets.token_hex(8)
        self.register = Register(engines)
        self.record = Record(engines, self.register.enterprise)
        self.heard = Heard()
        self.watched: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._ingest: subprocess.Popen[bytes] | None = None
        self.ingest_ready = False
        """Whether the ingest that runs now hears the field."""
        self.client = f"t{secrets.token_hex(4)}"
        self._bus = MqttBus(engines.broker("api"), f"test-{self.client}")
        self._log = (data_dir / "alerts.log").open("ab")
        self._ingest_log = (data_dir / "ingest.log").open("ab")

    async def __aenter__(self) -> Self:
        self.record.begin()
        await self._bus.__aenter__()
        self._bus.subscribe(ALARMS, self._hear_events)
        self._bus.subscribe(f"{STATUS}/alerts", self._hear_status)
        self._bus.subscribe(f"{STATUS}/ingest", self._hear_ingest)
        self._bus.subscribe(f"{REPLY}/{self.client}", self._hear_reply)
        self._bus.subscribe(VALUES, self._hear_values)
        await self.until(lambda: self._bus.connected, 30)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bus.__aexit__(None, None, None)
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(5)
        self._log.close()
        self._ingest_log.close()

    @contextmanager
    def ingest(self) -> Iterator[None]:
        """The real ingest beside it."""
        self.ingest_ready = False
        process = self._ingest = self._process("ingest", self._ingest_log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)

    def kill_ingest(self) -> None:
        """kill -9."""
        assert self._ingest is not None
        self._ingest.kill()
        self._ingest.wait(5)

    async def start(self, seconds: float = 45) -> None:
        """Start the service; returns when it says that it is ready."""
        before = {each.epoch for each in self.heard.status}
        self._spawn()
        await self.until(
            lambda: any(each.ready and each.epoch not in before for each in self.heard.status[-1:]),
            seconds,
        )

    def _spawn(self) -> None:
        self.process = self._process("alerts", self._log)

    def _process(self, service: str, log: BinaryIO) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", f"services.{service}"],
            env=self._environment(service),
            stderr=log,
        )

    def _environment(self, service: str) -> dict[str, str]:
        return (
            os.environ
            | self.engines.services[service]
            | {
                "PARKWATCH_DATA_DIR": str(self.data_dir),
                "PARKWATCH_CLIENT_ID_SECRET": self.secret,
            }
        )

    def run_another(self) -> "subprocess.CompletedProcess[bytes]":
        """A second engine on the same folder, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "services.alerts"],
            env=self._environment("alerts"),
            capture_output=True,
            timeout=10,
            check=False,
        )

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(6)

    def send(self, values: dict[str, Any], ts: int | None = None, **more: Any) -> None:
        """A gateway's message; returns when the broker has it."""
        body: dict[str, Any] = {"values": values} | more
        self.send_all([body if ts is None else body | {"ts": ts}])

    def send_all(self, messages: Sequence[dict[str, Any]]) -> None:
        """Several messages of the gateway, in order."""
        topic = f"pw/v1/{self.register.enterprise}/gw/telemetry"
        publish(self.engines, topic, *(json.dumps(each).encode() for each in messages))

    def acknowledge(self, *ids: str, enterprises: list[str] | None = None) -> str:
        """An operator acknowledges; the command's id."""
        command = Command(
            id=secrets.token_hex(8),
            client=self.client,
            kind="acknowledge",
            at=now_ms(),
            alarm_ids=list(ids),
            actor="li.wei",
            enterprises=enterprises,
            note="seen",
        )
        self.command(command)
        return command.id

    def command(self, command: Command) -> None:
        self._bus.publish(COMMAND, msgspec.json.encode(command))

    def claim(self, **more: Any) -> None:
        """Another judge claims, on the bus: gas at a place of work, for ten seconds."""
        item = {
            "key": "permit-gas",
            "enterprise": self.register.enterprise,
            "subject_type": "permit",
            "subject_id": "P-7",
            "condition": "gas_at_work",
            "active": True,
            "grade": 2,
            "at": now_ms(),
            "lease_until": now_ms() + 10_000,
        }
        self._bus.publish(CLAIM, json.dumps({"claims": [item | more]}).encode())

    async def snapshot(self) -> tuple[list[AlarmItem], list[SnapshotChunk]]:
        """The engine's live state, asked for."""
        self.heard.chunks.clear()
        self.command(Command(id="s", client=self.client, kind="snapshot", at=now_ms()))
        await self.until(
            lambda: (
                bool(self.heard.chunks) and len(self.heard.chunks) == self.heard.chunks[0].parts
            ),
            5,
        )
        mine = [
            alarm
            for chunk in self.heard.chunks
            for alarm in chunk.alarms
            if alarm.enterprise == self.register.enterprise
        ]
        return mine, self.heard.chunks

    async def until(self, holds: Callable[[], object], seconds: float) -> None:
        """Wait until something holds; AssertionError with the service's log if it does not."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(
                    f"not within {seconds} s; heard {self.heard.names()[-50:]}; the service said:\n"
                    + (self.data_dir / "alerts.log").read_text()[-3000:]
                )
            await asyncio.sleep(0.02)

    async def until_recorded(self, seconds: float = 30) -> None:
        """Wait until every event so far is on record, as the service says itself."""

        def recorded() -> bool:
            last = self.heard.status[-1]
            ours = (e.seq for _, epoch, e in self.heard.events if epoch == last.epoch)
            newest = max(ours, default=0)
            return last.recorded_seq is not None and last.recorded_seq >= newest

        await self.until(recorded, seconds)

    def _hear_events(self, _topic: str, payload: bytes) -> None:
        found = msgspec.json.decode(payload, type=AlarmEvents)
        self.heard.batches.append((time.monotonic(), found))
        for event in found.events:
            if event.alarm.enterprise == self.register.enterprise:
                self.heard.events.append((time.monotonic(), found.epoch, event))

    def _hear_status(self, _topic: str, payload: bytes) -> None:
        self.heard.status.append(msgspec.json.decode(payload, type=Status))

    def _hear_values(self, _topic: str, payload: bytes) -> None:
        frame = msgspec.json.decode(payload, type=ValueFrame)
        for point, value in zip(frame.id, frame.v, strict=True):
            if point == self.watched:
                self.heard.values.append(value)

    def _hear_ingest(self, _topic: str, payload: bytes) -> None:
        self.ingest_ready = msgspec.json.decode(payload, type=Status).ready

    def _hear_reply(self, _topic: str, payload: bytes) -> None:
        if b'"parts"' in payload:
            self.heard.chunks.append(msgspec.json.decode(payload, type=SnapshotChunk))
        else:
            self.heard.replies.append(msgspec.json.decode(payload, type=Reply))


def publish(engines: Engines, topic: str, *payloads: bytes) -> None:
    """A gateway's publishes at QoS 1, in order; returns with the broker's last PUBACK."""
    address = engines.broker("api")
    multiple(
        [(topic, payload, 1, False) for payload in payloads],
        hostname=address.host,
        port=address.port,
        auth={"username": address.username or "", "password": address.password or ""},
    )
