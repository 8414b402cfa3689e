"""Scenarios: causes on a time line, not values. YAML, checked when read."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from device_sim.physics.weather import Climate

LIBRARY = Path(__file__).parent.parent / "scenarios"

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class BadScenario(Exception):
    """No such scenario, or one that makes no sense; the text says it in one sentence."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeakCause(_Strict):
    """Something lets go at a leak point that a plant names.

    ``at_s``: seconds from the scenario's start; ``every_s``: again after each so many
    seconds; ``rate_kg_s``: seconds since the leak began → kg/s, straight lines between.
    """

    cause: Literal["leak"]
    at: str
    at_s: Seconds
    every_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    rate_kg_s: Annotated[tuple[tuple[Seconds, Rate], ...], Field(min_length=1)]


class ClimateSpec(_Strict):
    """Means of the weather; units as in ``physics.weather.Climate``."""

    wind_mps: Annotated[float, Field(ge=0.5, le=20)] = 2.5
    wind_from_deg: Annotated[float, Field(ge=0, le=360)] = 45.0
    temperature_c: Annotated[float, Field(ge=-30, le=45)] = 22.0
    humidity_pct: Annotated[float, Field(ge=10, le=99)] = 60.0
    swing_c: Annotated[float, Field(ge=0, le=15)] = 4.0
    stability: Literal["A", "B", "C", "D", "E", "F"] = "B"

    def climate(self) -> Climate:
        """The same for the physics."""
        return Climate(**self.model_dump())


class Scenario(_Strict):
    """``start``: the virtual clock's begin where nothing is sent; ``duration_s``: its length."""

    name: str
    title: str
    title_en: str
    park: str = "sample"
    start: AwareDatetime
    duration_s: Annotated[int, Field(gt=0, le=31 * 86_400)]
    weather: ClimateSpec = ClimateSpec()
    timeline: tuple[LeakCause, ...] = ()

    @property
    def start_ms(self) -> int:
        """Epoch milliseconds of ``start``."""
        return round(self.start.timestamp() * 1000)


def load(name: str) -> Scenario:
    """A scenario of the library by its name, or a YAML file by its path.

    Raises ``BadScenario``.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        path = LIBRARY / f"{name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in LIBRARY.glob("*.yaml")))
        raise BadScenario(
            f"No scenario {name} ({error.strerror}); the library has {known}."
        ) from error
    try:
        return Scenario.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadScenario(f"{path}: not YAML ({' '.join(str(error).split())}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadScenario(f"{path}: {where}: {first['msg']}.") from error
