"""The api's connections: few, bounded in time from our side, and quick to say that there is none.

A frozen server answers nothing, so every piece of work has a deadline at which its connection is
cut. One slow answer on a busy machine is not an outage, nor is a disk that stands still for some
seconds at a commit: the database counts as away after two failures with no answer in between, of
work or of the probe (`probe`, called every half second; it asks for nothing of the disk). Then
work under way is cut, and new work refused at once, until the probe has an answer again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import structlog

from services.api.lane import Lane, lane
from services.api.tenant import asking, only_reads
from services.runtime.clock import Clock
from services.store.deadline import connect, cut, sign_of_life, within
from services.store.tenant import name_tenant

SIZES = {Lane.LIVE: 8, Lane.HEAVY: 2}
"""Connections of each lane at most; who comes later waits for one, inside its own deadline. So any
number of exports leaves what consoles wait for alone."""

STATEMENT_S = {Lane.LIVE: 60.0, Lane.HEAVY: 120.0}
"""When the server ends a statement by itself: as long as the longest deadline of each lane, for what
nobody waits for any more must not go on working."""

DEADLINE_S = 8.0
"""Of a server that answers the probe: less than people wait at a screen (10 s), and more than a
disk with much to write stands still (2.6 s was seen at a commit)."""
LEND_S = 2.0
PROBE_S = 1.0
FAILURES = 2
"""In a row, with no answer in between: then the database is away."""

_log = structlog.get_logger()
Connection = psycopg.AsyncConnection[Any]


class DatabaseAway(Exception):
    """The database did not answer in time, or is known to be away."""


class NoTurn(DatabaseAway):
    """So much heavy work is under way that there was no turn in time; the database is well."""


class Database:
    """Lends connections, each for one transaction and one deadline."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._idle: dict[Lane, list[Connection]] = {each: [] for each in Lane}
        self._lent: set[Connection] = set()
        self._turns = {each: asyncio.Semaphore(size) for each, size in SIZES.items()}
        self._failures = 0
        self.is_there = False
        self.last_answer: float | None = None
        """Monotonic seconds of its last sign of life."""

    @property
    def url(self) -> str:
        """Its address, secrets and all, for a process that needs a connection of its own."""
        return self._url

    @asynccontextmanager
    async def transaction(
        self, deadline_s: float = DEADLINE_S, *, tenant: str | None = None
    ) -> AsyncIterator[Connection]:
        """One transaction: committed at the end of the block, rolled back by an exception.

        It sees and changes what is `tenant`'s: an enterprise's code, or EVERY for the park; left
        out: of the one who is being answered, as a role that only reads where they do
        (`services.api.tenant`). Raises NobodyNamed where there is nobody.

        Raises DatabaseAway when the database is away or does not answer within `deadline_s`;
        what became of a write that was under way is then unknown.
        """
        whose = asking() if tenant is None else tenant
        reads_only = tenant is None and only_reads()
        if not self.is_there:
            raise DatabaseAway
        going = lane()
        async with self._turn(going, deadline_s):
            connection = await self._lend(going)
            self._lent.add(connection)
            begun = self._clock.monotonic()
            try:
                async with within(connection, deadline_s), connection.transaction():
                    await name_tenant(connection, whose, reads_only=reads_only)
                    yield connection
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._lost(going, connection, error, self._clock.monotonic() - begun)
                raise DatabaseAway from error
            finally:
                self._lent.discard(connection)
                self._give_back(going, connection)
        self._heard()

    async def probe(self) -> bool:
        """Ask for a sign of life, a second time over a new connection; whether there was one."""
        for _ in range(FAILURES):
            failure = await self._ask()
            if failure is None:
                self._heard()
                return True
            self._failed(failure)
            self.close()
        return False

    def close(self) -> None:
        """Let every idle connection go."""
        for idle in self._idle.values():
            while idle:
                _drop(idle.pop())

    async def _ask(self) -> Exception | None:
        try:
            async with asyncio.timeout(PROBE_S):
                connection = await self._take_or_connect(Lane.LIVE)
            try:
                async with within(connection, PROBE_S):
                    await sign_of_life(connection)
            finally:
                self._give_back(Lane.LIVE, connection)
        except (psycopg.Error, TimeoutError, OSError) as error:
            return error
        return None

    @asynccontextmanager
    async def _turn(self, going: Lane, deadline_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(deadline_s):
                await self._turns[going].acquire()
        except TimeoutError as error:
            raise (NoTurn if going is Lane.HEAVY else DatabaseAway) from error
        try:
            yield
        finally:
            self._turns[going].release()

    async def _lend(self, going: Lane) -> Connection:
        try:
            async with asyncio.timeout(LEND_S):
                return await self._take_or_connect(going)
        except (psycopg.Error, TimeoutError, OSError) as error:
            self._failed(error)
            raise DatabaseAway from error

    async def _take_or_connect(self, going: Lane) -> Connection:
        while self._idle[going]:
            connection = self._idle[going].pop()
            if not connection.closed:
                return connection
        return await connect(
            self._url,
            application="parkwatch-api",
            statement_timeout_s=STATEMENT_S[going],
        )

    def _give_back(self, going: Lane, connection: Connection) -> None:
        idle = psycopg.pq.TransactionStatus.IDLE
        usable = not connection.closed and connection.info.transaction_status == idle
        if usable and len(self._idle[going]) < SIZES[going]:
            self._idle[going].append(connection)
        else:
            _drop(connection)

    def _lost(self, going: Lane, connection: Connection, error: Exception, seconds: float) -> None:
        """Say what became of it: whoever asked is only told to try again. That something heavy took
        too long says nothing of the database."""
        reason = str(error).strip() or type(error).__name__
        _log.warning("the database did not do its work", reason=reason, seconds=round(seconds, 2))
        if going is Lane.LIVE and (connection.closed or connection.broken):
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures < FAILURES:
            return
        if self.is_there:
            _log.warning("the database is away", reason=str(error) or type(error).__name__)
        self.is_there = False
        self.close()
        for connection in self._lent:
            cut(connection)

    def _heard(self) -> None:
        self._failures = 0
        if not self.is_there:
            _log.info("the database answers")
        self.is_there = True
        self.last_answer = self._clock.monotonic()


def _drop(connection: Connection) -> None:
    cut(connection)
    with suppress(psycopg.Error):
        connection.pgconn.finish()
