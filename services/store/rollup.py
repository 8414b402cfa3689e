"""The roll-ups' tables: one worker at a time makes minutes from readings, and hours from minutes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain.rollup import Pass, Window
from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import connect, cut, within
from services.store.intake_tables import Connection
from services.store.queries import Queries

POINTS_AT_ONCE = 2_000
NOTES_AT_ONCE = 4
DAYS_AT_ONCE = 366
"""Of the notes taken together; each is of a batch, which has no more (`bundle.MOST_DAYS`)."""

PORTION_TIMEOUT_S = 120.0
ASK_TIMEOUT_S = 20.0
"""Closing a minute waits for the batches under way, which have 15 s."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches whose late readings are not rolled up yet, and since when (epoch ms)."""

    notes: int
    since: int | None


class Rollups:
    """A connection of its own. Every call raises psycopg.Error when it was in vain."""

    def __init__(self, database_url: str, *, application: str = "parkwatch-rollup") -> None:
        self._url = database_url
        self._application = application
        self._sql = Queries.load("rollup")
        self._connection: Connection | None = None

    async def hold(self) -> bool:
        """Whether we are the one worker; asked before each turn."""
        if self._connection is not None and not self._connection.closed:
            return True
        self._connection = await connect(self._url, application=self._application)
        ((mine,),) = await self._all("hold")
        if not mine:
            self.drop()
            return False
        async with within(self._connection, ASK_TIMEOUT_S):
            await self._connection.execute(self._sql["make_due"])
        return True

    async def window(self) -> Window:
        """How far the roll-ups are."""
        (row,) = await self._all("window")
        return Window(*(to_ms(each) for each in row))

    async def waiting(self) -> Waiting:
        """What is noted and not rolled up yet."""
        ((notes, since),) = await self._all("waiting")
        return Waiting(int(notes), None if since is None else to_ms(since))

    async def close(self, window: Window) -> None:
        """Move the live window on; over once no batch under way can miss it."""
        moved = {"closed": to_datetime(window.closed), "horizon": to_datetime(window.horizon)}
        async with self._at_work(ASK_TIMEOUT_S) as connection:
            await connection.execute(self._sql["close"], moved)

    async def next_points(self, after: int) -> tuple[int, int] | None:
        """The lowest and the highest number of the next portion of points."""
        ((low, high),) = await self._all("next_points", {"after": after, "most": POINTS_AT_ONCE})
        return None if low is None else (int(low), int(high))

    async def roll_minutes(self, step: Pass, low: int, high: int) -> None:
        """The minutes of a pass for a portion of the points, and the states of its interlocks."""
        await self._roll("roll_minutes", step.first, step.past, low, high)
        await self._roll("mend_interlocks", step.first, step.past, low, high)

    async def roll_hours(self, step: Pass, low: int, high: int) -> None:
        """The hours of a pass for a portion of the points, whose minutes are done."""
        await self._roll("roll_hours", *step.hours, low, high)

    async def finish(self, step: Pass, now: int) -> None:
        """All of a pass is done."""
        moments = [to_datetime(step.first), to_datetime(step.window.closed)]
        async with self._at_work(ASK_TIMEOUT_S) as connection:
            received = {"moments": moments, "now": to_datetime(now)}
            await connection.execute(self._sql["days_received"], received)
            rolled = {"rolled": to_datetime(step.window.closed)}
            await connection.execute(self._sql["finish"], rolled)

    async def roll_due(self, now: int) -> bool:
        """Roll up again what some notes name, in one transaction; whether there were any."""
        bounds = {"most": NOTES_AT_ONCE, "days": DAYS_AT_ONCE}
        async with self._at_work(PORTION_TIMEOUT_S) as connection:
            await connection.execute(self._sql["take_notes"], bounds)
            cursor = await connection.execute(self._sql["due_days"])
            days: list[tuple[datetime, bool]] = await cursor.fetchall()
            for day, dropped in days:
                await self._roll_day(connection, day, dropped)
            moments = [day for day, _ in days]
            received = {"moments": moments, "now": to_datetime(now)}
            await connection.execute(self._sql["days_received"], received)
        return bool(days)

    def cut(self) -> None:
        """End a wait that is under way; the next turn connects anew."""
        if self._connection is not None:
            cut(self._connection)

    def drop(self) -> None:
        """Let go of the connection, and so of being the one worker."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    async def _roll_day(self, connection: Connection, day: datetime, dropped: bool) -> None:
        stretch = {"first": day, "past": day + _DAY}
        names = ("keep_base",) if dropped else ()
        for name in (*names, "roll_due_minutes", "roll_due_hours"):
            # Unprepared, so that each plan knows its day and looks at no other chunk.
            await connection.execute(self._sql[name], stretch, prepare=False)
        if not dropped:
            # Where readings were dropped, what they told stays as it is on record.
            await connection.execute(self._sql["mend_due_interlocks"], stretch, prepare=False)

    async def _roll(self, name: str, first: int, past: int, low: int, high: int) -> None:
        values = {"first": to_datetime(first), "past": to_datetime(past), "low": low, "high": high}
        async with self._at_work(PORTION_TIMEOUT_S) as connection:
            await connection.execute(self._sql[name], values, prepare=False)

    async def _all(self, name: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        async with self._at_work(ASK_TIMEOUT_S) as connection:
            return await (await connection.execute(self._sql[name], values)).fetchall()

    @asynccontextmanager
    async def _at_work(self, seconds: float) -> AsyncIterator[Connection]:
        connection = self._connection
        assert connection is not None  # `hold` comes first
        async with within(connection, seconds), connection.transaction():
            yield connection
