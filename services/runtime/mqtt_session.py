"""A durable MQTT session: the real Feed, over paho.

paho's thread only puts deliveries into our own queue, which holds the broker's whole window, so
the loop never blocks. Its bounds are the number and the bytes of what is not yet acknowledged;
what goes beyond them is not taken: it stays with the broker, and once our queue has drained the
connection is dropped so that the broker gives it again (Mosquitto does so only then). In that
queue urgent topics go first; so they are acknowledged before what came earlier, each by its own
packet id, as every broker here takes it.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.runtime.abreast import Abreast
from services.runtime.buckets import published_topic
from services.runtime.byte_budget import ByteBudget
from services.runtime.clock import Clock
from services.runtime.feed import Delivery, Lease
from services.runtime.lanes import Lanes, Urgency, nothing_urgent
from services.runtime.mqtt_client import BrokerAddress, cut, make_client
from services.runtime.mqtt_thread import WATCH_S, NetworkThread

CAPACITY = 10_000
"""Deliveries not yet acknowledged: more than any broker's window of ours (2,000 to 5,000)."""

CAPACITY_BYTES = 128 * 1024 * 1024

SUBACK_TIMEOUT_S = 10.0
"""A broker may drop a SUBACK when its own queue is full: then it is asked again, anew."""


_log = structlog.get_logger()


class SubscriptionRefused(RuntimeError):
    """The broker does not let us hear the field; nothing would arrive, and nothing else say so."""


class MqttSession:
    """One QoS 1 filter on one durable session. Use as an async context; run `watch` beside it."""

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        topic_filter: str,
        clock: Clock,
        capacity: int = CAPACITY,
        capacity_bytes: int = CAPACITY_BYTES,
        *,
        lease: Lease | None = None,
        may_connect: Callable[[], bool] | None = None,
        arrived: asyncio.Event | None = None,
        budget: ByteBudget | None = None,
        urgent: Urgency = nothing_urgent,
        window: int = 0,
    ) -> None:
        """`lease` is stamped on each delivery. `may_connect` is asked before a lost connection is
        made again: a no ends the session for good. `arrived` is set with each delivery, and
        `budget` bounds the bytes, where several sessions are one feed. `urgent` topics go first.
        `window`: how many deliveries the broker gives before an acknowledgement; 0: not known.
        """
        self._lease = lease
        self._may_connect = may_connect
        self._arrived = arrived or asyncio.Event()
        self._budget = budget or ByteBudget(capacity_bytes)
        self._filter = topic_filter
        self._clock = clock
        self._capacity = capacity
        self._queue = Lanes(urgent)
        self._abreast = Abreast(clock, window)
        self._unacked: dict[int, int] = {}
        self._bytes = 0
        self._epoch = 0
        self._connected_at: float | None = None
        self._granted = False
        self._refused = False
        self._ended = False
        self._overflowed = False
        self._subscribed_before = False
        self._connected_before = False
        self._waking = False
        self._lock = threading.Lock()
        self._client = make_client(address, client_id, durable=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._thread = NetworkThread(self._client, may_connect)
        self.repeats = 0
        """Repeats dropped because this connection had given them and they were unacknowledged."""
        self.refused_full = 0
        """Deliveries not taken because the queue was full; they come again (QoS 0: lost)."""
        self.began_anew = False
        """The broker had no session of ours at our first connection."""
        self.sessions_lost = 0
        """Times the broker had no session of ours where it should have: a possible gap."""

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
        self._budget.give_back(self._bytes)
        self._bytes = 0

    @property
    def ready(self) -> bool:
        """Connected, and the subscription granted."""
        return self._granted

    @property
    def unacked(self) -> int:
        """Deliveries of this connection not yet acknowledged."""
        return len(self._unacked)

    @property
    def queued(self) -> int:
        """Deliveries that nobody has taken yet."""
        return len(self._queue)

    @property
    def waiting(self) -> bool:
        """Whether something can be taken at once."""
        return bool(self._queue)

    @property
    def ended(self) -> bool:
        """Whether a lost connection is not made again."""
        return self._ended

    async def watch(self) -> None:
        """Run for ever beside the session; `look` says what it raises."""
        while True:
            await asyncio.sleep(WATCH_S)
            self.look()

    def look(self) -> None:
        """See after it, about twice a second. Raises SubscriptionRefused, or NetworkThreadDied:
        in both cases the process must end."""
        if not self._ended:
            self._thread.check()
        if self._refused:
            raise SubscriptionRefused(
                f"The broker refused the subscription to {self._filter}: check the rights of "
                "our user, and that filters x max_ack_pending stay below 65,536."
            )
        with self._lock:
            self._abreast.look(len(self._unacked))
        self._renew_if_stuck()

    async def take(self, limit: int, wait_s: float) -> list[Delivery]:
        """Up to `limit` deliveries, urgent ones first; empty after `wait_s` without any."""
        if not self._queue:
            await self._wait(wait_s)
        return self.take_now(limit)

    def take_now(self, limit: int) -> list[Delivery]:
        """The same without waiting."""
        with self._lock:
            taken = self._queue.take(limit)
            for delivery in taken:
                if delivery.qos == 0:
                    self._count(-len(delivery.payload))
        return taken

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge them in their order; those of an old epoch are dropped."""
        with self._lock:
            for delivery in deliveries:
                if delivery.qos == 0 or delivery.epoch != self._epoch:
                    continue
                size = self._unacked.pop(delivery.packet_id, None)
                if size is not None:
                    self._count(-size)
                    self._client.ack(delivery.packet_id, delivery.qos)

    def drop_connection(self) -> None:
        """Give back what is not acknowledged: a new connection, and the broker gives it again."""
        self._end_epoch()
        cut(self._client)

    async def _wait(self, seconds: float) -> None:
        self._arrived.clear()
        if self._queue:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    def _renew_if_stuck(self) -> None:
        since = self._connected_at
        if self._overflowed and not self._unacked:
            self._overflowed = False
            _log.warning("our queue was full: asking the broker again for what it held back")
            self.drop_connection()
            return
        waited = 0.0 if since is None or self._granted else self._clock.monotonic() - since
        if waited > SUBACK_TIMEOUT_S:
            _log.warning("no answer to the subscription: connecting anew")
            self.drop_connection()

    # From here on: paho's thread. It must not raise, or the thread dies.

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.warning("the broker refused the connection", reason=str(reason))
            return
        if not self._connected_before and not flags.session_present:
            self.began_anew = True
        self._connected_before = True
        if self._subscribed_before and not flags.session_present:
            self.sessions_lost += 1
            _log.warning("the broker has lost our session: there may be a gap")
        self._end_epoch()
        self._connected_at = self._clock.monotonic()
        client.subscribe(self._filter, qos=1)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure or reason.value < 1 for reason in reasons):
            self._refused = True
            return
        self._granted = self._subscribed_before = True
        with self._lock:
            self._abreast.granted()
        _log.info("hearing the field", filter=self._filter)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._end_epoch()
        self._connected_at = None
        _log.info("disconnected from the broker", reason=str(reason))

    def _on_connect_fail(self, _client: Client, _userdata: object) -> None:
        """Who may not connect any more must not: it would throw the new owner off."""
        if self._may_connect is not None and not self._may_connect():
            self._ended = True
            self._client.disconnect()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = published_topic(message.topic)
        except UnicodeDecodeError:
            topic = "\ufffd"
        size = len(message.payload)
        with self._lock:
            if message.qos and message.mid in self._unacked:
                self.repeats += 1
                return
            if self._is_full(size):
                self.refused_full += 1
                self._overflowed = True
                self._abreast.note(self._capacity)
                return
            self._count(size)
            if message.qos:
                self._unacked[message.mid] = size
                self._abreast.note(len(self._unacked))
            self._queue.put(
                Delivery(
                    self._epoch,
                    message.mid if message.qos else 0,
                    message.qos,
                    topic,
                    bytes(message.payload),
                    self._clock.now_ms(),
                    message.dup,
                    message.retain,
                    self._lease,
                    self._abreast.says(),
                )
            )
        self._wake()

    def _is_full(self, size: int) -> bool:
        held = max(len(self._unacked), len(self._queue))
        return held >= self._capacity or not self._budget.has_room(size)

    def _count(self, size: int) -> None:
        self._bytes += size
        self._budget.take(size)

    def _end_epoch(self) -> None:
        """Nothing of the connection so far can be acknowledged any more; it all comes again."""
        with self._lock:
            self._epoch += 1
            self._granted = False
            self._abreast.lost()
            self._unacked.clear()
            kept = [each for each in self._queue if each.qos == 0]
            self._queue.replace(kept)
            self._count(sum(len(each.payload) for each in kept) - self._bytes)

    def _wake(self) -> None:
        if self._waking:
            return
        self._waking = True
        try:
            self._loop.call_soon_threadsafe(self._awake)
        except RuntimeError:
            _log.info("a delivery came after the end of the loop: it comes again")

    def _awake(self) -> None:
        self._waking = False
        self._arrived.set()
