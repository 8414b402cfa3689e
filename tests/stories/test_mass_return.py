"""What comes back to the board all at once is as much to take in as what rises all at once."""

from dataclasses import replace

from services.alerts.engine import Engine
from services.domain.alarm import AlarmState
from services.domain.suppression_rule import Target
from tests.stories.park import ms
from tests.stories.park import rule as limit
from tests.stories.suppressing import FLOW, POINTS, STOPPED, Plant, suppression

MANY = [replace(FLOW, id=100 + n, tag=f"FT-{100 + n}") for n in range(20)]


def stopped() -> Plant:
    """The pump stands still, and what it feeds has no flow."""
    plant = Plant(
        suppression(STOPPED, Target(hazard_source="unit-1")),
        points=(*POINTS, *MANY),
        limits=[limit("L", 10, 3, point=each) for each in MANY],
    )
    plant.switch("off", 0)
    plant.judge([plant.reading(5, 1, 1, each) for each in MANY])
    return plant


def test_a_start_that_brings_many_back_is_a_flood() -> None:
    plant = stopped()
    assert plant.engine.floods() == {}
    plant.switch("on", 2)
    floods = plant.engine.floods()
    assert {console: rate for console, (_, rate) in floods.items()} == {"": 20, "acme": 20}
    assert floods["acme"][0].start == ms(2)
    plant.wait(602)
    assert plant.engine.floods() == {}


def test_what_is_over_when_it_comes_back_is_none() -> None:
    plant = stopped()
    plant.judge([plant.reading(50, 2, 2, each) for each in MANY])
    plant.switch("on", 3)
    assert plant.engine.floods() == {}


def test_a_flood_of_what_came_back_survives_a_kill() -> None:
    plant = stopped()
    dump, cut = plant.engine.dump(), len(plant.said)
    plant.switch("on", 2)
    assert {each.state for each in plant.open} == {AlarmState.UNACKNOWLEDGED}
    again = Engine.load(dump, plant.directory)
    for transition in plant.said[cut:]:
        again.replay_record(transition)
    assert again.floods() == plant.engine.floods() != {}
