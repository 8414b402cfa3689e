"""Writes how gateways do, beside the door: over a connection of its own, every second what is due.

With the database away what is due waits; a worker knows the gateways of its own buckets only.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog

from services.ingest.gateway_watch import GatewayWatch
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.store.deadline import connect, cut, within
from services.store.vitals_tables import Connection, keep, load

EVERY_S = 1.0
ANSWER_S = 5.0
AT_ONCE = 2_000
"""Gateways written in one statement."""

_log = structlog.get_logger()


@dataclass(slots=True)
class VitalsWriter:
    """Call `run`. `bucket_of` an enterprise; `held` are our buckets, `heard` those of them whose
    subscriptions are granted now."""

    database_url: str
    watch: GatewayWatch
    bucket_of: Callable[[str], int]
    held: Callable[[], frozenset[int]]
    heard: Callable[[], frozenset[int]]
    clock: Clock
    _loaded: frozenset[int] = field(default_factory=frozenset)
    _connection: Connection | None = None
    _away: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Write until told to stop."""
        while not await pause(stop, EVERY_S):
            self.watch.tick(self.clock.now_ms(), self._is_in(self.heard()))
            try:
                await self._follow_buckets()
                await self._write()
                self._away = False
            except psycopg.Error as error:
                if not self._away:
                    reason = str(error).split("\n")[0]
                    _log.warning("how gateways do cannot be written now", reason=reason)
                self._away = True
                self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    async def _follow_buckets(self) -> None:
        """Of what is ours from now on: how it stood; of what is not any more: nothing."""
        held = self.held()
        if held == self._loaded:
            return
        connection = await self._connected()
        async with within(connection, ANSWER_S):
            vitals = await load(connection)
        is_ours = self._is_in(held)
        self.watch.forget(is_ours)
        self.watch.load([each for each in vitals if is_ours(each.enterprise)])
        self._loaded = held

    def _is_in(self, buckets: frozenset[int]) -> Callable[[str], bool]:
        return lambda enterprise: self.bucket_of(enterprise) in buckets

    async def _write(self) -> None:
        while True:
            due, events = self.watch.take_due(self.clock.now_ms(), AT_ONCE)
            if not (due or events):
                return
            try:
                connection = await self._connected()
                async with within(connection, ANSWER_S):
                    await keep(connection, due, events)
            except psycopg.Error:
                self.watch.put_back(due, events)
                raise

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await connect(self.database_url, application="parkwatch-vitals")
        return self._connection
