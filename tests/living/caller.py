"""A client at the broker's door, of a gateway or a stranger, that notes what becomes of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.living.outcome import eventually
from tests.living.park import Gateway


@dataclass
class Caller:
    """One connection; it does not come back by itself."""

    username: str | None
    password: str | None
    port: int
    client_id: str = ""
    durable: bool = False
    connected: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)
    answers: list[bool] = field(default_factory=list)
    """Whether each connect and each subscription was granted."""
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id or f"c-{time.time_ns()}",
            clean_session=not self.durable,
            reconnect_on_failure=False,
        )
        if self.username is not None:
            self.client.username_pw_set(self.username, self.password)
        self.client.on_connect = self._connect
        self.client.on_subscribe = self._subscribed
        self.client.on_disconnect = lambda *_: self.cut.set()
        self.client.on_message = self._message

    def call(self) -> "Caller":
        """Connect; `connected` or `cut` is set before long."""
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        eventually(lambda: self.connected.is_set() or self.cut.is_set(), 5.0, "an answer", 0.01)
        return self

    def subscribe(self, topic: str, qos: int = 1) -> bool:
        """Whether it was granted."""
        before = len(self.answers)
        self.client.subscribe(topic, qos)
        eventually(lambda: len(self.answers) > before or self.cut.is_set(), 5.0, topic, 0.01)
        return len(self.answers) > before and self.answers[-1]

    def say(self, topic: str, payload: bytes | str, qos: int = 1) -> None:
        """Publish; returns when it is acknowledged, or the connection cut."""
        info = self.client.publish(topic, payload, qos)

        def answered() -> bool:
            # Where the cut is faster than `publish`, it says "not connected" of what it has sent,
            # and asking then raises: that connection is over, which `cut` says a moment later.
            return self.cut.is_set() or (info.rc == MQTT_ERR_SUCCESS and info.is_published())

        eventually(answered, 5.0, topic, 0.01)

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _connect(
        self, _client: Client, _userdata: object, _flags: object, code: ReasonCode, *_: object
    ) -> None:
        self.answers.append(not code.is_failure)
        (self.cut if code.is_failure else self.connected).set()

    def _subscribed(
        self, _client: Client, _userdata: object, _mid: int, codes: list[ReasonCode], *_: object
    ) -> None:
        self.answers.append(not any(code.is_failure for code in codes))

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))


@contextmanager
def calling(gateway: Gateway, client_id: str = "", *, durable: bool = False) -> Iterator[Caller]:
    """A gateway's client, connected or refused; it leaves at the end."""
    caller = Caller(gateway.username, gateway.password, gateway.mqtt_port, client_id, durable)
    try:
        yield caller.call()
    finally:
        caller.leave()
