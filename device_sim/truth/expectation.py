"""Which alarms a park's limits give for what was told: an oracle that knows no platform.

A limit is reached at value ≥ limit (or ≤) after its on-delay, and left inside its deadband after
its off-delay, in order of ``measured_at``; what is bad is not judged. One occurrence a point and
direction, from its first level to the end of its last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from device_sim.park.description import Limit, Park
from device_sim.truth.record import Identity, PointKey, Record, Told


@dataclass(frozen=True, slots=True)
class Occurrence:
    """``direction``: ``high`` or ``low``, or another kind (``truth.kind``). Times epoch ms;
    ``ended_at`` ``None``: it stood at the end. ``left_at``: when the reading that raised it left the
    gateway. ``condition`` and ``grade``: of the worst level that it reached. ``sure``: not so near
    to the edge that a platform may have seen it otherwise."""

    point: PointKey
    direction: str
    raised_at: int
    ended_at: int | None
    left_at: int
    condition: str = ""
    grade: int = 0
    sure: bool = True


@dataclass
class Level:
    """One limit on its way through the readings of a point."""

    limit: Limit
    on: bool = False
    since: int | None = None

    @property
    def severity(self) -> tuple[int, float]:
        """Greater is worse: the worse grade, then the further limit."""
        sign = 1.0 if self.limit.condition.startswith("H") else -1.0
        return -self.limit.grade, sign * self.limit.limit

    def see(self, at: int, value: float) -> None:
        sign = 1.0 if self.limit.condition.startswith("H") else -1.0
        beyond = sign * value >= sign * self.limit.limit
        inside = sign * value < sign * self.limit.limit - self.limit.deadband
        if not (inside if self.on else beyond):
            self.since = None
            return
        self.since = at if self.since is None else self.since
        delay_s = self.limit.off_delay_s if self.on else self.limit.on_delay_s
        if at - self.since >= delay_s * 1000:
            self.on, self.since = not self.on, None


def expected(record: Record, park: Park) -> list[Occurrence]:
    """Every occurrence that the limits of the park's cards give, in order of raising."""
    found: list[Occurrence] = []
    for enterprise, station in park.stations():
        for card in station.points:
            point = (enterprise.code, card.tag)
            for direction, first in (("high", "H"), ("low", "L")):
                limits = [each for each in card.limits if each.condition.startswith(first)]
                if limits:
                    found += occurrences(point, direction, limits, record.told.get(point, ()))
    return sorted(found, key=lambda each: each.raised_at)


def occurrences(
    point: PointKey, direction: str, limits: Iterable[Limit], told: Sequence[Told]
) -> list[Occurrence]:
    """Of one point in one direction. A repeat of a reading is judged once."""
    levels = [Level(limit) for limit in limits]
    found: list[Occurrence] = []
    began: Told | None = None
    worst: Level | None = None
    seen: set[Identity] = set()
    for each in sorted(told, key=lambda one: one.measured_at):
        if each.quality == "bad" or not isinstance(each.value, float) or each.identity in seen:
            continue
        seen.add(each.identity)
        for level in levels:
            level.see(each.measured_at, each.value)
        on = [level for level in levels if level.on]
        if on:
            began = began or each
            reached = [*on, worst] if worst is not None else on
            worst = max(reached, key=lambda level: level.severity)
        elif began is not None and worst is not None:
            found.append(_occurrence(point, direction, began, each.measured_at, worst.limit))
            began = worst = None
    if began is not None and worst is not None:
        found.append(_occurrence(point, direction, began, None, worst.limit))
    return found


def _occurrence(
    point: PointKey, direction: str, began: Told, ended_at: int | None, worst: Limit
) -> Occurrence:
    times = (began.measured_at, ended_at, began.left_at)
    return Occurrence(point, direction, *times, worst.condition, worst.grade)
