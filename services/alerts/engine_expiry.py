"""Rules that die by themselves: at their `valid_until` they go like one that was removed."""

import heapq
from collections.abc import Iterable
from dataclasses import replace

from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import Outcome


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
        while self._ends and self._ends[0][0] <= now:
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
