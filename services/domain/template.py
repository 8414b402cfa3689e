"""Rule templates: what the standards say of a kind of point, as limits in the point's own unit.

A template applies itself to nothing: somebody chooses it. Each limit names its source and the
basis it rests on; what is our choice (grades, some delays) says so. Numbers that no source
confirms are marked, so that nobody takes them for law.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.domain.concentration import (
    NotConvertible,
    Reference,
    Unit,
    convert,
    leading_oel,
    unit_of,
)
from services.domain.gas import Figure, Gas, Trust
from services.domain.gas_table import find_gas
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.unit import ucum_of

GAS_STANDARD = "GB/T 50493-2019"
TANK_STANDARD = "AQ 3035/3036-2010"
DEADBANDS = "ISA-18.2 practice: share of span"
OUR_CHOICE = "Parkwatch"

RED, ORANGE, YELLOW = 1, 2, 3

EXACT = 1e-9
"""The share of a limit that a conversion's rounding may cost."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A limit that a template proposes: in the point's unit, delays in seconds."""

    condition: Condition
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float
    latch: bool
    source: str
    basis: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Plant:
    """What only the plant knows: its normal upper limit and design pressure, in the point's
    unit (None: not told)."""

    normal_high: float | None = None
    design_pressure: float | None = None


@dataclass(frozen=True, slots=True)
class NoTemplate:
    """Why there is nothing to propose, in a sentence that says what to do. `unread`: the standard
    has limits for the point, but nobody can give them in its unit."""

    reason: str
    unread: bool = False


Proposal = tuple[Proposed, ...] | NoTemplate


def propose(
    point: Point, plant: Plant | None = None, reference: Reference | None = None
) -> Proposal:
    """The limits that the standards' template gives a point, or why there are none.

    `reference`: temperature and whose LEL and OEL; by default 20 degrees, IEC and the annex.
    """
    make = _TEMPLATES.get(point.kind)
    if make is None:
        return NoTemplate(f"There is no template for points of kind {point.kind}: post rules.")
    return make(replace(point, unit=_spelt(point.unit)), plant or Plant(), reference)


_ALSO = {"m{LEL}": "LEL·m", "m/s": "m/s", "%": "%"}


def _spelt(unit: str) -> str:
    """The unit as the templates write it, however the point spells it; another stays."""
    return unit_of(unit) or _ALSO.get(ucum_of(unit) or "") or unit


def _combustible(point: Point, _plant: Plant, reference: Reference | None) -> Proposal:
    if point.unit == "LEL·m":
        return _ladder((1.0, 2.0), 0.1, "open path: 1 and 2 LEL·m", Trust.RESTATED)
    limits = (25.0, 50.0)
    basis = "25 and 50 %LEL"
    if point.unit == Unit.LEL_PERCENT:
        return _ladder(limits, 3.0, basis, Trust.RESTATED)
    gas = find_gas(point.substance or "")
    if gas is None or not gas.lel:
        return _no_gas(point, "LEL")
    used = reference or Reference.of(gas)
    whose = (used.lel or gas.lel[0]).source
    return _converted(point, gas, used, Unit.LEL_PERCENT, limits, 3.0, f"{basis}, LEL {whose}")


def _toxic(point: Point, _plant: Plant, reference: Reference | None) -> Proposal:
    if point.unit == Unit.OEL_PERCENT:
        return _ladder((100.0, 200.0), 10.0, "100 and 200 %OEL", Trust.RESTATED)
    gas = find_gas(point.substance or "")
    if gas is None:
        return _no_gas(point, "OEL")
    used = reference or Reference.of(gas)
    oel = used.oel or leading_oel(gas)
    if oel is not None and _within(point, gas, used):
        basis = f"100 and 200 %OEL, {oel.basis} {oel.value:g} mg/m3 ({oel.source})"
        return _converted(point, gas, used, Unit.OEL_PERCENT, (100.0, 200.0), 10.0, basis)
    return _by_idlh(point, gas, used)


def _within(point: Point, gas: Gas, reference: Reference) -> bool:
    """Whether the detector's range reaches 200 %OEL; if not, the standard falls back on IDLH."""
    if point.range_high is None:
        return True
    try:
        top = convert(200.0, Unit.OEL_PERCENT, Unit(point.unit), gas, reference)
    except (NotConvertible, ValueError):
        return False
    return top <= point.range_high


def _by_idlh(point: Point, gas: Gas, reference: Reference) -> Proposal:
    if not gas.idlh:
        return _no_gas(point, "OEL within the detector's range, and no IDLH")
    idlh = gas.idlh[0]
    try:
        whole = convert(idlh.value, Unit(idlh.unit), Unit(point.unit), gas, reference)
    except (NotConvertible, ValueError):
        return _no_unit(point)
    basis = f"5 and 10 % of IDLH {idlh.value:g} {idlh.unit} ({idlh.source})"
    return _ladder((whole * 0.05, whole * 0.10), whole * 0.005, basis, Trust.RESTATED)


_SHARES = {Unit.VOLUME_PERCENT: 1.0, "%": 1.0, Unit.PPM: 1e4, Unit.PPB: 1e7}
"""How many of a unit are one percent of the volume."""


def _oxygen(point: Point, _plant: Plant, _reference: Reference | None) -> Proposal:
    share = _SHARES.get(point.unit)
    if share is None:
        return _no_unit(point)
    basis = "deficiency 19.5 vol%, enrichment 23.5 vol%"
    first, second, band = (share * each for each in (19.5, 23.5, 0.3))
    low = _gas_limit(Condition.L, first, RED, band, basis, Trust.RESTATED)
    high = _gas_limit(Condition.H, second, ORANGE, band, basis, Trust.RESTATED)
    return low, high


def _temperature(point: Point, plant: Plant, _reference: Reference | None) -> Proposal:
    if plant.normal_high is None:
        return NoTemplate("Tell the upper limit of the normal working temperature: normal_high.")
    first, second = plant.normal_high, plant.normal_high * 1.25
    basis = "upper limit of normal working temperature, and 1.25 times it"
    return _process(point, (first, second), 0.01, 60.0, basis)


def _pressure(point: Point, plant: Plant, _reference: Reference | None) -> Proposal:
    if plant.normal_high is None or plant.design_pressure is None:
        return NoTemplate(
            "Tell the upper limit of the normal working pressure and the design pressure:"
            " normal_high, design_pressure."
        )
    if 0.8 * plant.design_pressure <= plant.normal_high:
        return NoTemplate("80 % of design_pressure must lie above normal_high: check both.")
    limits = (plant.normal_high, 0.8 * plant.design_pressure)
    basis = "upper limit of normal working pressure, and 80 % of the design pressure"
    return _process(point, limits, 0.02, 15.0, basis)


def _level(point: Point, _plant: Plant, _reference: Reference | None) -> Proposal:
    if point.range_low is None or point.range_high is None:
        return NoTemplate("Tell the point's range: range_low and range_high.")
    low, span = point.range_low, point.range_high - point.range_low
    basis = "10, 15, 85 and 90 % of the range: common presets, no clause"
    found = (
        (Condition.LL, 0.10, ORANGE),
        (Condition.L, 0.15, YELLOW),
        (Condition.H, 0.85, YELLOW),
        (Condition.HH, 0.90, ORANGE),
    )
    return tuple(
        Proposed(condition, low + share * span, grade, 0.05 * span, 60.0, 60.0, False,
                 TANK_STANDARD, basis, Trust.UNPROVED)
        for condition, share, grade in found
    )  # fmt: skip


def _wind(point: Point, _plant: Plant, _reference: Reference | None) -> Proposal:
    if point.unit != "m/s":
        return _no_unit(point)
    basis = "13.8 m/s, force 6"
    return (
        Proposed(Condition.H, 13.8, YELLOW, 0.5, 0.0, 60.0, False, TANK_STANDARD, basis,
                 Trust.UNPROVED),
    )  # fmt: skip


def _converted(
    point: Point,
    gas: Gas,
    reference: Reference,
    unit: Unit,
    limits: tuple[float, float],
    deadband: float,
    basis: str,
) -> Proposal:
    try:
        into = Unit(point.unit)
        first, second, band = (
            convert(each, unit, into, gas, reference) for each in (*limits, deadband)
        )
    except (NotConvertible, ValueError):
        return _no_unit(point)
    at = "" if into is unit else f", at {reference.temperature:g} degrees Celsius"
    return _ladder((first, second), band, basis + at, Trust.RESTATED)


def _ladder(limits: tuple[float, float], deadband: float, basis: str, trust: Trust) -> Proposal:
    """Level 1 orange, level 2 red (the grades are ours); no delay on the rise."""
    return (
        _gas_limit(Condition.H, limits[0], ORANGE, deadband, basis, trust),
        _gas_limit(Condition.HH, limits[1], RED, deadband, basis, trust),
    )


def _gas_limit(
    condition: Condition, limit: float, grade: int, deadband: float, basis: str, trust: Trust
) -> Proposed:
    """Gas alarms latch (GB 16808-2025): they stay until acknowledged after their return."""
    return Proposed(condition, limit, grade, deadband, 0.0, 30.0, True, GAS_STANDARD, basis, trust)


def _process(
    point: Point, limits: tuple[float, float], band: float, delay: float, basis: str
) -> Proposal:
    """H yellow and HH orange; the deadband a share of the span (of the limit without a range)."""
    span = limits[1]
    if point.range_low is not None and point.range_high is not None:
        span = point.range_high - point.range_low
    pairs = ((Condition.H, limits[0], YELLOW), (Condition.HH, limits[1], ORANGE))
    return tuple(
        Proposed(condition, limit, grade, abs(band * span), delay, delay, False, TANK_STANDARD,
                 basis, Trust.UNPROVED)
        for condition, limit, grade in pairs
    )  # fmt: skip


def _no_gas(point: Point, what: str) -> NoTemplate:
    named = point.substance or "no substance"
    return NoTemplate(f"The gas library has no {what} for {named}: name another or post rules.")


def _no_unit(point: Point) -> NoTemplate:
    told = f"The template's limits cannot be given in {point.unit}: post rules."
    return NoTemplate(told, unread=True)


_TEMPLATES: dict[PointKind, Callable[[Point, Plant, Reference | None], Proposal]] = {
    PointKind.COMBUSTIBLE_GAS: _combustible,
    PointKind.TOXIC_GAS: _toxic,
    PointKind.OXYGEN: _oxygen,
    PointKind.TEMPERATURE: _temperature,
    PointKind.PRESSURE: _pressure,
    PointKind.LEVEL: _level,
    PointKind.WIND_SPEED: _wind,
}


def is_laxer(condition: Condition, limit: float, template: Proposal) -> Figure | None:
    """The template's limit that a limit is laxer than; None: it is not, or there is none.

    A high limit is laxer above the template's, a low one below it, by more than the rounding of
    a conversion.
    """
    if isinstance(template, NoTemplate):
        return None
    for each in template:
        beyond = limit - each.limit if condition.value.startswith("H") else each.limit - limit
        if each.condition is condition and beyond > EXACT * abs(each.limit):
            return Figure(each.limit, "", f"{each.source}: {each.basis}", each.trust)
    return None
