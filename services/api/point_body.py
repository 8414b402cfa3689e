"""The bodies that describe a point."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.api.problem import Kind, Problem
from services.api.text import Code, Name, Number, Tag, Unit
from services.domain.point import PointKind, Reporting

Period = Annotated[Number, Field(gt=0, le=86_400, description="Seconds between two readings")]
Longitude = Annotated[Number, Field(ge=-180, le=180)]
Equipment = Annotated[Name, Field(description="The piece of equipment that it is of")]
Latitude = Annotated[Number, Field(ge=-90, le=90)]


class PointName(BaseModel):
    """Whose a point is, and what it is called in messages."""

    enterprise: Code
    tag: Tag


class PointDescription(BaseModel):
    """What a point measures, where, and in which unit. Ranges are in `unit`."""

    model_config = ConfigDict(extra="forbid")
    kind: PointKind
    unit: Unit
    range_low: Number | None = None
    range_high: Number | None = None
    substance: Name | None = None
    hazard_source: Code | None = None
    equipment: Equipment | None = None
    gateway: Code | None = None
    name: Name | None = None
    name_en: Name | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    period_s: Period | None = None
    reporting: Reporting = Reporting.PERIODIC

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        if _upside_down(self.range_low, self.range_high):
            raise ValueError("range_low must be below range_high")
        return self

    def columns(self) -> dict[str, object]:
        """By the columns of the table, but for the number."""
        return self.model_dump(mode="json")


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


class PointChange(BaseModel):
    """What changes of a point; whatever is not named stays, null empties."""

    model_config = ConfigDict(extra="forbid")
    kind: Annotated[
        PointKind,
        Field(description="Only while no reading of it is stored and no rule of it is in force"),
    ] = PointKind.ANALOG
    unit: Unit = Field(default="")
    range_low: Number | None = None
    range_high: Number | None = None
    substance: Name | None = None
    hazard_source: Code | None = None
    equipment: Equipment | None = None
    gateway: Code | None = None
    name: Name | None = None
    name_en: Name | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    period_s: Period | None = None
    reporting: Reporting = Reporting.PERIODIC


def check_ranges(low: object, high: object) -> None:
    """Refuse a range that is upside down after a change."""
    if _upside_down(low, high):
        raise Problem(Kind.INVALID, "range_low: it must be below range_high.")


def _upside_down(low: object, high: object) -> bool:
    return isinstance(low, float | int) and isinstance(high, float | int) and low >= high
