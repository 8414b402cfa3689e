"""What a gateway makes of good values before it writes them: its clock, its units, its tags."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from device_sim.fleet.timeline import matches
from device_sim.fleet.way_cause import (
    ClockSkew,
    ClockStep,
    NotANumber,
    UnknownTag,
    WayCause,
    WrongUnit,
)
from device_sim.message import Message, Value

_OTHER_UNIT: dict[str, tuple[float, float]] = {
    "kPa(g)": (0.001, 0.0),  # MPa
    "Cel": (1.8, 32.0),  # °F
    "%": (0.01, 0.0),
    "%LEL": (0.01, 0.0),
    "%RH": (0.01, 0.0),
    "vol%": (10_000.0, 0.0),  # ppm
    "mg/m3": (1_000.0, 0.0),  # µg/m³
    "t/h": (1_000.0, 0.0),  # kg/h
    "kg/h": (0.001, 0.0),  # t/h
    "m/s": (3.6, 0.0),  # km/h
    "deg": (math.pi / 180, 0.0),  # rad
}
ELSE = (1_000.0, 0.0)


def in_another_unit(value: float, unit: str) -> float:
    """The number that a gateway sends which was set up for another unit of the same quantity."""
    factor, offset = _OTHER_UNIT.get(unit, ELSE)
    return round(value * factor + offset, 6)


def clock_error_ms(causes: Sequence[WayCause], elapsed_s: float) -> int:
    """By how much a clock is wrong, ms; ahead is positive."""
    wrong_s = 0.0
    for cause in causes:
        if isinstance(cause, ClockStep):
            wrong_s += cause.by_s
        elif isinstance(cause, ClockSkew):
            wrong_s += cause.s_per_h * (elapsed_s - cause.at_s) / 3_600
    return round(wrong_s * 1000)


class Spoiling:
    """Of one gateway, named ``enterprise``; ``units``: of its points, by tag."""

    def __init__(self, enterprise: str, units: Mapping[str, str], rng: Random) -> None:
        self._enterprise, self._units, self._rng = enterprise, units, rng

    def spoil(
        self, message: Message, causes: Sequence[WayCause], elapsed_s: float
    ) -> tuple[Message, dict[str, str]]:
        """The message as it is sent, and why which of its values cannot be used."""
        refusable: dict[str, str] = {}
        values, broken = dict(message.values), False
        for cause in causes:
            if isinstance(cause, WrongUnit):
                values = self._converted(values, cause.tags)
            elif isinstance(cause, UnknownTag):
                values[cause.tag] = 1.0
                refusable[cause.tag] = "unknown_tag"
            elif isinstance(cause, NotANumber) and self._rng.random() < cause.share:
                tag = self._struck(values)
                if tag is not None:
                    values[tag], broken = math.nan, True
                    refusable[tag] = "nan"
        error_ms = clock_error_ms(causes, elapsed_s)
        ts_ms = message.ts_ms + error_ms
        return replace(message, ts_ms=ts_ms, values=values, broken=broken), refusable

    def _converted(self, values: dict[str, Value], tags: Sequence[str]) -> dict[str, Value]:
        return {
            tag: in_another_unit(value, self._units.get(tag, ""))
            if isinstance(value, float) and matches(tags, f"{self._enterprise}/{tag}")
            else value
            for tag, value in values.items()
        }

    def _struck(self, values: Mapping[str, Value]) -> str | None:
        numbers = [tag for tag, value in values.items() if isinstance(value, float)]
        return self._rng.choice(numbers) if numbers else None
