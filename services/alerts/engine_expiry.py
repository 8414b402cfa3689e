"""Rules that die by themselves: at their `valid_until` they go like one that was removed."""

import heapq
from collections.abc import Iterable
from dataclasses import replace

from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import Outcome

PATIENCE_MS = 1_000
"""So long an end waits for the judging time of its point, which is behind ours by what readings
take to come: nothing is over before it ends. A point that is further behind is not waited for."""


class Expiry:
    """Who dies when, soonest first."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._ends: list[tuple[int, int]] = []
        self.note(fleet.directory.rules)

    def note(self, touched: Iterable[int]) -> None:
        """The rules of these points are new or changed."""
        for point_id in touched:
            for rule in self._fleet.directory.in_force(point_id):
                if rule.valid_until is not None:
                    heapq.heappush(self._ends, (rule.valid_until, point_id))

    def tick(self, now: int, out: Outcome) -> None:
        """End what has died, and withdraw what stood by it."""
        directory = self._fleet.directory
        while self._ends and self._ends[0][0] <= now and not self._is_early(now):
            _, point_id = heapq.heappop(self._ends)
            dead = [
                rule
                for rule in directory.in_force(point_id)
                if rule.valid_until is not None and rule.valid_until <= now
            ]
            for rule in dead:
                directory.put_rule(replace(rule, valid_to=rule.valid_until))
            track = self._fleet.find(point_id)
            if dead and track is not None:
                self._fleet.turn(track, directory.in_force(point_id), now, out)

    def _is_early(self, now: int) -> bool:
        """Whether for its point the soonest end is still to come, though not for our clock."""
        end, point_id = self._ends[0]
        track = self._fleet.find(point_id)
        if track is None or track.newest is None or now >= end + PATIENCE_MS:
            return False
        return track.estimate(now) < end
