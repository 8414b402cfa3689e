"""Several durable sessions heard as one feed: each delivery goes back to the one it came from."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from types import TracebackType
from typing import Self

from services.runtime.byte_budget import ByteBudget
from services.runtime.feed import Delivery, Lease
from services.runtime.lanes import Urgency, nothing_urgent
from services.runtime.mqtt_session import CAPACITY_BYTES, MqttSession
from services.runtime.mqtt_thread import WATCH_S


class ManyFeed:
    """A Feed over sessions that come and go. Each has a lease of its own, by which it is known."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.arrived = asyncio.Event()
        """To be handed to each session, so that any of them ends a wait."""
        self.budget = ByteBudget(capacity_bytes)
        """To be handed to each session: the bytes that all may hold together."""
        self.urgent: Urgency = nothing_urgent
        """To be handed to each session, likewise: the topics that go first."""
        self._sessions: dict[Lease, MqttSession] = {}
        self._turn = 0

    @property
    def sessions(self) -> dict[Lease, MqttSession]:
        """The sessions by their leases."""
        return dict(self._sessions)

    @property
    def ready(self) -> bool:
        """Whether there are sessions, and all of them hear their part of the field."""
        return bool(self._sessions) and all(each.ready for each in self._sessions.values())

    @property
    def unacked(self) -> int:
        """Deliveries not yet acknowledged."""
        return sum(each.unacked for each in self._sessions.values())

    @property
    def queued(self) -> int:
        """Deliveries that nobody has taken yet."""
        return sum(each.queued for each in self._sessions.values())

    @property
    def refused_full(self) -> int:
        """Deliveries not taken because a queue was full; they come again."""
        return sum(each.refused_full for each in self._sessions.values())

    @property
    def sessions_lost(self) -> int:
        """Times the broker had no session of ours where it should have."""
        return sum(each.sessions_lost for each in self._sessions.values())

    def add(self, lease: Lease, session: MqttSession) -> None:
        """Hear this one too; it was made with this lease, `arrived` and `budget`."""
        self._sessions[lease] = session

    def remove(self, lease: Lease) -> MqttSession:
        """Hear it no more; acknowledgements for it are dropped from now on."""
        return self._sessions.pop(lease)

    async def __aenter__(self) -> Self:
        for each in self._sessions.values():
            await each.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(each.__aexit__(None, None, None) for each in self.sessions.values()))

    async def watch(self) -> None:
        """Run for ever beside it; `MqttSession.look` says what it raises."""
        while True:
            await asyncio.sleep(WATCH_S)
            for each in self.sessions.values():
                each.look()

    async def take(self, limit: int, wait_s: float) -> list[Delivery]:
        """Up to `limit` deliveries, in the order of receipt within each session; empty after
        `wait_s` without any."""
        if not self._waiting():
            self.arrived.clear()
            if not self._waiting():
                await self._wait(wait_s)
        return self._take_in_turn(limit)

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Acknowledge each at its own session, in their order."""
        by_lease: dict[Lease, list[Delivery]] = {}
        for delivery in deliveries:
            if delivery.lease is not None:
                by_lease.setdefault(delivery.lease, []).append(delivery)
        for lease, portion in by_lease.items():
            session = self._sessions.get(lease)
            if session is not None:
                session.ack(portion)

    def drop_connection(self) -> None:
        """Give back what is not acknowledged, on every session."""
        for each in self._sessions.values():
            each.drop_connection()

    def _waiting(self) -> bool:
        return any(each.waiting for each in self._sessions.values())

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.arrived.wait()
        except TimeoutError:
            return

    def _take_in_turn(self, limit: int) -> list[Delivery]:
        """A fair share of each, beginning with another one each time."""
        full = [each for each in self._sessions.values() if each.waiting]
        if not full:
            return []
        self._turn = (self._turn + 1) % len(full)
        share = max(1, limit // len(full))
        portions = [each.take_now(share) for each in full[self._turn :] + full[: self._turn]]
        return list(chain.from_iterable(portions))
