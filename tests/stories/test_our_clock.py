"""Our own clock jumps: two hours forth or back, three days back, one second back.

Nothing is cleared by it, no alarm is lost, and what has a time limit does not outlast it.
"""

from dataclasses import replace

import pytest

from services.alerts.engine import Action
from services.domain.alarm import AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.event import began_ahead
from tests.stories.park import GAS, Park, ms, rule

HOUR = 3_600.0
JUMPS = [2 * HOUR, -2 * HOUR, -72 * HOUR, -1.0]
BACK = [-2 * HOUR, -72 * HOUR]
H = rule("H", 25, 3, deadband=5)


class Room:
    """A park in which the true time and our clock may differ; devices know the true one."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.off = 0.0

    def read(self, value: float, at: float) -> list[str]:
        """Measured at the true time `at`, heard at once."""
        self.park.now = at + self.off
        reading = self.park.reading(value, at, at + self.off)
        self.park.now = at + self.off
        return [event for event, _ in self.park.judge([reading])]

    def wait(self, until: float) -> list[str]:
        """Until the true time `until`."""
        return [event for event, _ in self.park.wait(until + self.off)]

    def jump(self, by: float) -> None:
        self.off += by

    def shelve(self, minutes: float) -> None:
        action = Action(LifeEvent.SHELVE, self.park.alarm.id, "wang", "why", minutes)
        outcome, _, refused = self.park.engine.act(action, None, ms(self.park.now))
        assert refused == []
        self.park.take(outcome)


@pytest.mark.parametrize("jump", JUMPS)
def test_what_stands_goes_on_standing_and_ends_with_the_next_reading_inside(jump: float) -> None:
    room = Room(Park(H))
    room.read(40, 0)
    was = room.park.alarm.id
    room.jump(jump)
    assert room.wait(10) == []
    assert room.read(40, 20) == []
    assert room.park.alarm.id == was
    assert room.read(10, 30) == ["returned"]


@pytest.mark.parametrize("jump", JUMPS)
def test_gas_right_after_the_jump_is_an_alarm_at_once(jump: float) -> None:
    room = Room(Park(H, rule("HH", 50, 2)))
    room.read(10, 0)
    room.jump(jump)
    room.wait(5)
    assert room.read(40, 10) == ["raised"]
    assert room.read(60, 20) == ["escalated"]
    assert room.park.dirty == []


@pytest.mark.parametrize("jump", JUMPS)
def test_and_so_it_is_once_the_clock_is_right_again(jump: float) -> None:
    room = Room(Park(H))
    room.read(10, 0)
    room.jump(jump)
    room.read(10, 10)
    room.jump(-jump)
    room.wait(15)
    assert room.read(40, 20) == ["raised"]
    assert room.read(10, 30) == ["returned"]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_value_that_stays_beyond_is_an_alarm_soon_after_its_delay(jump: float) -> None:
    room = Room(Park(rule("H", 25, on=30)))
    room.read(40, 0)
    room.jump(jump)
    told = [event for at in range(5, 80, 5) for event in (*room.wait(at), *room.read(40, at))]
    assert told == ["raised"]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_peak_within_its_off_delay_ends_as_the_one_alarm_that_it_is(jump: float) -> None:
    room = Room(Park(rule("H", 25, off=30)))
    room.read(40, 0)
    room.read(10, 5)
    room.jump(jump)
    room.wait(8)
    room.read(40, 10)
    assert [alarm.state for alarm in room.park.open] == [AlarmState.UNACKNOWLEDGED]
    assert room.park.alarm.cleared_at is None
    assert len(room.park.alarms) == 1


@pytest.mark.parametrize("jump", BACK)
def test_a_shelf_does_not_outlast_its_time_because_our_clock_was_set_back(jump: float) -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.shelve(60)
    room.jump(jump)
    assert room.wait(10) == ["unshelved"]
    assert room.park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert room.park.said[-1].note == "Our clock was set back."


@pytest.mark.parametrize("jump", BACK)
def test_not_even_over_a_restart(jump: float) -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.shelve(60)
    room.jump(jump)
    room.park.restart()
    assert room.wait(10) == ["unshelved"]


@pytest.mark.parametrize("jump", BACK)
def test_an_acknowledged_alarm_asks_again_rather_than_be_forgotten_longer(jump: float) -> None:
    room = Room(Park(replace(H, realarm_ms=600_000)))
    room.read(40, 0)
    room.wait(1)
    room.park.acknowledge(room.park.alarm.id)
    room.jump(jump)
    assert room.wait(10) == ["realarmed"]
    assert room.wait(1_000) == []


def test_a_second_back_or_a_clock_put_right_by_a_minute_ends_no_shelf() -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.wait(10)
    room.shelve(60)
    for jump in (-1.0, -60.0, -50.0):
        room.jump(jump)
        assert room.wait(20) == []
    assert room.park.alarm.state is AlarmState.SHELVED


def test_forth_a_shelf_ends_by_our_clock_which_is_earlier_never_later() -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.shelve(60)
    room.jump(2 * HOUR)
    assert room.wait(10) == ["unshelved"]


@pytest.mark.parametrize("jump", JUMPS)
def test_what_is_over_and_waits_is_not_lost(jump: float) -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.read(10, 5)
    room.jump(jump)
    assert room.wait(10) == []
    assert room.read(10, 20) == []
    assert [(a.tag, a.state) for a in room.park.open] == [
        (GAS.tag, AlarmState.RETURNED_UNACKNOWLEDGED)
    ]


def test_two_minutes_are_a_correction_and_a_millisecond_more_is_not() -> None:
    room = Room(Park(H))
    room.read(40, 0)
    room.shelve(60)
    assert not began_ahead(room.park.alarm, ms(-120))
    assert began_ahead(room.park.alarm, ms(-120) - 1)
