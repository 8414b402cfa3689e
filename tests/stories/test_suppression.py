"""Suppression by design: what a stopped unit takes off the board, and when it comes back. What nobody knows for certain suppresses nothing."""

from dataclasses import replace

import pytest

from services.alerts.engine import Action, Engine, Hearing
from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.directory import BookChange
from services.domain.gateway_clock import TimesHeard
from services.domain.point import STATES, Point, PointKind
from services.domain.reading import Quality
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT, Off
from services.domain.suppression_hold import Phase, Unknown
from services.domain.suppression_rule import Target
from tests.stories.park import ms
from tests.stories.park import rule as limit
from tests.stories.rules import detector
from tests.stories.suppressing import (
    FLOW,
    FOREIGN,
    LEAK,
    LEVEL,
    PARENT,
    POINTS,
    PRESSURE,
    PUMP,
    SLOW,
    SPEED,
    STOPPED,
    Plant,
    suppression,
)

UNIT = Target(hazard_source="unit-1")


def test_while_the_pump_stands_still_low_flow_is_off_the_board_with_its_logic() -> None:
    plant = Plant(suppression())
    plant.switch("on", 0)
    assert plant.read(5, 1, point=FLOW) == [("raised", 1)]
    assert plant.switch("off", 2) == [("suppressed", 2)]
    alarm = plant.of(FLOW)
    assert alarm.state is AlarmState.SUPPRESSED
    off = alarm.off
    assert off is not None
    assert (off.how, off.by, off.rule_version, off.since) == (Off.SUPPRESSED, "s-1", 1, ms(2))
    assert off.reason == "no flow while the pump stands still"
    told = {"name": "P-101 stopped", "kind": "state", "tag": "XS-101", "states": "off"}
    assert told | {"value": "off", "off_delay_s": 0.0} == off.logic
    assert plant.switch("on", 3) == [("released", 3)]
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED
    assert plant.said[-1].note == "Suppression s-1 version 1 holds no more: P-101 stopped."


def test_what_begins_meanwhile_is_raised_off_the_board_and_judged_on() -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    assert plant.read(5, 1, point=FLOW) == [("raised", 1)]
    assert plant.said[-1].alarm.state is AlarmState.SUPPRESSED
    assert plant.read(50, 2, point=FLOW) == [("returned", 2)]
    assert plant.switch("on", 3) == [("released", 3)]
    assert plant.open == [], "it was over: released, it is closed"


def test_one_message_that_tells_the_stop_and_what_follows_sounds_nothing() -> None:
    plant = Plant(suppression())
    plant.switch("on", 0)
    told = plant.judge([plant.reading(5, 1, 1, FLOW), plant.reading(0, 1, 1, PUMP)])
    assert told == [("raised", 1)]
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED


def test_other_directions_points_and_enterprises_are_not_meant() -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    plant.read(95, 1, point=FLOW)
    plant.read(0.1, 1, point=PRESSURE)
    plant.read(5, 1, point=FOREIGN)
    assert {alarm.state for alarm in plant.open} == {AlarmState.UNACKNOWLEDGED}


def test_a_hazard_source_is_meant_with_all_its_points_but_gas() -> None:
    plant = Plant(suppression(STOPPED, UNIT, grade=2))
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    plant.read(0.1, 1, point=PRESSURE)
    plant.read(60, 1, point=LEAK)
    states = {alarm.tag: str(alarm.state) for alarm in plant.open}
    assert states == {"FT-101": "suppressed", "PT-101": "suppressed", "GT-136": "unacknowledged"}


def test_a_point_that_moves_into_the_source_is_meant_from_then_on_and_out_of_it_no_more() -> None:
    plant = Plant(suppression(PARENT, UNIT))
    plant.read(0.1, 0, point=PRESSURE)
    plant.read(5, 1, point=LEVEL)
    assert plant.of(LEVEL).off is None
    assert plant.change(points=[replace(LEVEL, hazard_source="unit-1")]) == [("suppressed", 1)]
    assert plant.change(points=[LEVEL]) == [("released", 1)]


@pytest.mark.parametrize(
    "other", [replace(FLOW, hazard_source="unit-2"), replace(FLOW, kind=PointKind.OXYGEN)]
)
def test_what_leaves_the_inhibited_source_or_becomes_gas_comes_back(other: Point) -> None:
    plant = Plant()
    stopped = Subject("hazard_source", "unit-1")
    inhibition = Claim(INHIBIT, "acme", stopped, "stopped", True, 4, ms(0), "trip")
    plant.take(plant.engine.claim([inhibition], ms(0)))
    plant.read(5, 1, point=FLOW)
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED
    assert plant.change(points=[other]) == [("released", 1)]
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize(("worst", "state"), [(3, "unacknowledged"), (2, "suppressed")])
def test_nothing_graver_is_covered_than_the_rule_says(worst: int, state: str) -> None:
    plant = Plant(suppression(grade=worst), limits=[limit("LL", 5, 2, point=FLOW)])
    plant.switch("off", 0)
    plant.read(1, 1, point=FLOW)
    assert plant.of(FLOW).state == state


def test_one_that_becomes_graver_than_that_comes_back_and_sounds() -> None:
    limits = [limit("L", 10, 3, point=FLOW), limit("LL", 5, 2, point=FLOW)]
    plant = Plant(suppression(), limits=limits)
    plant.switch("off", 0)
    plant.read(8, 1, point=FLOW)
    assert plant.read(1, 2, point=FLOW) == [("released", 2), ("escalated", 2)]
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED
    assert plant.read(8, 3, point=FLOW) == [("deescalated", 3), ("suppressed", 3)]
    plant.read(50, 4, point=FLOW)
    assert plant.read(1, 5, point=FLOW)[-1] == ("raised", 5)
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED


def test_grade_1_is_not_suppressed_even_by_a_rule_that_says_so() -> None:
    plant = Plant(suppression(grade=1), limits=[limit("LL", 5, 1, point=FLOW)])
    plant.switch("off", 0)
    plant.read(1, 1, point=FLOW)
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED


def test_a_vote_that_listens_to_gas_is_not_suppressed_though_its_own_point_is_no_gas() -> None:
    mixed = detector("expression", FLOW, LEAK, names=("f", "g"), text="f < 10.0 || g > 20.0")
    plain = detector("expression", FLOW, names=("f",), name="r-plain", text="f < 10.0")
    plant = Plant(suppression(STOPPED, UNIT), limits=[], detectors=[mixed, plain])
    plant.switch("off", 0)
    plant.read(0, 1, point=LEAK)
    plant.read(5, 1, point=FLOW)
    states = {alarm.rule: str(alarm.state) for alarm in plant.open}
    assert states == {"r-expression": "unacknowledged", "r-plain": "suppressed"}


def test_a_vote_whose_group_gets_a_gas_detector_comes_back() -> None:
    first = Point(60, "acme", "AN-1", PointKind.ANALOG, "ppm")
    second = replace(first, id=61, tag="AN-2")
    toxic = replace(first, id=62, tag="TX-1", kind=PointKind.TOXIC_GAS)
    made = detector("voting", first, names=("main",), needed=1, limit=10.0, window_s=60.0)
    plant = Plant(
        suppression(STOPPED, Target(point_id=first.id)),
        points=(*POINTS, first, second, toxic),
        limits=[],
    )
    plant.directory.groups.put(DetectorGroup("acme", "G", GroupKind.MIXED, (60, 61)))
    plant.directory.put_detector(replace(made, group="G"))
    plant.engine = Engine(plant.directory)
    plant.switch("off", 0)
    plant.read(20, 1, point=first)
    assert plant.of(first).state is AlarmState.SUPPRESSED
    wider = DetectorGroup("acme", "G", GroupKind.MIXED, (60, 61, 62))
    change = BookChange(plant.directory.version + 1, groups=(wider,))
    plant.take(plant.engine.apply_book(change, ms(2)))
    plant.read(30, 3, point=toxic)
    assert plant.of(first).state is AlarmState.UNACKNOWLEDGED


def test_after_its_condition_it_is_held_for_the_start_up_and_no_longer() -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    assert plant.switch("on", 10) == []
    assert plant.standing().phase is Phase.ENDING
    assert plant.standing().state.ends_at == ms(70)
    assert plant.wait(69) == []
    assert plant.wait(70) == [("released", 70)]
    assert plant.standing().phase is Phase.WAITING


def test_stopped_again_within_the_start_up_it_goes_on() -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    plant.switch("on", 10)
    assert plant.switch("off", 20) == []
    assert plant.wait(500) == []
    assert plant.standing().phase is Phase.HOLDING


def test_a_clock_that_is_set_back_makes_the_start_up_no_longer() -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("off", 1000)
    plant.read(5, 1001, point=FLOW)
    plant.switch("on", 1010)
    assert plant.wait(500) == []
    assert plant.wait(560) == [("released", 560)]


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.UNCERTAIN])
def test_what_is_not_good_suppresses_nothing_and_has_no_start_up(quality: Quality) -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    assert plant.read(0, 2, point=PUMP, quality=quality) == [("released", 2)]
    assert (plant.standing().phase, plant.standing().why) == (Phase.UNKNOWN, Unknown.BAD_QUALITY)
    assert plant.switch("off", 3) == [("suppressed", 3)]


def test_without_a_word_from_its_point_it_suppresses_nothing() -> None:
    plant = Plant(suppression())
    plant.read(5, 1, point=FLOW)
    assert plant.of(FLOW).off is None
    plant.wait(2)
    assert plant.standing().why is Unknown.NO_VALUE


def test_a_point_that_falls_silent_gives_back_what_it_suppressed() -> None:
    plant = Plant(suppression(SLOW))
    plant.read(0, 0, point=SPEED)
    assert plant.read(5, 1, point=FLOW) == [("raised", 1)]
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED
    seen = [plant.wait(each) for each in range(2, 40)]
    assert ("released", 31.0) in [told for each in seen for told in each]
    assert plant.standing().why is Unknown.SILENT
    assert plant.read(0, 41, point=SPEED)[-1] == ("suppressed", 41), "it speaks again"


def test_a_reading_long_under_way_is_no_word_of_now() -> None:
    plant = Plant(suppression(SLOW))
    plant.read(0, 0, 200, point=SPEED)
    plant.read(5, 201, point=FLOW)
    assert plant.of(FLOW).off is None
    assert plant.standing().why is Unknown.LATE


def test_an_older_reading_that_comes_late_changes_nothing() -> None:
    plant = Plant(suppression())
    plant.switch("off", 10)
    plant.read(5, 11, point=FLOW)
    assert plant.read(1, 5, 12, point=PUMP) == []
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED


@pytest.mark.parametrize("told", [("on", "off"), ("off", "on")])
@pytest.mark.parametrize("at_once", [True, False])
def test_of_two_values_of_one_instant_the_one_that_suppresses_nothing_counts(
    told: tuple[str, str], at_once: bool
) -> None:
    plant = Plant(suppression(hold=60))
    codes = [STATES[PUMP.kind].index(each) for each in told]
    both = [plant.reading(code, 1, 1, PUMP) for code in codes]
    for batch in [both] if at_once else [[each] for each in both]:
        plant.judge(batch)
    plant.read(5, 2, point=FLOW)
    plant.wait(3)
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED
    plant.restart()
    plant.wait(4)
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED
    assert plant.switch("off", 5) == [("suppressed", 5)], "what it says later counts"


@pytest.mark.parametrize(("ahead", "state"), [(6, "unacknowledged"), (5, "suppressed")])
def test_a_time_ahead_of_our_clock_starts_no_suppression(ahead: float, state: str) -> None:
    plant = Plant(suppression())
    plant.switch("on", 0)
    plant.read(0, 1 + ahead, 1, point=PUMP)
    plant.read(5, 2, point=FLOW)
    plant.wait(3)
    assert plant.of(FLOW).state == state


def test_a_switch_under_test_suppresses_nothing() -> None:
    tested = replace(PUMP, exercise=(ms(0), ms(100)))
    plant = Plant(suppression(), points=(tested, FLOW))
    plant.switch("off", 1)
    plant.read(5, 2, point=FLOW)
    assert plant.of(FLOW).off is None
    assert plant.standing().why is Unknown.UNDER_TEST


def test_a_quantity_is_reached_at_its_limit_and_left_beyond_its_deadband() -> None:
    plant = Plant(suppression(SLOW))
    plant.read(101, 0, point=SPEED)
    plant.read(5, 0, point=FLOW)
    assert plant.read(100, 1, point=SPEED) == [("suppressed", 1)]
    assert plant.read(150, 2, point=SPEED) == []
    assert plant.read(150.5, 3, point=SPEED) == [("released", 3)]
    assert plant.read(150, 4, point=SPEED) == []


def test_where_two_rules_hold_the_other_goes_on_when_one_ends() -> None:
    plant = Plant(suppression(), suppression(SLOW, name="s-2"))
    plant.switch("off", 0)
    plant.read(0, 0, point=SPEED)
    plant.read(5, 1, point=FLOW)
    assert plant.switch("on", 2) == [("corrected", 2)]
    off = plant.of(FLOW).off
    assert off is not None
    assert off.by == "s-2"
    assert off.logic["value"] == 0.0
    assert plant.read(500, 3, point=SPEED) == [("released", 3)]


def test_a_new_rule_judges_at_once_and_one_that_ends_gives_back_at_once() -> None:
    plant = Plant()
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    assert plant.change(suppression()) == [("suppressed", 1)]
    other = suppression(version=2, grade=4)
    assert plant.change(replace(suppression(), valid_to=ms(1)), other) == [("released", 1)]
    third = suppression(version=3)
    assert plant.change(replace(other, valid_to=ms(1)), third) == [("suppressed", 1)]
    off = plant.of(FLOW).off
    assert off is not None
    assert off.rule_version == 3
    assert plant.change(replace(third, valid_to=ms(1))) == [("released", 1)]


def test_a_new_version_that_holds_too_only_takes_over() -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    assert plant.change(suppression(version=2)) == [("corrected", 1)]
    off = plant.of(FLOW).off
    assert off is not None
    assert off.rule_version == 2


@pytest.mark.parametrize("gone", [PUMP, FLOW])
def test_a_point_that_goes_takes_its_part_with_it(gone: Point) -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    told = plant.change(gone=[gone])
    assert told == ([("released", 1)] if gone is PUMP else [("withdrawn", 1)])
    assert all(alarm.off is None for alarm in plant.open)


def test_a_shelf_that_ends_meanwhile_leaves_it_to_the_logic() -> None:
    plant = Plant(suppression())
    plant.read(5, 0, point=FLOW)
    action = Action(LifeEvent.SHELVE, plant.of(FLOW).id, "wang", "why", 60)
    plant.take(plant.engine.act(action, None, ms(0))[0])
    plant.switch("off", 1)
    assert plant.of(FLOW).state is AlarmState.SHELVED
    assert plant.wait(3600) == [("unshelved", 3600), ("suppressed", 3600)]


def test_a_state_that_did_not_change_is_spooled_once() -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    spooled = len(plant.spool)
    for second in range(1, 20):
        plant.switch("off", second)
        plant.wait(second)
    assert len(plant.spool) == spooled


def test_a_switch_of_a_gateway_that_was_silent_has_to_speak_again() -> None:
    """It may have been switched meanwhile: what it said before the silence counts no more."""
    plant = Plant(suppression())
    spoken = Hearing("acme", "g-1", (PUMP.id,), TimesHeard(ms(0), ms(0)))
    off = plant.reading(0, 0, 0, PUMP)
    plant.take(plant.engine.judge([off], ms(0), [spoken]))
    plant.read(5, 1, point=FLOW)
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED
    told = [plant.wait(each) for each in range(2, 910)]
    assert ("released", 901.0) in [each for some in told for each in some]
    dump = plant.engine.dump()
    again = replace(spoken, times=TimesHeard(ms(920), ms(920)))
    plant.take(plant.engine.judge([], ms(920), [again]))
    plant.wait(921)
    assert (plant.standing().phase, plant.standing().why) == (Phase.UNKNOWN, Unknown.SILENT)
    plant.kill(dump)
    plant.wait(922)
    assert plant.standing().why is Unknown.SILENT
    assert plant.switch("off", 923)[-1] == ("suppressed", 923)
