"""A bypass that is heard of late: over by then it sounds once, as returned; never as good news."""

from dataclasses import replace

import pytest

from services.alerts.engine import Engine
from services.domain.alarm import AlarmState, ClosedAs
from services.domain.bypass import BypassKind
from services.domain.reading import Quality
from services.domain.state_course import MOST
from tests.stories.park import Told, ms
from tests.stories.test_interlocks import CODES, ESD, HOUR, QUIET, Plant, permit


def bypassed_between(plant: Plant, received: float = 61) -> Told:
    """In service at 10 and at 60; of the bypass from 20 to 30 we hear at 61."""
    plant.tell("in_service", 10)
    plant.tell("in_service", 60)
    batch = [
        plant.reading(CODES[state], at, received, ESD)
        for state, at in (("removed", 20), ("removed", 25), ("in_service", 30))
    ]
    return plant.judge(batch)


def test_one_that_is_over_sounds_as_returned_with_its_own_times() -> None:
    plant = Plant()
    assert bypassed_between(plant) == [("raised", 20), ("returned", 30)]
    alarm = plant.alarm
    assert (alarm.condition, alarm.state) == (
        "bypass_unapproved",
        AlarmState.RETURNED_UNACKNOWLEDGED,
    )
    assert (alarm.raised_at, alarm.received_at, alarm.cleared_at) == (ms(20), ms(61), ms(30))
    assert alarm.facts == {"state": "removed"}
    plant.acknowledge(alarm.id)
    assert plant.open == []


def test_it_sounds_once_however_often_and_in_whatever_pieces_it_is_told() -> None:
    plant = Plant()
    plant.tell("in_service", 10)
    plant.tell("in_service", 60)
    assert plant.tell("removed", 20, received=61) == [("raised", 20), ("returned", 60)]
    for at in (20, 25, 15):
        assert plant.tell("removed", at, received=62) == []
    plant.restart()
    assert plant.tell("removed", 22, received=63) == []
    assert len(plant.open) == 1


def test_what_a_killed_engine_had_told_is_not_told_again() -> None:
    plant = Plant()
    dump = plant.engine.dump()
    bypassed_between(plant)
    said = plant.last.transitions
    plant.engine = Engine.load(dump, plant.directory)
    for each in said:
        plant.engine.replay_record(each)
    plant.engine.remember(list(plant.stored.values()))
    assert plant.tell("removed", 27, received=62) == []
    assert plant.tell("removed", 20, received=62) == []
    assert [alarm.raised_at for alarm in plant.open] == [ms(20)]
    assert plant.tell("removed", 40, received=63) == [
        ("superseded", 40), ("raised", 40), ("returned", 60)]  # fmt: skip


def test_a_part_of_one_that_was_told_in_time_is_no_other_one() -> None:
    plant = Plant()
    for state, at in (("in_service", 10), ("removed", 20), ("in_service", 60)):
        plant.tell(state, at)
    for at in (15, 40, 59):
        assert plant.tell("removed", at, received=61) == []


def test_an_approval_of_its_time_keeps_it_quiet_though_it_is_closed_by_now() -> None:
    approved = permit(15, HOUR)
    plant = Plant(approved)
    plant.tell("in_service", 10)
    plant.tell("in_service", 60)
    plant.permits(replace(approved, until=ms(50), closed=True))
    assert plant.tell("bypass_maintenance", 20, received=61) == []
    assert plant.tell("removed", 25, received=62) == [("raised", 25), ("returned", 60)]


def test_an_approval_that_came_after_it_was_over_approves_nothing() -> None:
    plant = Plant(permit(45, HOUR, kind=BypassKind.REMOVAL))
    plant.tell("in_service", 40)
    plant.tell("in_service", 60)
    assert plant.tell("removed", 30, received=61) == [("raised", 30), ("returned", 40)]


def test_before_one_that_stands_it_is_counted_and_that_one_stays() -> None:
    plant = Plant()
    plant.tell("in_service", 10)
    plant.tell("in_service", 40)
    plant.tell("removed", 50)
    standing = plant.alarm
    told = plant.tell("removed", 20, received=51)
    assert told == [("raised", 20), ("returned", 40), ("superseded", 50), ("corrected", 51)]
    earlier = next(a for a in plant.alarms.values() if a.id != standing.id)
    assert (earlier.closed_as, earlier.cleared_at) == (ClosedAs.SUPERSEDED, ms(40))
    assert (plant.alarm.id, plant.alarm.superseded) == (standing.id, 1)
    assert plant.alarm.state is AlarmState.UNACKNOWLEDGED
    plant.restart()
    assert plant.tell("in_service", 70) == [("returned", 70)]


def test_after_one_that_waits_it_takes_its_place() -> None:
    plant = Plant()
    for state, at in (("removed", 10), ("in_service", 20), ("in_service", 60)):
        plant.tell(state, at)
    told = plant.tell("bypass_operational", 30, received=61)
    assert told == [("superseded", 30), ("raised", 30), ("returned", 60)]
    assert (plant.alarm.superseded, plant.alarm.facts) == (1, {"state": "bypass_operational"})


def test_one_that_still_stands_is_no_matter_of_the_past() -> None:
    plant = Plant()
    plant.tell("in_service", 10)
    plant.tell("removed", 50)
    assert plant.tell("removed", 40, received=51) == []
    assert plant.alarm.raised_at == ms(50)


def test_what_is_further_behind_than_two_minutes_is_of_the_record() -> None:
    plant = Plant()
    plant.tell("in_service", 0)
    plant.tell("in_service", 200)
    assert plant.tell("removed", 79, received=201) == []
    assert plant.tell("removed", 80, received=201) == [("raised", 80), ("returned", 200)]


def test_what_an_engine_that_took_over_cannot_know_it_does_not_tell_again() -> None:
    plant = Plant()
    plant.tell("in_service", 100)
    heir = Plant()
    heir.take(heir.engine.recall(list(plant.stored.values()), ms(101)))
    heir.now = 101
    heir.restart()
    assert heir.tell("removed", 90, received=102) == [], "that engine may have told of it"
    assert heir.tell("in_service", 110) == []
    assert heir.tell("removed", 105, received=111) == [("raised", 105), ("returned", 110)]


def test_late_good_news_of_before_the_bad_is_none_of_now() -> None:
    plant = Plant()
    plant.tell("removed", 5, QUIET)
    assert plant.read(None, 20, point=QUIET, quality=Quality.BAD) == [("lapsed", 20)]
    assert plant.tell("removed", 10, QUIET, received=21) == []
    assert plant.tell("removed", 20, QUIET, received=22) == [], "the worse of one instant"
    assert not plant.alarm.judged
    assert plant.tell("removed", 21, QUIET) == [("resumed", 22)]
    assert plant.alarm.judged


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_nor_is_it_after_a_restart(how: str) -> None:
    plant = Plant()
    plant.tell("removed", 5, QUIET)
    dump = plant.engine.dump()
    plant.read(None, 20, point=QUIET, quality=Quality.BAD)
    said = plant.last.transitions
    if how == "restart":
        plant.restart()
    else:
        plant.engine = Engine.load(dump, plant.directory)
        for each in said:
            plant.engine.replay_record(each)
        plant.engine.remember(list(plant.stored.values()))
    assert plant.tell("removed", 10, QUIET, received=21) == []
    assert not plant.alarm.judged
    assert "resumed" in [event for event, _ in plant.tell("removed", 25, QUIET)]


def test_what_is_told_first_of_before_the_bad_is_an_alarm_that_is_not_judged() -> None:
    plant = Plant()
    plant.tell("in_service", 5, QUIET)
    plant.read(None, 20, point=QUIET, quality=Quality.BAD)
    assert plant.tell("removed", 10, QUIET, received=21) == [("raised", 10), ("lapsed", 20)]
    assert not plant.alarm.judged
    plant.acknowledge(plant.alarm.id)
    assert plant.tell("in_service", 15, QUIET, received=22) == [("cleared", 15)], (
        "the last that was said in good quality, as of any limit"
    )


def test_another_breach_of_before_the_bad_asks_again_and_is_still_not_judged() -> None:
    plant = Plant(permit(0, 100, points=("ESD-302",)))
    plant.tell("bypass_maintenance", 10, QUIET)
    plant.wait(100)
    plant.acknowledge(plant.alarm.id)
    assert plant.read(None, 120, point=QUIET, quality=Quality.BAD) == [("lapsed", 120)]
    told = plant.tell("removed", 110, QUIET, received=121)
    assert told == [("escalated", 121)]
    assert (plant.alarm.state, plant.alarm.judged) == (AlarmState.UNACKNOWLEDGED, False)


def test_the_memory_of_a_point_is_bounded() -> None:
    plant = Plant()
    batch = [plant.reading(CODES["in_service"], at / 20, 200, ESD) for at in range(2 * MOST)]
    assert plant.judge(batch) == []
    (course,) = plant.engine.picture().courses
    assert len(course.entries) == MOST
    assert plant.tell("removed", 10.01, received=201) == [], "too late for what is remembered"
    assert plant.tell("removed", 60.01, received=201) == [("raised", 60.01), ("returned", 60.05)]
