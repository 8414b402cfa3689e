"""A rule that cannot judge says so, is not clear, and harms no other."""

import math
from dataclasses import replace

from services.domain.subject import Subject
from tests.stories.park import GAS, rule
from tests.stories.rules import INTERLOCK, TEMPERATURE, TWIN, VALVE, Ruled, detector

UNFORESEEN = math.inf
"""No number that the border lets through; a state's code least of all."""


def test_a_rule_whose_parameters_make_no_sense_is_undetermined_and_others_go_on() -> None:
    senseless = detector("deviation", TEMPERATURE, TWIN, limit=-5.0)
    park = Ruled(senseless, detector("state", VALVE, states="fault"), limits=[rule("H", 25)])
    assert park.wait(1) == [("raised", 1)]
    alarm = park.alarm
    assert (alarm.subject, alarm.condition, alarm.point_id) == (
        Subject("rule", "r-deviation"),
        "undetermined",
        None,
    )
    assert "greater than 0" in str(alarm.facts["fault"])
    assert park.engine.unjudged == 1
    assert park.feed({2: 3.0}, VALVE) == [("raised", 2)]
    assert park.feed({3: 30.0}, GAS) == [("raised", 3)]
    assert park.wait(1_000) == [], "tried again it fails again, and there is nothing new to say"


def test_put_right_it_is_undetermined_no_more() -> None:
    park = Ruled(detector("state", VALVE, states="ajar"))
    park.wait(1)
    park.feed({2: 3.0}, VALVE)
    told = park.change(detector("state", VALVE, states="fault", version=2))
    assert sorted(told) == [("raised", 2), ("withdrawn", 2)]
    assert park.alarm.tag == "XV-1"


def test_a_rule_over_a_point_that_is_not_there_waits_for_it() -> None:
    missing = replace(TWIN, id=99, tag="TT-9")
    park = Ruled(detector("deviation", TEMPERATURE, missing, limit=5.0, smooth_s=0.0))
    park.wait(1)
    assert "points.other: This point is not registered." in str(park.alarm.facts["fault"])
    assert park.change(points=[missing]) == [("withdrawn", 1)]
    park.feed({2: 100.0}, TEMPERATURE)
    assert park.feed({3: 110.0}, missing) == [("raised", 3)]


def test_one_that_raises_while_it_judges_harms_nobody_and_is_tried_again() -> None:
    park = Ruled(
        detector("state", VALVE, states="fault"),
        detector("state", INTERLOCK, states="tripped", name="r-trip"),
    )
    park.feed({0: 3.0}, VALVE)
    batch = [
        park.reading(UNFORESEEN, 1, 1, VALVE),
        park.reading(1.0, 1, 1, INTERLOCK),
    ]
    assert sorted(park.judge(batch)) == [("lapsed", 1), ("raised", 1), ("raised", 1)]
    valve = next(alarm for alarm in park.open if alarm.tag == "XV-1")
    assert (valve.judged, valve.cleared_at) == (False, None)
    assert park.feed({30: 0.0}, VALVE) == [], "nothing is judged until it is tried again"
    assert sorted(park.wait(62)) == [("returned", 30), ("returned", 62)]
    assert park.engine.unjudged == 0
    assert park.feed({70: 3.0}, VALVE)[-1] == ("raised", 70)


def test_an_undetermined_rule_survives_a_restart_as_one_alarm() -> None:
    park = Ruled(detector("state", VALVE, states="ajar"))
    park.wait(1)
    before = park.alarm
    park.restart()
    assert park.wait(2) == []
    assert park.alarm == before
