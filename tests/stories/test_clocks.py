"""Clocks that run ahead or behind blind no point."""

from services.domain.reading import ReadingFlag
from services.domain.rule import LimitRule
from tests.stories.park import DAY, Park, ms, rule

H = rule("H", 25)
EIGHT_HOURS = 8 * 3600.0


def test_a_clock_eight_hours_ahead_and_then_right_misses_no_gas() -> None:
    park = Park(H)
    for second in range(0, 60, 10):
        park.read(10, second + EIGHT_HOURS, received=second)
    assert park.read(40, 60.0, received=60.1) == [("raised", 60)]
    assert park.read(10, 70.0, received=70.1) == [("returned", 70)]


def test_gas_while_the_clock_is_ahead_is_judged_when_it_came() -> None:
    park = Park(H)
    park.read(10, EIGHT_HOURS, received=0)
    assert park.read(40, 10 + EIGHT_HOURS, received=10) == [("raised", 10)]
    assert park.said[0].alarm.raised_at == ms(10)


def test_a_repeat_of_a_reading_from_ahead_is_no_new_one() -> None:
    park = Park(H)
    park.read(40, EIGHT_HOURS, received=0)
    park.read(10, EIGHT_HOURS + 5, received=5)
    assert park.read(40, EIGHT_HOURS, received=9, flags=ReadingFlag.REDELIVERED) == []


def test_of_one_receipt_the_order_is_that_of_the_device() -> None:
    park = Park(H)
    ahead = [park.reading(v, EIGHT_HOURS + at, 0) for at, v in ((1, 10), (2, 40), (3, 10))]
    park.judge(ahead)
    assert park.lives() == [(0, 0, "H")]
    park.read(40, 20)
    assert len(park.open) == 1


def test_a_clock_behind_is_judged_at_its_own_time() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(40, at=0, received=3600)
    assert park.wait(3609) == []
    assert park.wait(3611) == [("raised", 10)]


def test_a_day_old_at_its_receipt_is_history_even_for_a_silent_point() -> None:
    park = Park(H)
    assert park.read(40, 0, received=DAY + 1) == []
    assert [d.sounding for d in park.dirty] == [False]
    assert list(park.engine.newest()) == []
    assert park.replay() == [("raised", 0)]
    assert park.alarm.historical


def set_back(*rules: LimitRule, value: float) -> Park:
    """A reading without a time came while our own clock was eight hours ahead; now it is right."""
    park = Park(*rules)
    park.read(value, EIGHT_HOURS)
    park.now = 0
    return park


def test_our_own_clock_set_back_blinds_no_point() -> None:
    park = set_back(H, value=1)
    assert park.read(60, 12) == [("raised", 12)]
    assert park.dirty == []
    assert [(shown.at, shown.value) for shown in park.engine.take_changed_values()] == [
        (ms(12), 60)
    ]
    assert park.read(1, 13) == [("returned", 13)]


def test_what_stood_before_our_clock_was_set_back_stands_and_ends() -> None:
    park = set_back(H, value=40)
    was = park.alarm.id
    assert park.read(41, 12) == []
    assert park.alarm.id == was
    assert park.read(1, 13) == [("returned", 13)]


def test_a_delay_that_ran_when_our_clock_was_set_back_begins_anew() -> None:
    park = set_back(rule("H", 25, on=10), value=40)
    assert park.read(41, 12) == []
    assert park.wait(21) == []
    assert park.wait(22) == [("raised", 22)]


def test_our_clock_set_back_is_noticed_after_a_restart_too() -> None:
    park = set_back(H, value=1)
    park.restart()
    assert park.read(60, 12) == [("raised", 12)]
