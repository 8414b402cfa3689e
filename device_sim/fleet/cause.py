"""The causes that a scenario's time line may hold: what happens to things, never what is shown.

Every cause has ``at_s``, seconds from the scenario's start; most have ``until_s``, where it is
over (left out: it stays). Tags and gateways are named with their enterprise (``E001/GT-101``);
``*`` and ``?`` stand for any characters.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from device_sim.physics.ailment import PROCEDURES, SIZED, Kind

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=140)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]


class Strict(BaseModel):
    """Unknown fields are mistakes, and what was read stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Strict):
    """From ``at_s`` until ``until_s``; ``None``: to the end."""

    at_s: Seconds
    until_s: Positive | None = None

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.until_s is not None and self.until_s <= self.at_s:
            raise ValueError(f"until_s ({self.until_s:g}) must be after at_s ({self.at_s:g})")
        return self

    def holds(self, elapsed_s: float) -> bool:
        """Whether it is the case at this second."""
        return self.at_s <= elapsed_s and (self.until_s is None or elapsed_s < self.until_s)


class LeakCause(Strict):
    """Something lets go at a leak point that a plant names.

    Exactly one of ``rate_kg_s`` (seconds since the leak began → kg/s, straight lines between),
    ``hole_mm`` (round hole; the rate follows from the pressure behind it) and ``pool_m2`` (a
    pool that evaporates). ``every_s``: again after each so many seconds, one at least.
    """

    cause: Literal["leak"]
    at: Name
    at_s: Seconds
    every_s: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    rate_kg_s: Annotated[tuple[tuple[Seconds, Rate], ...], Field(min_length=1)] | None = None
    hole_mm: Annotated[float, Field(gt=0, le=300)] | None = None
    pool_m2: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        given = [each for each in (self.rate_kg_s, self.hole_mm, self.pool_m2) if each is not None]
        if len(given) != 1:
            raise ValueError("a leak needs exactly one of rate_kg_s, hole_mm and pool_m2")
        times = [at for at, _ in self.rate_kg_s or ()]
        if times != sorted(set(times)):
            raise ValueError("rate_kg_s must go forward in time")
        return self


class BurstCause(Strict):
    """``mass_kg`` is set free at once at a leak point, and drifts as a puff."""

    cause: Literal["burst"]
    at: Name
    at_s: Seconds
    mass_kg: Annotated[float, Field(gt=0, le=1e6)]


class EquipmentCause(Span):
    """A lever that a plant names is set ``to`` a value, over ``over_s`` seconds; then it is as
    it was."""

    cause: Literal["equipment"]
    at: Name
    to: Number
    over_s: Seconds = 0.0


class InterlockCause(Span):
    """People or a defect put an interlock into a state; ``tripped``: by hand."""

    cause: Literal["interlock"]
    tag: Name
    to: Literal[
        "bypass_maintenance", "bypass_operational", "removed", "fault", "proof_test", "tripped"
    ]


class InstrumentCause(Span):
    """What ails instruments; ``size`` as ``physics.ailment.Ailment`` has it for each kind."""

    cause: Literal["instrument"]
    tags: Names
    kind: Kind
    size: Number | None = None

    @model_validator(mode="after")
    def _is_sized(self) -> Self:
        if self.kind in SIZED and self.size is None:
            raise ValueError(f"{self.kind} needs a size")
        if self.kind is Kind.POISONED and not 0 <= (self.size or 0) <= 1:
            raise ValueError("the size of poisoned is the share that is left, 0 to 1")
        if self.kind in PROCEDURES and self.until_s is None:
            raise ValueError(f"{self.kind} needs until_s")
        return self


class PowerCause(Span):
    """An enterprise has no power: drives stand still, interlocks trip, gateways are dead; with
    the power they start anew and their detectors are cold."""

    cause: Literal["power"]
    enterprise: Name
    until_s: Positive


class WeatherCause(Strict):
    """From then on the weather's means are these; what is left out stays."""

    cause: Literal["weather"]
    at_s: Seconds
    wind_mps: Annotated[float, Field(ge=0.5, le=40)] | None = None
    wind_from_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    temperature_c: Annotated[float, Field(ge=-30, le=45)] | None = None
    humidity_pct: Annotated[float, Field(ge=10, le=99)] | None = None
    stability: Literal["A", "B", "C", "D", "E", "F", "auto"] | None = None
