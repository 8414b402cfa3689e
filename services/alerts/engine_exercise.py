"""Points under test: an exercise that outlives its test is in earnest. With them those that are in
calibration or bump test."""

from collections.abc import Iterable

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_maintenance import Maintenances
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_track import Track
from services.domain import event
from services.domain.alarm import EventKind, Transition
from services.domain.drill import is_twin


class Exercises:
    """The points with a test that is not known to be over."""

    def __init__(self, fleet: Fleet, claims: Claims) -> None:
        self._fleet = fleet
        self._maintenances = Maintenances(fleet, claims)
        self._points: set[int] = set()
        self.note(fleet.directory.by_id)

    def note(self, touched: Iterable[int]) -> None:
        """These points are new or changed."""
        touched = list(touched)
        self._maintenances.note(touched)
        for point_id in touched:
            point = self._fleet.directory.by_id.get(point_id)
            # What is only there for a drill is never in earnest.
            if point is None or is_twin(point.enterprise):
                continue
            if point.exercise is not None:
                self._points.add(point_id)

    def tick(self, now: int, out: Outcome) -> None:
        """Where a test is over, what still stands is an exercise no more."""
        self._maintenances.tick(now, out)
        for point_id in sorted(self._points):
            point = self._fleet.directory.by_id.get(point_id)
            over = point is None or point.exercise is None or point.exercise[1] <= now
            if over:
                self._points.discard(point_id)
                track = self._fleet.find(point_id)
                if track is not None:
                    self._end(track, now, out)
                self._end_claimed(point_id, now, out)

    def _end(self, track: Track, now: int, out: Outcome) -> None:
        for known in track.board.known:
            alarm = known.alarm
            if alarm.exercise and event.is_open(alarm) and not event.is_over(alarm):
                known.alarm = event.in_earnest(alarm)
                out.transitions.append(Transition(EventKind.EXERCISE_ENDED, known.alarm, now, now))
        self._fleet.settle(track)

    def _end_claimed(self, point_id: int, now: int, out: Outcome) -> None:
        desk = self._fleet.desk
        for known in [k for k in desk.open.values() if k.alarm.point_id == point_id]:
            alarm = known.alarm
            if alarm.is_claimed and alarm.exercise and not event.is_over(alarm):
                known.alarm = event.in_earnest(alarm)
                out.transitions.append(Transition(EventKind.EXERCISE_ENDED, known.alarm, now, now))
                desk.note(known)
