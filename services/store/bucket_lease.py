"""Leases of buckets: the fence between workers, kept in the database.

A lease runs out by the database's clock. With the database away nobody can take one over, and
whoever had it goes on; what he writes later is checked in the transaction that writes it.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from services.store.deadline import connect, cut, within
from services.store.intake import Busy, Fenced, Parcel
from services.store.intake_tables import Connection
from services.store.queries import Queries

ASK_TIMEOUT_S = 3.0
RELEASE_TIMEOUT_S = 0.5
SERVICE = "ingest"

_SQL = Queries.load("lease")


async def fence(connection: Connection, parcels: Iterable[Parcel]) -> None:
    """Hold the leases of what is to be written until the end of the caller's transaction.

    Raises Fenced with those that somebody else has, Busy when one is not confirmed yet.
    """
    leases = {each.delivery.lease for each in parcels} - {None}
    shown = [each for each in leases if each is not None]
    if not shown:
        return
    if any(each.epoch is None and not each.lost for each in shown):
        raise Busy("the lease of a bucket is not confirmed yet")
    columns = {
        "service": SERVICE,
        "buckets": [each.bucket for each in shown],
        "epochs": [each.epoch or 0 for each in shown],
    }
    cursor = await connection.execute(_SQL["fence"], columns)
    held = {row[0] for row in await cursor.fetchall()}
    gone = [each for each in shown if each.lost or each.bucket not in held]
    if gone:
        raise Fenced(gone)


class LeaseTable:
    """The leases of one process. `process` is its own name and nobody else's, ever; `owner` is
    the worker's, which a successor in the same place bears too. `alone`: nobody else wants these
    buckets, so a lease of an earlier process is taken at once.
    """

    def __init__(
        self, database_url: str, owner: str, process: str, *, lease_s: float, alone: bool
    ) -> None:
        self._url = database_url
        self.process = process
        self._alone = alone
        self.lease_s = lease_s
        """A worker that has not renewed for so long may be relieved."""
        self._names: dict[str, Any] = {"service": SERVICE, "owner": owner, "process": process}
        self._connection: Connection | None = None
        self._under_way = False

    async def known(self) -> set[int]:
        """The buckets that ever had an owner. Raises Busy."""
        async with self._asking() as connection:
            cursor = await connection.execute(_SQL["known_leases"], self._names)
            return {row[0] for row in await cursor.fetchall()}

    async def renew(self, buckets: Iterable[int]) -> dict[int, int]:
        """Hold on to these; the epochs of those that are still ours. Raises Busy."""
        async with self._asking() as connection:
            return await self._epochs(connection, "renew_leases", buckets)

    async def take(
        self, buckets: Iterable[int], *, eager: bool = False, settled: bool = True
    ) -> dict[int, int]:
        """Take those of these that may be taken; their new epochs. Raises Busy.

        `eager`: also those of an earlier process in our place, that have not run out. To be said
        once: of two that say it again and again, each would relieve the other. `settled`: the
        database has answered long enough for owners to renew; else only what was given back.
        """
        force = {"force": eager and self._alone, "namesake": eager, "settled": settled}
        async with self._asking() as connection:
            asked = self._names | force | {"buckets": list(buckets)}
            await connection.execute(_SQL["make_leases"], asked)
            await connection.execute(_SQL["end_lapsed_writers"], asked)
            async with connection.transaction():
                cursor = await connection.execute(_SQL["lapsed_leases"], asked)
                free = [row[0] for row in await cursor.fetchall()]
                return await self._epochs(connection, "take_leases", free) if free else {}

    async def release(self) -> None:
        """Let others take all of them at once; not where that takes long. Raises Busy."""
        if self._connection is None:
            return
        async with self._asking(RELEASE_TIMEOUT_S) as connection:
            await connection.execute(_SQL["release_leases"], self._names)

    def cut(self) -> None:
        """End a question under way, if there is one."""
        if self._connection is not None and self._under_way:
            cut(self._connection)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    async def _epochs(
        self, connection: Connection, statement: str, buckets: Iterable[int]
    ) -> dict[int, int]:
        asked = self._names | {"buckets": list(buckets), "seconds": self.lease_s}
        cursor = await connection.execute(_SQL[statement], asked)
        return dict(await cursor.fetchall())

    @asynccontextmanager
    async def _asking(self, seconds: float = ASK_TIMEOUT_S) -> AsyncIterator[Connection]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await connect(self._url, application="parkwatch-ingest-lease")
            self._under_way = True
            async with within(self._connection, seconds):
                yield self._connection
        except psycopg.Error as error:
            self.close()
            raise Busy(str(error).split("\n")[0][:200]) from error
        finally:
            self._under_way = False
