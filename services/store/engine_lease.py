"""The lease of the alarm engine: which of several judges, kept in the database.

A lease runs out by the database's clock. With the database away nobody can take it over, and
whoever has it goes on; what he records later is checked in the transaction that records it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import Row, connect, cut, within
from services.store.intake import Busy
from services.store.queries import Queries

ASK_TIMEOUT_S = 2.0
RELEASE_TIMEOUT_S = 0.5

_SQL = Queries.load("engine_lease")


class Fenced(Exception):
    """Another engine has the lease: nothing was written."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A lease that is ours now. `inherit_since` (epoch ms): from when on what is stored has to
    be judged, for the one before us worked on another disk; None: nothing."""

    term: int
    inherit_since: int | None


async def fence(connection: psycopg.AsyncConnection[Row], term: int) -> None:
    """Hold the lease until the end of the caller's transaction. Raises Fenced, psycopg.Error."""
    cursor = await connection.execute(_SQL["fence"], {"term": term})
    if await cursor.fetchone() is None:
        raise Fenced(f"the term {term} is over")


class EngineLease:
    """The lease as one process sees it. `spool`: the name of its disk; `process`: its own name
    and nobody else's, ever. `alone`: nobody else wants it, so it is taken at once."""

    def __init__(self, database_url: str, process: str, *, alone: bool) -> None:
        self._url = database_url
        self._alone = alone
        self.process = process
        self._connection: psycopg.AsyncConnection[Row] | None = None

    async def last_spool(self) -> str:
        """On whose disk the last holder worked; empty before the first one. Raises Busy."""
        async with self._asking() as connection:
            await connection.execute(_SQL["make_lease"])
            row = await (await connection.execute(_SQL["last_spool"])).fetchone()
            assert row is not None  # made above
            return str(row[0])

    async def take(self, spool: str, seconds: float, *, settled: bool) -> Taken | None:
        """Take it for so long, if it may be taken. Raises Busy.

        `settled`: the database has answered long enough for the holder to renew; else only one
        that was given back, or is of an earlier process on our own disk, is taken.
        """
        asked: dict[str, Any] = {
            "process": self.process,
            "spool": spool,
            "force": self._alone,
            "settled": settled,
            "seconds": seconds,
        }
        async with self._asking() as connection:
            await connection.execute(_SQL["make_lease"])
            await connection.execute(_SQL["end_lapsed_recorder"], asked)
            async with connection.transaction():
                free = await connection.execute(_SQL["lapsed_lease"], asked)
                if await free.fetchone() is None:
                    return None
                taken = await connection.execute(_SQL["take_lease"], asked)
                row = await taken.fetchone()
        assert row is not None  # locked above
        return Taken(int(row[0]), None if row[1] is None else to_ms(row[1]))

    async def renew(self, seconds: float, recorded_at: int | None) -> int | None:
        """Hold on to it for so long, and say until when (epoch ms; None: not known) all is on record; our
        term, or None when another one has it. Raises Busy."""
        asked = {
            "process": self.process,
            "seconds": seconds,
            "recorded_at": None if recorded_at is None else to_datetime(recorded_at),
        }
        async with self._asking() as connection:
            row = await (await connection.execute(_SQL["renew_lease"], asked)).fetchone()
        return None if row is None else int(row[0])

    async def stand_by(self, spool: str, host: str) -> None:
        """Say that we wait. Raises Busy."""
        async with self._asking() as connection:
            await connection.execute(_SQL["stand_by"], {"spool": spool, "host": host})

    async def inherited(self) -> None:
        """All that was to be judged because of the change of disks is judged. Raises Busy."""
        async with self._asking() as connection:
            await connection.execute(_SQL["inherited"], {"process": self.process})

    async def release(self) -> None:
        """Let another one take it at once; not where that takes long. Raises Busy."""
        if self._connection is not None:
            async with self._asking(RELEASE_TIMEOUT_S) as connection:
                await connection.execute(_SQL["release_lease"], {"process": self.process})

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    @asynccontextmanager
    async def _asking(
        self, seconds: float = ASK_TIMEOUT_S
    ) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        answered = False
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await connect(self._url, application="parkwatch-engine-lease")
            async with within(self._connection, seconds):
                yield self._connection
            answered = True
        except psycopg.Error as error:
            raise Busy(str(error).split("\n")[0][:200]) from error
        finally:
            # Also where the asker lost his patience: nobody knows what the connection is at.
            if not answered:
                self.close()
