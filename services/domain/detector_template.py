"""Templates of rules that are more than a limit: what a standard or the practice of alarm
management says of a kind of point.

As with limits nothing applies itself, each proposal names where it comes from, and what is our
choice (grades, spans) says so. Where no source gives a number (how fast a storage tank may warm
up), there is no template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.domain.claim import Scalar
from services.domain.detector_kind import MOST_POINTS, DetectorKind
from services.domain.gas import Trust
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.template import (
    OUR_CHOICE,
    TANK_STANDARD,
    NoTemplate,
    propose,
)

CONTROLLERS = "GB 16808-2025"
OLD_CONTROLLERS = "GB 16808-2008"
SIGNALS = "NAMUR NE 43"
INTERLOCKS = "GB/T 50770"
PRACTICE = "ISA-18.2 practice: rationalisation"

RED, ORANGE, YELLOW = 1, 2, 3
MARGIN = 1.5
"""What the time to act is multiplied by, in the worked method for a level's limit."""

GASES = frozenset({PointKind.COMBUSTIBLE_GAS, PointKind.TOXIC_GAS})
SIGNALLED = frozenset(
    {
        PointKind.COMBUSTIBLE_GAS,
        PointKind.TOXIC_GAS,
        PointKind.OXYGEN,
        PointKind.TEMPERATURE,
        PointKind.PRESSURE,
        PointKind.LEVEL,
        PointKind.FLOW,
        PointKind.ANALOG,
    }
)


@dataclass(frozen=True, slots=True)
class ProposedDetector:
    """A rule that a template proposes. `name` tells the proposals of a point apart; `others`: the
    points of its hazard source that it votes with; `group`: the registered group over which it is,
    instead. Limits in the point's unit, delays in seconds."""

    name: str
    kind: DetectorKind
    parameters: Mapping[str, Scalar] = field(hash=False)
    grade: int
    on_delay_s: float
    off_delay_s: float
    latch: bool
    source: str
    basis: str
    trust: Trust
    others: tuple[Point, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """The detectors about a point: the points of its hazard source, or, where `group` is the code
    of a registered group, those of it."""

    points: Sequence[Point] = ()
    group: str | None = None


def propose_detectors(
    point: Point,
    near: Sequence[Point] = (),
    respond_s: float | None = None,
    group: str | None = None,
) -> tuple[ProposedDetector, ...]:
    """What there is to propose for a point beside limits.

    `near`: among whom it votes. They are of its hazard source: then those of its kind, unit and
    substance; or of the registered `group` (its code): then all, if all are gas detectors of its
    kind and unit with the same first level. `respond_s`: operator's and action's time before it is too late (None: not told).
    """
    around = Near(near, group)
    found: list[ProposedDetector] = []
    for make in (_vote, _fault, _signal, _filling, _fire, _trip, _bypass):
        found += make(point, around, respond_s)
    return tuple(found)


Found = list[ProposedDetector]


def _vote(point: Point, near: Near, _respond_s: float | None) -> Found:
    level = _first_level(point)
    if point.kind not in GASES or level is None:
        return []
    whose = "the hazard source's" if near.group is None else "the group's"
    alike = _voters(point, near, level)
    if not alike:
        return []
    basis = (
        f"two or more detectors in alarm may be demanded (5.5.1.8); two of {whose} detectors at "
        f"the first level, {level:g} {point.unit}, are red: our choice"
    )
    parameters: dict[str, Scalar] = {"needed": 2, "limit": level, "window_s": 60.0}
    others = tuple(sorted(alike, key=lambda each: each.tag)[: MOST_POINTS - 1])
    return [
        ProposedDetector(
            "vote", DetectorKind.VOTING, parameters, RED, 0.0, 30.0, True, CONTROLLERS, basis,
            Trust.READ, others if near.group is None else (), near.group,
        )
    ]  # fmt: skip


def _fault(point: Point, _near: Near, _respond_s: float | None) -> Found:
    if point.kind not in GASES | {PointKind.OXYGEN}:
        return []
    basis = "a fault of a detector is signalled within 100 s, apart from gas alarms"
    return [
        ProposedDetector(
            "fault", DetectorKind.BAD_QUALITY, {}, YELLOW, 10.0, 30.0, False, OLD_CONTROLLERS,
            basis, Trust.RESTATED,
        )
    ]  # fmt: skip


def _signal(point: Point, _near: Near, _respond_s: float | None) -> Found:
    ranged = point.range_low is not None and point.range_high is not None
    if point.kind not in SIGNALLED or not (ranged or point.unit == "mA"):
        return []
    basis = "failure at 3.6 mA or less and 21 mA or more, lasting 4 s"
    if point.unit != "mA":
        basis += "; only where the range is that of a 4-20 mA transmitter"
    return [
        ProposedDetector(
            "signal", DetectorKind.SIGNAL_BAND, {}, YELLOW, 4.0, 30.0, False, SIGNALS, basis,
            Trust.RESTATED,
        )
    ]  # fmt: skip


def _filling(point: Point, _near: Near, respond_s: float | None) -> Found:
    if point.kind is not PointKind.LEVEL or respond_s is None:
        return []
    limits = propose(point)
    if isinstance(limits, NoTemplate):
        return []
    highest = max(each.limit for each in limits if each.condition is Condition.HH)
    horizon = max(60.0, MARGIN * respond_s)
    basis = f"1.5 times the time to act ({respond_s:g} s) before HH, by the rate of filling"
    parameters: dict[str, Scalar] = {"limit": highest, "horizon_s": horizon}
    return [
        ProposedDetector(
            "filling", DetectorKind.FORECAST, parameters, YELLOW, 0.0, 60.0, False, PRACTICE,
            basis, Trust.RESTATED,
        )
    ]  # fmt: skip


def _fire(point: Point, _near: Near, _respond_s: float | None) -> Found:
    if point.kind not in (PointKind.FIRE, PointKind.SMOKE):
        return []
    basis = "flame and smoke are monitored; digital signals have no delay"
    return [_state("fire", "alarm", RED, TANK_STANDARD, basis)]


def _trip(point: Point, _near: Near, _respond_s: float | None) -> Found:
    if point.kind is not PointKind.INTERLOCK:
        return []
    basis = "a demand on an interlock is looked into; digital signals have no delay"
    return [_state("trip", "tripped", ORANGE, OUR_CHOICE, basis)]


def _bypass(point: Point, _near: Near, _respond_s: float | None) -> Found:
    if point.kind is not PointKind.INTERLOCK:
        return []
    states = "bypass_maintenance,bypass_operational,removed"
    basis = "a bypass is alarmed, displayed and logged"
    return [_state("bypass", states, YELLOW, INTERLOCKS, basis)]


def _state(name: str, states: str, grade: int, source: str, basis: str) -> ProposedDetector:
    return ProposedDetector(
        name, DetectorKind.STATE, {"states": states}, grade, 0.0, 0.0, False, source, basis,
        Trust.UNPROVED,
    )  # fmt: skip


def _voters(point: Point, near: Near, level: float) -> list[Point]:
    """With whom it votes."""
    if near.group is None:
        return [each for each in near.points if _votes_with(each, point)]
    others = [each for each in near.points if each.id != point.id]
    # A rule over a group judges whoever is in it: one that reads otherwise spoils it.
    fits = len(others) < MOST_POINTS and all(_reads_like(each, point, level) for each in others)
    return others if fits else []


def _votes_with(other: Point, point: Point) -> bool:
    """Whether it is a detector of the same place: same source, kind, unit and substance."""
    return (
        other.id != point.id
        and point.hazard_source is not None
        and (other.enterprise, other.hazard_source) == (point.enterprise, point.hazard_source)
        and (other.kind, other.unit, other.substance) == (point.kind, point.unit, point.substance)
    )


def _reads_like(other: Point, point: Point, level: float) -> bool:
    """Whether one limit is the first level of both."""
    same = (other.enterprise, other.kind, other.unit) == (point.enterprise, point.kind, point.unit)
    return same and _first_level(other) == level


def _first_level(point: Point) -> float | None:
    """The first level of its template of limits."""
    limits = propose(point)
    if isinstance(limits, NoTemplate):
        return None
    return min((each.limit for each in limits if each.condition is Condition.H), default=None)
