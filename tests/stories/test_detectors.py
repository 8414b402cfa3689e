"""Rules that are more than a limit: one alarm life of each kind, in virtual time."""

from dataclasses import replace

from services.alerts.engine import Action
from services.domain.alarm import AlarmState, ClosedAs
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.point import PointKind
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT
from tests.stories.park import GAS, ms
from tests.stories.rules import (
    EAST,
    FLOW,
    INTERLOCK,
    LEVEL,
    TEMPERATURE,
    THIRD,
    TWIN,
    VALVE,
    WEST,
    Ruled,
    detector,
    ramp,
)


def test_a_temperature_that_runs_away_is_raised_and_over_beyond_its_deadband() -> None:
    rule = detector("rate", TEMPERATURE, limit_per_min=6.0, deadband_per_min=1.0, grade=2)
    park = Ruled(rule)
    assert park.feed(ramp(100, 0.05, 0, 60), TEMPERATURE) == []
    told = park.feed(ramp(103, 0.2, 70, 120), TEMPERATURE)
    assert [event for event, _ in told] == ["raised"]
    alarm = park.alarm
    assert (alarm.tag, alarm.condition, alarm.grade, alarm.rule) == ("TT-1", "rate", 2, "r-rate")
    assert alarm.direction is None
    assert alarm.facts["limit_per_min"] == 6.0
    value = alarm.facts["value"]
    assert isinstance(value, float)
    assert value >= 6.0
    park.acknowledge(alarm.id)
    told = park.feed(ramp(113, 0.0, 130, 240), TEMPERATURE)
    assert [event for event, _ in told] == ["cleared"]
    assert park.open == []


def test_two_sensors_that_disagree_for_long_enough() -> None:
    rule = detector("deviation", TEMPERATURE, TWIN, on=30, limit=5.0, smooth_s=0.0)
    park = Ruled(rule)
    park.feed({0: 100.0}, TEMPERATURE)
    assert park.feed({1: 110.0, 20: 110.0}, TWIN) == []
    assert park.wait(30.9) == []
    assert park.wait(40) == [("raised", 31)]
    assert (park.alarm.tag, park.alarm.facts["points"]) == ("TT-1", "TT-1, TT-2")
    assert (park.alarm.facts["low"], park.alarm.facts["high"]) == (100.0, 110.0)
    assert park.feed({45: 101.0}, TWIN) == [("returned", 45)]


def test_a_level_that_rests_while_its_pump_runs_is_stuck() -> None:
    rule = detector("stuck", LEVEL, FLOW, span_s=300.0, tolerance=0.1, witness_moves=5.0)
    park = Ruled(rule)
    for second in range(0, 301, 10):
        told = park.read(20 + second / 20, second, point=FLOW)
        told += park.read(50.0, second, point=LEVEL)
        assert told == ([("raised", 270)] if second == 270 else [])
    assert park.read(50.5, 310, point=LEVEL) == [("returned", 310)]


def test_a_point_that_says_its_value_is_bad() -> None:
    park = Ruled(detector("bad_quality", GAS, on=5))
    assert park.feed({0: 3.0, 10: None, 12: None}, GAS) == []
    assert park.wait(15) == [("raised", 15)]
    assert park.feed({20: 3.0}, GAS) == [("returned", 20)]


def test_a_broken_wire_is_a_failure_of_the_signal() -> None:
    park = Ruled(detector("signal_band", TEMPERATURE, grade=4))
    assert park.feed({0: 20.0}, TEMPERATURE) == []
    assert park.feed({1: -10.5}, TEMPERATURE) == [("raised", 1)]
    value = park.alarm.facts["value"]
    assert isinstance(value, float)
    assert round(value, 2) == 3.58
    assert park.feed({2: 20.0}, TEMPERATURE) == [("returned", 2)]


def test_two_of_three_vote_and_a_vote_expires_when_nobody_looks() -> None:
    rule = detector("voting", EAST, WEST, GAS, needed=2, limit=20.0, window_s=60.0, grade=1)
    park = Ruled(rule)
    assert park.feed({0: 25.0, 10: 5.0}, EAST) == []
    assert park.feed({20: 25.0}, WEST) == [("raised", 20)]
    assert (park.alarm.subject, park.alarm.facts["points"]) == (
        Subject.point("GT-E"),
        "GT-E, GT-W, GT-101",
    )
    assert park.feed({30: 5.0}, WEST) == []
    assert park.wait(100) == [("returned", 70)]


def test_a_pump_that_starts_too_often() -> None:
    rule = detector("count", VALVE, needed=3, span_s=60.0, states="open")
    park = Ruled(rule)
    beats: dict[float, float | None] = {0: 0.0, 5: 1.0, 10: 0.0, 15: 1.0, 20: 0.0}
    assert park.feed(beats, VALVE) == []
    assert park.feed({25: 1.0}, VALVE) == [("raised", 25)]
    assert park.wait(64.9) == []
    assert park.wait(80) == [("returned", 65)]


def test_a_limit_that_will_be_reached_is_told_before() -> None:
    rule = detector("forecast", TEMPERATURE, limit=200.0, horizon_s=600.0, span_s=300.0)
    park = Ruled(rule)
    assert park.feed(ramp(100, 0.0, 0, 300), TEMPERATURE) == []
    told = park.feed(ramp(100, 0.1, 310, 900), TEMPERATURE)
    ((event, at),) = told
    assert event == "raised"
    assert 700 <= at <= 900
    soonest, latest = park.alarm.facts["low"], park.alarm.facts["high"]
    assert isinstance(soonest, float)
    assert isinstance(latest, float)
    assert soonest <= (200 - (100 + 0.1 * (at - 310))) / 0.1 <= latest <= 600


def test_an_interlock_that_is_bypassed() -> None:
    rule = detector("state", INTERLOCK, states="bypass_maintenance,bypass_operational", grade=2)
    park = Ruled(rule)

    def told(values: dict[float, float | None]) -> list[tuple[str, int]]:
        begun = len(park.said)
        park.feed(values, INTERLOCK)
        those = [each for each in park.said[begun:] if each.alarm.rule == rule.id]
        return [(each.event.value, each.at) for each in those]

    assert told({0: 0.0, 5: 3.0}) == [("raised", ms(5))]
    assert told({9: 4.0}) == []
    assert told({10: 0.0}) == [("returned", ms(10))]
    assert {each.rule for each in park.alarms.values()} == {rule.id, "bypass"}


def test_gas_while_the_valve_is_open() -> None:
    rule = detector(
        "expression", GAS, VALVE, names=("gas", "valve"), text="gas > 20.0 && valve == 'open'"
    )
    park = Ruled(rule)
    assert park.feed({0: 30.0}, GAS) == []
    assert park.feed({1: 1.0}, VALVE) == [("raised", 1)]
    assert park.feed({2: 0.0}, VALVE) == [("returned", 2)]


def test_it_returns_only_after_its_off_delay() -> None:
    park = Ruled(detector("state", VALVE, states="fault", off=10))
    park.feed({0: 3.0}, VALVE)
    assert park.feed({1: 0.0, 5: 3.0, 6: 0.0}, VALVE) == []
    assert park.wait(15.9) == []
    assert park.wait(20) == [("returned", 16)]


def test_one_that_latches_stays_until_it_is_reset() -> None:
    park = Ruled(detector("state", VALVE, states="fault", latch=True))
    park.feed({0: 3.0}, VALVE)
    park.acknowledge(park.alarm.id)
    assert park.feed({1: 0.0}, VALVE) == [("returned", 1)]
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    park.acknowledge(park.alarm.id)
    assert park.open == []


def test_one_that_was_acknowledged_and_forgotten_asks_again() -> None:
    park = Ruled(detector("state", VALVE, states="fault", realarm=600))
    park.feed({0: 3.0}, VALVE)
    park.acknowledge(park.alarm.id)
    assert park.wait(599) == []
    assert park.wait(601) == [("realarmed", 601)]


def test_what_cannot_be_judged_any_more_stays_and_says_so() -> None:
    rule = detector(
        "expression", GAS, VALVE, names=("gas", "valve"), text="gas > 20.0", fresh_s=60.0
    )
    park = Ruled(rule)
    park.feed({0: 0.0}, VALVE)
    assert park.feed({1: 30.0}, GAS) == [("raised", 1)]
    assert park.wait(100) == []
    assert park.wait(200) == [("lapsed", 120.001)]
    assert (park.alarm.judged, park.alarm.cleared_at) == (False, None)
    assert park.engine.unjudged == 0
    park.feed({201: 0.0}, VALVE)
    assert park.feed({202: 40.0}, GAS) == [("resumed", 202)]
    assert park.feed({203: 5.0}, GAS) == [("returned", 203)]


def test_a_rule_that_is_removed_takes_its_alarm_along() -> None:
    rule = detector("state", VALVE, states="fault")
    park = Ruled(rule)
    park.feed({0: 3.0}, VALVE)
    assert park.end(rule) == [("withdrawn", 0)]
    assert park.feed({1: 3.0}, VALVE) == []


def test_a_changed_rule_judges_the_newest_value_at_once() -> None:
    rule = detector("state", VALVE, states="fault")
    park = Ruled(rule)
    park.feed({0: 3.0}, VALVE)
    park.wait(5)
    told = park.change(detector("state", VALVE, states="open", version=2))
    assert told == [("withdrawn", 5)]
    park.feed({6: 1.0}, VALVE)
    park.now = 8
    assert [event for event, _ in park.change(detector("state", VALVE, states="fault", version=3))]
    told = park.change(detector("state", VALVE, states="open,fault", version=4))
    assert told == [("raised", 6)]
    assert park.alarm.rule_version == 4


def test_another_grade_keeps_the_alarm() -> None:
    park = Ruled(detector("state", VALVE, states="fault", grade=3))
    park.feed({0: 3.0}, VALVE)
    park.acknowledge(park.alarm.id)
    told = park.change(detector("state", VALVE, states="fault", grade=1, version=2))
    assert told == [("escalated", 0)]
    assert (park.alarm.rule_version, park.alarm.state) == (2, AlarmState.UNACKNOWLEDGED)
    told = park.change(detector("state", VALVE, states="fault", grade=2, latch=True, version=3))
    assert told == [("deescalated", 0)]
    assert park.alarm.latch


def test_a_rule_dies_by_itself() -> None:
    park = Ruled(detector("state", VALVE, states="fault", valid_until=60))
    park.feed({0: 3.0}, VALVE)
    assert park.wait(59) == []
    assert park.wait(61) == [("withdrawn", 61)]
    assert [a.closed_as for a in park.alarms.values()] == [ClosedAs.WITHDRAWN]
    assert park.feed({62: 0.0, 63: 3.0}, VALVE) == []


def test_a_point_that_went_takes_its_rules_alarm_along() -> None:
    park = Ruled(detector("voting", EAST, WEST, needed=1, limit=20.0))
    park.feed({0: 30.0}, EAST)
    assert park.book(gone=[EAST]) == [("withdrawn", 0)]
    assert park.read(30.0, 1, point=WEST) == []


def test_readings_of_the_past_are_not_fed() -> None:
    park = Ruled(detector("state", VALVE, states="fault"))
    assert park.read(3.0, 0, received=100_000, point=VALVE) == []


def test_nothing_is_heard_of_a_foreign_point() -> None:
    park = Ruled(detector("deviation", TEMPERATURE, TWIN, limit=5.0))
    assert park.feed({0: 500.0}, THIRD) == []
    assert park.engine.watched == {TEMPERATURE.id, TWIN.id, INTERLOCK.id}


def test_a_late_reading_takes_its_place_in_what_is_remembered() -> None:
    park = Ruled(detector("count", VALVE, needed=2, span_s=60.0, states="open"))
    assert park.feed({0: 0.0, 10: 1.0, 30: 1.0}, VALVE) == []
    assert park.read(0.0, 20, received=31, point=VALVE) == [("raised", 30)]


def test_a_point_under_test_raises_an_exercise_that_outlives_its_test_in_earnest() -> None:
    park = Ruled(detector("state", VALVE, states="fault"))
    park.change(points=[replace(VALVE, exercise=(ms(0), ms(100)))])
    assert park.feed({5: 3.0}, VALVE) == [("raised", 5)]
    assert park.alarm.exercise
    assert park.wait(101) == [("exercise_ended", 101)]
    assert not park.alarm.exercise


def test_the_plants_logic_takes_it_off_the_board() -> None:
    park = Ruled(detector("rate", TEMPERATURE, limit_per_min=6.0))
    stopped = Claim(INHIBIT, "acme", Subject.point("TT-1"), "stopped", True, 4, ms(0), "unit 3")
    park.take(park.engine.claim([stopped], ms(0)))
    told = park.feed(ramp(100, 1.0, 1, 61), TEMPERATURE)
    assert [event for event, _ in told] == ["raised"]
    alarm = next(each for each in park.open if each.rule == "r-rate")
    assert alarm.state is AlarmState.SUPPRESSED
    park.take(park.engine.claim([replace(stopped, active=False)], ms(70)))
    alarm = next(each for each in park.open if each.rule == "r-rate")
    assert alarm.state is AlarmState.UNACKNOWLEDGED


def test_after_our_own_clock_was_set_back_it_judges_on() -> None:
    park = Ruled(detector("state", VALVE, states="fault", on=10))
    park.read(0.0, 5_000, point=VALVE)
    park.now = 0.0
    assert park.feed({1: 3.0}, VALVE) == []
    assert park.wait(12) == [("raised", 11)]


def test_it_is_shelved_and_a_new_occurrence_stays_on_the_shelf() -> None:
    park = Ruled(detector("state", VALVE, states="fault", grade=3))
    park.feed({0: 3.0}, VALVE)
    shelve = Action(LifeEvent.SHELVE, park.alarm.id, "wang", "valve is being mended", 60.0)
    outcome, alarms, refused = park.engine.act(shelve, None, ms(1))
    assert (park.take(outcome), refused) == ([("shelved", 1)], [])
    assert alarms[0].state is AlarmState.SHELVED
    park.feed({2: 0.0}, VALVE)
    told = park.feed({3: 3.0}, VALVE)
    assert [event for event, _ in told] == ["superseded", "raised"]
    assert park.alarm.off is not None
    assert park.wait(3_602) == [("unshelved", 3_602)]
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED


def test_a_neighbour_that_finds_the_same_unshelves_it() -> None:
    first = replace(VALVE, id=31, tag="FD-1", kind=PointKind.FIRE, hazard_source="tank-farm")
    twin, far = replace(first, id=32, tag="FD-2"), replace(first, id=33, tag="FD-9")
    rules = [
        detector("state", each, states="alarm", name=each.tag)
        for each in (first, twin, replace(far, hazard_source="jetty"))
    ]
    park = Ruled()
    park.change(*rules, points=(first, twin, replace(far, hazard_source="jetty")))
    park.feed({0: 1.0}, first)
    shelve = Action(LifeEvent.SHELVE, park.alarm.id, "wang", "hot work nearby", 60.0)
    park.take(park.engine.act(shelve, None, ms(1))[0])
    assert park.feed({2: 1.0}, far) == [("raised", 2)], "no neighbour"
    assert park.feed({3: 1.0}, twin) == [("raised", 3), ("unshelved", 3)]


def test_its_first_batch_is_judged_in_order_of_time_from_its_beginning() -> None:
    """What the same batch brings later is no news of before it."""
    park = Ruled(detector("deviation", TEMPERATURE, TWIN, limit=15.0, smooth_s=4.0))
    values = ((TEMPERATURE, 0, 10.0), (TWIN, 0, 30.0), (TEMPERATURE, 2, 10.0))
    park.judge([park.reading(value, at, at, point=point) for point, at, value in values])
    assert park.alarm.raised_at == ms(0)
