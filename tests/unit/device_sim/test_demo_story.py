"""The demo's story, judged by an oracle of the tests' own: no broker, no platform."""

import pytest

from tests.unit.device_sim.story import Story, tell

STORY_S = 1_800


@pytest.fixture(scope="module", params=[1, 2, 3])
def story(request: pytest.FixtureRequest) -> Story:
    return tell("demo", request.param, STORY_S)


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
    for story in (tell("quiet", 4, 3_600), tell("quiet", 4, 300, whole_park=True)):
        assert [key for key, watch in story.watches.items() if watch.raised] == []


def test_chlorine_is_felt_by_the_chlorine_detectors_only() -> None:
    story = tell("chlorine_leak", 1, 1_200)
    raised = {key[1] for key, watch in story.watches.items() if watch.raised}
    assert raised == {"AT-301"}
    assert story.watches["E002", "AT-301", "HH"].cleared
