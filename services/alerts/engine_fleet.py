"""All points on their way through time, and the indexes over them."""

from collections.abc import Callable, Sequence

from services.alerts.engine_columns import Columns
from services.alerts.engine_desk import Desk
from services.alerts.engine_inhibition import Inhibitions
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_track import Track
from services.domain import event
from services.domain.alarm import ClosedAs
from services.domain.directory import Directory
from services.domain.judgement import Newest, PointState
from services.domain.limits import Limits
from services.domain.point import Point
from services.domain.reading import Quality, Reading
from services.domain.rule import LimitRule
from services.domain.verdict import Trace


class Fleet:
    """`tracks` by point; `running`: a delay runs; `changed`: a value to show came; `stale`:
    recovered, and not yet judged by the rules of now; `touched`: changed since they were last
    remembered in `columns`; `odd`: something is up there, so that a row does not tell it all.

    A point that sleeps has no track: `find` and `open` wake it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.desk = Desk()
        self.tracks: dict[int, Track] = {}
        self.running: set[int] = set()
        self.changed: set[int] = set()
        self.stale: set[int] = set()
        self.columns = Columns()
        self.touched: set[int] = set()
        self.odd: set[int] = set()
        self.inhibitions = Inhibitions()

    def open(self, point_id: int) -> Track | None:
        """A track for a registered point that is awake no more, or not yet."""
        woken = self.columns.wake(point_id)
        point = self.directory.by_id.get(point_id)
        if point is None:
            if woken is not None:
                self.columns.clear(woken[0])
            return None
        rules = self.directory.in_force(point_id)
        track = self.tracks[point_id] = Track(point, rules, self.inhibitions.of_limit)
        if woken is not None:
            track.row = woken[0]
            track.wake(woken[1])
        return track

    def find(self, point_id: int) -> Track | None:
        """The track of a point that anything is known of."""
        track = self.tracks.get(point_id)
        if track is None and point_id in self.columns.asleep:
            return self.open(point_id)
        return track

    def shown_of(self, point_id: int) -> Reading | None:
        """The newest reading of a point, whatever it is worth."""
        track = self.find(point_id)
        return None if track is None else track.seen

    def wake_those(self, of_it: Callable[[Point], bool]) -> None:
        """Wake the points that something concerns, whatever is up there."""
        by_id = self.directory.by_id
        for point_id in list(self.columns.asleep):
            point = by_id.get(point_id)
            if point is not None and of_it(point):
                self.open(point_id)

    def fold(self) -> None:
        """Remember what changed: in rows, where nothing is up."""
        tracks, columns, odd = self.tracks, self.columns, self.odd
        for point_id in self.touched:
            track = tracks.get(point_id)
            if track is None:
                continue
            if not track.is_calm:
                odd.add(point_id)
            elif track.newest is not None or track.seen is not None:
                odd.discard(point_id)
                newest, at = track.newest, track.stands_at()
                track.row = columns.write(track.row, point_id, at, newest, track.seen)
                continue
            else:
                odd.discard(point_id)
            if track.row >= 0:
                columns.clear(track.row)
                track.row = -1
        self.touched.clear()

    def show(self, track: Track, at: int, reading: Reading) -> None:
        self.touched.add(reading.point_id)
        seen = track.seen
        if seen is not None:
            seen_at = seen.judged_at
            if at < seen_at or (at == seen_at and reading.measured_at < seen.measured_at):
                return
        track.seen = reading
        self.changed.add(reading.point_id)

    def shows(self, reading: Reading) -> bool:
        """Whether it is what is shown of its point: of several of one instant the last that came."""
        track = self.tracks.get(reading.point_id)
        seen = None if track is None else track.seen
        return seen is not None and _gist(seen) == _gist(reading)

    def conclude(
        self, track: Track, trace: Trace, now: int, out: Outcome, given_again: bool = False
    ) -> None:
        """Make what a step brought true of the alarms, and say what is to be remembered."""
        for verdict in trace.verdicts:
            track.board.apply(verdict, now, out.transitions, given_again)
        if trace.changes:
            out.states += track.say(trace)
            self.watch(track)
        if trace.verdicts:
            self.settle(track)

    def watch(self, track: Track) -> None:
        self.touched.add(track.point.id)
        if track.state.due is None:
            self.running.discard(track.point.id)
        else:
            self.running.add(track.point.id)

    def settle(self, track: Track) -> None:
        """The desk's list of open alarms, brought in line with a board."""
        self.touched.add(track.point.id)
        if not track.has_alarms:
            self.desk.leave(track.point)
            track.has_strays = False
            return
        self.desk.take(track.board)
        track.board.forget(track.forgets_before())
        track.has_strays = bool(track.board.strays(track.state.standing))

    def sweep(self, track: Track, at: int, now: int, out: Outcome) -> None:
        """Alarms that only the record said are there, and the live judge says are not."""
        for known in track.board.strays(track.state.standing):
            direction = known.alarm.direction
            if direction is not None and track.idle_in(direction) and at >= known.alarm.raised_at:
                track.board.end(known, at, now, out.transitions)
        self.settle(track)

    def turn(self, track: Track, rules: Sequence[LimitRule], now: int, out: Outcome) -> None:
        """Judge by other rules from the moment they came into force."""
        limits = Limits.of(track.point, rules)
        if limits.rules == track.limits.rules:
            track.take(limits)
            return
        if track.newest is None:
            track.start(limits)
        trace = Trace()
        track.turn(limits, self.turns_at(track, limits, now), trace)
        self.conclude(track, trace, now, out)
        names = {rule.id for rule in limits.rules}
        for known in track.board.strays(track.state.standing):
            if known.alarm.rule not in names:
                track.board.close(known, ClosedAs.WITHDRAWN, now, now, out.transitions)
        self.settle(track)
        self.watch(track)

    def turns_at(self, track: Track, limits: Limits, now: int) -> int:
        """When a change of rules took effect, in the point's judging time."""
        if track.newest is None:
            return now
        came = [rule.valid_from for rule in limits.rules if rule not in track.limits.rules]
        versions = self.directory.rules.get(track.point.id, ())
        gone = [v.valid_to for v in versions if v.valid_to is not None and v.valid_to <= now]
        moment = max([*came, *(gone if not came else [])], default=now)
        return max(track.newest.judged_at, min(moment, track.estimate(now)))

    def drop(self, track: Track, now: int, out: Outcome) -> None:
        """A point that went takes all its alarms with it."""
        for known in [k for k in track.board.known if event.is_open(k.alarm)]:
            track.board.close(known, ClosedAs.WITHDRAWN, now, now, out.transitions)
        self.settle(track)
        point_id = track.point.id
        del self.tracks[point_id]
        if track.row >= 0:
            self.columns.clear(track.row)
        for index in (self.running, self.changed, self.stale, self.touched, self.odd):
            index.discard(point_id)

    def silence(self, track: Track, now: int, out: Outcome) -> None:
        """Its gateway went: what stands is withdrawn, and nothing is known of it any more."""
        for known in [k for k in track.board.known if event.is_open(k.alarm)]:
            if not event.is_over(known.alarm):
                track.board.close(known, ClosedAs.WITHDRAWN, now, now, out.transitions)
        if track.newest is not None or not track.state.is_quiet:
            track.forget()
            out.states.append(track.present(now))
        self.settle(track)
        self.watch(track)

    def restore(self, track: Track, saved: PointState) -> None:
        newest = _reading(saved.point_id, saved.newest) if saved.newest else None
        if newest is not None and track.newest is not None:
            newest = max(newest, track.newest, key=lambda r: (r.judged_at, r.measured_at))
        track.restore(saved, newest, self.rules_of(saved))
        self.stale.add(saved.point_id)
        self.watch(track)

    def rules_of(self, saved: PointState) -> list[LimitRule]:
        """The versions of the rules by which a state was judged; idle ones as they are now."""
        versions = {(v.id, v.version): v for v in self.directory.rules.get(saved.point_id, ())}
        then = {level.rule: versions.get((level.rule, level.version)) for level in saved.levels}
        now = {rule.id: rule for rule in self.directory.in_force(saved.point_id)}
        return [rule for rule in {**now, **then}.values() if rule is not None]

    def refresh(self, track: Track, now: int, out: Outcome) -> None:
        """After a recovery: what the book has changed in the meantime takes effect."""
        track.stale = False
        self.stale.discard(track.point.id)
        self.turn(track, self.directory.in_force(track.point.id), now, out)


def _gist(reading: Reading) -> tuple[int, float | None, Quality]:
    return reading.measured_at, reading.value, reading.quality


def _reading(point_id: int, newest: Newest) -> Reading:
    return Reading(point_id, newest.measured_at, newest.received_at, newest.value, newest.quality)
