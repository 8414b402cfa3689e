"""Holds buckets: a lease first, then the session; no session of a bucket that another has.

Each bucket's session goes on with its queue under whoever opens it. While the database is away
nobody takes over: who holds a session keeps it, and its messages stay with the broker.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from services.runtime.buckets import BUCKETS, EVERY_BUCKET, REST, client_id_of, filter_of
from services.runtime.clock import Clock
from services.runtime.feed import Lease
from services.runtime.lifecycle import pause
from services.runtime.many_feed import ManyFeed
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.mqtt_session import MqttSession
from services.store.bucket_lease import LeaseTable
from services.store.intake import Busy

LOOK_S = 0.25
RENEW_S = 2.0
MARGIN_S = 5.0
"""So long before our lease runs out no lost connection is made again: connecting takes time."""

SETTLED_S = 8.0
"""So long the database must have answered before a lease that ran out is taken: while it was away
nobody could renew."""

FIRST_ANSWER_S = 2.0
"""How long the only worker waits for the database before it hears the field without it."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which buckets a worker is to hold. `alone`: nobody else wants them, whoever starts it sees
    to that, so it may hear them before the database answers. `bucketed`: the broker maps.
    `every_leaf`: the rest's session began with the filter that no leaf escapes. `window`: of the
    broker, in messages a session; 0 where nobody knows."""

    buckets: frozenset[int]
    bucketed: bool
    alone: bool
    every_leaf: bool = False
    window: int = 0

    @property
    def all(self) -> frozenset[int]:
        """What it hears in any case; the rest goes with bucket 0."""
        own = self.buckets if self.bucketed else frozenset[int]()
        return own | {REST} if 0 in self.buckets else own

    @property
    def of_field(self) -> int:
        """How many there are in the whole field."""
        return BUCKETS + 1 if self.bucketed else 1


class BucketHolder:
    """Call `run` beside the door, `close` at the end. `feed` is what the door hears."""

    def __init__(
        self,
        wanted: Wanted,
        table: LeaseTable,
        address: BrokerAddress,
        secret: str,
        clock: Clock,
    ) -> None:
        self._wanted = wanted
        self._buckets = set(wanted.all)
        self._table = table
        self._address = address
        self._secret = secret
        self._clock = clock
        self._leases: dict[int, Lease] = {}
        self._sure_until = 0.0
        self._asked_before = False
        self._answers_since: float | None = None
        self.feed = ManyFeed()

    @property
    def heard(self) -> list[int]:
        """The buckets whose subscriptions are granted."""
        sessions = self.feed.sessions
        return sorted(lease.bucket for lease, session in sessions.items() if session.ready)

    @property
    def process(self) -> str:
        """The name of this process among the workers."""
        return self._table.process

    @property
    def of_field(self) -> int:
        """How many there are in the whole field."""
        return self._wanted.of_field

    @property
    def ready(self) -> bool:
        """Whether all that it holds is heard. A stand-by that holds nothing is ready to."""
        if self._wanted.alone and not self._wanted.all <= self._leases.keys():
            return False
        return self.feed.ready or not (self._leases or self._wanted.alone)

    async def run(self, stop: asyncio.Event) -> None:
        """Hold, renew and let go until told to stop. Raises what a session's `look` raises."""
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(self._keep_asking(stop))
            await self._keep_looking(stop)
            self._table.cut()
            asking.cancel()

    async def _keep_asking(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._ask()
            await pause(stop, RENEW_S)

    async def _keep_looking(self, stop: asyncio.Event) -> None:
        began = self._clock.monotonic()
        while not stop.is_set():
            impatient = self._wanted.alone and not self._leases
            if impatient and self._clock.monotonic() - began > FIRST_ANSWER_S:
                _log.warning("the database does not answer: hearing the field without a lease")
                await self._open_unconfirmed()
            await self._look()
            await pause(stop, LOOK_S)

    async def close(self) -> None:
        """Let go of the sessions, then of the leases, so that others may take them at once."""
        await asyncio.gather(*(self._close(lease) for lease in list(self._leases.values())))
        try:
            await self._table.release()
        except Busy:
            _log.info("the leases could not be given back: they run out by themselves")
        self._table.close()

    async def _ask(self) -> None:
        """Renew what is ours, take what is free. Nothing changes while the database is away."""
        asked_at = self._clock.monotonic()
        try:
            if not self._wanted.bucketed and not self._asked_before:
                await self._remember_old_ones()
            sure = {each.bucket for each in self._leases.values() if each.epoch is not None}
            held = await self._table.renew(sure) if sure else {}
            unsure = self._buckets - held.keys()
            taken = await self._take(unsure, asked_at) if unsure else {}
        except Busy:
            self._answers_since = None
            return
        self._asked_before = True
        for bucket in sure - held.keys():
            self._leases[bucket].lost = True
        self._sure_until = asked_at + self._table.lease_s - MARGIN_S
        for bucket, epoch in taken.items():
            await self._begin(bucket, epoch)

    async def _take(self, buckets: set[int], now: float) -> dict[int, int]:
        if self._answers_since is None:
            self._answers_since = now
        settled = now - self._answers_since >= SETTLED_S
        return await self._table.take(buckets, eager=not self._asked_before, settled=settled)

    async def _remember_old_ones(self) -> None:
        """A broker that mapped once: what waits in the sessions of that time is heard, too."""
        if self._wanted.buckets == EVERY_BUCKET:
            self._buckets |= await self._table.known()

    async def _begin(self, bucket: int, epoch: int) -> None:
        lease = self._leases.get(bucket)
        if lease is not None and lease.epoch is None:
            lease.epoch = epoch
            return
        if lease is not None:
            await self._close(lease)
        _log.info("a bucket is ours", bucket=bucket, epoch=epoch)
        await self._open(Lease(bucket, epoch))

    async def _open_unconfirmed(self) -> None:
        for bucket in sorted(self._wanted.all):
            await self._open(Lease(bucket))

    async def _open(self, lease: Lease) -> None:
        session = MqttSession(
            self._address,
            client_id_of("ingest", self._secret, lease.bucket),
            filter_of(lease.bucket, every_leaf=self._wanted.every_leaf),
            self._clock,
            lease=lease,
            may_connect=self._leave_for(lease),
            arrived=self.feed.arrived,
            budget=self.feed.budget,
            urgent=self.feed.urgent,
            window=self._wanted.window,
        )
        await session.__aenter__()
        self._leases[lease.bucket] = lease
        self.feed.add(lease, session)

    def _leave_for(self, lease: Lease) -> Callable[[], bool]:
        """Whether this session may connect again; asked in its own thread."""

        def may() -> bool:
            sure = self._wanted.alone or self._clock.monotonic() < self._sure_until
            return sure and not lease.lost

        return may

    async def _look(self) -> None:
        """See after the sessions: close what is lost, open again what ended and is still ours."""
        for lease, session in self.feed.sessions.items():
            session.look()
            if lease.lost:
                _log.warning("a bucket has gone to another worker", bucket=lease.bucket)
                await self._close(lease)
            elif session.ended and self._clock.monotonic() < self._sure_until:
                await self._close(lease)
                await self._open(Lease(lease.bucket, lease.epoch))

    async def _close(self, lease: Lease) -> None:
        session = self.feed.remove(lease)
        del self._leases[lease.bucket]
        await session.__aexit__(None, None, None)
