"""What a gateway makes of good values before it writes them: its clock, its units, its tags."""

import math
from collections.abc import Collection, Mapping, Sequence
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

_OTHER_UNIT: dict[str, tuple[float, float, str]] = {
    "kPa(g)": (0.001, 0.0, "MPa"),
    "Cel": (1.8, 32.0, "[degF]"),
    "%": (0.01, 0.0, "1"),
    "%LEL": (0.01, 0.0, "1"),
    "%RH": (0.01, 0.0, "1"),
    "vol%": (10_000.0, 0.0, "ppm"),
    "mg/m3": (1_000.0, 0.0, "ug/m3"),
    "t/h": (1_000.0, 0.0, "kg/h"),
    "kg/h": (0.001, 0.0, "t/h"),
    "m/s": (3.6, 0.0, "km/h"),
    "deg": (math.pi / 180, 0.0, "rad"),
}
ELSE = (1_000.0, 0.0, "")
"""Factor, offset, and the other unit; empty: nobody knows its name."""


def in_another_unit(value: float, unit: str) -> float:
    """The number that a gateway sends which was set up for another unit of the same quantity."""
    factor, offset, _ = _OTHER_UNIT.get(unit, ELSE)
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
        others: set[str] = set()
        for cause in causes:
            if isinstance(cause, WrongUnit):
                changed = self._others(values, cause.tags)
                values |= {
                    tag: in_another_unit(value, self._units.get(tag, ""))
                    for tag, value in changed.items()
                }
                others |= changed.keys()
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
        spoilt = replace(message, ts_ms=ts_ms, values=values, broken=broken)
        return replace(spoilt, units=self._said_in(values, others), contrary=frozenset(others)), (
            refusable
        )

    def _others(self, values: Mapping[str, Value], tags: Sequence[str]) -> dict[str, float]:
        """The numbers that a cause gives another unit."""
        return {
            tag: value
            for tag, value in values.items()
            if isinstance(value, float) and matches(tags, f"{self._enterprise}/{tag}")
        }

    def _said_in(self, values: Mapping[str, Value], others: Collection[str]) -> dict[str, str]:
        """In which unit each number is."""
        units = {
            tag: _OTHER_UNIT.get(unit, ELSE)[2] if tag in others else unit
            for tag, unit in self._units.items()
            if isinstance(values.get(tag), float)
        }
        return {tag: unit for tag, unit in units.items() if unit}

    def _struck(self, values: Mapping[str, Value]) -> str | None:
        numbers = [tag for tag, value in values.items() if isinstance(value, float)]
        return self._rng.choice(numbers) if numbers else None
