"""The sample park in motion: weather, plants, leaks and every instrument, step by step."""

from collections.abc import Iterable, Mapping

from device_sim.fleet.air import Air, LeakPoint, unknown_points
from device_sim.fleet.cause import BurstCause, LeakCause
from device_sim.fleet.chlorine_store import ChlorineStore
from device_sim.fleet.hydrogenation import Hydrogenation
from device_sim.fleet.instruments import instrument
from device_sim.fleet.lever import Lever, Levered
from device_sim.fleet.lpg_farm import LpgFarm
from device_sim.fleet.plant import Plant, Setting
from device_sim.fleet.routine import Held, Routine
from device_sim.fleet.scenario import Scenario
from device_sim.fleet.timeline import COLD, Timeline, strangers
from device_sim.fleet.warehouse import Warehouse
from device_sim.message import Value
from device_sim.park.description import Enterprise, Park, Place, PointCard, Station
from device_sim.physics.chance import stream
from device_sim.physics.head import GOOD, Head
from device_sim.physics.interlock import PRESSED
from device_sim.physics.stack import Discharge, Mouth
from device_sim.physics.weather import DAY_S, Climate, Weather

GAS_KINDS = frozenset({"combustible_gas", "toxic_gas", "oxygen"})
LOCAL_OFFSET_S = 8 * 3_600  # the park lives in China Standard Time

StationKey = tuple[str, str]
"""Enterprise and gateway."""


class World:
    """Everything that is the case, and what the instruments show of it.

    ``leaving``: kg/s that each leak point and each relief loses now. Raises ``BadScenario`` if the scenario
    names something the park has not.
    """

    def __init__(self, park: Park, scenario: Scenario, seed: int) -> None:
        climate = scenario.weather.climate()
        self.weather = Weather(climate, seed)
        self.leaving: Mapping[str, float] = {}
        self._plants = _plants(climate, seed)
        points: dict[str, LeakPoint] = {}
        self._mouths: dict[str, Mouth] = {}
        for plant in self._plants.values():
            points.update(plant.leak_points)
            self._mouths.update(plant.mouths)
        self._stations = list(park.stations())
        self._levers: dict[str, Lever] = {}
        for plant in self._plants.values():
            if isinstance(plant, Levered):
                self._levers.update(plant.levers)
        self._points = points
        self._refuse_strangers(scenario, points)
        causes = [c for c in scenario.timeline if isinstance(c, LeakCause | BurstCause)]
        self._air = Air(causes, points, self._mouths)
        self._timeline = Timeline(scenario.timeline, climate)
        self._shown: dict[StationKey, dict[str, Value]] = {
            (enterprise.code, station.gateway): {} for enterprise, station in self._stations
        }
        self._quality: dict[StationKey, dict[str, str]] = {}
        self._faulty: dict[StationKey, frozenset[str]] = {}
        self._heads: dict[tuple[str, str], Head] = {}
        self._elapsed_s = 0.0
        self._seed = seed
        self._routines = {
            (enterprise.code, station.gateway): Routine(enterprise.code, station, seed)
            for enterprise, station in self._stations
            if station.is_routine
        }

    def step(self, dt_s: float, elapsed_s: float, ts_ms: int) -> None:
        """Let ``dt_s`` pass: to ``elapsed_s`` since the start, ``ts_ms`` by the clock."""
        self._elapsed_s = elapsed_s
        front = self._timeline.front(elapsed_s)
        if front is not None:
            self.weather.turn(front)
        self.weather.step(dt_s, (ts_ms / 1000 + LOCAL_OFFSET_S) % DAY_S)
        supply: dict[str, float] = {}
        held: dict[str, float] = {}
        relieving: dict[str, Discharge] = {}
        for plant in self._plants.values():
            supply.update(plant.supply())
            held.update(plant.held())
            relieving.update(plant.relieving())
        self.leaving = self._air.step(dt_s, elapsed_s, supply, held, self.weather, relieving)
        for enterprise, station in self._stations:
            key = (enterprise.code, station.gateway)
            routine = self._routines.get(key)
            if routine is not None:
                if routine.is_due(elapsed_s):
                    routine.step()
                    truth, period_s = routine.truth(ts_ms), float(station.period_s)
                    self._shown[key] = self._read(enterprise, station, truth, period_s)
                continue
            plant_here = self._plants.get(key)
            if plant_here is not None:
                plant_here.step(dt_s, self._setting(key, station))
            truth = plant_here.truth() if plant_here is not None else self._weather_truth()
            self._shown[key] = self._read(enterprise, station, truth, dt_s)

    def hold(self, held: Held) -> None:
        """Which points of units that just run show a state that somebody set in the field."""
        for routine in self._routines.values():
            routine.hold(held)

    def shown(self, enterprise: str, gateway: str) -> Mapping[str, Value]:
        """What the instruments behind a gateway show now, by tag."""
        return self._shown[(enterprise, gateway)]

    def stations(self) -> Iterable[StationKey]:
        """Every enterprise and gateway."""
        return self._shown

    def felt(self, substance: str, unit: str, place: Place) -> float:
        """What a perfect detector for a gas would show at any place, in ``unit``."""
        return self._air.detected(substance, unit, place, self.weather)

    def quality(self, enterprise: str, gateway: str) -> Mapping[str, str]:
        """The qualities of what is shown that are not good, by tag."""
        return self._quality.get((enterprise, gateway), {})

    def powered(self, enterprise: str) -> bool:
        """Whether an enterprise has power now."""
        return self._timeline.powered(enterprise, self._elapsed_s)

    @property
    def levers(self) -> Mapping[str, Lever]:
        """The equipment that causes can move, by name."""
        return self._levers

    @property
    def leak_points(self) -> Mapping[str, LeakPoint]:
        """Where the plants can let go, by name."""
        return self._points

    @property
    def mouths(self) -> Mapping[str, Mouth]:
        """Where the plants' reliefs let out, by name."""
        return self._mouths

    def substance(self, source: str) -> str:
        """What comes out of a leak point or a relief."""
        point = self._points.get(source) or self._mouths[source]
        return point.substance.name

    @property
    def released(self) -> Mapping[str, float]:
        """kg that each leak point and each relief has let go since the start."""
        return self._air.released

    def _setting(self, key: StationKey, station: Station) -> Setting:
        """What surrounds the plant behind a gateway."""
        levers = self._timeline.levers(self._elapsed_s, self._levers)
        orders = self._timeline.orders(key[0], self._elapsed_s)
        if not self.powered(key[0]):
            # Drives stand still, and what is de-energised to trip has tripped.
            levers |= {name: each.low for name, each in self._levers.items() if each.electric}
            orders |= {card.tag: PRESSED for card in station.points if card.kind == "interlock"}
        faulty = self._faulty.get(key, frozenset())
        return Setting(self.weather, self._shown[key], self.leaving, levers, orders, faulty)

    def _refuse_strangers(self, scenario: Scenario, points: Mapping[str, LeakPoint]) -> None:
        tags = {f"{e.code}/{c.tag}": c.kind for e, s in self._stations for c in s.points}
        gateways = [f"{e.code}/{s.gateway}" for e, s in self._stations]
        found = [
            *unknown_points(scenario.timeline, points),
            *strangers(scenario.timeline, self._levers, tags, gateways),
        ]
        scenario.refuse(sorted(found))

    def _read(
        self,
        enterprise: Enterprise,
        station: Station,
        truth: Mapping[str, float | str],
        dt_s: float,
    ) -> dict[str, Value]:
        shown: dict[str, Value] = {}
        worse: dict[str, str] = {}
        useless: set[str] = set()
        dark = not self.powered(enterprise.code)
        cold = self._timeline.cold(enterprise.code, self._elapsed_s)
        for card in station.points:
            true = self._gas(card, station) if card.substance else truth[card.tag]
            if isinstance(true, str):
                shown[card.tag] = true
            else:
                ailment = self._timeline.ailment(f"{enterprise.code}/{card.tag}", self._elapsed_s)
                if ailment is None and cold and card.kind in GAS_KINDS:
                    ailment = COLD
                seen = self._head(enterprise.code, card, true).read(dt_s, true, ailment)
                if seen.value is not None:
                    shown[card.tag] = seen.value
                if seen.quality != GOOD:
                    worse[card.tag] = seen.quality
                if seen.is_faulty:
                    useless.add(card.tag)
        key = (enterprise.code, station.gateway)
        self._quality[key], self._faulty[key] = worse, frozenset(useless)
        # Without power an instrument goes on feeling, but nobody hears of it.
        return {} if dark else shown

    def _gas(self, card: PointCard, station: Station) -> float:
        place = card.place or station.place
        return self._air.detected(card.substance or "", card.unit, place, self.weather)

    def _head(self, enterprise: str, card: PointCard, start: float) -> Head:
        """The point's own instrument, settled at its first truth."""
        key = (enterprise, card.tag)
        if key not in self._heads:
            rng = stream(self._seed, f"{enterprise}/{card.tag}")
            self._heads[key] = Head(instrument(card), rng, start)
        return self._heads[key]

    def _weather_truth(self) -> Mapping[str, float | str]:
        return {
            "WS-001": self.weather.gust_mps,
            "WD-001": self.weather.vane_deg,
            "TI-001": self.weather.temperature_c,
            "MI-001": self.weather.humidity_pct,
        }


def _plants(climate: Climate, seed: int) -> dict[StationKey, Plant]:
    """What stands behind each gateway of the sample park; the weather station has no plant."""
    celsius = climate.temperature_c
    return {
        ("E001", "G01"): LpgFarm(celsius),
        ("E001", "G02"): Hydrogenation(seed),
        ("E002", "G01"): ChlorineStore(celsius),
        ("E002", "G02"): Warehouse(celsius, climate.humidity_pct),
    }
