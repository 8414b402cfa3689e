"""A detector that says nothing leaves its vote as one does that says it is broken."""

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.scenario import parse

HEAD = """name: trial
title: 试验
title_en: Trial
start: 2026-01-05T00:00:00Z
duration_s: 120
park: physical
timeline:
  - {cause: instrument, tags: [E002/AT-302], kind: saturated, at_s: 60}
"""
"""One of the three chlorine detectors demands the trip from the second minute on."""
AILING = "  - {{cause: instrument, tags: [E002/AT-301], kind: {}, at_s: 10}}\n"
ALL = "  - {{cause: instrument, tags: ['E002/AT-30?'], kind: {}, at_s: 10}}\n"


def state_after(text: str, seconds: int = 120) -> object:
    """What ESD-301 (2oo3) shows."""
    scenario = parse(text, "trial.yaml")
    fleet = Fleet(scenario, 1, "b0", PERSONAS["native"])
    for second in range(seconds):
        fleet.tick(scenario.start_ms + second * 1000)
    return fleet.world.shown("E002", "G01")["ESD-301"]


def test_one_of_three_that_are_well_is_not_enough() -> None:
    assert state_after(HEAD) == "in_service"


@pytest.mark.parametrize("kind", ["dead", "fault_low", "fault_high"])
def test_with_one_gone_the_vote_is_one_out_of_two(kind: str) -> None:
    assert state_after(HEAD + AILING.format(kind), 60) == "in_service"
    assert state_after(HEAD + AILING.format(kind)) == "tripped"


@pytest.mark.parametrize("kind", ["dead", "fault_low"])
def test_with_all_of_them_gone_it_trips(kind: str) -> None:
    assert state_after(HEAD + ALL.format(kind), 30) == "tripped"
