"""The real Intake: one connection, one transaction a batch, every wait bounded on our side.

A COMMIT whose answer was lost is neither repeated blindly nor given up: the transaction's number
is asked for its fate, so that a message without an identity of its own is still stored once.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain

import psycopg

from services.domain.directory import Directory
from services.domain.letter_cap import LetterCap
from services.runtime.clock import Clock, SystemClock
from services.store import bundle
from services.store import intake_tables as tables
from services.store import ledger_tables as ledger
from services.store.adoption import adopt_some
from services.store.bucket_lease import fence
from services.store.day_sheet import DaySheet
from services.store.deadline import connect, cut, within
from services.store.diverted_tables import put_apart
from services.store.instants import Instants
from services.store.intake import Busy, CommitUnknown, Fenced, Parcel, Receipt, Unfit
from services.store.intake_tables import Connection
from services.store.ledger_change import arrivals
from services.store.letter_tables import keep_letters
from services.store.queries import Queries
from services.store.reading_table import ReadingTable
from services.store.vitals_tables import count_conflicts

WRITE_TIMEOUT_S = 15.0
"""For a batch; a database that needs longer counts as away."""

FIRST_TIMEOUT_S = 3.5
"""For a first try: a connection that stands still is left for another one within 5 s. After one that
took longer there is patience, until something is stored as quickly again: a disk that is slow for
everybody must not have every batch begun twice."""

ASK_TIMEOUT_S = 3.0

_AWAY = (psycopg.OperationalError, psycopg.InternalError)
_DATA = (
    psycopg.DataError,
    psycopg.IntegrityError,
    # Late readings into so many compressed ones that the database would have to unpack too much at
    # once: it says so by its configuration, and would say it again and again.
    psycopg.errors.ConfigurationLimitExceeded,
)


class PostgresIntake:
    """Stores into TimescaleDB. Not for concurrent use: the door writes one batch at a time."""

    def __init__(
        self,
        database_url: str,
        *,
        application: str = "parkwatch-ingest",
        cap: LetterCap | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._url = database_url
        self._cap = cap or LetterCap()
        self._clock = clock or SystemClock()
        self._application = application
        self._sql = Queries.load("ingest")
        self._connection: Connection | None = None
        self.instants = Instants()
        self._readings = ReadingTable()
        self._patience_s = FIRST_TIMEOUT_S

    async def store(self, parcels: Sequence[Parcel]) -> Receipt:
        """Store a batch durably. Raises Busy, Unfit, Fenced or CommitUnknown."""
        connection = await self._connected()
        try:
            async with self._in_time(connection) as began:
                transaction = await self._begin(connection)
                await fence(connection, parcels)
                self.instants.follow(_owned(parcels))
                receipt = await self.fill(connection, parcels)
            if self._was_quick(began):
                self._patience_s = FIRST_TIMEOUT_S
        except (Fenced, Busy, Unfit):
            await self._roll_back(connection)
            raise
        except _DATA as error:
            await self._roll_back(connection)
            raise Unfit(_said(error)) from error
        except _AWAY as error:
            raise self._busy(error) from error
        await self._commit(connection, transaction, receipt)
        return receipt

    async def fate(self, transaction: str) -> bool | None:
        """Whether a transaction was committed; None when nobody knows. Raises Busy."""
        connection = await self._connected()
        asked = {"xid": transaction}
        try:
            async with within(connection, ASK_TIMEOUT_S):
                cursor = await connection.execute(self._sql["transaction_status"], asked)
                row = await cursor.fetchone()
                if row and row[0] == "in progress":
                    await connection.execute(self._sql["end_transaction"], asked)
        except psycopg.DataError:
            return None  # a number of the future: this is another server
        except _AWAY as error:
            raise self._busy(error) from error
        status = row[0] if row else None
        if status == "in progress":
            raise Busy("the lost transaction is still in progress")
        return {"committed": True, "aborted": False}.get(str(status))

    async def adopt(self, directory: Directory, limit: int) -> bool:
        """Move up to `limit` readings kept for tags that are points by now.

        Whether there may be more to move. Raises Busy or Unfit.
        """
        async with self.writing() as connection:
            return await adopt_some(connection, directory, limit, self.instants)

    async def open_gaps(self, now: int) -> int:
        """Holes in the numbers of messages whose grace is over become gaps. Raises Busy."""
        async with self.writing() as connection:
            return await ledger.open_gaps(connection, now)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """One transaction that does no harm when it is done again after a lost COMMIT.

        Raises Busy or Unfit.
        """
        connection = await self._connected()
        try:
            async with self._in_time(connection), connection.transaction():
                yield connection
        except _DATA as error:
            raise Unfit(_said(error)) from error
        except _AWAY as error:
            raise self._busy(error) from error

    def cut(self) -> None:
        """End a wait that is under way; the next call connects anew."""
        if self._connection is not None:
            cut(self._connection)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None

    async def fill(self, connection: Connection, parcels: Sequence[Parcel]) -> Receipt:
        """Put a batch into the tables, in the caller's transaction. Raises Unfit."""
        bundle.check_span(parcels)
        sheet = DaySheet(parcels)
        claims = await tables.claim(
            connection, bundle.messages(each for each in parcels if not each.apart)
        )
        arrived, now = arrivals(parcels, claims), self._clock.now_ms()
        answers = await ledger.note(connection, arrived, claims.reused, now)
        diverted = await put_apart(connection, [each for each in parcels if each.apart])
        parcels = [each for each in parcels if not each.apart]
        chosen, repeats = bundle.readings(parcels, claims.new)
        readings = list(chain.from_iterable(chosen))
        stored = await self._readings.insert(connection, readings)
        owners = [(each.translation.enterprise, each.translation.gateway) for each in parcels]
        sent = list(zip(owners, chosen, strict=True))
        conflicts = await count_conflicts(connection, self.instants.suspects(sent), sent)
        sheet.store(chosen, repeats, stored.number, stored.by_point)
        rooms = await tables.rooms(connection, bundle.senders(parcels))
        tags, crowded = bundle.unregistered(parcels, rooms, sheet)
        kept = await tables.insert_unregistered(connection, tags)
        sheet.keep(bundle.kept_by_cell(tags), kept)
        letters = bundle.dead_letters(parcels, crowded)
        dropped = await keep_letters(connection, letters, self._cap)
        await ledger.add_days(connection, sheet.cells)
        return Receipt(
            stored=stored.number,
            repeats=sum(repeats) + len(readings) - stored.number,
            kept=sum(len(each.kept) for each in tags),
            overflow=sum(each.count - len(each.kept) for each in tags),
            dead_letters=len(letters),
            dropped=dropped,
            diverted=diverted,
            answers=answers,
            conflicts=conflicts,
            counted=sheet.total(),
        )

    async def _connected(self) -> Connection:
        if self._connection is not None and not self._connection.closed:
            return self._connection
        try:
            self._connection = await connect(self._url, application=self._application)
            async with within(self._connection, ASK_TIMEOUT_S):
                await self._connection.execute(self._sql["commit_durably"])
                await self._connection.execute(self._sql["make_incoming"])
        except _AWAY as error:
            raise self._busy(error) from error
        return self._connection

    @asynccontextmanager
    async def _in_time(self, connection: Connection) -> AsyncIterator[float]:
        """As long as work may take now; when it began. What takes long gives the next one longer."""
        began = self._clock.monotonic()
        try:
            async with within(connection, self._patience_s):
                yield began
        finally:
            if not self._was_quick(began):
                self._patience_s = WRITE_TIMEOUT_S

    def _was_quick(self, began: float) -> bool:
        return self._clock.monotonic() - began < FIRST_TIMEOUT_S

    async def _begin(self, connection: Connection) -> str:
        await connection.execute(b"BEGIN")
        row = await (await connection.execute(self._sql["transaction_id"])).fetchone()
        return str(row[0]) if row else ""

    async def _commit(self, connection: Connection, transaction: str, receipt: Receipt) -> None:
        try:
            async with within(connection, WRITE_TIMEOUT_S):
                await connection.execute(b"COMMIT")
        except _AWAY as error:
            self.close()
            raise CommitUnknown(transaction, receipt) from error

    async def _roll_back(self, connection: Connection) -> None:
        try:
            async with within(connection, ASK_TIMEOUT_S):
                await connection.execute(b"ROLLBACK")
        except psycopg.Error:
            self.close()

    def _busy(self, error: psycopg.Error) -> Busy:
        self.close()
        return Busy(_said(error))


def _owned(parcels: Sequence[Parcel]) -> dict[int, int | None]:
    """The buckets that a batch came in, and under which epoch each is ours."""
    leases = {each.delivery.lease for each in parcels}
    return {each.bucket: each.epoch for each in leases if each is not None}


def _said(error: psycopg.Error) -> str:
    """The first line of what the database said, as far as it can be quoted."""
    return " ".join(str(error).split("\n")[:1])[:200].replace("\x00", "") or type(error).__name__
