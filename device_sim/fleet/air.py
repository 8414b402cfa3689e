"""What is in the air: the leaks and clouds that are going on, and the gas at a place."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from device_sim.fleet.cause import BurstCause, LeakCause
from device_sim.physics.cross_sensitivity import shown_per_kg
from device_sim.physics.gas import ATMOSPHERE_KPA, Substance
from device_sim.physics.leak import Leak
from device_sim.physics.puff import Puff
from device_sim.physics.release import airborne_fraction, gas_kg_s, hole_m2, liquid_kg_s, pool_kg_s
from device_sim.physics.stack import SHUT, Discharge, Mouth, Stack
from device_sim.physics.trail import Place
from device_sim.physics.weather import Weather

KG_IN_MG = 1e6
OPENS_S = 1.0  # a hole is there at once, and is let grow for one step


@dataclass(frozen=True, slots=True)
class LeakPoint:
    """A place where a plant can let go, and of what.

    For holes: ``phase`` of what is behind it; ``gauge_kpa``: its pressure, ``None``: the vapour
    pressure of a liquefied gas at the air's temperature; ``heat_j_kg_k`` of the liquid, ``gamma``
    of the gas.
    """

    substance: Substance
    place: Place
    phase: Literal["liquid", "gas"] = "liquid"
    gauge_kpa: float | None = None
    heat_j_kg_k: float = 2_000.0
    gamma: float = 1.3

    def through(self, hole_mm: float, celsius: float) -> tuple[float, float]:
        """kg/s through a round hole, and the share of it that goes with the air."""
        gauge_kpa = self.gauge_kpa
        if gauge_kpa is None:
            gauge_kpa = max(0.0, self.substance.vapour_pressure_kpa(celsius) - ATMOSPHERE_KPA)
        area = hole_m2(hole_mm)
        if self.phase == "gas":
            return gas_kg_s(area, gauge_kpa, celsius, self.substance.molar_mass, self.gamma), 1.0
        rate = liquid_kg_s(area, self.substance.liquid_density(celsius), gauge_kpa)
        return rate, airborne_fraction(self.substance, celsius, self.heat_j_kg_k)


class Air:
    """Starts leaks and bursts when the time line says so, takes what reliefs let out, and answers
    detectors."""

    def __init__(
        self,
        timeline: Iterable[LeakCause | BurstCause],
        points: Mapping[str, LeakPoint],
        mouths: Mapping[str, Mouth] | None = None,
    ) -> None:
        self._points = points
        self._stacks = {name: Stack(mouth) for name, mouth in (mouths or {}).items()}
        self._due: list[tuple[float, LeakCause | BurstCause]] = [
            (cause.at_s, cause) for cause in timeline
        ]
        self._leaks: list[tuple[str, Leak]] = []
        self._puffs: list[Puff] = []
        self.released: dict[str, float] = {}
        """kg that each leak point and each relief has let go since the start."""

    def step(
        self,
        dt_s: float,
        elapsed_s: float,
        supply: Mapping[str, float],
        held: Mapping[str, float],
        weather: Weather,
        relieving: Mapping[str, Discharge] | None = None,
    ) -> dict[str, float]:
        """Let ``dt_s`` pass, to ``elapsed_s`` since the start; kg/s now leaving each point, and
        each relief.

        ``supply``: for each point how far its feed is open, 0 to 1; ``held``: kg behind it, more
        than any leak takes where it is not named. No more leaves than there is. ``relieving``:
        what each relief lets out; its vessel has lost that already.
        """
        left = dict(held)
        leaving = self._begin(dt_s, elapsed_s, left, weather)
        for at, leak in self._leaks:
            there = left.get(at, math.inf)
            rate = leak.step(dt_s, supply.get(at, 1.0), there)
            left[at] = max(0.0, there - rate * dt_s)
            leaving[at] = leaving.get(at, 0.0) + rate
        for puff in self._puffs:
            puff.step(dt_s, weather)
        leaving |= self._relieve(dt_s, relieving or {}, weather)
        for at, rate in leaving.items():
            self.released[at] = self.released.get(at, 0.0) + rate * dt_s
        self._leaks = [(at, leak) for at, leak in self._leaks if not leak.over]
        self._puffs = [puff for puff in self._puffs if not puff.over]
        return leaving

    def detected(self, substance: str, unit: str, place: Place, weather: Weather) -> float:
        """What a perfect detector for ``substance`` would show at ``place``, in its unit.

        A %LEL detector feels every combustible gas, a mg/m³ one its own and what its cell takes
        for its own.
        """
        clouds: list[Leak | Puff | Stack] = [leak for _, leak in self._leaks]
        clouds += self._puffs
        clouds += [stack for stack in self._stacks.values() if not stack.over]
        total = 0.0
        for cloud in clouds:
            if unit == "%LEL":
                total += cloud.substance.percent_lel(cloud.concentration(place, weather))
                continue
            felt = shown_per_kg(substance, cloud.substance.name)
            if felt != 0.0:
                total += felt * cloud.concentration(place, weather) * KG_IN_MG
        return total

    def _relieve(
        self, dt_s: float, relieving: Mapping[str, Discharge], weather: Weather
    ) -> dict[str, float]:
        """kg/s out of each relief that is open."""
        for at, stack in self._stacks.items():
            stack.step(dt_s, relieving.get(at, SHUT), weather)
        return {at: each.kg_s for at, each in relieving.items() if each.kg_s > 0.0}

    def _begin(
        self, dt_s: float, elapsed_s: float, left: dict[str, float], weather: Weather
    ) -> dict[str, float]:
        """Start what is due; kg/s of what went at once, which is taken from what is ``left``."""
        burst: dict[str, float] = {}
        later: list[tuple[float, LeakCause | BurstCause]] = []
        for at_s, cause in self._due:
            if at_s > elapsed_s:
                later.append((at_s, cause))
                continue
            point = self._points[cause.at]
            if isinstance(cause, BurstCause):
                there = left.get(cause.at, math.inf)
                mass_kg = min(cause.mass_kg, there)
                left[cause.at] = there - mass_kg
                self._puffs.append(Puff(point.substance, point.place, mass_kg))
                burst[cause.at] = burst.get(cause.at, 0.0) + mass_kg / dt_s
                continue
            self._leaks.append((cause.at, _leak(cause, point, weather.temperature_c)))
            if cause.every_s is not None:
                later.append((at_s + cause.every_s, cause))
        self._due = later
        return burst


def _leak(cause: LeakCause, point: LeakPoint, celsius: float) -> Leak:
    if cause.rate_kg_s is not None:
        return Leak(point.substance, point.place, cause.rate_kg_s)
    if cause.pool_m2 is not None:
        rate, airborne = pool_kg_s(point.substance, cause.pool_m2, celsius), 1.0
    else:
        rate, airborne = point.through(cause.hole_mm or 0.0, celsius)
    return Leak(point.substance, point.place, ((0.0, 0.0), (OPENS_S, rate)), airborne=airborne)


def unknown_points(
    causes: Sequence[object], points: Mapping[str, LeakPoint]
) -> Iterator[tuple[int, str, str]]:
    """Leaks at points that no plant has: place on the time line, field, sentence."""
    for place, cause in enumerate(causes):
        if isinstance(cause, LeakCause | BurstCause) and cause.at not in points:
            yield place, "at", f"no leak point {cause.at!r}; there are {', '.join(sorted(points))}"
