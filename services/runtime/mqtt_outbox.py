"""Publishing for good: QoS 1 over a connection of its own, and what waits for the broker is known.

The connection is opened by the first message. What the broker has not acknowledged is sent again
after a reconnect; whoever receives it must know it for the same.
"""

import asyncio
from typing import Generic, TypeVar

import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.runtime.mqtt_client import BrokerAddress, make_client
from services.runtime.mqtt_thread import NetworkThread

LIMIT = 5_000
"""Messages that wait for the broker; beyond it the newest is not taken, and counted."""

_TAKEN = (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN)
"""Sent, or kept by the client until it is connected."""

T = TypeVar("T")

_log = structlog.get_logger()


class MqttOutbox(Generic[T]):
    """`send` from the event loop; run `watch` beside it, and `close` at the end. `refused`: how many
    messages found no room."""

    def __init__(self, address: BrokerAddress, client_id: str, limit: int = LIMIT) -> None:
        self._limit = limit
        self._waiting: dict[int, T] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._full = False
        self._client = make_client(address, client_id, durable=False)
        self._client.on_publish = self._published
        self._thread = NetworkThread(self._client)
        self.refused = 0

    def send(self, topic: str, payload: bytes, item: T) -> bool:
        """Publish; whether there was room. `item` stands for it among those that wait."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()
        if len(self._waiting) < self._limit:
            info = self._client.publish(topic, payload, qos=1)
            if info.rc in _TAKEN:
                self._waiting[info.mid] = item
                self._full = False
                return True
        self.refused += 1
        if not self._full:
            _log.error("the broker does not take what is computed: the newest is let go")
        self._full = True
        return False

    def waiting(self) -> list[T]:
        """What the broker has not acknowledged yet, in the order it was sent."""
        return list(self._waiting.values())

    async def watch(self) -> None:
        """Run for ever beside it. Raises NetworkThreadDied: the process must end."""
        await self._thread.watch()

    async def close(self) -> None:
        """Say goodbye after what is queued."""
        if self._loop is not None:
            await self._thread.close()

    def _acknowledged(self, mid: int) -> None:
        self._waiting.pop(mid, None)

    # From here on: paho's thread. It must not raise, or the thread dies. It holds paho's lock of
    # outgoing messages, which `publish` takes: so a lock of ours in here could stop both for ever.

    def _published(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._acknowledged, mid)
