"""Suppression over a start: it goes on where it was, and what nothing suppresses any more comes
back."""

from services.alerts.heard import Newest
from services.domain.alarm import AlarmState, EventKind, Transition
from services.domain.reading import Quality
from services.domain.suppression_hold import Phase
from tests.stories.park import ms
from tests.stories.suppressing import (
    FLOW,
    PARENT,
    PRESSURE,
    PUMP,
    Plant,
    suppression,
)


def test_started_again_it_goes_on_where_it_was() -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("off", 0)
    plant.read(5, 1, point=FLOW)
    plant.switch("on", 10)
    plant.restart()
    assert plant.read(5, 11, point=FLOW) == []
    assert plant.wait(69) == []
    assert plant.wait(70) == [("released", 70)]


def test_killed_it_goes_on_by_what_was_spooled() -> None:
    plant = Plant(suppression(hold=60))
    plant.switch("on", 0)
    dump = plant.engine.dump()
    plant.switch("off", 1)
    plant.read(5, 2, point=FLOW)
    plant.switch("on", 10)
    before = plant.open
    plant.kill(dump)
    assert plant.open == before
    assert plant.wait(11) == [], "its switch is remembered before anything is looked at"
    readings = [each for each in plant.stored.values() if each.point_id == PUMP.id]
    plant.take(plant.engine.recall(readings[-1:], ms(12)))
    assert plant.wait(13) == []
    assert plant.open == before
    assert plant.wait(69) == []
    assert plant.wait(70) == [("released", 70)]


def test_what_rises_first_after_a_start_is_born_off_the_board() -> None:
    plant = Plant(suppression())
    plant.switch("off", 0)
    plant.restart()
    assert plant.read(5, 1, point=FLOW) == [("raised", 1)]
    assert plant.of(FLOW).state is AlarmState.SUPPRESSED


def test_a_kill_within_a_parents_alarm_changes_nothing() -> None:
    plant = Plant(suppression(PARENT))
    dump = plant.engine.dump()
    plant.read(5, 0, point=FLOW)
    plant.read(0.1, 1, point=PRESSURE)
    before = plant.open
    plant.kill(dump)
    plant.take(plant.engine.recall(list(plant.stored.values()), ms(2)))
    plant.wait(3)
    assert plant.open == before


def test_on_record_only_what_no_rule_suppresses_any_more_comes_back() -> None:
    before = Plant(suppression())
    before.switch("off", 0)
    before.read(5, 1, point=FLOW)
    alarm = before.of(FLOW)
    assert alarm.state is AlarmState.SUPPRESSED
    heir = Plant()
    heir.engine.replay_record(Transition(EventKind.RAISED, alarm, alarm.raised_at, alarm.raised_at))
    assert heir.wait(2) == [("released", 2)]
    assert heir.of(FLOW).state is AlarmState.UNACKNOWLEDGED


def test_of_one_instant_what_came_last_is_known_after_a_kill_too() -> None:
    plant = Plant(suppression())
    dump = plant.engine.dump()
    plant.now = 5
    told = ((0.0, Quality.UNCERTAIN), (0.0, Quality.BAD), (1.0, Quality.GOOD))
    plant.judge([plant.reading(value, 5, 5, PUMP, quality) for value, quality in told])
    assert plant.standing().phase is Phase.WAITING
    plant.kill(dump)
    newest = Newest()
    newest.take(plant.stored.values())
    plant.take(plant.engine.recall(newest, ms(5)))
    assert plant.standing().phase is Phase.WAITING, "not unknown, by the bad one before it"
