"""A point as its row in the register has it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from services.domain.formula import Formula
from services.domain.maintenance import Maintenance, MaintenanceKind
from services.domain.point import Point, PointKind, Reporting
from services.runtime.clock import to_ms


def point_of(row: Any) -> Point:
    """The point of a row by names that holds the columns of the table `point`."""
    return Point(
        id=row.id,
        enterprise=row.enterprise,
        tag=row.tag,
        kind=PointKind(row.kind),
        unit=row.unit,
        range_low=row.range_low,
        range_high=row.range_high,
        gateway=row.gateway,
        hazard_source=row.hazard_source,
        substance=row.substance,
        name=row.name,
        name_en=row.name_en,
        period_s=row.period_s,
        reporting=Reporting(row.reporting),
        exercise=_exercise(row),
        formula=formula_of(row.formula),
        maintenance=maintenance_of(row.maintenance),
    )


def maintenance_of(told: dict[str, Any] | None) -> Maintenance | None:
    """The calibration or bump test that the column holds."""
    if told is None:
        return None
    return Maintenance(**{**told, "kind": MaintenanceKind(told["kind"])})


def formula_of(told: dict[str, Any] | None) -> Formula | None:
    """The formula that the column holds."""
    if told is None:
        return None
    inputs = tuple((name, tag) for name, tag in told["inputs"])
    return Formula(told["expression"], inputs, told["periods"])


def point_from(columns: Mapping[str, Any]) -> Point:
    """The point that these columns make; of those that follow from no description (tests, formula)
    a missing one is empty."""
    empty = dict.fromkeys(("exercise_from", "exercise_until", "formula", "maintenance"))
    return point_of(SimpleNamespace(**{**empty, **columns}))


def _exercise(row: Any) -> tuple[int, int] | None:
    if row.exercise_from is None:
        return None
    return to_ms(row.exercise_from), to_ms(row.exercise_until)
