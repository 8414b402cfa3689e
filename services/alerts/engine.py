"""The judge of all points: readings, time, the book and operators' actions in; transitions out.

Pure and synchronous: no clock, no I/O; times are epoch milliseconds and handed in.
"""

from collections.abc import Iterable, Iterator, Sequence

from services.alerts import engine_state
from services.alerts.engine_desk import Desk
from services.alerts.engine_merge import Merge
from services.alerts.engine_outcome import DirtyRange, Outcome, Refused, ShownValue
from services.alerts.engine_track import Track
from services.domain import event
from services.domain.alarm import Alarm, ClosedAs, EventKind, Transition
from services.domain.directory import BookChange, Directory
from services.domain.judgement import Newest, PointState
from services.domain.limits import Limits
from services.domain.occurrence import History
from services.domain.reading import LIVE_HORIZON_MS, Quality, Reading, ReadingFlag
from services.domain.rule import LimitRule
from services.domain.verdict import Trace
from services.domain.window import LATE_MS

__all__ = ["DirtyRange", "Engine", "Outcome", "Refused", "ShownValue"]


Dirty = dict[tuple[int, bool], tuple[int, int]]
"""(point, sounding) → first and last dirty judging time of a batch."""


class Engine:
    """Holds the live state of every point of a directory, and is its only writer."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._tracks: dict[int, Track] = {}
        self._running: set[int] = set()
        self._changed: set[int] = set()
        self._stale: set[int] = set()
        self._desk = Desk()

    def judge(self, readings: Sequence[Reading], now: int) -> Outcome:
        """Judge a batch: any points, any order, repeats included. Unknown points are passed by."""
        out = Outcome()
        tracks = self._tracks
        dirty: Dirty = {}
        for reading in readings:
            track = tracks.get(reading.point_id) or self._open(reading.point_id)
            if track is None:
                continue
            if track.stale:
                self._refresh(track, now, out)
            measured_at, received_at = reading.measured_at, reading.received_at
            at = measured_at if measured_at < received_at else received_at
            if received_at - measured_at > LIVE_HORIZON_MS:
                if reading.is_judged:
                    _widen(dirty, (reading.point_id, False), at)
            elif reading.value is None or reading.quality is Quality.BAD:
                self._show(track, at, reading)
            elif self._is_next(track, at, reading, now, out, dirty):
                self._follow(track, at, reading, reading.value, now, out)
        out.dirty += [
            DirtyRange(point_id, start, end, sounding)
            for (point_id, sounding), (start, end) in dirty.items()
        ]
        return out

    def tick(self, now: int) -> Outcome:
        """Let the delays of live points run on by our clock."""
        out = Outcome()
        for point_id in sorted(self._stale):
            self._refresh(self._tracks[point_id], now, out)
        for point_id in sorted(self._running):
            track, trace = self._tracks[point_id], Trace()
            if track.newest is None:
                continue
            track.run_out(track.estimate(now), trace)
            self._conclude(track, trace, now, out)
        return out

    def apply_book(self, change: BookChange, now: int) -> Outcome:
        """Bring the directory up to a change of the book (this applies it) and judge by it.

        Rules and points that went withdraw the alarms that stand by them (one that is over and
        only waits for its acknowledgement stays, unless its point went); new limits are judged
        at once against the newest value.
        """
        out = Outcome()
        for point_id in sorted(change.apply(self.directory)):
            track = self._tracks.get(point_id)
            if track is None:
                continue
            point = self.directory.by_id.get(point_id)
            if point is None:
                self._drop(track, now, out)
                continue
            track.point = track.board.point = point
            self._turn(track, self.directory.in_force(point_id), now, out)
        return out

    def acknowledge(
        self,
        ids: Iterable[str],
        actor: str,
        note: str | None,
        enterprises: set[str] | None,
        now: int,
    ) -> tuple[Outcome, list[Alarm], list[Refused]]:
        """Acknowledge alarms; those that are already come back as they are.

        `enterprises` are those the actor may act for (None: all). An alarm of another one is
        refused as `not_found`, like one that does not exist.
        """
        out, alarms, refused = Outcome(), list[Alarm](), list[Refused]()
        for identity in dict.fromkeys(ids):
            refusal = self._desk.refusal(identity, enterprises)
            if refusal is not None:
                refused.append(refusal)
                continue
            known = self._desk.open[identity]
            if event.awaits(known.alarm):
                known.alarm = event.acknowledged(known.alarm, actor, now)
                done = Transition(
                    EventKind.ACKNOWLEDGED, known.alarm, now, now, actor=actor, note=note
                )
                out.transitions.append(done)
                self._desk.note(known)
            alarms.append(known.alarm)
        return out, alarms, refused

    def merge_history(
        self, history: History, recorded: Sequence[Alarm], now: int, sounding: bool
    ) -> Outcome:
        """Reconcile what a replay (`services.domain.history.judge_history`) found.

        `recorded` are all alarms of the point on record that overlap the replayed time or are
        not closed. `history.states` come back in the outcome, to be put on record.
        """
        out = Outcome(states=list(history.states))
        track = self._tracks.get(history.point_id) or self._open(history.point_id)
        if track is None:
            return Outcome()
        reaches = _reaches(history, track.newest)
        ran_on = track.newest is not None and track.stands_at() > track.newest.judged_at
        merge = Merge(track.board, history, sounding, sounding and reaches and not ran_on)
        merge.run(recorded, now, out.transitions)
        if merge.rules_live and track.newest is not None:
            final = history.final
            track.restore(final, track.newest, self._rules_of(final))
            self._stale.add(history.point_id)
            self._watch(track)
            out.states.append(track.present(max(final.at, track.newest.judged_at)))
        track.has_strays = bool(track.board.strays(track.state.standing))
        if track.has_strays and track.newest is not None and not reaches:
            self._sweep(track, track.newest.judged_at, now, out)
        self._settle(track)
        return out

    def open_alarms(self) -> list[Alarm]:
        """Every alarm that is not closed."""
        return [known.alarm for known in self._desk.open.values()]

    def newest(self) -> Iterator[ShownValue]:
        """The newest value of every point that has one."""
        return (track.shown for track in self._tracks.values() if track.shown is not None)

    def take_changed_values(self) -> list[ShownValue]:
        """The newest values that came since the last call."""
        changed, self._changed = self._changed, set()
        shown = (self._tracks[point_id].shown for point_id in changed if point_id in self._tracks)
        return [value for value in shown if value is not None]

    def dump(self) -> bytes:
        """The whole state (without the directory and the windows), for `load`."""
        points = [
            engine_state.SavedPoint(
                track.point.id,
                track.present(track.stands_at()) if track.newest else None,
                track.shown,
                track.shown_measured_at,
                engine_state.save_board(track.board),
            )
            for track in self._tracks.values()
        ]
        return engine_state.encode(engine_state.Saved(points, dict(self._desk.closed)))

    @classmethod
    def load(cls, data: bytes, directory: Directory) -> "Engine":
        """An engine in the state of a `dump`; points that the directory has not are left out.

        Raises msgspec.DecodeError for bytes that are no dump.
        """
        engine = cls(directory)
        saved = engine_state.decode(data)
        for point in saved.points:
            track = engine._open(point.point_id)
            if track is None:
                continue
            track.shown, track.shown_measured_at = point.shown, point.shown_measured_at
            engine_state.restore_board(track.board, point.alarms)
            if point.state is not None:
                engine._restore(track, point.state)
            engine._settle(track)
        engine._desk.closed.update(saved.closed)
        return engine

    def replay_record(self, record: Transition | PointState) -> None:
        """Recovery: take over a transition or state that was spooled after the dump."""
        point_id = record.alarm.point_id if isinstance(record, Transition) else record.point_id
        track = self._tracks.get(point_id) or self._open(point_id)
        if track is None:
            return
        if isinstance(record, Transition):
            track.board.replay(record)
        elif record.newest is not None:
            self._restore(track, record)
        self._settle(track)

    def _open(self, point_id: int) -> Track | None:
        point = self.directory.by_id.get(point_id)
        if point is None:
            return None
        track = self._tracks[point_id] = Track(point, self.directory.in_force(point_id))
        return track

    def _show(self, track: Track, at: int, reading: Reading) -> None:
        shown = track.shown
        if shown is not None and (at, reading.measured_at) < (shown.at, track.shown_measured_at):
            return
        track.shown = ShownValue(reading.point_id, at, reading.value, reading.quality)
        track.shown_measured_at = reading.measured_at
        self._changed.add(reading.point_id)

    def _is_next(
        self, track: Track, at: int, reading: Reading, now: int, out: Outcome, dirty: Dirty
    ) -> bool:
        """Whether it simply comes after all before it; what does not is dealt with here."""
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
        self._show(track, at, reading)
        if not (track.state.is_quiet and track.low_at < value < track.high_at):
            self._step(track, at, reading, now, out)
        track.window.append(at, reading, track.state)
        if track.has_strays:
            self._sweep(track, at, now, out)

    def _step(self, track: Track, at: int, reading: Reading, now: int, out: Outcome) -> None:
        trace = Trace()
        track.step(at, reading, trace)
        self._conclude(track, trace, now, out)

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
        if newest_at - at > LATE_MS:
            sounding = bool(reading.flags & ReadingFlag.REDELIVERED)
            _widen(dirty, (reading.point_id, sounding), at)
        elif not track.window.reaches(at):
            _widen(dirty, (reading.point_id, True), at)
        else:
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
        self._show(track, at, reading)
        if track.window.reaches(at):
            self._again(track, reading, now, out)
            return
        _widen(dirty, (reading.point_id, True), at)
        self._step(track, at, reading, now, out)
        track.window.append(at, reading, track.state)

    def _again(self, track: Track, reading: Reading, now: int, out: Outcome) -> None:
        found, since, trace = track.again(reading)
        newest = track.newest
        assert newest is not None
        at = newest.judged_at
        before = len(out.transitions)
        track.board.reconcile(found, since, at, now, out.transitions)
        out.states += track.say(trace)
        if len(out.transitions) > before or trace.changes:
            self._settle(track)
        self._watch(track)

    def _conclude(self, track: Track, trace: Trace, now: int, out: Outcome) -> None:
        """Make what a step brought true of the alarms, and say what is to be remembered."""
        for verdict in trace.verdicts:
            track.board.apply(verdict, now, out.transitions)
        if trace.changes:
            out.states += track.say(trace)
            self._watch(track)
        if trace.verdicts:
            self._settle(track)

    def _watch(self, track: Track) -> None:
        if track.state.due is None:
            self._running.discard(track.point.id)
        else:
            self._running.add(track.point.id)

    def _settle(self, track: Track) -> None:
        """The desk's list of open alarms, brought in line with a board."""
        self._desk.take(track.board)
        track.board.forget(track.forgets_before())
        track.has_strays = bool(track.board.strays(track.state.standing))

    def _sweep(self, track: Track, at: int, now: int, out: Outcome) -> None:
        """Alarms that only the record said are there, and the live judge says are not."""
        for known in track.board.strays(track.state.standing):
            if track.idle_in(known.alarm.direction) and at >= known.alarm.raised_at:
                track.board.end(known, at, now, out.transitions)
        self._settle(track)

    def _turn(self, track: Track, rules: Sequence[LimitRule], now: int, out: Outcome) -> None:
        """Judge by other rules from the moment they came into force."""
        limits = Limits.of(track.point, rules)
        if limits.rules == track.limits.rules:
            track.take(limits)
            return
        if track.newest is None:
            track.start(limits)
        trace = Trace()
        track.turn(limits, self._turns_at(track, limits, now), trace)
        self._conclude(track, trace, now, out)
        names = {rule.id for rule in limits.rules}
        for known in track.board.strays(track.state.standing):
            if known.alarm.rule not in names:
                track.board.close(known, ClosedAs.WITHDRAWN, now, now, out.transitions)
        self._settle(track)
        self._watch(track)

    def _turns_at(self, track: Track, limits: Limits, now: int) -> int:
        """When a change of rules took effect, in the point's judging time."""
        if track.newest is None:
            return now
        came = [rule.valid_from for rule in limits.rules if rule not in track.limits.rules]
        versions = self.directory.rules.get(track.point.id, ())
        gone = [v.valid_to for v in versions if v.valid_to is not None and v.valid_to <= now]
        moment = max([*came, *(gone if not came else [])], default=now)
        return max(track.newest.judged_at, min(moment, track.estimate(now)))

    def _drop(self, track: Track, now: int, out: Outcome) -> None:
        """A point that went takes all its alarms with it."""
        for known in [k for k in track.board.known if event.is_open(k.alarm)]:
            track.board.close(known, ClosedAs.WITHDRAWN, now, now, out.transitions)
        self._settle(track)
        point_id = track.point.id
        del self._tracks[point_id]
        for index in (self._running, self._changed, self._stale):
            index.discard(point_id)

    def _restore(self, track: Track, saved: PointState) -> None:
        newest = _reading(saved.point_id, saved.newest) if saved.newest else None
        if newest is not None and track.newest is not None:
            newest = max(newest, track.newest, key=lambda r: (r.judged_at, r.measured_at))
        track.restore(saved, newest, self._rules_of(saved))
        self._stale.add(saved.point_id)
        self._watch(track)

    def _rules_of(self, saved: PointState) -> list[LimitRule]:
        """The versions of the rules by which a state was judged; idle ones as they are now."""
        versions = {(v.id, v.version): v for v in self.directory.rules.get(saved.point_id, ())}
        then = {level.rule: versions.get((level.rule, level.version)) for level in saved.levels}
        now = {rule.id: rule for rule in self.directory.in_force(saved.point_id)}
        return [rule for rule in {**now, **then}.values() if rule is not None]

    def _refresh(self, track: Track, now: int, out: Outcome) -> None:
        """After a recovery: what the book has changed in the meantime takes effect."""
        track.stale = False
        self._stale.discard(track.point.id)
        self._turn(track, self.directory.in_force(track.point.id), now, out)


def _widen(dirty: dict[tuple[int, bool], tuple[int, int]], key: tuple[int, bool], at: int) -> None:
    start, end = dirty.get(key, (at, at))
    dirty[key] = min(start, at), max(end, at)


def _is_repeat(newest: Reading | None, reading: Reading) -> bool:
    return (
        newest is not None
        and newest.measured_at == reading.measured_at
        and newest.value == reading.value
        and newest.quality is reading.quality
    )


def _reaches(history: History, newest: Reading | None) -> bool:
    """Whether a replay went as far as the newest live reading."""
    final = history.final.newest
    if newest is None or final is None or history.settled_at is not None:
        return False
    return (final.judged_at, final.measured_at) >= (newest.judged_at, newest.measured_at)


def _reading(point_id: int, newest: Newest) -> Reading:
    return Reading(point_id, newest.measured_at, newest.received_at, newest.value, newest.quality)
