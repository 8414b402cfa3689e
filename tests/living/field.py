"""The field side: stock mosquitto clients and `parkwatch sim replay`, as an enterprise uses them."""

import json
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.living.engines import mosquitto
from tests.living.park import Gateway
from tests.living.stack import PARKWATCH, Stack

CUT = "The connection was lost"


def publish(
    gateway: Gateway, payload: Any, *, topic: str | None = None, within_s: float = 15.0
) -> subprocess.CompletedProcess[str]:
    """One message by stock `mosquitto_pub` at QoS 1; it returns after the PUBACK."""
    words = [str(mosquitto("mosquitto_pub")), *_login(gateway), "-q", "1"]
    words += ["-i", gateway.client_id, "-t", topic or gateway.topic]
    words += ["-m", payload if isinstance(payload, str) else json.dumps(payload)]
    return subprocess.run(words, capture_output=True, text=True, timeout=within_s, check=False)


def send(gateway: Gateway, values: dict[str, Any], ts: int | None = None) -> None:
    """Readings that must be accepted; `ts` in epoch ms, absent: the time of receipt.

    Sent again, as a gateway would, when the broker cuts us: its disk stood still for 5 s."""
    message: dict[str, Any] = {"values": values}
    if ts is not None:
        message["ts"] = ts
    done = publish(gateway, message)
    if CUT in done.stderr:
        done = publish(gateway, message)
    assert done.returncode == 0, f"mosquitto_pub: {done.stderr}"


@contextmanager
def subscriber(gateway: Gateway, topic: str) -> Iterator[subprocess.Popen[str]]:
    """Stock `mosquitto_sub -v` on a topic, ended afterwards if it still lives."""
    words = [str(mosquitto("mosquitto_sub")), *_login(gateway), "-v", "-t", topic]
    words += ["-i", f"{gateway.client_id}-{secrets.token_hex(4)}"]
    listening = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    try:
        yield listening
    finally:
        ended(listening)


def ended(listening: subprocess.Popen[str]) -> str:
    """Everything a subscriber heard, once it is ended; nothing when asked again."""
    if listening.stdout is None or listening.stdout.closed:
        return ""
    listening.kill()
    return listening.communicate()[0]


def replay(stack: Stack, csv: Path, gateway: Gateway, *more: str) -> subprocess.Popen[str]:
    """`parkwatch sim replay … --speed max`, started; its end is the last acknowledgement."""
    words = [str(PARKWATCH), "sim", "replay", str(csv)]
    words += ["--enterprise", gateway.enterprise, "--gateway", gateway.code]
    words += ["--username", gateway.username, "--port", str(gateway.mqtt_port)]
    words += ["--speed", "max", *more]
    environment = stack.environment() | {"PARKWATCH_GATEWAY_PASSWORD": gateway.password}
    return subprocess.Popen(
        words,
        cwd=stack.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(replaying: subprocess.Popen[str], within_s: float = 120.0) -> None:
    """Wait for a replay to end well."""
    said, _ = replaying.communicate(timeout=within_s)
    assert replaying.returncode == 0, said


@dataclass
class Flow:
    """A gateway that stays connected and sends its tags many times a second until it is told to stop.

    `sent` is what the broker acknowledged, as (tag, ts, value); values are between 1 and 10.
    Without tags it is only there for messages in between (`also`).
    """

    gateway: Gateway
    tags: list[str]
    every_s: float = 0.1
    sent: list[tuple[str, int, float]] = field(default_factory=list)

    def __enter__(self) -> "Flow":
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=self.gateway.client_id)
        self._client.username_pw_set(self.gateway.username, self.gateway.password)
        self._client.connect("127.0.0.1", self.gateway.mqtt_port)
        self._client.loop_start()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flow", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(30.0)
        self._client.disconnect()
        self._client.loop_stop()

    def also(self, values: dict[str, float]) -> int:
        """One more message now, over the same connection; its `ts`."""
        return self._publish(values)

    def _run(self) -> None:
        due, number = time.monotonic(), 0
        while not self._stop.is_set():
            number += 1
            if self.tags:
                self._publish(dict.fromkeys(self.tags, 1 + number % 9_000 / 1_000))
            due += self.every_s
            time.sleep(max(0.0, due - time.monotonic()))
        deadline = time.monotonic() + 20.0
        while self._client.want_write() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _publish(self, values: dict[str, float]) -> int:
        ts = time.time_ns() // 1_000_000
        info = self._client.publish(
            self.gateway.topic, json.dumps({"ts": ts, "values": values}), qos=1
        )
        info.wait_for_publish(20.0)
        assert info.is_published(), "the broker did not acknowledge within 20 s"
        self.sent += [(tag, ts, value) for tag, value in values.items()]
        return ts


def _login(gateway: Gateway) -> list[str]:
    port = str(gateway.mqtt_port)
    return ["-h", "127.0.0.1", "-p", port, "-u", gateway.username, "-P", gateway.password]
