"""A point: one thing that is measured, with its kind, unit, range and closed list of states."""

from dataclasses import dataclass
from enum import StrEnum

from services.domain.drill import is_twin
from services.domain.formula import Formula
from services.domain.maintenance import Maintenance


class PointKind(StrEnum):
    """What a point measures; the names are those of the contract."""

    COMBUSTIBLE_GAS = "combustible_gas"
    TOXIC_GAS = "toxic_gas"
    OXYGEN = "oxygen"
    TEMPERATURE = "temperature"
    PRESSURE = "pressure"
    LEVEL = "level"
    FLOW = "flow"
    WIND_SPEED = "wind_speed"
    WIND_DIRECTION = "wind_direction"
    HUMIDITY = "humidity"
    FIRE = "fire"
    SMOKE = "smoke"
    INTERLOCK = "interlock"
    VALVE = "valve"
    SWITCH = "switch"
    ANALOG = "analog"


class Reporting(StrEnum):
    """How a point reports: at a fixed period, or only when something changes."""

    PERIODIC = "periodic"
    ON_CHANGE = "on_change"


STATES: dict[PointKind, tuple[str, ...]] = {
    PointKind.FIRE: ("normal", "alarm", "fault"),
    PointKind.SMOKE: ("normal", "alarm", "fault"),
    PointKind.INTERLOCK: (
        "in_service",
        "tripped",
        "reset_pending",
        "bypass_maintenance",
        "bypass_operational",
        "removed",
        "fault",
        "proof_test",
    ),
    PointKind.VALVE: ("closed", "open", "moving", "fault"),
    PointKind.SWITCH: ("off", "on", "fault"),
}
"""The closed list of states of each state kind; a state is stored as its index. Append only."""

BOOLEANS: dict[PointKind, tuple[str, str]] = {
    PointKind.FIRE: ("normal", "alarm"),
    PointKind.SMOKE: ("normal", "alarm"),
    PointKind.INTERLOCK: ("in_service", "tripped"),
    PointKind.VALVE: ("closed", "open"),
    PointKind.SWITCH: ("off", "on"),
}
"""What false and true mean for each state kind."""


class UnfitValue(ValueError):
    """A value that this kind of point cannot take; the text says why and what would fit."""


@dataclass(frozen=True, slots=True)
class Point:
    """A registered point. `range_low` and `range_high` are in `unit`; `period_s` in seconds."""

    id: int
    enterprise: str
    tag: str
    kind: PointKind
    unit: str
    range_low: float | None = None
    range_high: float | None = None
    gateway: str | None = None
    hazard_source: str | None = None
    substance: str | None = None
    name: str | None = None
    name_en: str | None = None
    period_s: float | None = None
    reporting: Reporting = Reporting.PERIODIC
    exercise: tuple[int, int] | None = None
    """While it is under test (judging times, epoch ms, the end not included): what it raises then
    is an exercise."""
    maintenance: Maintenance | None = None
    """The calibration or bump test that it is in, or was in last."""
    formula: Formula | None = None
    """Of a derived point: what we compute it from. No gateway sends it, and it has no period."""

    def in_exercise(self, at: int) -> bool:
        """Whether it is under test at a judging time, or only there for a drill."""
        if is_twin(self.enterprise):
            return True
        return self.exercise is not None and self.exercise[0] <= at < self.exercise[1]

    def under_test(self, at: int) -> bool:
        """Whether what it says at a judging time may be made by whoever works on it."""
        return self.in_exercise(at) or (self.maintenance is not None and self.maintenance.is_on(at))

    @property
    def has_states(self) -> bool:
        """Whether its values are names of a closed list, not quantities."""
        return self.kind in STATES

    def out_of_range(self, value: float) -> bool:
        """Outside what its range says it can measure: flagged, judged all the same."""
        low, high = self.range_low, self.range_high
        return (low is not None and value < low) or (high is not None and value > high)

    def accept(self, value: float | bool | str) -> float:
        """The value as it is stored: the number, or the code of the state.

        Raises UnfitValue for a boolean or a name where a number belongs, and for a number or
        a name that is not in the closed list where a state belongs.
        """
        states = STATES.get(self.kind)
        if states is None:
            if isinstance(value, bool | str):
                raise UnfitValue(f"{self.kind} takes a number, not {value!r}")
            return float(value)
        if isinstance(value, bool):
            return float(states.index(BOOLEANS[self.kind][value]))
        if isinstance(value, str) and value in states:
            return float(states.index(value))
        raise UnfitValue(f"{self.kind} takes true, false or one of {', '.join(states)}")

    def present(self, stored: float | None) -> float | str | None:
        """The stored value as outsiders see it: the number, or the name of the state."""
        states = STATES.get(self.kind)
        if stored is None or states is None:
            return stored
        code = int(stored)
        return states[code] if 0 <= code < len(states) else None
