"""A quiet night of the simulator's sample park, each plant measured twice; and what may go wrong in it.

The simulator knows nothing of the rules that are tried on it. Every point is shown by its own
instrument; where a plant's truth is known, a second instrument (`LI-101B`) shows the same truth
with noise of its own. A fault begins at a known second: that is its label.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from device_sim.fleet.chlorine_store import ChlorineStore
from device_sim.fleet.hydrogenation import Hydrogenation
from device_sim.fleet.instruments import instrument
from device_sim.fleet.lpg_farm import LpgFarm
from device_sim.fleet.plant import Plant, Setting
from device_sim.fleet.scenario import Scenario, load
from device_sim.fleet.world import World
from device_sim.park.description import PointCard
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.physics.chance import Wander, stream
from device_sim.physics.gas import PROPANE
from device_sim.physics.reactor import Kettle, Reactor
from device_sim.physics.sensor import Sensor
from device_sim.physics.tank import Tank, Vessel
from device_sim.physics.weather import DAY_S, Weather

TWIN = "B"
LOCAL_OFFSET_S = 8 * 3_600
SPHERE = Vessel(volume_m3=1_000, wall_w_k=2_500, heat_j_kg_k=2_500, relief_kpa=1_600)

Shown = dict[str, float]
"""What the instruments show, by tag."""
Moments = Iterator[tuple[int, Shown]]
"""Seconds since the start, and what is shown then."""

CARDS: dict[str, PointCard] = {
    card.tag: card
    for _, station in PHYSICAL_PARK.stations()
    for card in station.points
    if card.low is not None
}
"""The quantities of the park."""
TWINNED = tuple(
    tag
    for tag in CARDS
    if tag.partition("-")[0] in ("LI", "TI", "PI", "FI") and tag.partition("-")[2][0] in "123"
)
"""The points of plants whose truth is known to us."""


def quiet_night(seed: int, seconds: int, every: int = 5) -> Moments:
    """Nothing happens. Both instruments of every twinned point, and all others."""
    scenario = load("quiet")
    world, plants = World(PHYSICAL_PARK, scenario, seed), _Plants(scenario, seed)
    for second in range(seconds):
        ts_ms = scenario.start_ms + second * 1000
        world.step(1.0, float(second), ts_ms)
        truth = plants.step(ts_ms)
        if second % every == 0:
            shown: Shown = {}
            for enterprise, station in PHYSICAL_PARK.stations():
                values = world.shown(enterprise.code, station.gateway)
                shown.update({t: v for t, v in values.items() if isinstance(v, float)})
            yield second, shown | plants.twins(truth, every)


class _Plants:
    """The same plants in the same weather once more, for their truth."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        climate = scenario.weather.climate()
        self._weather = Weather(climate, seed)
        celsius = climate.temperature_c
        self._plants: Sequence[Plant] = (
            LpgFarm(celsius),
            Hydrogenation(seed),
            ChlorineStore(celsius),
        )
        self._sensors: dict[str, Sensor] = {}
        self._seed = seed

    def step(self, ts_ms: int) -> Mapping[str, float | str]:
        self._weather.step(1.0, (ts_ms / 1000 + LOCAL_OFFSET_S) % DAY_S)
        truth: dict[str, float | str] = {}
        for plant in self._plants:
            plant.step(1.0, Setting(self._weather, {}, {}))
            truth |= plant.truth()
        return truth

    def twins(self, truth: Mapping[str, float | str], dt_s: float) -> Shown:
        shown: Shown = {}
        for tag in TWINNED:
            true = truth[tag]
            assert isinstance(true, float)
            if tag not in self._sensors:
                self._sensors[tag] = second_instrument(tag, self._seed, true)
            shown[tag + TWIN] = self._sensors[tag].read(dt_s, true)
        return shown


def second_instrument(tag: str, seed: int, start: float) -> Sensor:
    """The redundant one of a point, settled at its first truth."""
    return Sensor(instrument(CARDS[tag]), stream(seed, tag + TWIN), start)


@dataclass(frozen=True)
class Fault:
    """A label: what goes wrong at which point, and from which second on. `reaches`: the second at
    which the truth is at the limit, where it goes to one."""

    name: str
    tag: str
    begins: int
    moments: Callable[[int], Moments]
    """What is shown, by seed."""
    reaches: int | None = None


def held(tag: str, begins: int, seconds: int) -> Fault:
    """The instrument of a point shows the same from then on."""

    def moments(seed: int) -> Moments:
        last: float | None = None
        for second, shown in quiet_night(seed, seconds):
            if second >= begins:
                last = shown[tag] if last is None else last
                shown[tag] = last
            yield second, {tag: shown[tag]}

    return Fault("instrument held", tag, begins, moments)


def drifting(tag: str, begins: int, seconds: int, per_h: float) -> Fault:
    """The second instrument of a point drifts away, by so many units an hour."""

    def moments(seed: int) -> Moments:
        for second, shown in quiet_night(seed, seconds):
            drift = max(0, second - begins) * per_h / 3_600
            twin = tag + TWIN
            yield second, {tag: shown[tag], twin: round(shown[twin] + drift, 3)}

    return Fault(f"second instrument drifts by {per_h:g} an hour", tag, begins, moments)


def overfilled(begins: int, seconds: int, net_kg_s: float) -> Fault:
    """A sphere is filled, and nobody stops it."""

    def truth() -> Iterator[float]:
        tank = Tank(SPHERE, PROPANE, 310_000, 16.0)
        for second in range(seconds):
            tank.step(1.0, net_kg_s if second >= begins else 0.0, 0.0, 16.0, 16.0)
            yield tank.level_pct

    return _towards(f"sphere filled at {net_kg_s:g} kg/s", "LI-102", begins, truth, 80.0)


def uncooled(begins: int, seconds: int, loss: float) -> Fault:
    """The reactor's jacket takes up less than it did: heat exchange fouled by this share."""

    def truth() -> Iterator[float]:
        kettle = Kettle()
        reactor = Reactor(kettle)
        feed = Wander(kettle.feed_c, 0.6, 600, stream(1, "feed"))
        for second in range(seconds):
            if second == begins:
                reactor.kettle = replace(kettle, jacket_kw_k=kettle.jacket_kw_k * (1 - loss))
                reactor.cooling = False
            reactor.step(1.0, feed.step(1.0))
            yield reactor.temperature_c

    return _towards("reactor's cooling lost", "TI-201", begins, truth, 195.0)


def _towards(
    name: str, tag: str, begins: int, truth: Callable[[], Iterator[float]], limit: float
) -> Fault:
    reaches = next((second for second, true in enumerate(truth()) if true >= limit), None)

    def moments(seed: int) -> Moments:
        sensor: Sensor | None = None
        for second, true in enumerate(truth()):
            sensor = sensor or second_instrument(tag, seed, true)
            value = sensor.read(1.0, true)
            if second % 5 == 0:
                yield second, {tag: value}

    return Fault(name, tag, begins, moments, reaches)
