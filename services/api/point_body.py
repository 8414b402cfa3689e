"""The bodies that describe a point."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from services.api.day import Day
from services.api.derived_field import unfit_of_derived
from services.api.text import Code, Name, Number, Reason, Tag, Unit
from services.domain.medium import unknown
from services.domain.point import PointKind, Reporting
from services.domain.point_file import Criticality
from services.domain.unit import beyond_nature, misfit

T = TypeVar("T")
Period = Annotated[Number, Field(ge=0.01, le=86_400, description="Seconds between two readings")]
MOST = 1e12
"""No instrument's range goes further, in no unit of the list."""
RangeEnd = Annotated[Number, Field(ge=-MOST, le=MOST, description="In the unit of the point")]
Medium = Annotated[
    Name,
    Field(
        description="A name or formula of the gas library, a name of Table 1 of GB 18218-2018, or "
        "a CAS number",
        examples=["74-82-8"],
    ),
]
Longitude = Annotated[Number, Field(ge=-180, le=180, description="Degrees, WGS 84")]
Equipment = Annotated[Name, Field(description="The piece of equipment that it is of")]
Latitude = Annotated[Number, Field(ge=-90, le=90, description="Degrees, WGS 84")]
Height = Annotated[Number, Field(ge=-1000, le=1000, description="Metres above the ground")]
Due = Annotated[
    Day, Field(description="From this day on (Asia/Shanghai) it is due, and an alarm of grade 4")
]
Coordinates = Literal["wgs84", "gcj02"]
DUES = (("calibrated_on", "calibration_due_on"), ("bump_tested_on", "bump_test_due_on"))
"""When something was done, and when it is due again."""


class PointName(BaseModel):
    """Whose a point is, and what it is called in messages."""

    enterprise: Code
    tag: Tag


class PointDescription(BaseModel):
    """What a point measures, where, and in which unit. Ranges are in `unit`."""

    model_config = ConfigDict(extra="forbid")
    kind: PointKind
    unit: Unit
    range_low: RangeEnd | None = None
    range_high: RangeEnd | None = None
    substance: Medium | None = None
    hazard_source: Code | None = None
    equipment: Equipment | None = None
    gateway: Code | None = None
    name: Name | None = None
    name_en: Name | None = None
    lon: Longitude | None = None
    lat: Latitude | None = Field(default=None, validate_default=True)
    height_m: Height | None = None
    criticality: Criticality | None = None
    period_s: Period | None = None
    reporting: Reporting = Reporting.PERIODIC
    calibrated_on: Day | None = None
    calibration_due_on: Due | None = None
    bump_tested_on: Day | None = None
    bump_test_due_on: Due | None = None

    @field_validator("unit")
    @classmethod
    def _unit(cls, unit: str, info: ValidationInfo) -> str:
        return _unless(unit, _unfit(info.data.get("kind"), unit))

    @field_validator("range_low", "range_high")
    @classmethod
    def _natural(cls, end: float | None, info: ValidationInfo) -> float | None:
        wrong = beyond_nature(info.data.get("unit", ""), end, end)
        return _unless(end, wrong.get(info.field_name or ""))

    @field_validator("substance")
    @classmethod
    def _known(cls, substance: str | None) -> str | None:
        return _unless(substance, None if substance is None else unknown(substance))

    @field_validator("lat")
    @classmethod
    def _whole_position(cls, lat: float | None, info: ValidationInfo) -> float | None:
        # A longitude that was refused itself is not there to be missed.
        return lat if "lon" not in info.data else _unless(lat, _half(info.data["lon"], lat))

    @field_validator("calibration_due_on", "bump_test_due_on")
    @classmethod
    def _due(cls, due: date | None, info: ValidationInfo) -> date | None:
        done = next(done for done, name in DUES if name == info.field_name)
        return _unless(due, _too_soon(done, info.data.get(done), due))

    @field_validator("range_high")
    @classmethod
    def _ranges(cls, high: float | None, info: ValidationInfo) -> float | None:
        upside_down = _upside_down(info.data.get("range_low"), high)
        return _unless(high, "it must be above range_low" if upside_down else None)

    def columns(self) -> dict[str, object]:
        """By the columns of the table, but for the number."""
        return self.model_dump(mode="json") | {"converted_from": None}


class NewPoint(PointDescription, PointName):
    """A point to register. Ranges are in `unit`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "tag": "GT-101",
                    "kind": "combustible_gas",
                    "unit": "%LEL",
                    "range_low": 0,
                    "range_high": 100,
                }
            ]
        },
    )


Why = Annotated[
    Reason | None,
    Field(
        description="Needed of an enterprise, and where a limit in force would be laxer than the "
        "standard's template; kept with the change, regulators see it"
    ),
]


class PointToRegister(NewPoint):
    """A point to register, and why."""

    reason: Why = None


class PointChange(BaseModel):
    """What changes of a point; whatever is not named stays, null empties."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[
        PointKind,
        Field(description="Only while no reading of it is stored and no rule of it is in force"),
    ] = PointKind.ANALOG
    unit: Unit = Field(default="")
    range_low: RangeEnd | None = None
    range_high: RangeEnd | None = None
    substance: Medium | None = None
    hazard_source: Code | None = None
    equipment: Equipment | None = None
    gateway: Code | None = None
    name: Name | None = None
    name_en: Name | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    height_m: Height | None = None
    criticality: Criticality | None = None
    period_s: Period | None = None
    reporting: Reporting = Reporting.PERIODIC
    calibrated_on: Day | None = None
    calibration_due_on: Due | None = None
    bump_tested_on: Day | None = None
    bump_test_due_on: Due | None = None
    reason: Why = None

    def columns(self) -> dict[str, Any]:
        """What is named, by the columns of the table."""
        return self.model_dump(exclude={"reason"}, exclude_unset=True)


def unfit_together(columns: Mapping[str, Any], changed: set[str]) -> dict[str, str]:
    """What does not fit together after a change, by field: of the rules that the changed fields are
    in; what stood before is not held against it."""
    wrong: dict[str, str | None] = {}
    if changed & {"kind", "unit"}:
        wrong["unit"] = _unfit(PointKind(columns["kind"]), columns["unit"])
    if changed & {"range_low", "range_high"} and _upside_down(
        columns["range_low"], columns["range_high"]
    ):
        wrong["range_low"] = "it must be below range_high"
    if changed & {"unit", "range_low", "range_high"}:
        wrong |= beyond_nature(columns["unit"], columns["range_low"], columns["range_high"])
    if "substance" in changed and columns["substance"] is not None:
        wrong["substance"] = unknown(columns["substance"])
    if changed & {"lon", "lat"}:
        wrong["lat"] = _half(columns["lon"], columns["lat"])
    for done, due in DUES:
        if changed & {done, due}:
            wrong[due] = _too_soon(done, columns[done], columns[due])
    if columns.get("formula") is not None:
        wrong |= unfit_of_derived(columns)
    return {name: told for name, told in wrong.items() if told is not None}


def _unless(value: T, told: str | None) -> T:
    if told is not None:
        raise ValueError(told)
    return value


def _unfit(kind: PointKind | None, unit: str) -> str | None:
    return None if kind is None else misfit(kind, unit)


def _half(lon: object, lat: object) -> str | None:
    return None if (lon is None) == (lat is None) else "lon and lat go together: send both"


def _too_soon(done_name: str, done: date | None, due: date | None) -> str | None:
    late = done is not None and due is not None and due <= done
    return f"it must be after {done_name}" if late else None


def _upside_down(low: object, high: object) -> bool:
    return isinstance(low, float | int) and isinstance(high, float | int) and low >= high
