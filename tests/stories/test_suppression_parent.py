"""Suppression by the alarm of a parent: what follows from it is off the board while it stands."""

from dataclasses import replace

import pytest

from services.alerts.engine import Action
from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.point import STATES, Point, PointKind
from services.domain.subject import Subject
from services.domain.suppression_hold import Unknown
from services.domain.suppression_rule import ConditionKind, SuppressionCondition, Target
from tests.stories.park import ms
from tests.stories.suppressing import (
    FLOW,
    FLOW_LOW,
    PARENT,
    POINTS,
    PRESSURE,
    STOPPED,
    Plant,
    suppression,
)

UNIT = Target(hazard_source="unit-1")


def test_the_alarm_of_a_parent_suppresses_what_follows_from_it() -> None:
    plant = Plant(suppression(PARENT, hold=30))
    plant.read(5, 0, point=FLOW)
    assert plant.read(0.1, 1, point=PRESSURE) == [("raised", 1), ("suppressed", 1)]
    parent = plant.of(PRESSURE)
    off = plant.of(FLOW).off
    assert off is not None
    assert (off.logic["alarm_id"], off.logic["alarm"]) == (parent.id, "low")
    plant.acknowledge(parent.id)
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED, "seen, it stands all the same"
    assert plant.read(1, 10, point=PRESSURE) == [("cleared", 10)]
    assert plant.wait(40) == [("released", 40)]


def test_a_parent_that_somebody_shelved_hides_nothing() -> None:
    plant = Plant(suppression(PARENT))
    plant.read(5, 0, point=FLOW)
    plant.read(0.1, 1, point=PRESSURE)
    action = Action(LifeEvent.SHELVE, plant.of(PRESSURE).id, "wang", "why", 60)
    outcome, _, _ = plant.engine.act(action, None, ms(2))
    assert plant.take(outcome) == [("shelved", 2), ("released", 2)]
    back = Action(LifeEvent.UNSHELVE, plant.of(PRESSURE).id, "wang")
    outcome, _, _ = plant.engine.act(back, None, ms(3))
    assert plant.take(outcome) == [("unshelved", 3), ("suppressed", 3)]


@pytest.mark.parametrize("key", ["calibration_due", "bump_test_due"])
def test_what_is_due_on_the_parent_suppresses_nothing(key: str) -> None:
    plant = Plant(suppression(SuppressionCondition(ConditionKind.ALARM, PRESSURE.id)))
    plant.read(1, 0, point=PRESSURE)
    plant.read(5, 1, point=FLOW)
    subject = Subject.point(PRESSURE.tag)
    due = Claim(key, "acme", subject, key, True, 4, ms(2), "2026", point_id=PRESSURE.id)
    plant.take(plant.engine.claim([due], ms(2)))
    assert plant.of(PRESSURE).rule == key
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED


def test_nor_does_a_bypass_of_the_parent_that_nobody_approved() -> None:
    trip = Point(41, "acme", "ESD-301", PointKind.INTERLOCK, "state", period_s=10.0)
    waiting = suppression(SuppressionCondition(ConditionKind.ALARM, trip.id))
    plant = Plant(waiting, points=(*POINTS, trip))
    plant.read(5, 1, point=FLOW)
    plant.read(STATES[trip.kind].index("bypass_maintenance"), 10, point=trip)
    assert plant.of(trip).condition == "bypass_unapproved"
    assert plant.of(FLOW).state is AlarmState.UNACKNOWLEDGED


def test_a_chain_goes_from_the_stop_to_the_last_of_what_follows() -> None:
    first = suppression(STOPPED, Target(point_id=PRESSURE.id), name="s-1")
    second = suppression(PARENT, FLOW_LOW, name="s-2")
    plant = Plant(first, second)
    plant.switch("off", 0)
    plant.read(0.1, 1, point=PRESSURE)
    plant.read(5, 2, point=FLOW)
    assert {str(alarm.state) for alarm in plant.open} == {"suppressed"}
    assert plant.switch("on", 3) == [("released", 3)], "the parent stands and explains the rest"
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED


def test_in_a_loop_nobody_keeps_anybody_quiet() -> None:
    there = suppression(PARENT, Target(point_id=FLOW.id), name="s-1")
    back = suppression(
        SuppressionCondition(ConditionKind.ALARM, FLOW.id), Target(point_id=PRESSURE.id), name="s-2"
    )
    plant = Plant(there, back)
    plant.read(0.1, 1, point=PRESSURE)
    plant.read(5, 2, point=FLOW)
    assert {str(alarm.state) for alarm in plant.open} == {"unacknowledged"}
    assert {plant.standing(name).why for name in ("s-1", "s-2")} == {Unknown.LOOP}
    ended = replace(back, valid_to=ms(3))
    assert plant.change(ended) == [("suppressed", 2)], "one of them goes: the other one works"


def test_nothing_suppresses_itself_though_its_source_is_meant() -> None:
    plant = Plant(suppression(PARENT, UNIT))
    plant.read(0.1, 1, point=PRESSURE)
    assert plant.of(PRESSURE).state is AlarmState.UNACKNOWLEDGED
