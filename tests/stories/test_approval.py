"""What a second person approved: carried out on what stands by then, and on nothing graver."""

from dataclasses import replace

import pytest

from services.alerts.engine import Action, Engine, Refused
from services.domain.alarm import Alarm, AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.application import GRAVER, NEIGHBOUR_ROSE, NOTHING_STANDS, Application
from services.domain.claim import Claim
from services.domain.point import Point
from services.domain.rule import Direction
from services.domain.subject import Subject
from tests.stories.park import GAS, Park, Told, ms, rule
from tests.stories.test_shelf import ELSEWHERE, NEXT, TANK

NOTE = "已现场核实"


def park(grade: int = 2) -> Park:
    return Park(rule("H", 25, grade), rule("L", 5, grade))


def applied(alarm: Alarm, at: int = 0) -> Application:
    """As the api keeps it while it waits."""
    return Application(
        alarm.enterprise,
        alarm.subject,
        alarm.direction,
        alarm.rule,
        alarm.grade,
        alarm.limit,
        at,
    )


def approve(
    where: Park,
    asked: Alarm,
    kind: LifeEvent = LifeEvent.SHELVE,
    minutes: float = 20,
    of: set[str] | None = None,
    applied_at: float = 0,
) -> tuple[Told, list[Refused]]:
    """Li approves what wang applied for."""
    wanted = applied(asked, ms(applied_at))
    action = Action(kind, asked.id, "wang", "探头结露", minutes, "P-7", "li", NOTE, wanted)
    outcome, _, refused = where.engine.act(action, of, ms(where.now))
    return where.take(outcome), refused


def chattering(where: Park) -> Alarm:
    """The first of three occurrences; the third stands."""
    where.read(30, 0)
    first = where.alarm
    for second in (2, 4):
        where.read(10, second - 1)
        where.read(30, second)
    assert where.alarm.id != first.id
    return first


def test_of_an_alarm_that_chatters_the_occurrence_that_stands_is_shelved() -> None:
    story = park()
    first = chattering(story)
    story.now = 5
    assert approve(story, first) == ([("shelved", 5)], [])
    alarm = story.alarm
    assert (alarm.state, alarm.raised_at) == (AlarmState.SHELVED, ms(4))
    assert alarm.off is not None
    assert (alarm.off.by, alarm.off.approved_by, alarm.off.approval_note) == ("wang", "li", NOTE)
    story.read(10, 6)
    story.read(30, 7)
    assert story.alarm.state is AlarmState.SHELVED, "and what follows it"


def test_between_two_occurrences_the_one_that_waits_for_its_acknowledgement_is_taken() -> None:
    story = park()
    first = chattering(story)
    story.read(10, 5)
    assert story.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert approve(story, first) == ([("shelved", 5)], [])
    story.read(30, 6)
    assert [alarm.state for alarm in story.open] == [AlarmState.SHELVED]


def test_where_nothing_stands_any_more_nothing_is_done() -> None:
    story = park()
    story.read(30, 0)
    first = story.alarm
    story.acknowledge(first.id)
    story.read(10, 1)
    assert story.open == []
    told, refused = approve(story, first)
    assert (told, refused) == ([], [Refused(first.id, "not_open", NOTHING_STANDS)])
    story.read(30, 2)
    assert approve(story, first) == ([("shelved", 2)], []), "it waits for what stands again"


def test_what_is_graver_by_now_was_not_approved() -> None:
    story = Park(rule("H", 25, 3), rule("HH", 50, 2))
    story.read(30, 0)
    asked = story.alarm
    story.read(60, 1)
    told, [refused] = approve(story, asked)
    assert (told, refused.code, refused.text) == ([], "not_possible", GRAVER)
    assert story.alarm.state is AlarmState.UNACKNOWLEDGED
    story.read(30, 2)
    assert approve(story, asked) == ([("shelved", 2)], [])


def test_a_limit_further_out_is_graver_in_the_same_grade_and_out_of_service_too() -> None:
    story = Park(rule("H", 25, 2), rule("HH", 50, 2))
    story.read(60, 0)
    asked = story.alarm
    story.read(30, 1)
    told, _ = approve(story, asked, LifeEvent.TAKE_OUT)
    assert told == [("out_of_service", 1)], "less than what was applied for is covered"

    story = Park(rule("H", 25, 2), rule("HH", 50, 2))
    story.read(30, 0)
    asked = story.alarm
    story.read(60, 1)
    told, [refused] = approve(story, asked, LifeEvent.TAKE_OUT)
    assert (told, refused.text) == ([], GRAVER)


def test_another_direction_another_point_and_another_enterprise_are_not_meant() -> None:
    story = park()
    story.read(30, 0)
    asked = story.alarm
    story.acknowledge(asked.id)
    story.read(2, 1)
    assert story.alarm.direction is Direction.LOW
    told, [refused] = approve(story, asked)
    assert (told, refused.text) == ([], NOTHING_STANDS)
    told, [refused] = approve(story, story.alarm, of={"zeta"})
    assert (told, refused.code) == ([], "not_found")


def test_what_is_off_the_board_already_is_not_shelved_again() -> None:
    story = park()
    first = chattering(story)
    approve(story, first)
    told, [refused] = approve(story, first)
    assert (told, refused.alarm_id, refused.text) == ([], story.alarm.id, "It is so already.")


@pytest.mark.parametrize(("key", "told"), [("stuck", [("shelved", 3)]), ("leak", [])])
def test_of_what_another_judge_finds_the_same_condition_is_meant(key: str, told: Told) -> None:
    def claims(name: str, active: bool) -> None:
        claim = Claim(
            name, "acme", Subject.point(GAS.tag), name, active, 2, ms(story.now), str(story.now),
            {}, None, 1, ms(600),
        )  # fmt: skip
        story.take(story.engine.claim([claim], ms(story.now)))

    story = Park()
    claims("stuck", True)
    asked = story.alarm
    for second, (name, active) in enumerate([("stuck", False), (key, True)], start=2):
        story.now = second
        claims(name, active)
    if key == "leak":
        story.acknowledge(asked.id)
    assert approve(story, asked)[0] == told


def test_after_a_restart_an_approval_finds_the_same() -> None:
    story = park()
    first = chattering(story)
    story.restart()
    story.now = 5
    assert approve(story, first) == ([("shelved", 5)], [])


def tanks(neighbour: Point = NEXT) -> Park:
    points = (TANK, neighbour, ELSEWHERE)
    return Park(*(rule("H", 80, 2, point=each) for each in points), points=points)


def of_tank(where: Park) -> Alarm:
    return next(alarm for alarm in where.open if alarm.tag == TANK.tag)


def test_a_neighbour_that_rose_since_was_not_thought_of() -> None:
    story = tanks()
    story.read(85, 0, point=TANK)
    asked = of_tank(story)
    story.read(85, 5, point=NEXT)
    told, [refused] = approve(story, asked, applied_at=1)
    assert (told, refused.code, refused.text) == ([], "not_possible", NEIGHBOUR_ROSE)
    assert of_tank(story).state is AlarmState.UNACKNOWLEDGED
    assert approve(story, asked, applied_at=6) == ([("shelved", 5)], []), "asked again, it is known"


def worsening() -> Park:
    """Two tanks above H; the neighbour goes on to HH."""
    story = Park(
        *(rule("H", 80, 3, point=each) for each in (TANK, NEXT)),
        rule("HH", 90, 2, point=NEXT),
        points=(TANK, NEXT),
    )
    story.read(85, 0, point=TANK)
    story.read(85, 0, point=NEXT)
    return story


@pytest.mark.parametrize("restarts", [False, True])
def test_a_neighbour_that_became_worse_since_was_not_thought_of_either(restarts: bool) -> None:
    story = worsening()
    asked = of_tank(story)
    assert story.read(95, 5, point=NEXT) == [("escalated", 5)]
    if restarts:
        story.restart()
    told, [refused] = approve(story, asked, applied_at=1)
    assert (told, refused.text) == ([], NEIGHBOUR_ROSE)
    assert approve(story, asked, applied_at=6) == ([("shelved", 5)], []), "asked again, it is known"


def test_that_it_became_worse_is_known_after_a_kill() -> None:
    story = worsening()
    dump = story.engine.dump()
    story.read(95, 5, point=NEXT)
    said, states = story.last.transitions, story.last.states
    story.engine = Engine.load(dump, story.directory)
    for each in said:
        story.engine.replay_record(each)
    for state in states:
        story.engine.replay_record(state)
    _, [refused] = approve(story, of_tank(story), applied_at=1)
    assert refused.text == NEIGHBOUR_ROSE


def test_a_neighbour_that_rose_and_is_over_and_acknowledged_was_not_thought_of() -> None:
    story = tanks()
    story.read(85, 0, point=TANK)
    asked = of_tank(story)
    story.read(85, 5, point=NEXT)
    story.acknowledge(next(alarm.id for alarm in story.open if alarm.tag == NEXT.tag))
    story.read(50, 6, point=NEXT)
    assert [alarm.tag for alarm in story.open] == [TANK.tag]
    _, [refused] = approve(story, asked, applied_at=1)
    assert refused.text == NEIGHBOUR_ROSE


def test_its_own_rise_and_one_that_nobody_can_have_waited_for_hinder_nothing() -> None:
    story = Park(*(rule("H", 80, 3, point=each) for each in (TANK, NEXT)),
                 rule("HH", 90, 2, point=TANK), points=(TANK, NEXT))  # fmt: skip
    story.read(95, 0, point=TANK)
    story.read(85, 1, point=TANK)
    asked = of_tank(story)
    assert story.read(95, 5, point=TANK) == [("escalated", 5)]
    story.read(85, 6, point=TANK)
    assert approve(story, asked, applied_at=1) == ([("shelved", 6)], [])
    story = tanks()
    story.read(85, 0, point=NEXT)
    story.acknowledge(story.alarm.id)
    story.read(50, 1, point=NEXT)
    story.wait(2)
    story.wait(3_700)
    story.read(85, 3_701, point=TANK)
    assert approve(story, of_tank(story), applied_at=-1) == ([("shelved", 3_701)], [])


def test_whom_nobody_heeds_on_the_shelf_does_not_hinder_an_approval() -> None:
    tested = replace(NEXT, exercise=(ms(0), ms(100)))
    story = tanks(tested)
    story.read(85, 0, point=TANK)
    asked = of_tank(story)
    story.read(85, 5, point=ELSEWHERE)
    story.read(85, 6, point=tested)
    assert approve(story, asked, applied_at=1) == ([("shelved", 6)], [])


def test_out_of_service_is_for_a_permit_whatever_the_neighbours_do() -> None:
    story = tanks()
    story.read(85, 0, point=TANK)
    asked = of_tank(story)
    story.read(85, 5, point=NEXT)
    told, _ = approve(story, asked, LifeEvent.TAKE_OUT, applied_at=1)
    assert told == [("out_of_service", 5)]
