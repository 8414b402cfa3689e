"""Keeps the engine's own disk: a snapshot every ten seconds, and the spool cut behind it.

A snapshot is of one moment. On the loop only what may change is copied; encoding and writing go on
beside the judging.
"""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from services.alerts import engine_state
from services.alerts.book_file import Whole
from services.alerts.derivations import SavedDerivations
from services.alerts.heard import Heard
from services.alerts.judge import Judge
from services.alerts.recorder import Recorder
from services.alerts.snapshot import Snapshot, SnapshotStore
from services.domain.directory import BookChange, Directory
from services.domain.reading import Reading

EVERY_S = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Taken:
    """A moment: the snapshot without the engine, the engine not yet encoded, and the book where
    that is to be written anew (`missed`: the changes that were not on the disk till then)."""

    snapshot: Snapshot
    engine: engine_state.Saved
    book: Whole | None
    missed: int


class Keeper:
    """Writes snapshots, and the book when it changes."""

    def __init__(
        self, judge: Judge, recorder: Recorder, store: SnapshotStore, heard: Heard
    ) -> None:
        self._judge = judge
        self._recorder = recorder
        self._store = store
        self._heard = heard
        self.failing = False
        self._missed = 0
        """Changes of the book that are not on the disk."""
        self.kept = 0
        """Place in the judge's count of steps up to which a snapshot on the disk knows."""
        self.derived: Callable[[], SavedDerivations | None] = lambda: None
        """Where derived points stand."""
        self.traced: Callable[[], int] = int
        """How many readings their inputs keep."""
        self.unsent: Callable[[], list[Reading]] = list
        """What of theirs the broker has not acknowledged."""

    async def run(self) -> None:
        """Keep for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.keep()

    async def keep(self) -> None:
        """Write one snapshot and forget what it makes unnecessary. A full disk is said, no more:
        the spool holds everything since the last whole snapshot."""
        taken, steps = self._take(), self._judge.steps
        number = self._heard.turn()
        try:
            await asyncio.to_thread(self._write, taken)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.failing = True
            _log.error("no room on the disk for a snapshot: the old one stays")
            return
        finally:
            if taken.book is not None:
                self._store.book.release(taken.book)
        self.failing = False
        if taken.book is not None and taken.missed == self._missed:
            self._missed = 0
        self.kept = steps
        self._heard.forget(number)
        self._judge.ledger.spool.forget(min(taken.snapshot.position, self._recorder.position))

    def keep_book(self, change: BookChange) -> None:
        """Keep a change of the book before anything is judged by it: the spool will speak of its new
        points and rules. It is waited for; a full disk leaves it to the next snapshot."""
        book, directory = self._store.book, self._judge.engine.directory
        try:
            if book.version is None and not directory.by_id:
                # A country's whole register: in parts, not as one record.
                change.apply(first := Directory())
                self._write_book(book.whole(first))
            else:
                if book.version is None or self._missed:
                    self._write_book(book.whole(directory))
                book.append(change)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.failing = True
            self._missed += 1
            _log.error("no room on the disk for the rule book: the old one stays")
            return
        self._missed = 0

    def _write_book(self, whole: Whole) -> None:
        try:
            self._store.book.write(whole)
        finally:
            self._store.book.release(whole)

    def _take(self) -> _Taken:
        ledger, directory = self._judge.ledger, self._judge.engine.directory
        book = self._store.book
        anew = bool(self._missed or (book.is_long and directory.by_id))
        snapshot = Snapshot(
            spool=ledger.spool.id,
            position=ledger.spool.last,
            recorded_position=self._recorder.position,
            taken_at=self._judge.clock.now_ms(),
            engine=b"",
            marks=self._judge.marks.unsettled(),
            unrecorded=ledger.unrecorded(),
            held=ledger.overflow.held(),
            derived=self.derived(),
            unsent=self.unsent(),
            book=directory.version,
        )
        engine = self._judge.engine.picture()
        return _Taken(snapshot, engine, book.whole(directory) if anew else None, self._missed)

    def _write(self, taken: _Taken) -> None:
        """The book first: a state may know less than its book, not more."""
        try:
            self._write_both(taken)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self._judge.ledger.spool.lend_reserve()
            self._write_both(taken)

    def _write_both(self, taken: _Taken) -> None:
        if taken.book is not None:
            self._store.book.write(taken.book)
        engine = engine_state.encode(taken.engine)
        self._store.write(msgspec.structs.replace(taken.snapshot, engine=engine))
