"""What the oracle is compared with: the engine, fed as the field would feed it."""

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.scenario import Scenario
from services.alerts.engine import Engine, Outcome
from services.domain.alarm import Alarm, ClosedAs, EventKind
from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading, time_flags
from services.domain.rule import Condition, LimitRule
from tests.oracle.occurrences import Limit, Occurrence, Sample

LEVELS = (EventKind.RAISED, EventKind.ESCALATED, EventKind.DEESCALATED)
QUALITIES = {"good": Quality.GOOD, "uncertain": Quality.UNCERTAIN, "bad": Quality.BAD}
SEED = 7


class Stage:
    """One engine with a point for each tag, and every occurrence that it told of."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self.directory = Directory()
        self._points: dict[str, Point] = {}
        for number, tag in enumerate(dict.fromkeys(limit.tag for limit in limits), 1):
            self._points[tag] = Point(number, "acme", tag, PointKind.ANALOG, "1")
            self.directory.put(self._points[tag])
        for limit in limits:
            self.directory.put_rule(self._rule(limit))
        self.engine = Engine(self.directory)
        self.alarms: dict[str, Alarm] = {}
        self._levels: dict[str, list[tuple[int, str]]] = {}

    def judge(self, samples: Iterable[Sample], now: int) -> None:
        """A batch; what nobody has limits for is passed by."""
        batch = [self._reading(each) for each in samples if each.tag in self._points]
        self._take(self.engine.judge(batch, now))

    def tick(self, now: int) -> None:
        """Our clock goes on."""
        self._take(self.engine.tick(now))

    def restart(self) -> None:
        """Killed, and started from its own dump."""
        self.engine = Engine.load(self.engine.dump(), self.directory)

    def occurrences(self) -> set[Occurrence]:
        """All that were not withdrawn, with the levels they were told to go through."""
        kept = [each for each in self.alarms.values() if each.closed_as is not ClosedAs.WITHDRAWN]
        assert len({self._of(each) for each in kept}) == len(kept), "one stands twice"
        return {self._of(each) for each in kept}

    def _of(self, alarm: Alarm) -> Occurrence:
        levels = tuple(self._levels[alarm.id])
        assert alarm.tag is not None
        return Occurrence(
            alarm.tag, str(alarm.direction), alarm.raised_at, alarm.cleared_at, levels
        )

    def _take(self, outcome: Outcome) -> None:
        assert not outcome.dirty, "none of this is late enough for history"
        for each in outcome.transitions:
            self.alarms[each.alarm.id] = each.alarm
            if each.event in LEVELS:
                level = (each.at, each.alarm.condition)
                self._levels.setdefault(each.alarm.id, []).append(level)

    def _reading(self, sample: Sample) -> Reading:
        flags = time_flags(sample.measured_at, sample.received_at)
        number, quality = self._points[sample.tag].id, QUALITIES[sample.quality]
        return Reading(number, sample.measured_at, sample.received_at, sample.value, quality, flags)

    def _rule(self, limit: Limit) -> LimitRule:
        return LimitRule(
            f"{limit.tag}.{limit.name}",
            1,
            "acme",
            self._points[limit.tag].id,
            Condition(limit.name),
            limit.at,
            limit.grade,
            limit.deadband,
            limit.on_delay,
            limit.off_delay,
        )


def last_levels(found: Iterable[Occurrence]) -> set[Occurrence]:
    """Only where each ended: on its way a late reading may have shown it other levels."""
    return {each._replace(levels=(("", each.levels[-1][1]),)) for each in found}  # type: ignore[arg-type]


def simulated(scenario: Scenario, seconds: int) -> tuple[list[list[Sample]], list[Limit]]:
    """A scenario second by second in the units that have physics, and the limits of these; tags
    with their enterprise."""
    physical = scenario.model_copy(update={"park": "physical"})
    fleet = Fleet(physical, SEED, "0badcafe", PERSONAS["native"])
    limits = [
        Limit(
            f"{enterprise.code}.{card.tag}",
            limit.condition,
            limit.limit,
            limit.grade,
            limit.deadband,
            round(limit.on_delay_s * 1000),
            round(limit.off_delay_s * 1000),
        )
        for enterprise, station in fleet.park.stations()
        for card in station.points
        for limit in card.limits
    ]
    judged = {limit.tag for limit in limits}
    return [
        [each for each in _second(fleet, scenario.start_ms + second * 1000) if each.tag in judged]
        for second in range(seconds)
    ], limits


def _second(fleet: Fleet, now: int) -> Iterator[Sample]:
    for (enterprise, _), message in fleet.tick(now):
        for tag, told in json.loads(message.payload)["values"].items():
            value, quality = (told["v"], told["q"]) if isinstance(told, dict) else (told, "good")
            if isinstance(value, float):
                yield Sample(f"{enterprise}.{tag}", now, now + 80, value, quality)


def disturbed(seconds: Sequence[Sequence[Sample]], late_s: int) -> list[list[Sample]]:
    """The same readings, up to so many seconds late and some of them twice, in order of receipt."""
    chance = random.Random(SEED)
    arriving: list[Sample] = []
    for sample in itertools.chain.from_iterable(seconds):
        delay = chance.choice((0, 0, 0, 1, 5, late_s)) * 1000
        arriving.append(sample._replace(received_at=sample.received_at + delay))
        if chance.random() < 0.1:
            again = sample.received_at + delay + chance.randrange(1, 10_000)
            arriving.append(sample._replace(received_at=again))
    arriving.sort(key=lambda sample: sample.received_at)
    return [
        list(group) for _, group in itertools.groupby(arriving, key=lambda s: s.received_at // 1000)
    ]
