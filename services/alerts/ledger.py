"""The ledger: spool and numbering together. What is noted here is durable, or held and said so.

Each transition gets the next sequence number of the epoch. Where the recorder stands in the
spool tells which numbers are in the database.
"""

import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from services.alerts.engine_outcome import Outcome
from services.alerts.entry import AllDirty, Entry, Judged, encode_entry, entries_of
from services.alerts.overflow import Overflow
from services.alerts.spool import Spool, SpoolFull
from services.domain.alarm import Transition

MARKS_LIMIT = 100_000
"""Pairs of position and number kept; beyond it every second one goes, and `recorded_seq` moves
in larger steps."""

HELD = 2**62
"""Stands for the position of what could not be spooled yet."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A transition with its number in this epoch."""

    seq: int
    transition: Transition


@dataclass(frozen=True, slots=True)
class LastEvent:
    """The last event of an alarm: its place in the spool, its number, whether it closed it."""

    position: int
    seq: int
    closed: bool


class Ledger:
    """Notes outcomes. `seq` 1 stands for everything spooled before this epoch."""

    def __init__(self, spool: Spool, overflow: Overflow) -> None:
        self.spool = spool
        self.overflow = overflow
        self.epoch = secrets.token_hex(8)
        self.seq = 1
        self.recorded_seq = 0
        self.recorded_position = 0
        self._marks: deque[tuple[int, int]] = deque([(spool.last, 1)])
        self._last: dict[str, LastEvent] = {}
        self._hole: int | None = None

    def note(self, outcome: Outcome, now: int, book: int | None = None) -> list[Numbered]:
        """Make an outcome durable and number its transitions; at the spool's end it is held.
        `book`: the version of the book whose change brought it, whatever it brought."""
        self.flush(now)
        for entry in entries_of(outcome, now, book):
            if self.overflow.since is not None or not self._append(entry):
                self._hold(entry, now)
        return self._number(outcome.transitions)

    def note_action(self, outcome: Outcome, now: int) -> list[Numbered]:
        """The same for an operator's action, which may use the reserve.

        Ask `spool.has_room_for_action` before the engine is told.
        """
        self.flush(now)
        earlier = self.overflow.take_of(each.alarm.id for each in outcome.transitions)
        for entry in ([earlier] if earlier else []) + entries_of(outcome, now):
            if not self._append(entry, operator=True):
                self._hold(entry, now)
        return self._number(outcome.transitions)

    def write(self, entry: Entry, now: int) -> int | None:
        """Spool an entry that no transition is in; its position, or None at the spool's end
        (then the record has a hole, which `hole` tells once there is room again)."""
        self.flush(now)
        if self.overflow.since is None and self._append(entry):
            return self.spool.last
        self.overflow.begin(now)
        self.overflow.complete = False
        return None

    def take_hole(self) -> int | None:
        """The start of a hole in the record that is to be judged again, told once."""
        hole, self._hole = self._hole, None
        return hole

    def flush(self, now: int) -> None:
        """Once there is room again: spool what was held, and mark what could not be held."""
        if self.overflow.since is None:
            return
        while (entry := self.overflow.first()) is not None:
            if not self._append(entry):
                return
            self.overflow.release()
        if not self.overflow.complete:
            if not self._append(AllDirty(now, self.overflow.since)):
                return
            self._hole = self.overflow.since
        _log.info("the spool has room again: everything since is on record or will be judged again")
        self.overflow.end()
        for alarm, last in self._last.items():
            if last.position == HELD:
                self._last[alarm] = replace(last, position=self.spool.last)
        self._mark()

    def recorded(self, position: int) -> None:
        """The recorder is past this position."""
        self.recorded_position = position
        while self._marks and self._marks[0][0] <= position:
            self.recorded_seq = self._marks.popleft()[1]
        done = [
            id_ for id_, last in self._last.items() if last.closed and last.position <= position
        ]
        for id_ in done:
            del self._last[id_]

    def restore(self, recorded_position: int, unrecorded: dict[str, int]) -> None:
        """Recovery: how far the record was at the last snapshot, as far as we knew."""
        for id_, position in unrecorded.items():
            self._last[id_] = LastEvent(position, 1, False)
        self.recorded(recorded_position)

    def remember(self, position: int, transitions: Sequence[Transition]) -> None:
        """Recovery: these transitions of an earlier epoch lie in the spool."""
        for each in transitions:
            self._last[each.alarm.id] = LastEvent(position, 1, each.alarm.closed_as is not None)

    def unrecorded(self) -> dict[str, int]:
        """Alarms whose last event is not in the database yet, with its place in the spool."""
        recorded = self.recorded_position
        return {id_: e.position for id_, e in self._last.items() if e.position > recorded}

    def seq_of(self, alarm_id: str) -> int:
        """The number of an alarm's last event in this epoch; 1 for one of an earlier epoch that
        may not be on record yet, 0 for one that is."""
        last = self._last.get(alarm_id)
        return 0 if last is None else last.seq

    def _append(self, entry: Entry, operator: bool = False) -> bool:
        try:
            self.spool.append(encode_entry(entry), operator)
        except SpoolFull:
            return False
        return True

    def _hold(self, entry: Judged, now: int) -> None:
        if self.overflow.since is None:
            _log.error("the spool is at its end: judging goes on, the record will be made later")
            self.overflow.begin(now)
        self.overflow.hold(entry)

    def _number(self, transitions: Sequence[Transition]) -> list[Numbered]:
        numbered = []
        position = self.spool.last if self.overflow.since is None else HELD
        for each in transitions:
            self.seq += 1
            closed = each.alarm.closed_as is not None
            self._last[each.alarm.id] = LastEvent(position, self.seq, closed)
            numbered.append(Numbered(self.seq, each))
        if numbered:
            self._mark()
        return numbered

    def _mark(self) -> None:
        """What is numbered so far is recorded once the recorder is here; not while some of it
        is only held."""
        if self.overflow.since is not None:
            return
        self._marks.append((self.spool.last, self.seq))
        if len(self._marks) > MARKS_LIMIT:
            self._marks = deque(list(self._marks)[1::2])
