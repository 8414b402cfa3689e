"""The bench's own ear: what one gateway publishes, as the broker hands it out, while it is tried.

A clean session at QoS 1: the broker delivers at the lower of two qualities of service, so what
comes at 0 was published at 0.
"""

from collections import deque
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.runtime.buckets import bucket_of, mapped_topic, published_topic
from services.runtime.clock import Clock
from services.runtime.feed import Delivery
from services.runtime.mqtt_client import BrokerAddress, make_client
from services.runtime.mqtt_thread import NetworkThread

KEPT = 2_000
"""Deliveries that wait to be looked at; beyond it the newest are only counted."""

BYTES_MOST = 32 * 2**20


class Ear:
    """Use as an async context; `take` what came."""

    def __init__(
        self, address: BrokerAddress, client_id: str, clock: Clock, enterprise: str, gateway: str
    ) -> None:
        self._clock = clock
        place = f"pw/v1/{enterprise}/{gateway}/+"
        # Where the broker maps, readings come by their bucket; else nothing is there.
        self._filters = [(place, 1), (mapped_topic(place, bucket_of(enterprise)), 1)]
        self._waiting: deque[Delivery] = deque()
        self._bytes = 0
        self.passed_over = 0
        """Deliveries for which there was no room."""
        self._client = make_client(address, client_id, durable=False)
        self._client.on_connect = self._connect
        self._client.on_message = self._message
        self._thread = NetworkThread(self._client)

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._thread.close()

    def check(self) -> None:
        """Raises NetworkThreadDied."""
        self._thread.check()

    def take(self, limit: int) -> list[Delivery]:
        """What came, in its order."""
        found: list[Delivery] = []
        while self._waiting and len(found) < limit:
            found.append(self._waiting.popleft())
            self._bytes -= len(found[-1].payload)
        return found

    # From here on: paho's thread. It must not raise, or the thread dies.

    def _connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not reason.is_failure:
            client.subscribe(self._filters)

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        if len(self._waiting) >= KEPT or self._bytes + len(payload) > BYTES_MOST:
            self.passed_over += 1
            return
        self._bytes += len(payload)
        topic = published_topic(message.topic)
        now = self._clock.now_ms()
        self._waiting.append(
            Delivery(0, message.mid, message.qos, topic, payload, now, retained=message.retain)
        )
