"""Scenarios: causes on a time line, not values. YAML, checked when read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PrivateAttr, ValidationError

from device_sim.fleet.cause import (
    BurstCause,
    EquipmentCause,
    InstrumentCause,
    InterlockCause,
    LeakCause,
    PowerCause,
    Strict,
    WeatherCause,
)
from device_sim.fleet.scenario_text import Lines, NotReadable, mistake, read
from device_sim.fleet.way_cause import (
    CertificateExpired,
    ClockSkew,
    ClockStep,
    Delay,
    Duplicate,
    Loss,
    NotANumber,
    Offline,
    Oversized,
    ReconnectStorm,
    Reorder,
    Truncate,
    UnknownTag,
    WrongUnit,
)
from device_sim.physics.stability import Ground
from device_sim.physics.weather import Climate

LIBRARY = Path(__file__).parent.parent / "scenarios"
MOST_CAUSES = 5_000

Cause = Annotated[
    LeakCause
    | BurstCause
    | EquipmentCause
    | InterlockCause
    | InstrumentCause
    | PowerCause
    | WeatherCause
    | Loss
    | Duplicate
    | Reorder
    | Delay
    | ClockStep
    | ClockSkew
    | Offline
    | CertificateExpired
    | ReconnectStorm
    | Truncate
    | Oversized
    | NotANumber
    | WrongUnit
    | UnknownTag,
    Field(discriminator="cause"),
]


class BadScenario(Exception):
    """No such scenario, or one that makes no sense: a sentence for each mistake, a line each."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class ClimateSpec(Strict):
    """Means of the weather; units as in ``physics.weather.Climate``; stability ``auto``:
    Pasquill's class of the hour; ``ground``: open country, or among buildings."""

    wind_mps: Annotated[float, Field(ge=0.5, le=40)] = 2.5
    wind_from_deg: Annotated[float, Field(ge=0, le=360)] = 45.0
    temperature_c: Annotated[float, Field(ge=-30, le=45)] = 22.0
    humidity_pct: Annotated[float, Field(ge=10, le=99)] = 60.0
    swing_c: Annotated[float, Field(ge=0, le=15)] = 4.0
    stability: Literal["A", "B", "C", "D", "E", "F", "auto"] = "B"
    ground: Ground = Ground.OPEN

    def climate(self) -> Climate:
        """The same for the physics."""
        return Climate(**self.model_dump())


class Scenario(Strict):
    """``start``: the virtual clock's begin where nothing is sent; ``duration_s``: its length;
    ``exercise``: it is meant to be run as a drill, and its truth says so."""

    name: str
    title: str
    title_en: str
    park: str = "sample"
    start: AwareDatetime
    duration_s: Annotated[int, Field(gt=0, le=31 * 86_400)]
    exercise: bool = False
    weather: ClimateSpec = ClimateSpec()
    timeline: Annotated[tuple[Cause, ...], Field(max_length=MOST_CAUSES)] = ()
    _lines: Lines = PrivateAttr(default_factory=Lines)

    @property
    def start_ms(self) -> int:
        """Epoch milliseconds of ``start``."""
        return round(self.start.timestamp() * 1000)

    def refuse(self, found: Iterable[tuple[int, str, str]]) -> None:
        """Raise ``BadScenario`` if there is any mistake: place on the time line, field, sentence."""
        mistakes = [
            self._lines.sentence(("timeline", place, field), f"timeline {place + 1}: {text}")
            for place, field, text in found
        ]
        if mistakes:
            raise BadScenario(*mistakes)

    def stood_in(self, lines: Lines) -> None:
        """Remember where it was read from."""
        self._lines = lines


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
    except UnicodeDecodeError as error:
        raise BadScenario(f"{path}: not UTF-8 (byte {error.start}).") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Scenario:
    """A scenario's text; ``name`` is what mistakes are told of. Raises ``BadScenario``."""
    try:
        data, lines = read(text, name)
    except NotReadable as error:
        raise BadScenario(str(error)) from error
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise BadScenario(*(mistake(each, lines) for each in error.errors())) from error
    scenario.stood_in(lines)
    scenario.refuse(_after_its_end(scenario))
    return scenario


def _after_its_end(scenario: Scenario) -> Iterable[tuple[int, str, str]]:
    for place, cause in enumerate(scenario.timeline):
        if cause.at_s >= scenario.duration_s:
            text = f"at_s ({cause.at_s:g}) is after the scenario's end ({scenario.duration_s})"
            yield place, "at_s", text
