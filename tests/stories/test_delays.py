"""Delays run in the time of the readings, and on by our clock where none come."""

from tests.stories.park import Park, ms, rule


def test_on_delay_counts_from_the_first_reading_beyond_the_limit() -> None:
    park = Park(rule("H", 25, on=10))
    assert park.read(30, 0) == []
    assert park.read(31, 9) == []
    assert park.read(32, 12) == [("raised", 10)]
    assert park.alarm.value == 30
    assert park.alarm.received_at == ms(0)


def test_a_reading_back_inside_starts_the_delay_anew() -> None:
    park = Park(rule("H", 25, on=10, deadband=5))
    park.read(30, 0)
    assert park.read(24, 5) == []
    assert park.read(30, 8) == []
    assert park.read(30, 17) == []
    assert park.read(30, 18) == [("raised", 18)]


def test_it_was_held_until_the_next_reading_even_if_that_is_normal() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, 0)
    assert park.read(3, 60) == [("raised", 10), ("returned", 60)]


def test_off_delay_dates_the_end() -> None:
    park = Park(rule("H", 25, off=10, deadband=5))
    park.read(30, 0)
    assert park.read(10, 5) == []
    assert park.read(22, 9) == [], "inside the deadband is not left: the wait begins anew"
    assert park.read(10, 20) == []
    assert park.read(10, 31) == [("returned", 30)]


def test_our_clock_carries_a_delay_on_where_no_reading_comes() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, at=0, received=2)
    assert park.wait(11.9) == []
    assert park.wait(12.1) == [("raised", 10)]


def test_a_tick_and_a_reading_say_the_same() -> None:
    ticked, read = Park(rule("H", 25, on=10, off=5)), Park(rule("H", 25, on=10, off=5))
    for park in (ticked, read):
        park.read(30, 0)
    ticked.wait(14)
    for park in (ticked, read):
        park.read(30, 15)
        park.read(10, 20)
    ticked.wait(26)
    for park in (ticked, read):
        park.read(10, 27)
    assert ticked.lives() == read.lives() == [(10, 25, "H")]
    assert [(t.event, t.at) for t in ticked.said] == [(t.event, t.at) for t in read.said]


def test_ticks_without_anything_pending_say_nothing() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(10, 0)
    assert park.wait(1000) == []
    assert not park.last


def test_a_reading_on_its_way_when_our_clock_ran_on_takes_the_alarm_back() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, at=0, received=0)
    assert park.wait(11) == [("raised", 10)]
    assert park.read(3, at=9, received=11.5) == [("withdrawn", 9)]
    assert park.open == []


def test_one_that_confirms_it_changes_nothing() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, at=0, received=0)
    park.wait(11)
    assert park.read(30, at=9, received=11.5) == []
    assert park.alarm.raised_at == ms(10)


def test_the_worse_level_has_its_own_delay() -> None:
    park = Park(rule("H", 25, on=2), rule("HH", 50, on=20))
    park.read(60, 0)
    assert park.wait(60) == [("raised", 2), ("escalated", 20)]


def test_a_restart_inside_a_delay_does_not_lengthen_it() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, 0)
    park.restart()
    assert park.wait(9) == []
    assert park.wait(11) == [("raised", 10)]


def test_a_restart_between_two_readings_of_a_delay() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(30, 0)
    park.restart()
    assert park.read(3, 60) == [("raised", 10), ("returned", 60)]
