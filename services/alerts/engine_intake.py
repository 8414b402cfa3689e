"""The intake: each reading is next, late, historical, or a repeat; and judged as what it is."""

from collections.abc import Sequence

from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import DirtyRange, Outcome
from services.alerts.engine_track import Track
from services.domain.reading import (
    FUTURE_TOLERANCE_MS,
    LIVE_HORIZON_MS,
    Quality,
    Reading,
    ReadingFlag,
)
from services.domain.verdict import Trace
from services.domain.window import LATE_MS

Dirty = dict[tuple[int, bool], tuple[int, int]]
"""(point, sounding) → first and last dirty judging time of a batch."""

GIVEN_AGAIN = ReadingFlag.NO_TIME | ReadingFlag.REDELIVERED


class Intake:
    """Takes batches of readings into a fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._alive: dict[int, list[int]] = {}

    def take_alive(self) -> dict[int, list[int]]:
        """The points that gave a sign of life since the last call, by the time of its receipt:
        a reading that was judged live, and not ahead of our clock."""
        alive, self._alive = self._alive, {}
        return alive

    def judge(self, readings: Sequence[Reading], now: int) -> Outcome:
        """Judge a batch: any points, any order, repeats included. Unknown points are passed by."""
        out = Outcome()
        tracks = self._fleet.tracks
        dirty: Dirty = {}
        for reading in readings:
            track = tracks.get(reading.point_id) or self._fleet.open(reading.point_id)
            if track is None:
                continue
            if track.stale:
                self._fleet.refresh(track, now, out)
            measured_at, received_at = reading.measured_at, reading.received_at
            at = measured_at if measured_at < received_at else received_at
            if received_at - measured_at > LIVE_HORIZON_MS:
                if reading.is_judged:
                    _widen(dirty, (reading.point_id, False), at)
            elif reading.value is None or reading.quality is Quality.BAD:
                self._fleet.show(track, at, reading)
            elif self._is_next(track, at, reading, now, out, dirty):
                self._follow(track, at, reading, reading.value, now, out)
        out.dirty += [
            DirtyRange(point_id, start, end, sounding)
            for (point_id, sounding), (start, end) in dirty.items()
        ]
        return out

    def _is_next(
        self, track: Track, at: int, reading: Reading, now: int, out: Outcome, dirty: Dirty
    ) -> bool:
        """Whether it simply comes after all before it; what does not is dealt with here."""
        if track.came_in_our_future(now):
            track.set_back()
        newest = track.newest
        if newest is None:
            return True
        measured_at = reading.measured_at
        newest_at = newest.judged_at
        if at < newest_at or (at == newest_at and measured_at <= newest.measured_at):
            self._late(track, at, newest_at, reading, now, out, dirty)
            return False
        if measured_at <= track.window.measured_to and track.window.holds(reading):
            return False
        if track.ticked_to is not None and at < track.ticked_to:
            self._overtaken(track, at, reading, now, out, dirty)
            return False
        return True

    def _follow(
        self, track: Track, at: int, reading: Reading, value: float, now: int, out: Outcome
    ) -> None:
        """Judge a reading newer than all before."""
        track.newest = reading
        self._revive(reading)
        self._fleet.show(track, at, reading)
        if not (track.state.is_quiet and track.low_at < value < track.high_at):
            self._step(track, at, reading, now, out)
        track.window.append(at, reading, track.state)
        if track.has_strays:
            self._fleet.sweep(track, at, now, out)

    def _step(self, track: Track, at: int, reading: Reading, now: int, out: Outcome) -> None:
        trace = Trace()
        track.step(at, reading, trace)
        self._fleet.conclude(track, trace, now, out, _is_nameless_again(reading))

    def _late(
        self,
        track: Track,
        at: int,
        newest_at: int,
        reading: Reading,
        now: int,
        out: Outcome,
        dirty: Dirty,
    ) -> None:
        """A reading at or behind the newest: again over the window, else over the record."""
        if track.window.holds(reading) or _is_repeat(track.newest, reading):
            return
        # Of two values of one instant the one that came last is shown; one behind is passed by.
        self._fleet.show(track, at, reading)
        if newest_at - at > LATE_MS:
            sounding = bool(reading.flags & ReadingFlag.REDELIVERED)
            _widen(dirty, (reading.point_id, sounding), at)
        elif not track.window.reaches(at):
            self._revive(reading)
            _widen(dirty, (reading.point_id, True), at)
        else:
            self._revive(reading)
            self._again(track, reading, now, out)

    def _overtaken(
        self,
        track: Track,
        at: int,
        reading: Reading,
        now: int,
        out: Outcome,
        dirty: Dirty,
    ) -> None:
        """The newest reading, but a delay was already let run out by our clock beyond it."""
        track.newest = reading
        self._revive(reading)
        self._fleet.show(track, at, reading)
        if track.window.reaches(at):
            self._again(track, reading, now, out)
            return
        _widen(dirty, (reading.point_id, True), at)
        self._step(track, at, reading, now, out)
        track.window.append(at, reading, track.state)

    def _revive(self, reading: Reading) -> None:
        received_at = reading.received_at
        if reading.measured_at - received_at <= FUTURE_TOLERANCE_MS:
            heard = self._alive.get(received_at)
            if heard is None:
                self._alive[received_at] = [reading.point_id]
            else:
                heard.append(reading.point_id)

    def _again(self, track: Track, reading: Reading, now: int, out: Outcome) -> None:
        found, since, trace = track.again(reading)
        newest = track.newest
        assert newest is not None
        at = newest.judged_at
        before = len(out.transitions)
        track.board.reconcile(found, since, at, now, out.transitions)
        out.states += track.say(trace)
        if len(out.transitions) > before or trace.changes:
            self._fleet.settle(track)
        self._fleet.watch(track)


def _widen(dirty: dict[tuple[int, bool], tuple[int, int]], key: tuple[int, bool], at: int) -> None:
    start, end = dirty.get(key, (at, at))
    dirty[key] = min(start, at), max(end, at)


def _is_nameless_again(reading: Reading) -> bool:
    """Whether the broker gave it a second time, and nothing tells whether it was judged before."""
    return reading.flags & GIVEN_AGAIN == GIVEN_AGAIN and reading.seq is None


def _is_repeat(newest: Reading | None, reading: Reading) -> bool:
    return (
        newest is not None
        and newest.measured_at == reading.measured_at
        and newest.value == reading.value
        and newest.quality is reading.quality
    )
