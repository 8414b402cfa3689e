"""Keeps the engine's own disk: a snapshot every ten seconds, and the spool cut behind it."""

import asyncio
import errno
import threading

import structlog

from services.alerts.heard import Heard
from services.alerts.judge import Judge
from services.alerts.recorder import Recorder
from services.alerts.snapshot import Snapshot, SnapshotStore, whole_book
from services.domain.directory import BookChange

EVERY_S = 10.0

_log = structlog.get_logger()


class Keeper:
    """Writes snapshots; encoding happens on the loop (it must be of one moment), writing not."""

    def __init__(
        self, judge: Judge, recorder: Recorder, store: SnapshotStore, heard: Heard
    ) -> None:
        self._judge = judge
        self._recorder = recorder
        self._store = store
        self._heard = heard
        self._book_version: int | None = None
        self._book_turn = threading.Lock()
        self.failing = False
        self.kept = 0
        """Place in the judge's count of steps up to which a snapshot on the disk knows."""

    async def run(self) -> None:
        """Keep for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.keep()

    async def keep(self) -> None:
        """Write one snapshot and forget what it makes unnecessary. A full disk is said, no more:
        the spool holds everything since the last whole snapshot."""
        snapshot, book, steps = self._take(), self._take_book(), self._judge.steps
        number = self._heard.turn()
        try:
            await asyncio.to_thread(self._write, snapshot, book)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.failing = True
            _log.error("no room on the disk for a snapshot: the old one stays")
            return
        self.failing = False
        self.kept = steps
        self._book_version = self._judge.engine.directory.version if book is None else book.version
        self._heard.forget(number)
        self._judge.ledger.spool.forget(min(snapshot.position, self._recorder.position))

    def keep_book(self) -> None:
        """Write the book at once, for it has changed: the spool may speak of its new points
        from now on. It is waited for; a full disk leaves it to the next snapshot."""
        book = self._take_book()
        if book is None:
            return
        try:
            with self._book_turn:
                self._store.write_book(book)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.failing = True
            _log.error("no room on the disk for the rule book: the old one stays")
            return
        self._book_version = book.version

    def _take(self) -> Snapshot:
        ledger = self._judge.ledger
        return Snapshot(
            spool=ledger.spool.id,
            position=ledger.spool.last,
            recorded_position=self._recorder.position,
            taken_at=self._judge.clock.now_ms(),
            engine=self._judge.engine.dump(),
            marks=self._judge.marks.unsettled(),
            unrecorded=ledger.unrecorded(),
            held=ledger.overflow.held(),
        )

    def _take_book(self) -> BookChange | None:
        directory = self._judge.engine.directory
        return None if directory.version == self._book_version else whole_book(directory)

    def _write(self, snapshot: Snapshot, book: BookChange | None) -> None:
        """The book first: a state may know less than its book, not more."""
        try:
            self._write_both(snapshot, book)
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self._judge.ledger.spool.lend_reserve()
            self._write_both(snapshot, book)

    def _write_both(self, snapshot: Snapshot, book: BookChange | None) -> None:
        with self._book_turn:
            # One that changed meanwhile was written when it did.
            if book is not None and book.version == self._judge.engine.directory.version:
                self._store.write_book(book)
        self._store.write(snapshot)
