"""The api's copy of the live state: a snapshot from the engine, then its events one by one.

Pure: it is told what arrived and says what that changed. A gap in the sequence or a new epoch
makes `wants_snapshot` true; until the snapshot is there the last known state stands. A frame of
values that did not arrive is one as well: a point that reports on change would show its old value for hours.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.window import LATE_MS
from services.wire.bus import (
    AlarmEvent,
    AlarmEvents,
    AlarmItem,
    FloodItem,
    SnapshotChunk,
    Status,
    ValueFrame,
)

MAX_HELD_EVENTS = 20_000
"""Events held while a snapshot is under way; beyond it the snapshot is asked for anew."""

MAX_CLOSED = 50_000
"""Closed alarms kept until they are on record; beyond it the oldest is shown only once it is."""


FRAMES_EVERY = 30
"""Signs of life, one a second, between two snapshots for lost frames alone: on a line that is too
narrow for the values they would make it worse."""


class Source(StrEnum):
    """Where the state that is shown came from."""

    NONE = "none"
    STORE = "store"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class NewestValue:
    """A point's newest value: judging time (epoch ms), stored value, quality code."""

    t: int
    v: float | None
    q: int


@dataclass(slots=True)
class _Collection:
    """A snapshot under way, and what happened meanwhile."""

    id: str
    chunks: dict[int, SnapshotChunk] = field(default_factory=dict)
    events: list[tuple[str, AlarmEvent]] = field(default_factory=list)
    frames: dict[int, tuple[str, NewestValue]] = field(default_factory=dict)
    numbers: set[tuple[str, int]] = field(default_factory=set)
    """The frames that those values came with."""


class Replica:
    """Alarms that are not closed, those closed but not on record yet, and newest values."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.term = 0
        """The greatest lease that an engine showed; who shows a smaller one was relieved."""
        self.refused_old = 0
        """Messages of a relieved engine that were not taken."""
        self.seq = 0
        self.recorded_seq = 0
        self.source = Source.NONE
        self.wants_snapshot = True
        self.open: dict[str, AlarmItem] = {}
        self.closed: OrderedDict[str, AlarmItem] = OrderedDict()
        self.values: dict[int, NewestValue] = {}
        self.floods: list[FloodItem] = []
        """As the engine's last sign of life tells them, the park's first."""
        self._unrecorded: OrderedDict[str, int] = OrderedDict()
        self._collection: _Collection | None = None
        self._behind_since: int | None = None
        self._frame = 0
        """All frames of values up to this one arrived."""
        self._frames_wanted: int | None = None
        self._frames_rest = 0

    def find(self, alarm_id: str) -> AlarmItem | None:
        """The alarm, if it is open or not on record yet."""
        return self.open.get(alarm_id) or self.closed.get(alarm_id)

    def is_recorded(self, alarm: AlarmItem) -> bool:
        """Whether its last event is in the database."""
        return self.source is Source.STORE or alarm.id not in self._unrecorded

    def refuses(self, term: int) -> bool:
        """Whether this is of an engine that was relieved: two never speak for the same state."""
        if term < self.term:
            self.refused_old += 1
            return True
        self.term = term
        return False

    def begin_snapshot(self, request_id: str) -> None:
        """A snapshot was asked for under this id; what arrives from now on is held for it."""
        self._collection = _Collection(request_id)

    def load_store(self, alarms: Iterable[AlarmItem]) -> None:
        """Stand on the record, while no engine ever answered."""
        if self.source is not Source.ENGINE:
            self.open = {alarm.id: alarm for alarm in alarms}
            self.source = Source.STORE

    def take_chunk(self, chunk: SnapshotChunk) -> bool:
        """Whether the snapshot is now complete and in force."""
        collection = self._collection
        if collection is None or chunk.id != collection.id or self.refuses(chunk.term):
            return False
        collection.chunks[chunk.part] = chunk
        if len(collection.chunks) < chunk.parts:
            return False
        self._collection = None
        self._install(collection)
        return True

    def take_events(self, batch: AlarmEvents) -> list[AlarmEvent]:
        """The events that carried the state on, in order."""
        if self.refuses(batch.term):
            return []
        self._hold(batch)
        if batch.epoch != self.epoch:
            self.wants_snapshot = True
            return []
        applied: list[AlarmEvent] = []
        for event in batch.events:
            if event.seq <= self.seq:
                continue
            if event.seq != self.seq + 1:
                self.wants_snapshot = True
                break
            self._apply(event)
            applied.append(event)
        return applied

    def take_values(self, frame: ValueFrame) -> list[int]:
        """The numbers of the points whose newest value changed."""
        if self.refuses(frame.term):
            return []
        if self._collection is not None:
            self._collection.numbers.add((frame.epoch, frame.seq))
            for point_id, value in _values(frame):
                self._collection.frames[point_id] = (frame.epoch, value)
        if frame.epoch != self.epoch:
            return []
        if frame.seq == self._frame + 1:
            self._frame = frame.seq
        changed: list[int] = []
        for point_id, value in _values(frame):
            known = self.values.get(point_id)
            if known is None or (_follows(value, known) and value != known):
                self.values[point_id] = value
                changed.append(point_id)
        return changed

    def take_floods(self, status: Status) -> bool:
        """The floods that go on, all of them; whether anything of them is new."""
        changed = status.floods != self.floods
        self.floods = status.floods
        return changed

    def take_status(self, status: Status) -> list[AlarmItem]:
        """The engine's sign of life; the alarms that are on record from now on."""
        if status.epoch != self.epoch:
            self.wants_snapshot = True
            return []
        if status.seq is not None:
            self._notice_silence(status.seq)
        self._notice_lost_frames(status.frames)
        return self._record(status.recorded_seq or 0)

    def _notice_silence(self, seq: int) -> None:
        """The engine is ahead of us over two signs of life: an event went missing."""
        if seq <= self.seq:
            self._behind_since = None
        elif self._behind_since is not None and self.seq <= self._behind_since:
            self._behind_since = None
            self.wants_snapshot = True
        else:
            self._behind_since = self.seq

    def _notice_lost_frames(self, sent: int | None) -> None:
        """A frame that was sent before the last sign of life is not here yet: it went missing."""
        wanted, self._frames_wanted = self._frames_wanted, sent
        self._frames_rest = max(0, self._frames_rest - 1)
        if wanted is not None and self._frame < wanted and not self._frames_rest:
            self._frames_rest = FRAMES_EVERY
            self.wants_snapshot = True

    def _hold(self, batch: AlarmEvents) -> None:
        collection = self._collection
        if collection is None:
            return
        if len(collection.events) + len(batch.events) > MAX_HELD_EVENTS:
            self._collection = None
            self.wants_snapshot = True
            return
        collection.events += [(batch.epoch, event) for event in batch.events]

    def _install(self, collection: _Collection) -> None:
        chunks = [collection.chunks[part] for part in sorted(collection.chunks)]
        first = chunks[0]
        if first.epoch != self.epoch:
            self.closed.clear()
            self._unrecorded.clear()
            self._behind_since = None
            self._frames_rest = 0
        self._frames_wanted = None
        self.epoch, self.seq, self._frame = first.epoch, first.seq, first.frames
        self.source = Source.ENGINE
        self.wants_snapshot = False
        self.open = {alarm.id: alarm for chunk in chunks for alarm in chunk.alarms}
        self.values = {n: value for c in chunks if c.values for n, value in _values(c.values)}
        self._unrecorded = OrderedDict(
            sorted(self._still_unrecorded(first.recorded_seq), key=lambda pair: pair[1])
        )
        self._record(first.recorded_seq)
        self._catch_up(collection)

    def _still_unrecorded(self, recorded: int) -> list[tuple[str, int]]:
        alarms = [*self.open.values(), *self.closed.values()]
        return [(alarm.id, alarm.event_seq) for alarm in alarms if alarm.event_seq > recorded]

    def _catch_up(self, collection: _Collection) -> None:
        held = [event for epoch, event in collection.events if epoch == self.epoch]
        self.take_events(AlarmEvents(self.epoch or "", held, self.term))
        while (self.epoch, self._frame + 1) in collection.numbers:
            self._frame += 1
        for point_id, (epoch, value) in collection.frames.items():
            known = self.values.get(point_id)
            if epoch == self.epoch and (known is None or _follows(value, known)):
                self.values[point_id] = value

    def _apply(self, event: AlarmEvent) -> None:
        alarm = event.alarm
        self.seq = event.seq
        if alarm.closed_as is None:
            self.open[alarm.id] = alarm
        else:
            self.open.pop(alarm.id, None)
            self._keep_closed(alarm)
        if event.seq > self.recorded_seq:
            self._unrecorded[alarm.id] = event.seq
            self._unrecorded.move_to_end(alarm.id)

    def _keep_closed(self, alarm: AlarmItem) -> None:
        self.closed[alarm.id] = alarm
        self.closed.move_to_end(alarm.id)
        if len(self.closed) > MAX_CLOSED:
            gone, _ = self.closed.popitem(last=False)
            self._unrecorded.pop(gone, None)

    def _record(self, recorded: int) -> list[AlarmItem]:
        self.recorded_seq = recorded
        done: list[AlarmItem] = []
        while self._unrecorded:
            alarm_id, seq = next(iter(self._unrecorded.items()))
            if seq > recorded:
                break
            del self._unrecorded[alarm_id]
            alarm = self.open.get(alarm_id) or self.closed.pop(alarm_id, None)
            if alarm is not None:
                done.append(alarm)
        return done


def _follows(value: NewestValue, known: NewestValue) -> bool:
    """Whether a value the engine said replaces this one; one far behind does, for the engine
    says such a one only when its own clock was set back."""
    return value.t >= known.t or known.t - value.t > LATE_MS


def _values(frame: ValueFrame) -> Iterable[tuple[int, NewestValue]]:
    columns = zip(frame.id, frame.t, frame.v, frame.q, strict=True)
    return ((point_id, NewestValue(t, v, q)) for point_id, t, v, q in columns)
