"""Taking an alarm off the board and back: one life a story."""

from dataclasses import replace

import pytest

from services.alerts.engine import Action
from services.domain.alarm import Alarm, AlarmState, ClosedAs
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.point import Point, PointKind
from services.domain.rule import LimitRule
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT
from tests.stories.park import GAS, Park, Told, ms, rule

HOUR = 3600.0
TANK = Point(21, "acme", "LT-21", PointKind.LEVEL, "%", hazard_source="tanks")
NEXT = replace(TANK, id=22, tag="LT-22")
ELSEWHERE = replace(TANK, id=23, tag="LT-23", hazard_source="wharf")


def park(*rules: LimitRule, grade: int = 3) -> Park:
    points = (TANK, NEXT, ELSEWHERE, GAS)
    own = rules or tuple(rule("H", 80, grade, point=each) for each in points)
    return Park(*own, points=points)


def act(
    where: Park,
    kind: LifeEvent,
    alarm: Alarm,
    minutes: float = 60,
    permit: str | None = None,
    approved_by: str | None = None,
) -> tuple[Told, list[str]]:
    """What it brought, and why it was refused."""
    action = Action(kind, alarm.id, "wang", "冒泡误报", minutes, permit, approved_by)
    outcome, _, refused = where.engine.act(action, None, ms(where.now))
    return where.take(outcome), [each.text for each in refused]


def shelve(
    where: Park, minutes: float = 60, approved_by: str | None = None
) -> tuple[Told, list[str]]:
    return act(where, LifeEvent.SHELVE, where.alarm, minutes, approved_by=approved_by)


def test_shelved_it_is_judged_on_and_comes_back_standing_at_the_end_of_its_time() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    assert shelve(story, 60) == ([("shelved", 0)], [])
    alarm = story.alarm
    assert alarm.state is AlarmState.SHELVED
    assert alarm.off is not None
    assert (alarm.off.by, alarm.off.reason, alarm.off.until) == ("wang", "冒泡误报", ms(HOUR))
    assert story.wait(HOUR - 1) == []
    assert story.wait(HOUR) == [("unshelved", HOUR)]
    assert (story.alarm.state, story.alarm.off) == (AlarmState.UNACKNOWLEDGED, None)


def test_over_at_the_end_of_its_time_it_is_closed() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story, 60)
    assert story.read(10, 60, point=TANK) == [("returned", 60)]
    assert story.alarm.state is AlarmState.SHELVED
    story.wait(HOUR)
    (closed,) = story.alarms.values()
    assert (closed.state, closed.closed_as) == (AlarmState.NORMAL, ClosedAs.CLEARED)
    assert closed.cleared_at == ms(60)
    assert story.open == []


def test_what_follows_during_the_shelf_is_shelved_quietly_and_is_on_record() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story, 60)
    first = story.alarm
    story.read(10, 60, point=TANK)
    assert story.read(90, 120, point=TANK) == [("superseded", 120), ("raised", 120)]
    second = story.alarm
    assert (second.state, second.off) == (AlarmState.SHELVED, first.off)
    assert story.said[-1].alarm.state is AlarmState.SHELVED, "raised, but never loud"
    assert second.superseded == 0, "nothing waited for an acknowledgement"
    assert story.wait(HOUR) == [("unshelved", HOUR)]
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED


def test_another_direction_is_not_covered() -> None:
    story = park(rule("H", 80, 3, point=TANK), rule("L", 20, 3, point=TANK))
    story.read(85, 0, point=TANK)
    shelve(story)
    story.read(10, 60, point=TANK)
    assert [alarm.state for alarm in story.open] == ["shelved", "unacknowledged"]


def test_by_hand_it_comes_back_at_once() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    story.now = 30
    told, refused = act(story, LifeEvent.UNSHELVE, story.alarm)
    assert (told, refused) == ([("unshelved", 30)], [])
    assert story.said[-1].actor == "wang"
    assert story.wait(2 * HOUR) == [], "the end of the shelf that was is none any more"


def test_a_neighbour_that_rises_unshelves_it_at_once() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    assert story.read(85, 10, point=ELSEWHERE) == [("raised", 10)], "no neighbour"
    assert story.read(85, 20, point=NEXT) == [("raised", 20), ("unshelved", 20)]
    assert {alarm.state for alarm in story.open} == {AlarmState.UNACKNOWLEDGED}


def test_two_neighbours_cannot_both_be_kept_quiet_while_they_rise() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    story.read(85, 10, point=NEXT)
    for alarm in story.open:
        act(story, LifeEvent.SHELVE, alarm)
    story.read(10, 20, point=NEXT)
    told = story.read(85, 30, point=NEXT)
    assert ("unshelved", 30) in told
    states = {alarm.tag: alarm.state for alarm in story.open}
    assert states == {"LT-21": "unacknowledged", "LT-22": "shelved"}


def test_a_worse_level_ends_the_shelf_and_sounds() -> None:
    story = park(rule("H", 80, 3, point=TANK), rule("HH", 90, 2, point=TANK))
    story.read(85, 0, point=TANK)
    shelve(story)
    assert story.read(95, 10, point=TANK) == [("unshelved", 10), ("escalated", 10)]
    assert (story.alarm.state, story.alarm.grade) == (AlarmState.UNACKNOWLEDGED, 2)


def test_a_new_occurrence_worse_than_what_was_shelved_sounds() -> None:
    story = park(rule("H", 80, 3, point=TANK), rule("HH", 90, 3, point=TANK))
    story.read(85, 0, point=TANK)
    shelve(story)
    story.read(10, 10, point=TANK)
    assert story.read(95, 20, point=TANK) == [("unshelved", 20), ("raised", 20)]
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED


def test_a_level_of_the_same_grade_that_was_shelved_stays_so() -> None:
    story = park(rule("H", 80, 3, point=TANK), rule("HH", 90, 3, point=TANK))
    story.read(95, 0, point=TANK)
    shelve(story)
    assert story.read(85, 10, point=TANK) == [("deescalated", 10)]
    assert story.read(95, 20, point=TANK) == [("escalated", 20)]
    assert story.alarm.state is AlarmState.SHELVED


@pytest.mark.parametrize(
    ("grade", "minutes", "second", "why"),
    [
        (1, 1, "li", "An alarm of grade 1 is never shelved."),
        (2, 31, "li", "An alarm of grade 2 is shelved for 1 to 30 minutes."),
        (2, 30, None, "A second person has to approve this."),
        (2, 30, "wang", "A second person has to approve this."),
        (2, 30, "li", None),
        (3, 241, None, "An alarm of grade 3 is shelved for 1 to 240 minutes."),
        (3, 240, None, None),
        (4, 721, None, "An alarm of grade 4 is shelved for 1 to 720 minutes."),
        (4, 720, None, None),
        (4, 0, None, "An alarm of grade 4 is shelved for 1 to 720 minutes."),
    ],
)
def test_the_limits_by_grade(
    grade: int, minutes: float, second: str | None, why: str | None
) -> None:
    story = park(grade=grade)
    story.read(85, 0, point=TANK)
    told, refused = shelve(story, minutes, approved_by=second)
    assert refused == ([] if why is None else [why])
    assert told == ([("shelved", 0)] if why is None else [])


def inhibit(where: Park, active: bool, subject: Subject, lease: float = 600) -> Told:
    claim = Claim(
        INHIBIT,
        "acme",
        subject,
        "unit_stopped",
        active,
        4,
        ms(where.now),
        str(where.now),
        {"logic": "P-101 stopped"},
        None,
        1,
        ms(where.now + lease),
    )
    return where.take(where.engine.claim([claim], ms(where.now)))


TANKS = Subject("hazard_source", "tanks")


def of_tag(where: Park, tag: str) -> Alarm:
    return next(alarm for alarm in where.open if alarm.tag == tag)


def test_what_a_stopped_unit_inhibits_is_suppressed_with_its_logic_and_comes_back_after() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    assert inhibit(story, True, TANKS) == [("raised", 0), ("suppressed", 0)]
    off = of_tag(story, "LT-21").off
    assert off is not None
    logic = next(alarm for alarm in story.open if alarm.rule == INHIBIT)
    assert (off.by, off.reason) == (logic.id, "P-101 stopped")
    assert story.read(85, 1, point=NEXT) == [("raised", 1)]
    assert of_tag(story, "LT-22").state is AlarmState.SUPPRESSED, "raised, but never loud"
    assert story.read(85, 2, point=ELSEWHERE) == [("raised", 2)]
    assert of_tag(story, "LT-23").state is AlarmState.UNACKNOWLEDGED
    story.read(10, 3, point=NEXT)
    told = inhibit(story, False, TANKS)
    assert sorted(told) == [("released", 3), ("released", 3), ("returned", 3)]
    assert of_tag(story, "LT-21").state is AlarmState.UNACKNOWLEDGED
    assert [alarm for alarm in story.open if alarm.tag == "LT-22"] == []


def test_logic_whose_judge_fell_silent_suppresses_nothing() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    inhibit(story, True, TANKS, lease=30)
    assert story.wait(30) == [("lapsed", 30), ("released", 30)]
    assert of_tag(story, "LT-21").state is AlarmState.UNACKNOWLEDGED


def test_no_logic_keeps_a_gas_detector_quiet() -> None:
    story = park()
    inhibit(story, True, Subject.point(GAS.tag))
    story.read(85, 0)
    assert of_tag(story, GAS.tag).state is AlarmState.UNACKNOWLEDGED


def test_when_a_shelf_ends_under_an_inhibition_the_logic_takes_it() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    inhibit(story, True, TANKS)
    assert of_tag(story, "LT-21").state is AlarmState.SHELVED
    story.now = 5
    told, _ = act(story, LifeEvent.UNSHELVE, of_tag(story, "LT-21"))
    assert told == [("unshelved", 5), ("suppressed", 5)]


def test_it_survives_a_restart_with_its_time() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story, 60)
    inhibit(story, True, Subject.point(NEXT.tag))
    story.restart()
    story.read(85, 1, point=ELSEWHERE)
    assert of_tag(story, "LT-21").state is AlarmState.SHELVED
    outcome = story.engine.judge([story.reading(85, 2, 2, replace(NEXT))], ms(2))
    assert [t.alarm.state for t in outcome.transitions if t.event == "raised"] == ["suppressed"]
    assert story.take(outcome) == [("raised", 2.0)], "what logic inhibits tells nothing of others"


def test_it_survives_a_kill_by_what_was_spooled() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story, 60)
    spooled = list(story.said)
    reborn = park()
    for transition in spooled:
        reborn.engine.replay_record(transition)
    for state in story.states[TANK.id].values():
        reborn.engine.replay_record(state)
    assert reborn.open == story.open
    assert reborn.wait(HOUR) == [("unshelved", HOUR)]


def test_a_latched_alarm_stays_after_its_return_until_it_is_reset() -> None:
    story = Park(replace(rule("H", 25), latch=True))
    story.read(30, 0)
    story.acknowledge(story.alarm.id)
    assert story.read(10, 60) == [("returned", 60)]
    assert story.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert story.alarm.acknowledged_by is None
    story.now = 70
    (reset,), _ = story.acknowledge(story.alarm.id)
    assert (reset.closed_as, reset.cleared_at) == (ClosedAs.CLEARED, ms(60))


def test_a_latched_alarm_that_returned_on_the_shelf_still_wants_its_reset() -> None:
    story = park(replace(rule("H", 80, 3, point=TANK), latch=True))
    story.read(85, 0, point=TANK)
    shelve(story)
    story.read(10, 10, point=TANK)
    assert story.wait(HOUR) == [("unshelved", HOUR)]
    assert story.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_an_acknowledged_alarm_that_is_forgotten_asks_again() -> None:
    story = Park(replace(rule("H", 25), realarm_ms=600_000))
    story.read(30, 0)
    story.now = 10
    story.acknowledge(story.alarm.id)
    assert story.wait(609) == []
    assert story.wait(610) == [("realarmed", 610)]
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED
    assert story.wait(5_000) == [], "once, until somebody acknowledges it again"
    story.acknowledge(story.alarm.id)
    story.restart()
    assert story.wait(5_600) == [("realarmed", 5_600)]


def test_an_acknowledged_alarm_that_is_over_is_not_forgotten() -> None:
    story = Park(replace(rule("H", 25), realarm_ms=600_000))
    story.read(30, 0)
    story.acknowledge(story.alarm.id)
    story.read(10, 60)
    assert story.wait(1_000) == []


def test_off_the_board_nothing_is_acknowledged() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    (same,), refused = story.acknowledge(story.alarm.id)
    assert (same.state, refused, story.last.transitions) == (AlarmState.SHELVED, [], [])


def test_what_cannot_be_says_why() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    assert act(story, LifeEvent.UNSHELVE, story.alarm)[1] == ["It is not shelved."]
    shelve(story)
    assert shelve(story)[1] == ["It is so already."]
    assert act(story, LifeEvent.RETURN_TO_SERVICE, story.alarm)[1] == ["It is not out of service."]


def test_a_rule_that_goes_takes_its_shelf_with_it() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    story.now = 10
    gone = replace(rule("H", 80, 3, point=TANK), valid_to=ms(10))
    assert story.book(gone) == [("withdrawn", 10)]
    assert story.wait(HOUR) == []


def test_a_late_reading_inside_the_shelf_stays_quiet() -> None:
    story = park()
    story.read(85, 0, point=TANK)
    shelve(story)
    story.read(85, 60, point=TANK)
    story.read(10, 30, 61, point=TANK)
    assert [alarm.state for alarm in story.open] == ["shelved"]
    assert story.wait(HOUR) == [("unshelved", HOUR)]
