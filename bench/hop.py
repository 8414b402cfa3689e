"""The ceiling of every alarm: from publish to a QoS 1 consumer, with nothing but the broker between.

The consumer is one paho session of its own that acknowledges each message at once.
"""

import secrets
import threading
import time

import msgspec
from paho.mqtt.client import Client, MQTTMessage

from services.runtime.mqtt_client import BrokerAddress, make_client


class _Values(msgspec.Struct):
    due: float


class _Stamped(msgspec.Struct):
    values: _Values


class Hop:
    """Hears a topic filter; `delays` are seconds from when each message was due."""

    def __init__(self, address: BrokerAddress, topic_filter: str) -> None:
        self.delays: list[float] = []
        self._decoder = msgspec.json.Decoder(_Stamped)
        self._subscribed = threading.Event()
        self._client = make_client(address, f"hop-{secrets.token_hex(6)}", durable=False)
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        self._client.subscribe(topic_filter, qos=1)
        if not self._subscribed.wait(10.0):
            raise ConnectionError("no SUBACK within 10 s")

    def wait(self, expected: int, within_s: float) -> None:
        """Until that many came, or the time is over."""
        deadline = time.monotonic() + within_s
        while len(self.delays) < expected and time.monotonic() < deadline:
            time.sleep(0.05)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        heard = time.monotonic()
        self.delays.append(heard - self._decoder.decode(message.payload).values.due)
