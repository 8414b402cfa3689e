"""What the register keeps of a point beside what it is judged by: where, how grave, tested when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.domain.place import Polygon, Position

FENCE_M = 1.0
"""So far outside of its enterprise's area a point is still on its fence: six decimals of a degree
are a tenth of a metre, and a fence has a width."""


class Criticality(StrEnum):
    """How much depends on a point."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class PointFile:
    """`height_m` above the ground in metres; `converted_from`: the coordinates that its position
    was given in, None for WGS 84; days by the calendar of the park."""

    height_m: float | None = None
    criticality: str | None = None
    converted_from: str | None = None
    calibrated_on: date | None = None
    calibration_due_on: date | None = None
    bump_tested_on: date | None = None
    bump_test_due_on: date | None = None


def outside(area: Polygon, position: Position) -> float | None:
    """How many metres a position lies outside of an area; None where it is in it or on its fence."""
    away = area.distance(position)
    return None if away <= FENCE_M else away
