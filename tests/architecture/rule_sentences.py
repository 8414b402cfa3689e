"""What the services say of templates and of rules that they refuse: the console words it in
Chinese, sentence by sentence."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from services.api.loosening import check_reason, check_removal
from services.api.problem import Problem
from services.api.rule_body import NewRule, rule_of
from services.api.rule_set import contradiction
from services.domain.claim import Scalar
from services.domain.detector_kind import DetectorKind
from services.domain.detector_rule import BadRule, validated
from services.domain.detector_template import propose_detectors
from services.domain.laxity import Terms
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.template import NoTemplate, Plant, propose
from services.store.rule_list import Rule
from services.wire.expression import watch


def point(
    kind: str, unit: str, *range_: float, substance: str | None = None, tag: str = "X-1"
) -> Point:
    low, high = range_ or (None, None)
    return Point(
        int(tag[2:]), "acme", tag, PointKind(kind), unit, low, high, None, "HS-1", substance
    )


LEVEL = point("level", "%", 0, 100)
BARE = point("level", "%", tag="X-2")
OTHER = point("pressure", "kPa", 0, 10, tag="X-3")
VALVE = point("valve", "1", tag="X-4")
MEASURED = (
    LEVEL,
    point("combustible_gas", "%LEL", 0, 100),
    point("combustible_gas", "LEL·m"),
    point("combustible_gas", "vol%", substance="CH4"),
    point("toxic_gas", "%OEL"),
    point("toxic_gas", "ppm", substance="NH3"),
    point("toxic_gas", "ppm", 0, 1, substance="NH3"),
    point("oxygen", "vol%"),
    point("temperature", "Cel"),
    point("pressure", "kPa"),
    point("wind_speed", "m/s"),
    point("analog", "mA"),
    point("smoke", "1"),
    point("interlock", "1"),
)


def bases() -> list[str]:
    """What the proposals rest on."""
    return sorted({each for one in MEASURED for each in _bases(one)})


def _bases(one: Point) -> Iterator[str]:
    limits = propose(one, Plant(60.0, 100.0))
    if not isinstance(limits, NoTemplate):
        yield from (each.basis for each in limits)
    beside = Point(9, one.enterprise, "X-9", one.kind, one.unit, one.range_low, one.range_high,
                   None, one.hazard_source, one.substance)  # fmt: skip
    yield from (each.basis for each in propose_detectors(one, [one, beside], 600.0))
    yield from (each.basis for each in propose_detectors(one, [one, beside], group="ring"))


def whys() -> list[str]:
    """Why there are no limits to propose."""
    without = (
        point("humidity", "%RH"), point("combustible_gas", "ppm"), point("toxic_gas", "ppm"),
        point("oxygen", "ppm"), point("temperature", "Cel"), point("pressure", "kPa"), BARE,
    )  # fmt: skip
    found = [propose(each) for each in without]
    found.append(propose(point("pressure", "kPa"), Plant(90.0, 100.0)))
    return sorted({each.reason for each in found if isinstance(each, NoTemplate)})


def refusals() -> list[str]:
    """Why a rule is not put in force."""
    return sorted({*_sets(), *_detectors(), *_laxer()})


def _limit(condition: str, limit: float, grade: int) -> Rule:
    body = NewRule(
        enterprise="acme", tag="X-1", condition=Condition(condition), limit=limit, grade=grade
    )
    return rule_of(body, f"r{condition}", 1, "li", 0)


def _sets() -> Iterator[str]:
    high, highest = _limit("H", 80, 3), _limit("HH", 90, 2)
    for new, standing in (
        (_limit("HH", 70, 2), high),
        (_limit("H", 95, 3), highest),
        (_limit("HH", 90, 4), high),
        (_limit("H", 80, 1), highest),
    ):
        found = contradiction(new, [standing])
        assert found is not None
        yield found[1]


def _laxer() -> Iterator[str]:
    """What is laxer than the template: the limit, its delay, its grade, a unit nobody can read,
    and a limit that goes."""
    gas = point("combustible_gas", "%LEL", substance="CH4")
    odd = point("toxic_gas", "%", substance="Cl2")
    for one, terms in (
        (gas, Terms(Condition.HH, 60.0, 0.0, 1)),
        (gas, Terms(Condition.HH, 50.0, 3600.0, 1)),
        (gas, Terms(Condition.HH, 50.0, 0.0, 4)),
        (odd, Terms(Condition.HH, 50.0, 0.0, 1)),
    ):
        yield _refused(partial(check_reason, one, terms, None))
    for one in (gas, odd):
        yield _refused(partial(check_removal, one, Condition.HH, None))


def _refused(look: Callable[[], None]) -> str:
    try:
        look()
    except Problem as refused:
        return refused.detail.removeprefix("reason: ")
    raise AssertionError("what is laxer than the template was taken")


_BAD: tuple[tuple[DetectorKind, tuple[Point, ...], Mapping[str, Scalar]], ...] = (
    (DetectorKind.RATE, (LEVEL,), {"limit_per_min": 1.0, "deadband_per_min": 2.0}),
    (DetectorKind.RATE, (VALVE,), {"limit_per_min": 1.0}),
    (DetectorKind.STATE, (LEVEL,), {"states": "open"}),
    (DetectorKind.STATE, (VALVE,), {"states": "ajar"}),
    (DetectorKind.STATE, (VALVE,), {"states": "closed,open,moving,fault"}),
    (DetectorKind.STUCK, (LEVEL,), {"span_s": 60.0, "witness_moves": 1.0}),
    (DetectorKind.SIGNAL_BAND, (BARE,), {}),
    (DetectorKind.SIGNAL_BAND, (BARE,), {"span_low": 2.0, "span_high": 1.0}),
    (DetectorKind.VOTING, (LEVEL, BARE), {"needed": 3, "limit": 5.0}),
    (DetectorKind.VOTING, (LEVEL, OTHER), {"needed": 2, "limit": 5.0}),
    (DetectorKind.VOTING, (LEVEL,), {"needed": 2, "limit": 5.0}),
    (DetectorKind.DEVIATION, (LEVEL,), {"limit": 5.0}),
    (
        DetectorKind.COUNT,
        (VALVE,),
        {"needed": 3, "span_s": 60.0, "states": "open", "deadband": 1.0},
    ),
)


def _detectors() -> Iterator[str]:
    for kind, points, parameters in _BAD:
        try:
            validated(kind, {each.tag: each for each in points}, parameters, 3, watch)
        except BadRule as refused:
            yield refused.text
        else:
            raise AssertionError(f"{kind} was taken with {parameters}")
