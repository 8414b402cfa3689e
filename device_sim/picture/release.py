"""A release seen from above at one second: the cloud at the height of the detectors, each detector
of that gas with what it shows, and which of them alarm.

The four alarm colours are used for alarms alone; the cloud is violet.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from device_sim.fleet.scenario import BadScenario, Scenario
from device_sim.fleet.world import World
from device_sim.park.description import Place, PointCard
from device_sim.park.sample import PARKS
from device_sim.physics.gas import Substance
from device_sim.picture.canvas import Area, Canvas, Colour, Spot
from device_sim.truth.expectation import Level

WIDTH, HEIGHT, HEAD, FOOT = 960, 760, 64, 56
CELL = 4
GROUND, INK, SOFT, LINE = (242, 243, 244), (28, 34, 38), (67, 76, 82), (180, 186, 190)
GRADES: dict[int, Colour] = {1: (209, 0, 31), 2: (245, 130, 0), 3: (255, 213, 0), 4: (20, 96, 210)}
CLOUD: tuple[Colour, ...] = ((228, 222, 238), (202, 187, 224), (164, 139, 202), (116, 84, 168))
"""From a hundredth of the lower limit on, from a tenth, from the limit, from ten times the limit."""
BANDS = (0.01, 0.1, 1.0, 10.0)
REACHES = (20, 40, 60, 100, 150, 250, 400)
"""Half of what is shown, m: the least that holds the detectors that stand near."""
NEAR_M = 150.0


@dataclass
class Detector:
    """A detector of the gas, and its limits on their way."""

    enterprise: str
    card: PointCard
    place: Place
    value: float | None = None
    levels: list[Level] = field(default_factory=list)

    @property
    def grade(self) -> int | None:
        """The worst of what stands now."""
        return min((each.limit.grade for each in self.levels if each.on), default=None)


@dataclass
class Moment:
    """What is the case at one second."""

    scenario: Scenario
    second: int
    world: World
    source: Place
    at: str
    gas: str
    unit: str
    detectors: list[Detector]


def moment(scenario: Scenario, seed: int, second: int) -> Moment:
    """Play a scenario up to a second. Raises ``BadScenario`` for one that lets nothing go."""
    world = World(PARKS[scenario.park], scenario, seed)
    at = next((each.at for each in scenario.timeline if each.cause in ("leak", "burst")), None)
    if at is None:
        raise BadScenario(f"{scenario.name} has no leak and no burst: there is nothing to draw.")
    point = world.leak_points[at]
    detectors = list(_near(scenario, point.substance, point.place))
    for elapsed in range(second + 1):
        stamp = scenario.start_ms + elapsed * 1000
        world.step(1.0, float(elapsed), stamp)
        for each in detectors:
            _look(each, world, stamp)
    units = [each.card.unit for each in detectors]
    unit = units[0] if units else "%LEL"
    gas = point.substance.name
    return Moment(scenario, second, world, point.place, at, gas, unit, detectors)


def _near(scenario: Scenario, gas: Substance, source: Place) -> Iterable[Detector]:
    for enterprise, station in PARKS[scenario.park].stations():
        for card in station.points:
            place = card.place or station.place
            feels = card.substance == gas.name or (card.unit == "%LEL" and gas.lel_vol is not None)
            if feels and card.limits and math.dist(place[:2], source[:2]) <= NEAR_M:
                levels = [Level(limit) for limit in card.limits]
                yield Detector(enterprise.code, card, place, None, levels)


def _look(detector: Detector, world: World, stamp: int) -> None:
    for key in world.stations():
        shown = world.shown(*key).get(detector.card.tag) if key[0] == detector.enterprise else None
        if isinstance(shown, float):
            detector.value = shown
            for level in detector.levels:
                level.see(stamp, shown)


def draw(found: Moment) -> bytes:
    """The picture as PNG."""
    canvas = Canvas(WIDTH, HEIGHT, GROUND)
    view = _View(found)
    canvas.shade((0, HEAD, WIDTH, HEIGHT - HEAD - FOOT), view.cloud)
    view.grid(canvas)
    view.wind(canvas)
    for each in found.detectors:
        view.detector(canvas, each)
    view.release(canvas)
    _head(canvas, found)
    _foot(canvas, found)
    return canvas.png()


class _View:
    """From the park's metres to pixels."""

    def __init__(self, found: Moment) -> None:
        far = [
            max(abs(each.place[0] - found.source[0]), abs(each.place[1] - found.source[1]))
            for each in found.detectors
        ]
        half = (HEIGHT - HEAD - FOOT) / 2
        wanted = max([*far, 12.0]) * 1.25
        self.reach = next((each for each in REACHES if each >= wanted), REACHES[-1])
        self._scale = half / self.reach
        self._centre = (WIDTH // 2, HEAD + round(half))
        self._found = found
        limits = [limit.limit for each in found.detectors for limit in each.card.limits]
        self._limit = min(limits, default=1.0)
        heights = [each.place[2] for each in found.detectors]
        self._height = sum(heights) / len(heights) if heights else 1.0
        self._cells: dict[Spot, Colour] = {}
        self._labels: list[Area] = []

    def spot(self, east: float, north: float) -> Spot:
        """Where a place is drawn."""
        source = self._found.source
        return (
            self._centre[0] + round((east - source[0]) * self._scale),
            self._centre[1] - round((north - source[1]) * self._scale),
        )

    def cloud(self, x: int, y: int) -> Colour:
        """What is in the air there, in cells of a few pixels."""
        cell = (x // CELL, y // CELL)
        if cell not in self._cells:
            east = self._found.source[0] + (cell[0] * CELL - self._centre[0]) / self._scale
            north = self._found.source[1] + (self._centre[1] - cell[1] * CELL) / self._scale
            felt = self._found.world.felt(
                self._found.gas, self._found.unit, (east, north, self._height)
            )
            passed = sum(felt >= band * self._limit for band in BANDS)
            self._cells[cell] = CLOUD[passed - 1] if passed else GROUND
        return self._cells[cell]

    def grid(self, canvas: Canvas) -> None:
        """A scale, and north."""
        metres = self.reach // 4
        x, y = 24, HEIGHT - FOOT - 20
        end = x + round(metres * self._scale)
        canvas.line((x, y), (end, y), INK, 2)
        canvas.text((end + 8, y - 8), f"{metres} m", INK)
        canvas.line((WIDTH - 34, HEAD + 54), (WIDTH - 34, HEAD + 22), INK, 2)
        canvas.text((WIDTH - 39, HEAD + 4), "N", INK)

    def wind(self, canvas: Canvas) -> None:
        """An arrow along the wind."""
        weather = self._found.world.weather
        towards = math.radians(weather.wind_from_deg + 180)
        east, north = math.sin(towards), math.cos(towards)
        tail, tip = (60, HEAD + 56), (60 + round(44 * east), HEAD + 56 - round(44 * north))
        canvas.line(tail, tip, SOFT, 3)
        for side in (150, -150):
            turned = towards + math.radians(side)
            barb = (tip[0] + round(14 * math.sin(turned)), tip[1] - round(14 * math.cos(turned)))
            canvas.line(tip, barb, SOFT, 3)
        words = f"wind {weather.wind_mps:.1f} m/s from {weather.wind_from_deg:.0f}"
        canvas.text((120, HEAD + 50), words, SOFT)

    def detector(self, canvas: Canvas, each: Detector) -> None:
        """Its place, its tag and what it shows; in the colour of its alarm."""
        x, y = self.spot(each.place[0], each.place[1])
        grade = each.grade
        shown = "no value" if each.value is None else f"{each.value:.3g} {each.card.unit}"
        standing = [level.limit.condition for level in each.levels if level.on]
        words = f"{each.card.tag} {shown}{' ' + standing[-1] if standing else ''}"
        self._label(canvas, (x, y), words)
        canvas.disc((x, y), 9, GROUND if grade is None else GRADES[grade], INK)

    def _label(self, canvas: Canvas, spot: Spot, words: str) -> None:
        """Beside a place, where no other label stands."""
        width = len(words) * 12 + 6
        for down in (0, -24, 24, -48, 48, -72, 72, -96, 96):
            for left in (spot[0] + 13, spot[0] - 13 - width):
                area = (left, spot[1] - 11 + down, width, 22)
                if not any(_meet(area, other) for other in self._labels):
                    self._labels.append(area)
                    canvas.line(spot, (spot[0], spot[1] + down), SOFT)
                    canvas.box(area, GROUND)
                    canvas.text((left + 4, area[1] + 4), words, INK)
                    return

    def release(self, canvas: Canvas) -> None:
        """A cross where it comes out."""
        x, y = self.spot(self._found.source[0], self._found.source[1])
        canvas.line((x - 8, y - 8), (x + 8, y + 8), INK, 3)
        canvas.line((x - 8, y + 8), (x + 8, y - 8), INK, 3)
        self._label(canvas, (x, y), self._found.at)


def _meet(one: Area, other: Area) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _head(canvas: Canvas, found: Moment) -> None:
    canvas.box((0, 0, WIDTH, HEAD), (52, 60, 66))
    mark = "EXERCISE  " if found.scenario.exercise else ""
    canvas.text((20, 10), f"{mark}{found.scenario.name}  t+{found.second} s", (255, 255, 255), 3)
    rate = found.world.leaving.get(found.at, 0.0)
    words = f"{found.gas} from {found.at}: {rate:.3g} kg/s"
    canvas.text((20, 42), words, (195, 202, 207))


def _foot(canvas: Canvas, found: Moment) -> None:
    top = HEIGHT - FOOT
    canvas.box((0, top, WIDTH, FOOT), (255, 255, 255))
    canvas.line((0, top), (WIDTH, top), LINE)
    x = 20
    for colour, words in zip(CLOUD, ("0.01", "0.1", "1", "10"), strict=True):
        canvas.box((x, top + 18, 24, 18), colour)
        x = canvas.text((x + 30, top + 20), words, INK) + 14
    x = canvas.text((x, top + 20), "x limit", SOFT) + 30
    for grade, words in ((None, "normal"), (2, "H"), (1, "HH")):
        canvas.disc((x, top + 27), 9, GROUND if grade is None else GRADES[grade], INK)
        x = canvas.text((x + 16, top + 20), words, INK) + 26
