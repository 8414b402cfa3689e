"""The risk index of a hazard source: how much attention it needs now, 0 to 100, and why.

It is our own index, not the ministry's formula: each factor, weight and threshold stands here and
can be set otherwise, and the answer shows what each factor contributed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

MOST = 100.0

UNPROTECTED = frozenset({"bypass_maintenance", "bypass_operational", "removed", "fault"})
"""States of an interlock in which it does not protect."""

FACTORS = ("static_level", "alarms", "interlocks", "offline", "suppressed")


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much, in points of the index; the caps keep one factor from being all."""

    static_level: Mapping[int, float] = field(
        default_factory=lambda: {1: 25.0, 2: 18.0, 3: 12.0, 4: 6.0}
    )
    """By the level of GB 18218-2018 (1 is highest)."""
    alarm: Mapping[int, float] = field(default_factory=lambda: {1: 40.0, 2: 20.0, 3: 8.0, 4: 3.0})
    """By the grade of an active alarm."""
    ageing: float = 0.5
    """How much more an alarm counts when it has stood for `aged_s`; in proportion before."""
    aged_s: float = 1_800.0
    alarms_most: float = 60.0
    bypass: float = 10.0
    """For each interlock that does not protect: whose state is one of `unprotected`."""
    unprotected: frozenset[str] = UNPROTECTED
    interlocks_most: float = 30.0
    offline: float = 20.0
    """When none of its points is online; in proportion to those that are not."""
    suppressed: float = 4.0
    """For each alarm that is shelved, suppressed or out of service."""
    suppressed_most: float = 15.0
    thresholds: tuple[float, float, float] = (70.0, 45.0, 25.0)
    """From where on it is red, orange, yellow; below the last it is blue."""


@dataclass(frozen=True, slots=True)
class ActiveAlarm:
    """An alarm that is not over: its grade, and for how long it has stood (seconds)."""

    grade: int
    stands_s: float


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true of a hazard source now. `online_rate` 0 to 1; None: nobody knows, which
    counts as none online. `level` None: below the threshold of GB 18218 (S < 1), or not graded."""

    level: int | None
    alarms: Collection[ActiveAlarm] = ()
    interlocks_out: int = 0
    online_rate: float | None = None
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a factor adds to the index; `uncapped` is what it would without its cap."""

    factor: str
    value: float
    uncapped: float


@dataclass(frozen=True, slots=True)
class RiskIndex:
    """The index, its level (1 red to 4 blue), and the contributions that it is the sum of (at
    most 100)."""

    value: float
    level: int
    contributions: tuple[Contribution, ...]


def risk_index(situation: Situation, weights: Weights | None = None) -> RiskIndex:
    """The index of a hazard source in this situation."""
    used = weights or Weights()
    contributions = (
        _plain("static_level", used.static_level.get(situation.level or 0, 0.0)),
        _capped("alarms", _alarms(situation, used), used.alarms_most),
        _capped("interlocks", situation.interlocks_out * used.bypass, used.interlocks_most),
        _plain("offline", (1.0 - (situation.online_rate or 0.0)) * used.offline),
        _capped("suppressed", situation.suppressed * used.suppressed, used.suppressed_most),
    )
    value = min(MOST, sum(each.value for each in contributions))
    return RiskIndex(value, _level(value, used), contributions)


def _alarms(situation: Situation, weights: Weights) -> float:
    return sum(
        weights.alarm[each.grade]
        * (1.0 + weights.ageing * min(1.0, max(0.0, each.stands_s) / weights.aged_s))
        for each in situation.alarms
    )


def _plain(factor: str, value: float) -> Contribution:
    return Contribution(factor, value, value)


def _capped(factor: str, value: float, most: float) -> Contribution:
    return Contribution(factor, min(value, most), value)


def _level(value: float, weights: Weights) -> int:
    for level, threshold in enumerate(weights.thresholds, start=1):
        if value >= threshold:
            return level
    return 4
