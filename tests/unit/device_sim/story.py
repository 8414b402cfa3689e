"""What a scenario shows, judged by an oracle of the tests' own: no broker, no platform.

The oracle knows a limit, a deadband and two delays, and nothing of the platform's code. It looks
at the stations that have a plant: what just runs shows nothing near a limit.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from device_sim.fleet.scenario import load
from device_sim.fleet.world import World
from device_sim.park.description import Limit
from device_sim.park.sample import PHYSICAL_PARK, SAMPLE_PARK


@dataclass
class Watch:
    """One limit of one point: when it was raised and when it was over, in seconds."""

    limit: Limit
    on: bool = False
    since: float | None = None
    raised: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)

    def see(self, second: float, value: float) -> None:
        high = self.limit.condition.startswith("H")
        beyond = value >= self.limit.limit if high else value <= self.limit.limit
        margin = self.limit.deadband
        inside = value < self.limit.limit - margin if high else value > self.limit.limit + margin
        wants_change = inside if self.on else beyond
        if not wants_change:
            self.since = None
            return
        self.since = second if self.since is None else self.since
        delay = self.limit.off_delay_s if self.on else self.limit.on_delay_s
        if second - self.since >= delay:
            (self.cleared if self.on else self.raised).append(second)
            self.on, self.since = not self.on, None


@dataclass
class Story:
    """What a run showed: watches by (enterprise, tag, condition), states by tag, and the
    numbers that every tag went through."""

    watches: dict[tuple[str, str, str], Watch]
    states: dict[str, list[tuple[int, str]]]
    values: dict[str, list[tuple[int, float, str]]]
    released: dict[str, float]

    def raised(self) -> set[tuple[str, str]]:
        """Tag and condition of every limit that was reached."""
        return {(tag, level) for (_, tag, level), each in self.watches.items() if each.raised}

    def occurrences(self) -> int:
        """How many alarms that are: one a point and direction, whatever levels it goes through."""
        counted: dict[tuple[str, str, str], int] = {}
        for (enterprise, tag, level), each in self.watches.items():
            key = (enterprise, tag, level[0])
            counted[key] = max(counted.get(key, 0), len(each.raised))
        return sum(counted.values())


def tell(
    scenario: str, seed: int, seconds: int | None = None, *, whole_park: bool = False
) -> Story:
    """Run a scenario on the virtual clock and watch every limit and state."""
    spec = load(scenario)
    park = SAMPLE_PARK if whole_park else PHYSICAL_PARK
    world = World(park, spec, seed)
    watches = {
        (enterprise.code, card.tag, limit.condition): Watch(limit)
        for enterprise, station in park.stations()
        for card in station.points
        for limit in card.limits
    }
    states: dict[str, list[tuple[int, str]]] = defaultdict(list)
    values: dict[str, list[tuple[int, float, str]]] = defaultdict(list)
    for second in range(spec.duration_s if seconds is None else seconds):
        world.step(1.0, float(second), spec.start_ms + second * 1000)
        for enterprise, station in park.stations():
            worse = world.quality(enterprise.code, station.gateway)
            for tag, value in world.shown(enterprise.code, station.gateway).items():
                quality = worse.get(tag, "good")
                if isinstance(value, str):
                    if not states[tag] or states[tag][-1][1] != value:
                        states[tag].append((second, value))
                elif isinstance(value, float):
                    values[tag].append((second, value, quality))
                    if quality != "bad":
                        for level in ("LL", "L", "H", "HH"):
                            watch = watches.get((enterprise.code, tag, level))
                            if watch is not None:
                                watch.see(second, value)
    return Story(watches, dict(states), dict(values), dict(world.released))
