"""The start: book and snapshot from our own disk, then what was spooled after the snapshot."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from services.alerts.derivations import Derivations
from services.alerts.engine import Engine
from services.alerts.entry import (
    AllDirty,
    Entry,
    Judged,
    Settled,
    book_of,
    decode_entry,
    encode_entry,
)
from services.alerts.heard import Heard, Recalled
from services.alerts.ledger import Ledger
from services.alerts.marks import Marks, Where, everywhere
from services.alerts.overflow import Overflow
from services.alerts.snapshot import Snapshot, SnapshotStore
from services.alerts.spool import Spool, SpoolSize
from services.alerts.spool_reader import SpoolReader
from services.domain.directory import Directory
from services.domain.reading import LIVE_HORIZON_MS, Reading
from services.runtime.lifecycle import growing

BATCH = 1_000

_log = structlog.get_logger()


@dataclass(slots=True)
class Recovered:
    """What the engine starts from. `has_book`, `has_snapshot`: they were on our disk.
    `recalled` is for the judge, once it has the book."""

    engine: Engine
    ledger: Ledger
    marks: Marks
    store: SnapshotStore
    heard: Heard
    recalled: Recalled
    derivations: Derivations
    unsent: list[Reading]
    """What derived points had read and the broker may not have."""
    has_book: bool
    has_snapshot: bool

    def let_go(self) -> None:
        """What was recalled is judged: of a country it is a hundred thousand readings."""
        self.recalled = Recalled((), ())
        self.unsent = []


def recover(folder: Path, now: int, size: SpoolSize | None = None) -> Recovered:
    """Bring the engine to where it was when its last record was flushed.

    `folder` is the service's own. Raises OSError when it cannot be read or written.
    """
    store = SnapshotStore(folder)
    spool = Spool(folder / "spool", size)
    if spool.torn_bytes:
        _log.warning("cut a torn record off the spool's end", bytes=spool.torn_bytes)
    with growing():
        snapshot = _fitting(store.read(), spool)
        book = store.read_book(_carried(snapshot, spool))
        engine, snapshot = _engine(snapshot, book or Directory())
    marks = Marks(snapshot.marks if snapshot else ())
    ledger = Ledger(spool, Overflow(folder / "overflow"))
    if snapshot is not None:
        ledger.restore(snapshot.recorded_position, snapshot.unrecorded)
    heard = Heard(folder / "heard" / spool.id)
    derivations = Derivations(engine.directory, engine.shown_of)
    derivations.load(snapshot.derived if snapshot else None)
    recalled = heard.recall(engine.watched | derivations.watched)
    found = Recovered(
        engine,
        ledger,
        marks,
        store,
        heard,
        recalled,
        derivations,
        [*(snapshot.unsent if snapshot else ()), *recalled.derived],
        book is not None,
        snapshot is not None,
    )
    _replay(snapshot, found, now)
    engine.remember(recalled.watched)
    derivations.remember(recalled.watched, recalled.derived)
    return found


def _carried(snapshot: Snapshot | None, spool: Spool) -> int | None:
    """The version of the last change of the book that anything was judged by, as far as is known."""
    carried = None if snapshot is None else snapshot.book
    reader = SpoolReader(spool.folder, 0 if snapshot is None else snapshot.position)
    while batch := reader.read(BATCH):
        for _, payload in batch:
            book = book_of(payload)
            carried = carried if book is None else book
    return carried


def _fitting(snapshot: Snapshot | None, spool: Spool) -> Snapshot | None:
    """The snapshot, unless it is of another spool, or of a future that this one never had."""
    if snapshot is None:
        return None
    if snapshot.spool != spool.id or snapshot.position > spool.last:
        _log.error("the snapshot belongs to another spool: starting without it")
        return None
    return snapshot


def _engine(snapshot: Snapshot | None, directory: Directory) -> tuple[Engine, Snapshot | None]:
    if snapshot is not None:
        try:
            return Engine.load(snapshot.engine, directory), snapshot
        except msgspec.DecodeError as fault:
            _log.error("cannot read the engine's snapshot: starting without", fault=str(fault))
    return Engine(directory), None


def _replay(snapshot: Snapshot | None, found: Recovered, now: int) -> None:
    reader = SpoolReader(found.ledger.spool.folder, snapshot.position if snapshot else 0)
    count = 0
    held = {encode_entry(each): each for each in snapshot.held} if snapshot else {}
    while batch := reader.read(BATCH):
        for position, payload in batch:
            held.pop(payload, None)
            _take_over(decode_entry(payload), position, found)
        count += len(batch)
    if found.ledger.overflow.since is not None:
        for entry in held.values():
            found.ledger.overflow.hold(entry)
    since = snapshot.taken_at if snapshot else now - LIVE_HORIZON_MS
    if reader.damaged_bytes:
        _log.error(
            "passed over damage in the spool: judging the time since then again",
            bytes=reader.damaged_bytes,
        )
        _mark_all(found, since, now)
    elif snapshot is None and found.ledger.spool.first > 1:
        _log.error("the snapshot is lost, and what was spooled before it: judging a day again")
        _mark_all(found, since, now)
    _log.info("recovered", records=count, position=found.ledger.spool.last)


def _take_over(entry: Entry, position: int, found: Recovered) -> None:
    match entry:
        case Judged():
            for transition in entry.transitions:
                found.engine.replay_record(transition)
            for state in entry.states:
                found.engine.replay_record(state)
            for claim in entry.claims:
                found.engine.replay_record(claim)
            for watch in entry.watches:
                found.engine.replay_record(watch)
            for suppression in entry.suppressions:
                found.engine.replay_record(suppression)
            found.ledger.remember(position, entry.transitions)
            found.marks.add(entry.dirty, Where(position, entry.noted_at))
        case Settled():
            found.marks.settle(entry.point_id, entry.sounding, entry.upto)
        case AllDirty():
            _mark_all(found, entry.since, entry.noted_at)


def _mark_all(found: Recovered, since: int, until: int) -> None:
    rules = found.engine.directory.rules
    where = Where(found.ledger.spool.last, until, by_reading=False)
    ruled = [point_id for point_id, versions in rules.items() if versions]
    found.marks.add(everywhere(ruled, since, until), where)
