"""What is stored for how long: the days there are, and the functions that let one go.

They belong to the schema's owner and refuse what must be kept, whoever asks.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg

from services.domain.retention import Day
from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import connect, cut, within
from services.store.gateway_event import EventKind
from services.store.intake_tables import Connection
from services.store.queries import Queries

TIMEOUT_S = 600.0
"""A day of readings is looked through once before it goes: its receipts, not our notes, count."""

ROWS_AT_ONCE = 50_000

FORGOTTEN = ("gateway_message", "unregistered_reading", "gateway_event", "gap", "gateway_day")


class Shelf:
    """A connection of its own. Every call raises psycopg.Error when it was in vain."""

    def __init__(self, database_url: str, *, application: str = "parkwatch-retention") -> None:
        self._url = database_url
        self._application = application
        self._sql = Queries.load("retention")
        self._connection: Connection | None = None

    async def hold(self) -> bool:
        """Whether we are the one keeper; asked before each round."""
        if self._connection is not None and not self._connection.closed:
            return True
        self._connection = await connect(self._url, application=self._application)
        ((mine,),) = await self._all("hold")
        if not mine:
            self.drop()
        return bool(mine)

    async def days(self) -> list[Day]:
        """The days that readings are stored of."""
        rows = await self._all("reading_days")
        return [Day(to_ms(start), to_ms(newest)) for start, newest in rows]

    async def drop_day(self, start: int) -> bool:
        """Let a day of readings go. False: not now, late readings wait for their roll-up, or
        somebody is reading it."""
        try:
            ((gone,),) = await self._all("drop_reading_day", {"day": to_datetime(start)})
        except psycopg.errors.LockNotAvailable:
            return False
        return bool(gone)

    async def rollup_weeks(self, before: int) -> list[datetime]:
        """Stretches of roll-ups whose readings were all received, and are, before a moment."""
        rows = await self._all("rollup_weeks", {"before": to_datetime(before)})
        return [start for start, _ in rows]

    async def drop_rollups(self, week: datetime) -> None:
        """Let a stretch of roll-ups go."""
        await self._all("drop_rollups", {"week": week})

    async def forget(self, table: str, before: int) -> int:
        """Let some rows go that are older than a moment; how many. `table`: of FORGOTTEN."""
        values = {"table": table, "before": to_datetime(before), "most": ROWS_AT_ONCE}
        ((gone,),) = await self._all("forget_rows", values)
        return int(gone)

    async def compress(self, before: int) -> int:
        """Put days without news since `before` into columns, where the edition can; how many."""
        ((able,),) = await self._all("has_columns")
        if not able:
            return 0
        days = await self._all("days_to_compress", {"before": to_datetime(before)})
        for (day,) in days:
            await self._all("compress_reading_day", {"day": day})
        return len(days)

    async def size(self) -> int:
        """What the database takes, in bytes."""
        ((size,),) = await self._all("database_size")
        return int(size)

    async def tell(self, kind: EventKind, detail: str, now: int) -> None:
        """An event of the park itself."""
        values = {"kind": kind, "detail": detail, "at": to_datetime(now)}
        async with self._at_work() as connection:
            await connection.execute(self._sql["tell"], values)

    def cut(self) -> None:
        """End a wait that is under way; the next round connects anew."""
        if self._connection is not None:
            cut(self._connection)

    def drop(self) -> None:
        """Let go of the connection, and so of being the one keeper."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    async def _all(self, name: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        async with self._at_work() as connection:
            return await (await connection.execute(self._sql[name], values)).fetchall()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[Connection]:
        connection = self._connection
        assert connection is not None  # `hold` comes first
        async with within(connection, TIMEOUT_S):
            yield connection
