"""Publishing on a gateway's behalf: QoS 1, answered when the broker has acknowledged it."""

import asyncio
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.api.broker_access import BrokerAway
from services.runtime.mqtt_client import BrokerAddress, make_client
from services.runtime.mqtt_thread import NetworkThread

PUBACK_TIMEOUT_S = 5.0
WAITING = 1_000
"""Messages not yet acknowledged (paho has 20 of them on the way); beyond it callers are refused."""


class Uplink:
    """One connection for what comes by HTTP. Use as an async context; run `watch` beside it."""

    def __init__(self, address: BrokerAddress, client_id: str) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._connected = False
        self._client = make_client(address, client_id, durable=False)
        self._client.on_connect = self._connect
        self._client.on_disconnect = self._disconnect
        self._client.on_publish = self._published
        self._thread = NetworkThread(self._client)

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

    async def watch(self) -> None:
        """Run for ever beside it. Raises NetworkThreadDied: the process must end."""
        await self._thread.watch()

    async def publish(self, topic: str, payload: bytes) -> None:
        """Returns after the PUBACK. Raises BrokerAway: then it may or may not have arrived."""
        if not self._connected or len(self._waiting) >= WAITING:
            raise BrokerAway("The broker is not reachable now.")
        acknowledged: asyncio.Future[None] = self._loop.create_future()
        info = self._client.publish(topic, payload, qos=1)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise BrokerAway("The broker is not reachable now.")
        # Its PUBACK is looked for on this loop, so not before it is waited for.
        self._waiting[info.mid] = acknowledged
        try:
            async with asyncio.timeout(PUBACK_TIMEOUT_S):
                await acknowledged
        except TimeoutError as error:
            raise BrokerAway("The broker did not acknowledge in time.") from error
        finally:
            self._waiting.pop(info.mid, None)

    def _acknowledged(self, mid: int) -> None:
        waiting = self._waiting.get(mid)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    # From here on: paho's thread. It must not raise, or the thread dies. It holds paho's lock of
    # outgoing messages, which `publish` takes: so a lock of ours in here could stop both for ever.

    def _connect(
        self,
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connected = not reason.is_failure

    def _disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connected = False

    def _published(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._acknowledged, mid)
