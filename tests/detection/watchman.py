"""An engine that watches the simulated park by rules on every point, and when it spoke of which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.alerts.engine import Engine
from services.domain.alarm import EventKind
from services.domain.detector_rule import DetectorKind, DetectorRule
from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from tests.detection.plant import CARDS, TWIN, TWINNED, Moments

T0 = 1_767_621_600_000
"""The quiet night begins, epoch ms."""

STUCK_S = 600.0
HORIZON_S, SPAN_S = 1_800.0, 900.0
APART = 0.02
"""Redundant points are apart by this share of their span."""


@dataclass(frozen=True)
class Spoken:
    """An alarm: its rule, the point, and the second it was raised."""

    rule: str
    tag: str
    second: float


def stuck(tag: str) -> DetectorRule:
    """A value that has not moved at all for ten minutes: noise moves every healthy one."""
    return _rule("stuck", DetectorKind.STUCK, [tag], span_s=STUCK_S, tolerance=0.0)


def deviation(tag: str) -> DetectorRule:
    """Two instruments of one truth, further apart than 2 % of their span for a minute."""
    card = CARDS[tag]
    span = (card.high or 0.0) - (card.low or 0.0)
    return _rule(
        "deviation", DetectorKind.DEVIATION, [tag, tag + TWIN],
        limit=APART * span, smooth_s=30.0, on_s=60.0,
    )  # fmt: skip


def forecasts(tag: str) -> list[DetectorRule]:
    """Every limit of the point, half an hour before it is reached."""
    return [
        _rule(
            f"forecast {limit.condition}", DetectorKind.FORECAST, [tag], limit=limit.limit,
            direction="low" if limit.condition.startswith("L") else "high",
            horizon_s=HORIZON_S, span_s=SPAN_S, on_s=60.0, off_s=300.0,
        )
        for limit in CARDS[tag].limits
    ]  # fmt: skip


def all_rules() -> list[DetectorRule]:
    """Every kind on every point that it fits."""
    found = [stuck(tag) for tag in CARDS] + [deviation(tag) for tag in TWINNED]
    return found + [rule for tag in CARDS for rule in forecasts(tag)]


class Watchman:
    """`spoken`: the alarms it raised, in order."""

    def __init__(self, rules: Iterable[DetectorRule]) -> None:
        self.directory = Directory()
        for tag, point in POINTS.items():
            assert point.tag == tag
            self.directory.put(point)
        for rule in rules:
            self.directory.put_detector(rule)
        self.engine = Engine(self.directory)
        self.spoken: list[Spoken] = []

    def watch(self, moments: Moments) -> list[Spoken]:
        """All of it, told as it is measured."""
        for second, shown in moments:
            at = T0 + second * 1000
            batch = [
                Reading(POINTS[tag].id, at, at, value, Quality.GOOD)
                for tag, value in shown.items()
                if tag in POINTS
            ]
            self._take(batch, at)
        return self.spoken

    def _take(self, batch: Sequence[Reading], at: int) -> None:
        for step in (self.engine.judge(batch, at), self.engine.tick(at)):
            self.spoken += [
                Spoken(each.alarm.rule, each.alarm.tag or "", (each.at - T0) / 1000)
                for each in step.transitions
                if each.event is EventKind.RAISED
            ]


def _points() -> dict[str, Point]:
    found: dict[str, Point] = {}
    for tag, card in CARDS.items():
        for name in (tag, tag + TWIN):
            found[name] = Point(
                len(found) + 1, "E001", name, PointKind(card.kind), card.unit, card.low, card.high
            )
    return found


POINTS = _points()
"""Every quantity of the park as the platform registers it, with its twin."""


def _rule(
    name: str, kind: DetectorKind, tags: Sequence[str], on_s: float = 0.0, off_s: float = 0.0,
    **parameters: float | str,
) -> DetectorRule:  # fmt: skip
    return DetectorRule(
        id=f"{name} {tags[0]}",
        version=1,
        enterprise="E001",
        kind=kind,
        points={f"p{place}": POINTS[tag].id for place, tag in enumerate(tags)},
        parameters=parameters,
        grade=4,
        on_delay_ms=round(on_s * 1000),
        off_delay_ms=round(off_s * 1000),
    )
