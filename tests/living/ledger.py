"""A gateway that keeps a ledger of all it sent, and sends again what was not acknowledged."""

import json
import random
import secrets
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.living.outcome import eventually
from tests.living.park import Gateway

RECONNECT_S = 0.25


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: `ts` is None where it went without a time; `at` is our clock, epoch ms."""

    packet_id: int
    at: int
    ts: int | None
    values: dict[str, float]


@dataclass
class Ledger:
    """Sends its tags many times a second over a connection that may break at any time.

    Every message has `boot` and `seq`; with `timed` a `ts`, too. No value of a tag comes twice,
    so that each reading is known by its value even without a time. No two messages are of the
    same millisecond: of two values of one instant the worse counts, whichever was sent last, and
    a thread that woke late sends what was planned apart at once.
    """

    gateway: Gateway
    tags: list[str]
    timed: bool
    every_s: float = 0.1
    sent: list[Sent] = field(default_factory=list)

    def __enter__(self) -> "Ledger":
        self._boot, self._number = secrets.token_hex(4), 0
        self._last_at = 0
        self._turn = threading.Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=self.gateway.client_id)
        self._client.username_pw_set(self.gateway.username, self.gateway.password)
        self._acknowledged: set[int] = set()
        self._client.on_publish = lambda _client, _userdata, mid, _reason, _properties: (
            self._acknowledged.add(mid)
        )
        self._client.reconnect_delay_set(RECONNECT_S, RECONNECT_S)  # type: ignore[arg-type]
        self._client.connect("127.0.0.1", self.gateway.mqtt_port)
        self._client.loop_start()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(10.0)
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, values: dict[str, float]) -> Sent:
        """One message now; it is acknowledged later, or sent again on the next connection."""
        with self._turn:
            at = self._next_ms()
            self._number += 1
            message = {"boot": self._boot, "seq": self._number, "values": values}
            ts = at if self.timed else None
            if ts is not None:
                message["ts"] = ts
            info = self._client.publish(self.gateway.topic, json.dumps(message), qos=1)
            sent = Sent(info.mid, at, ts, values)
            self.sent.append(sent)
            return sent

    def settle(self, within_s: float = 30.0) -> list[tuple[str, int | None, float]]:
        """Stop the flow and wait for every acknowledgement; each reading as (tag, ts, value)."""
        self._stop.set()
        self._thread.join(10.0)

        def missing() -> int:
            return sum(each.packet_id not in self._acknowledged for each in self.sent)

        eventually(lambda: not missing(), within_s, "every message acknowledged by the broker")
        return [(tag, s.ts, value) for s in self.sent for tag, value in s.values.items()]

    def _next_ms(self) -> int:
        while (at := time.time_ns() // 1_000_000) == self._last_at:
            time.sleep(0.000_2)
        self._last_at = at
        return at

    def _run(self) -> None:
        due, number = time.monotonic(), 0
        while not self._stop.is_set():
            number += 1
            self.send(dict.fromkeys(self.tags, number / 1_000))
            due += self.every_s
            time.sleep(max(0.0, due - time.monotonic()))


def some_value(chance: random.Random) -> float:
    """A value above 50, never the same one."""
    return round(chance.uniform(50, 99), 6)
