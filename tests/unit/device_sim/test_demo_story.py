"""The demo's story, judged by an oracle of the test's own: no broker, no platform.

The oracle knows a limit, a deadband and two delays, and nothing of the platform's code.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from device_sim.fleet.scenario import load
from device_sim.fleet.world import World
from device_sim.park.description import Limit
from device_sim.park.sample import PHYSICAL_PARK, SAMPLE_PARK

STORY_S = 1_800


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
    """What a run showed: watches by (enterprise, tag, condition), states by tag."""

    watches: dict[tuple[str, str, str], Watch]
    states: dict[str, list[tuple[int, str]]]


def _run(scenario: str, seed: int, seconds: int) -> Story:
    spec = load(scenario)
    world = World(SAMPLE_PARK, spec, seed)
    watches = {
        (enterprise.code, card.tag, limit.condition): Watch(limit)
        for enterprise, station in PHYSICAL_PARK.stations()
        for card in station.points
        for limit in card.limits
    }
    states: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for second in range(seconds):
        world.step(1.0, float(second), spec.start_ms + second * 1000)
        for enterprise, station in PHYSICAL_PARK.stations():
            shown = world.shown(enterprise.code, station.gateway)
            for card in station.points:
                value = shown[card.tag]
                if isinstance(value, str):
                    if not states[card.tag] or states[card.tag][-1][1] != value:
                        states[card.tag].append((second, value))
                    continue
                assert isinstance(value, float)
                for limit in card.limits:
                    watches[enterprise.code, card.tag, limit.condition].see(second, value)
    return Story(watches, dict(states))


@pytest.fixture(scope="module", params=[1, 2, 3])
def story(request: pytest.FixtureRequest) -> Story:
    return _run("demo", request.param, STORY_S)


def test_the_release_raises_escalates_and_returns_within_three_minutes(story: Story) -> None:
    high, danger = (story.watches["E001", "GT-101", level] for level in ("H", "HH"))
    assert 20 < high.raised[0] < danger.raised[0] < danger.cleared[0] <= high.cleared[0] < 150
    # Long enough apart to be seen as two steps.
    assert danger.raised[0] - high.raised[0] >= 10


def test_it_comes_again_after_a_quarter_of_an_hour(story: Story) -> None:
    high = story.watches["E001", "GT-101", "H"]
    assert len(high.raised) == len(high.cleared) == 2
    assert high.raised[1] - high.raised[0] == pytest.approx(900, abs=10)


def test_nothing_else_in_the_park_alarms_in_half_an_hour(story: Story) -> None:
    raised = {key: watch.raised for key, watch in story.watches.items() if watch.raised}
    assert set(raised) == {("E001", "GT-101", "H"), ("E001", "GT-101", "HH")}


def test_the_interlock_trips_closes_its_valve_and_is_reset(story: Story) -> None:
    interlock = [state for _, state in story.states["ESD-101"]]
    valve = [state for _, state in story.states["XV-101"]]
    once = ["tripped", "reset_pending", "in_service"]
    assert interlock == ["in_service", *once, *once]
    assert valve == ["open", *["moving", "closed", "moving", "open"] * 2]
    tripped_at = story.states["ESD-101"][1][0]
    assert 0 < tripped_at - story.watches["E001", "GT-101", "HH"].raised[0] < 5
    for tag in ("ESD-201", "ESD-301", "SD-407", "FD-408", "XV-301"):
        assert len(story.states[tag]) == 1, tag


def test_a_quiet_night_is_quiet() -> None:
    story = _run("quiet", 4, 3_600)
    assert [key for key, watch in story.watches.items() if watch.raised] == []


def test_chlorine_is_felt_by_the_chlorine_detectors_only() -> None:
    story = _run("chlorine_leak", 1, 1_200)
    raised = {key[1] for key, watch in story.watches.items() if watch.raised}
    assert raised == {"AT-301"}
    assert story.watches["E002", "AT-301", "HH"].cleared
