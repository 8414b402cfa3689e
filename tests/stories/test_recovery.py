"""Killed and started again: a dump, and what was spooled after it, are the state before."""

import msgspec
import pytest

from services.alerts.engine import Engine
from services.domain.alarm import AlarmState
from tests.stories.park import DAY, Park, ms, rule

RULES = (rule("H", 25, 2, deadband=5, off=10), rule("HH", 50, 1, on=10), rule("L", 5))


def lived() -> Park:
    park = Park(*RULES)
    park.read(30, 0)
    park.acknowledge(park.alarm.id)
    park.read(2, 20)
    park.wait(31)
    park.read(60, 40)
    return park


def test_a_dump_is_the_whole_state() -> None:
    park = lived()
    again = Engine.load(park.engine.dump(), park.directory)
    assert again.open_alarms() == park.engine.open_alarms()
    assert list(again.newest()) == list(park.engine.newest())
    assert again.tick(ms(60)) == park.engine.tick(ms(60))


def test_records_after_the_dump_bring_it_up_to_date() -> None:
    park = Park(*RULES)
    dump = park.engine.dump()
    spool: list[object] = []
    for step in range(6):
        park.read((30, 60, 22, 2, 60, 10)[step], step * 15)
        spool += [*park.last.transitions, *park.last.states]
        if step == 0:
            park.acknowledge(park.alarm.id)
            spool += park.last.transitions
    again = Engine.load(dump, park.directory)
    for record in spool:
        again.replay_record(record)  # type: ignore[arg-type]
    assert again.open_alarms() == park.engine.open_alarms()
    assert again.tick(ms(200)) == park.engine.tick(ms(200))


def test_a_late_readings_states_are_recovered_as_well() -> None:
    park = Park(rule("H", 25, on=20))
    park.read(30, 0)
    dump = park.engine.dump()
    park.read(30, 15)
    park.read(10, 10)
    again = Engine.load(dump, park.directory)
    for state in park.last.states:
        again.replay_record(state)
    assert again.tick(ms(34)).transitions == []
    (raised,) = again.tick(ms(36)).transitions
    assert raised.at == ms(35)


def test_what_is_closed_stays_known_as_closed() -> None:
    park = Park(rule("H", 25))
    park.read(30, 0)
    closed = park.alarm.id
    park.read(10, 1)
    park.acknowledge(closed)
    park.restart()
    assert park.acknowledge(closed) == ([], ["not_open"])


def test_a_historical_alarm_survives() -> None:
    park = Park(rule("H", 25))
    park.judge([park.reading(40, 0, 10 * DAY)])
    park.replay()
    park.restart()
    assert park.alarm.historical
    assert park.read(10, 10 * DAY + 1) == [("cleared", 10 * DAY + 1)]


def test_a_standing_alarm_goes_on_under_the_restarted_engine() -> None:
    park = Park(rule("H", 25), rule("HH", 50, 1))
    park.read(30, 0)
    was = park.alarm.id
    park.restart()
    assert park.read(60, 10) == [("escalated", 10)]
    assert park.read(10, 20) == [("returned", 20)]
    assert park.alarm.id == was
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_points_that_are_gone_are_left_out() -> None:
    park = lived()
    dump = park.engine.dump()
    empty = Park()
    empty.directory.remove(empty.directory.by_id[1])
    again = Engine.load(dump, empty.directory)
    assert again.open_alarms() == []


def test_what_is_no_dump_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        Engine.load(b"torn", Park().directory)


def test_values_that_changed_are_given_once() -> None:
    park = Park(rule("H", 25))
    park.read(1, 0)
    park.read(2, 1)
    (value,) = park.engine.take_changed_values()
    assert (value.at, value.value) == (ms(1), 2)
    assert park.engine.take_changed_values() == []
    park.read(2, 0.5)
    assert park.engine.take_changed_values() == [], "an older reading is not the newest value"
