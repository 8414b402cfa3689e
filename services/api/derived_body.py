"""Derived points as they are sent and shown over REST."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.api.derived_field import NO_SENSOR, OF_SENSORS, no_quantity
from services.api.point_body import NewPoint
from services.api.text import Number, Tag
from services.domain.formula import FEWEST_PERIODS, MOST_INPUTS, MOST_PERIODS, PERIODS, Formula
from services.domain.point import PointKind

MOST_DERIVED = 500
"""Derived points of one enterprise: each input that reads has them computed."""

Inputs = Annotated[
    dict[str, Tag],
    Field(
        min_length=1,
        max_length=MOST_INPUTS,
        description="Name in the expression (a to z, digits and _) to tag of a point of this "
        "enterprise",
        examples=[{"t1": "TI-101", "t2": "TI-102"}],
    ),
]
Periods = Annotated[
    Number,
    Field(
        ge=FEWEST_PERIODS,
        le=MOST_PERIODS,
        description="An input whose newest reading is older than so many of its periods (10 s at "
        "least; 300 s where it tells none) makes the point read bad; one that reports on change is "
        "never too old",
    ),
]


class FormulaBody(BaseModel):
    """What a derived point is computed from: `expression` in CEL over the newest values of `inputs`,
    answering a number in the unit of the point. A quantity is a double, a state its name. Its
    readings are dated by the newest of its inputs."""

    model_config = ConfigDict(extra="forbid")
    expression: Annotated[str, Field(min_length=1, max_length=1000, examples=["(t1 + t2) / 2.0"])]
    inputs: Inputs
    periods: Periods = PERIODS

    def formula(self) -> Formula:
        """As the engine knows it."""
        return Formula(self.expression, tuple(self.inputs.items()), self.periods)


class NewDerivedPoint(NewPoint):
    """A derived point to register: a point that no gateway carries, with its formula."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "tag": "TD-101",
                    "kind": "temperature",
                    "unit": "K",
                    "formula": {
                        "expression": "t1 - t2",
                        "inputs": {"t1": "TI-101", "t2": "TI-102"},
                    },
                }
            ]
        },
    )
    formula: FormulaBody

    @field_validator("kind")
    @classmethod
    def _quantity(cls, kind: PointKind) -> PointKind:
        told = no_quantity(kind)
        if told is not None:
            raise ValueError(told)
        return kind

    @field_validator(*OF_SENSORS)
    @classmethod
    def _no_sensor(cls, value: str | float | date | None) -> str | float | date | None:
        if value is not None:
            raise ValueError(NO_SENSOR)
        return value

    def columns(self) -> dict[str, object]:
        """By the columns of the table, but for the number and the formula."""
        columns = super().columns()
        del columns["formula"]
        return columns


class FormulaChange(FormulaBody):
    """Another formula for a derived point: all of it."""


@dataclass(frozen=True, slots=True)
class FormulaView:
    """What a derived point is computed from."""

    expression: str
    inputs: Mapping[str, str]
    periods: float


def formula_view(formula: Formula | None) -> FormulaView | None:
    """A formula as outsiders see it; None for a sensor."""
    if formula is None:
        return None
    return FormulaView(formula.expression, dict(formula.inputs), formula.periods)
