"""Our own services' bus: a clean-session QoS 0 connection for `pw/int/v1/#`.

Nothing on it is kept for anyone: who misses something sees the gap in the sequence numbers and
asks anew. Both directions are bounded; beyond the bound the newest is dropped and counted.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.runtime.mqtt_client import BrokerAddress, make_client
from services.runtime.mqtt_thread import NetworkThread

OUT_LIMIT = 10_000
"""Messages handed to paho and not yet on the wire."""

IN_LIMIT = 10_000
"""Messages heard and not yet handled on the event loop."""


_log = structlog.get_logger()

Heard = Callable[[str, bytes], None]
"""What a subscriber is called with, on the event loop: topic and payload."""


class MqttBus:
    """Publish and subscribe. Use as an async context; run `watch` beside it.

    It connects and reconnects by itself and renews its subscriptions; `on_connected` is called
    on the event loop each time that is done, so that the owner can ask for what it missed.
    Subscribe before entering the context, so that the first connection has it already.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        on_connected: Callable[[], None] | None = None,
    ) -> None:
        self._on_connected = on_connected
        self._subscriptions: list[tuple[str, Heard]] = []
        self._inbox: deque[tuple[str, bytes]] = deque()
        self._waking = False
        self._pending: set[int] = set()
        self._connected = False
        self._renewal: int | None = None
        self._lock = threading.Lock()
        self._client = make_client(address, client_id, durable=False)
        self._client.on_connect = self._connect
        self._client.on_disconnect = self._disconnect
        self._client.on_subscribe = self._granted
        self._client.on_message = self._message
        self._client.on_publish = self._published
        self._thread = NetworkThread(self._client)
        self.dropped_in = 0
        self.dropped_out = 0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._thread.close()

    @property
    def connected(self) -> bool:
        """Connected; subscriptions are granted a moment later (`on_connected`)."""
        return self._connected

    async def watch(self) -> None:
        """Run for ever beside the bus. Raises NetworkThreadDied: the process must end."""
        await self._thread.watch()

    def subscribe(self, topic_filter: str, heard: Heard) -> None:
        """Call `heard(topic, payload)` for what matches, now and after each reconnect."""
        with self._lock:
            self._subscriptions.append((topic_filter, heard))
            if self._connected:
                self._client.subscribe(topic_filter, qos=0)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Hand a message to the connection; False when there is none, or it does not drain."""
        if not self._connected or len(self._pending) >= OUT_LIMIT:
            self.dropped_out += 1
            return False
        with self._lock:
            info = self._client.publish(topic, payload, qos=0)
            if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS and not info.is_published():
                self._pending.add(info.mid)
        return info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    # From here on: paho's thread. It must not raise, or the thread dies.

    def _connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.warning("the broker refused the bus connection", reason=str(reason))
            return
        with self._lock:
            self._connected = True
            filters = [(each, 0) for each, _ in self._subscriptions]
            self._renewal = client.subscribe(filters)[1] if filters else None
        if not filters:
            self._later(self._tell_connected)

    def _granted(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            _log.error("the broker refused a subscription of the bus: check our user's rights")
        if mid == self._renewal:
            self._later(self._tell_connected)

    def _disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        with self._lock:
            self._connected = False
            self._pending.clear()

    def _published(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        with self._lock:
            self._pending.discard(mid)

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        if len(self._inbox) >= IN_LIMIT:
            self.dropped_in += 1
            return
        self._inbox.append((message.topic, bytes(message.payload)))
        if not self._waking:
            self._waking = True
            self._later(self._hand_out)

    def _later(self, work: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:
            _log.info("the bus outlived its event loop")

    # From here on: the event loop.

    def _tell_connected(self) -> None:
        if self._on_connected is not None:
            self._on_connected()

    def _hand_out(self) -> None:
        self._waking = False
        while self._inbox:
            topic, payload = self._inbox.popleft()
            for topic_filter, heard in list(self._subscriptions):
                if topic_matches(topic_filter, topic):
                    heard(topic, payload)


def topic_matches(topic_filter: str, topic: str) -> bool:
    """Whether an MQTT filter (`+` one level, `#` the rest) covers a topic."""
    wanted, found = topic_filter.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(found) or level not in ("+", found[index]):
            return False
    return len(wanted) == len(found)
