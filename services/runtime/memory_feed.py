"""A Feed in memory, with a small broker behind it: it passes the same suite as the real one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.runtime.clock import Clock
from services.runtime.feed import Delivery
from services.runtime.lanes import Lanes, Urgency, nothing_urgent


@dataclass(slots=True)
class _Kept:
    """A QoS 1 message that the broker holds until it is acknowledged."""

    topic: str
    payload: bytes
    packet_id: int = 0
    """Its packet id on the present connection, 0 while it was not given on it."""
    given: bool = False
    """On any connection: then it is marked as redelivered."""


class MemoryFeed:
    """What `publish` puts in comes out of `take`; connections are lost when told."""

    def __init__(self, clock: Clock, window: int = 5_000, urgent: Urgency = nothing_urgent) -> None:
        self._clock = clock
        self._window = window
        self._kept: list[_Kept] = []
        self._queue = Lanes(urgent)
        self._unacked: dict[int, _Kept] = {}
        self._epoch = 1
        self._last_id = 0
        self._arrived = asyncio.Event()

    @property
    def ready(self) -> bool:
        return True

    @property
    def unacked(self) -> int:
        """Deliveries of this connection not yet acknowledged."""
        return len(self._unacked)

    async def take(self, limit: int, wait_s: float) -> list[Delivery]:
        """Up to `limit` deliveries, urgent ones first; empty after `wait_s` without any."""
        if not self._queue:
            self._arrived.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._arrived.wait()
            except TimeoutError:
                return []
        return self._queue.take(limit)

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge them in their order; those of an old epoch are dropped."""
        for delivery in deliveries:
            if delivery.qos and delivery.epoch == self._epoch:
                kept = self._unacked.pop(delivery.packet_id, None)
                if kept is not None:
                    self._kept.remove(kept)
        self._give()

    def drop_connection(self) -> None:
        """Give back what is not acknowledged: a new connection, and the broker gives it again."""
        self._epoch += 1
        self._last_id = 0
        self._unacked.clear()
        self._queue.replace([each for each in self._queue if each.qos == 0])
        for kept in self._kept:
            kept.packet_id = 0
        self._give()

    def publish(self, topic: str, payload: bytes, qos: int = 1, retained: bool = False) -> None:
        """A gateway's publish."""
        if qos == 0:
            self._put(topic, payload, 0, 0, False, retained)
            return
        self._kept.append(_Kept(topic, payload))
        self._give()

    def repeat_unacked(self) -> None:
        """The broker loses patience (`ack_wait`): it gives again what was not acknowledged.

        This connection has it already, so the repeats stop here.
        """
        for kept in self._kept:
            kept.given = kept.given or bool(kept.packet_id)

    def _give(self) -> None:
        for kept in self._kept:
            if len(self._unacked) >= self._window:
                return
            if kept.packet_id == 0:
                self._last_id += 1
                kept.packet_id = self._last_id
                self._unacked[kept.packet_id] = kept
                self._put(kept.topic, kept.payload, kept.packet_id, 1, kept.given, False)
                kept.given = True

    def _put(
        self, topic: str, payload: bytes, packet_id: int, qos: int, again: bool, retained: bool
    ) -> None:
        now = self._clock.now_ms()
        prompt = len(self._unacked) < self._window
        self._queue.put(
            Delivery(
                self._epoch, packet_id, qos, topic, payload, now, again, retained, prompt=prompt
            )
        )
        self._arrived.set()
