"""The sample park in motion: weather, plants, leaks and every instrument, step by step."""

from collections.abc import Mapping

from device_sim.fleet.air import Air, LeakPoint
from device_sim.fleet.chlorine_store import ChlorineStore
from device_sim.fleet.hydrogenation import Hydrogenation
from device_sim.fleet.instruments import instrument
from device_sim.fleet.lpg_farm import LpgFarm
from device_sim.fleet.plant import Plant, Setting
from device_sim.fleet.scenario import Scenario
from device_sim.fleet.warehouse import Warehouse
from device_sim.message import Value
from device_sim.park.description import Enterprise, Park, PointCard, Station
from device_sim.physics.chance import stream
from device_sim.physics.sensor import Sensor
from device_sim.physics.weather import DAY_S, Climate, Weather

LOCAL_OFFSET_S = 8 * 3_600  # the park lives in China Standard Time

StationKey = tuple[str, str]
"""Enterprise and gateway."""


class World:
    """Everything that is the case, and what the instruments show of it.

    ``leaving``: kg/s that each leak point loses now. Raises ``BadScenario`` if the scenario
    names something the park has not.
    """

    def __init__(self, park: Park, scenario: Scenario, seed: int) -> None:
        climate = scenario.weather.climate()
        self.weather = Weather(climate, seed)
        self.leaving: Mapping[str, float] = {}
        self._plants = _plants(climate, seed)
        points: dict[str, LeakPoint] = {}
        for plant in self._plants.values():
            points.update(plant.leak_points)
        self._air = Air(scenario.timeline, points)
        self._stations = list(park.stations())
        self._shown: dict[StationKey, dict[str, Value]] = {
            (enterprise.code, station.gateway): {} for enterprise, station in self._stations
        }
        self._sensors: dict[tuple[str, str], Sensor] = {}
        self._seed = seed

    def step(self, dt_s: float, elapsed_s: float, ts_ms: int) -> None:
        """Let ``dt_s`` pass: to ``elapsed_s`` since the start, ``ts_ms`` by the clock."""
        self.weather.step(dt_s, (ts_ms / 1000 + LOCAL_OFFSET_S) % DAY_S)
        supply: dict[str, float] = {}
        for plant in self._plants.values():
            supply.update(plant.supply())
        self.leaving = self._air.step(dt_s, elapsed_s, supply)
        for enterprise, station in self._stations:
            key = (enterprise.code, station.gateway)
            plant_here = self._plants.get(key)
            if plant_here is not None:
                plant_here.step(dt_s, Setting(self.weather, self._shown[key], self.leaving))
            self._shown[key] = self._read(enterprise, station, plant_here, dt_s)

    def shown(self, enterprise: str, gateway: str) -> Mapping[str, Value]:
        """What the instruments behind a gateway show now, by tag."""
        return self._shown[(enterprise, gateway)]

    def _read(
        self, enterprise: Enterprise, station: Station, plant: Plant | None, dt_s: float
    ) -> dict[str, Value]:
        truth = plant.truth() if plant is not None else self._weather_truth()
        shown: dict[str, Value] = {}
        for card in station.points:
            true = self._gas(card, station) if card.substance else truth[card.tag]
            if isinstance(true, str):
                shown[card.tag] = true
            else:
                shown[card.tag] = self._sensor(enterprise.code, card, true).read(dt_s, true)
        return shown

    def _gas(self, card: PointCard, station: Station) -> float:
        place = card.place or station.place
        return self._air.detected(card.substance or "", card.unit, place, self.weather)

    def _sensor(self, enterprise: str, card: PointCard, start: float) -> Sensor:
        """The point's own instrument, settled at its first truth."""
        key = (enterprise, card.tag)
        if key not in self._sensors:
            rng = stream(self._seed, f"{enterprise}/{card.tag}")
            self._sensors[key] = Sensor(instrument(card), rng, start)
        return self._sensors[key]

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
