"""Detectors in calibration or bump test: each is an alarm of the lowest grade while it goes on, and
ends by our clock, whether or not anybody ends it."""

from collections.abc import Iterable

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import Outcome
from services.domain.maintenance import Maintenance, place_of


class Maintenances:
    """The points whose calibration or bump test is not known to be over."""

    def __init__(self, fleet: Fleet, claims: Claims) -> None:
        self._fleet, self._claims = fleet, claims
        self._points: set[int] = set()
        self._said: dict[int, Maintenance] = {}
        """As it was told to the board in this life."""

    def note(self, touched: Iterable[int]) -> None:
        """These points are new or changed."""
        for point_id in touched:
            point = self._fleet.directory.by_id.get(point_id)
            if point is not None and point.maintenance is not None:
                self._points.add(point_id)

    def tick(self, now: int, out: Outcome) -> None:
        """Say what has begun, was given another end, or is over."""
        for point_id in sorted(self._points):
            point = self._fleet.directory.by_id.get(point_id)
            told = None if point is None else point.maintenance
            if point is None or told is None:
                self._forget(point_id)
                continue
            stands = self._claims.stands(place_of(point.enterprise, point.tag))
            if told.is_on(now):
                if not stands or self._said.get(point_id) != told:
                    self._said[point_id] = told
                    claim = told.claim(point.enterprise, point.tag, point_id, now)
                    self._claims.take(claim, now, out)
                continue
            if stands:
                claim = told.claim(point.enterprise, point.tag, point_id, now)
                self._claims.take(claim, now, out)
            if told.until <= now:
                self._forget(point_id)

    def _forget(self, point_id: int) -> None:
        self._points.discard(point_id)
        self._said.pop(point_id, None)
