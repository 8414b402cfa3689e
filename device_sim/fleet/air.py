"""What is in the air: the leaks that are going on, and the gas at a place."""

from collections.abc import Mapping
from dataclasses import dataclass

from device_sim.fleet.scenario import BadScenario, LeakCause
from device_sim.physics.gas import Substance
from device_sim.physics.leak import Leak, Place
from device_sim.physics.weather import Weather

KG_IN_MG = 1e6


@dataclass(frozen=True, slots=True)
class LeakPoint:
    """A place where a plant can let go, and of what."""

    substance: Substance
    place: Place


class Air:
    """Starts leaks when the time line says so, and answers detectors.

    Raises ``BadScenario`` for a leak point that no plant has.
    """

    def __init__(self, timeline: tuple[LeakCause, ...], points: Mapping[str, LeakPoint]) -> None:
        for cause in timeline:
            if cause.at not in points:
                raise BadScenario(
                    f"No leak point {cause.at!r}; the plants have {', '.join(sorted(points))}."
                )
        self._points = points
        self._due: list[tuple[float, LeakCause]] = [(cause.at_s, cause) for cause in timeline]
        self._leaks: list[tuple[str, Leak]] = []

    def step(self, dt_s: float, elapsed_s: float, supply: Mapping[str, float]) -> dict[str, float]:
        """Let ``dt_s`` pass, to ``elapsed_s`` since the start; kg/s now leaving each point.

        ``supply``: for each point how far its feed is open, 0 to 1.
        """
        self._begin(elapsed_s)
        leaving: dict[str, float] = {}
        for at, leak in self._leaks:
            leaving[at] = leaving.get(at, 0.0) + leak.step(dt_s, supply.get(at, 1.0))
        self._leaks = [(at, leak) for at, leak in self._leaks if not leak.over]
        return leaving

    def detected(self, substance: str, unit: str, place: Place, weather: Weather) -> float:
        """What a perfect detector for ``substance`` would show at ``place``, in its unit.

        A %LEL detector feels every combustible gas, a mg/m³ one only its own.
        """
        total = 0.0
        for _, leak in self._leaks:
            if unit == "%LEL":
                total += leak.substance.percent_lel(leak.concentration(place, weather))
            elif leak.substance.name == substance:
                total += leak.concentration(place, weather) * KG_IN_MG
        return total

    def _begin(self, elapsed_s: float) -> None:
        later: list[tuple[float, LeakCause]] = []
        for at_s, cause in self._due:
            if at_s > elapsed_s:
                later.append((at_s, cause))
                continue
            point = self._points[cause.at]
            self._leaks.append((cause.at, Leak(point.substance, point.place, cause.rate_kg_s)))
            if cause.every_s is not None:
                later.append((at_s + cause.every_s, cause))
        self._due = later
