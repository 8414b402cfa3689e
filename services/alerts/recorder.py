"""The recorder: carries the spool into the database, in its order, once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import psycopg
import structlog

from services.alerts.entry import AllDirty, Entry, Judged, Settled, decode_entry
from services.alerts.spool_reader import SpoolReader
from services.domain.alarm import Transition
from services.domain.judgement import PointState
from services.runtime.clock import Clock
from services.runtime.failpoint import Failpoint, reach
from services.store.alarm_record import AlarmRecord, PositionMoved
from services.store.deadline import Row, connect, cut, sign_of_life, within
from services.store.engine_lease import Fenced
from services.store.engine_mark import MarkNotes, MarkRow

BATCH = 200
"""Records a transaction."""
BATCH_S = 20.0
"""A batch that takes longer means that the database is away; what became of it shows its
position once it is back."""
SAID_S = 5.0
"""One that takes longer than this is said to wait for the database: a lock, or a slow disk."""
LOOK_S = 3.0
PING_EVERY_S = 1.0
GATHER_S = 0.1
"""After something new: what comes meanwhile goes into the same transaction, off the judge's back."""
BACKOFF_S = (0.2, 0.5, 1.0, 2.0)

_log = structlog.get_logger()


class Recorder:
    """Runs beside the judge with a connection of its own. Never blocks the loop."""

    def __init__(self, database_url: str, folder: Path, spool: str, clock: Clock) -> None:
        self._url = database_url
        self._folder = folder
        self._spool = spool
        self._clock = clock
        self._more = asyncio.Event()
        self._moved = asyncio.Event()
        self.position = 0
        """Everything up to here is in the database, as far as we know."""
        self._answers = False
        self._writing_since: float | None = None
        self.set_aside = 0
        """Records that the database refuses for what is in them; they are kept in a file."""
        self.on_recorded: Callable[[int], None] = lambda _: None
        self.on_damage: Callable[[int], None] = lambda _: None
        """Called with the time (epoch ms) before which the last sound record was noted."""
        self.process = ""
        """Our name among the engines; the connection that records bears it."""
        self.may_record: Callable[[], Awaitable[int | None]] = _always
        """Waits until we may; the term to show. None: there is no other engine."""
        self.on_fenced: Callable[[], None] = lambda: None
        """Called when another engine turns out to have the lease."""
        self.recorded_until = 0
        """When the last thing that is on record was noted, epoch ms; 0: we have recorded nothing."""

    @property
    def db_ok(self) -> bool:
        """Whether the database takes what we record: it answers, and keeps no batch waiting."""
        since = self._writing_since
        waits = since is not None and self._clock.monotonic() - since > SAID_S
        return self._answers and not waits

    def wake(self) -> None:
        """There is something new in the spool."""
        self._more.set()

    def whole_until(self, last: int) -> int | None:
        """Until when (epoch ms) all that was noted is on record, where `last` is the spool's last
        position; None: we do not know."""
        if self.db_ok and self.position >= last:
            return self._clock.now_ms()
        return self.recorded_until or None

    async def reached(self, position: int) -> None:
        """Wait until everything up to this position is recorded."""
        while self.position < position:
            self._moved.clear()
            await self._moved.wait()

    async def run(self) -> None:
        """Record for ever; with the database away try again, ever less often up to 2 s."""
        failures = 0
        while True:
            try:
                term = await self.may_record()
                async with _connection(self._url, self.process) as connection:
                    await self._carry(connection, term)
            except Fenced:
                _log.warning("another engine has the lease: recording no more")
                self._answers = False
                self.on_fenced()
                return
            except (psycopg.Error, PositionMoved) as failure:
                if self._answers or failures == 0:
                    _log.warning(
                        "cannot record now: the spool keeps it", fault=_first_line(failure)
                    )
                failures = 0 if self._answers else failures + 1
                self._answers = False
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    async def _carry(
        self, connection: psycopg.AsyncConnection[Row], term: int | None = None
    ) -> None:
        record = AlarmRecord(connection, self._spool, term)
        async with within(connection, LOOK_S):
            self._move(await record.position())
        if not self._answers:
            _log.info("recording", position=self.position)
        self._answers = True
        reader = SpoolReader(self._folder, self.position)
        noted_at = self._clock.now_ms()
        damaged = 0
        while True:
            self._more.clear()
            batch = reader.read(BATCH)
            if reader.damaged_bytes > damaged:
                damaged = reader.damaged_bytes
                _log.error("passed over damage in the spool", bytes=damaged)
                self.on_damage(noted_at)
            if batch:
                noted_at = await self._record(connection, record, batch) or noted_at
            else:
                await self._idle(connection)

    async def _record(
        self,
        connection: psycopg.AsyncConnection[Row],
        record: AlarmRecord,
        batch: Sequence[tuple[int, bytes]],
    ) -> int | None:
        """One transaction; if the database refuses what is in it, record by record."""
        self._writing_since = self._clock.monotonic()
        try:
            async with within(connection, BATCH_S):
                noted_at = await self._write(record, batch)
        except (psycopg.DataError, psycopg.IntegrityError, ValueError) as fault:
            if len(batch) > 1:
                for each in batch:
                    await self._record(connection, record, [each])
                return None
            self._put_aside(batch[0], fault)
            async with within(connection, LOOK_S):
                await record.write(self.position, batch[0][0], [], [])
            noted_at = None
        finally:
            self._writing_since = None
        self._move(batch[-1][0])
        return noted_at

    async def _write(self, record: AlarmRecord, batch: Sequence[tuple[int, bytes]]) -> int | None:
        transitions: list[Transition] = []
        states: list[PointState] = []
        marks = MarkNotes()
        noted_at = None
        for position, payload in batch:
            entry = decode_entry(payload)
            noted_at = entry.noted_at
            if isinstance(entry, Judged):
                transitions += entry.transitions
                states += entry.states
            _note_marks(entry, position, marks)
        reach(Failpoint.BEFORE_RECORD)
        await record.write(self.position, batch[-1][0], transitions, states, marks)
        reach(Failpoint.AFTER_COMMIT)
        self.recorded_until = noted_at or self.recorded_until
        return noted_at

    def _put_aside(self, item: tuple[int, bytes], fault: Exception) -> None:
        """Keep what the database refuses, and say so: the record must not stand still for it."""
        position, payload = item
        self.set_aside += 1
        _log.error("the database refuses a record: set aside in refused.jsonl",
                   position=position, fault=_first_line(fault))  # fmt: skip
        line = {"position": position, "fault": _first_line(fault), "payload": payload}
        with (self._folder / "refused.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    async def _idle(self, connection: psycopg.AsyncConnection[Row]) -> None:
        """Wait for more; look now and then whether the database still answers."""
        try:
            async with asyncio.timeout(PING_EVERY_S):
                await self._more.wait()
                await asyncio.sleep(GATHER_S)
        except TimeoutError:
            async with within(connection, LOOK_S):
                await sign_of_life(connection)

    def _move(self, position: int) -> None:
        self.position = position
        self._moved.set()
        self.on_recorded(position)


class _connection:  # noqa: N801 - a context, used like a function
    """A connection that is cut, not closed politely: the server may be frozen."""

    def __init__(self, url: str, process: str) -> None:
        self._url = url
        self._name = f"parkwatch-recorder {process}".rstrip()

    async def __aenter__(self) -> psycopg.AsyncConnection[Row]:
        self._connection = await connect(self._url, application=self._name)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        cut(self._connection)
        self._connection.pgconn.finish()


async def _always() -> None:
    return None


def _note_marks(entry: Entry, position: int, notes: MarkNotes) -> None:
    match entry:
        case Judged():
            notes.made += [
                MarkRow(each.point_id, each.sounding, each.start, each.end, position)
                for each in entry.dirty
            ]
        case Settled():
            notes.settled.append(MarkRow(entry.point_id, entry.sounding, 0, 0, entry.upto))
        case AllDirty():
            notes.everywhere.append(MarkRow(0, False, entry.since, entry.noted_at, position))


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
