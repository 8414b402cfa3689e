"""Who judges the same readings makes the same alarms, by the same names."""

from dataclasses import replace

from services.domain.alarm import alarm_id, next_id
from services.domain.history import judge_history
from services.domain.reading import Quality, Reading, ReadingFlag
from services.domain.rule import Direction
from tests.stories.park import DAY, GAS, Park, ms, rule

H = rule("H", 25)


def test_it_is_made_of_the_rule_and_the_raising_reading() -> None:
    park = Park(H)
    park.read(40, 7)
    assert park.alarm.id == alarm_id("acme", "GT-101", Direction.HIGH, "H", ms(7), 40)


def test_with_a_delay_the_raising_reading_is_the_one_that_began_it() -> None:
    park = Park(rule("H", 25, on=10))
    park.read(40, 7)
    park.read(60, 12)
    park.read(50, 18)
    assert park.alarm.id == alarm_id("acme", "GT-101", Direction.HIGH, "H", ms(7), 40)


def test_the_version_of_the_rule_is_no_part_of_it() -> None:
    one, other = Park(H), Park(rule("H", 30, version=5))
    one.read(40, 7)
    other.read(40, 7)
    assert one.alarm.id == other.alarm.id


def test_live_and_history_name_it_alike() -> None:
    live, past = Park(H), Park(H)
    live.read(40, 7)
    past.judge([past.reading(40, 7, 10 * DAY)])
    past.replay()
    assert live.alarm.id == past.alarm.id


def test_without_a_time_the_message_stands_in_for_it() -> None:
    point = replace(GAS, gateway="gw1")
    names = set()
    for received in (3, 9):
        park = Park(H, points=(point,))
        flags = ReadingFlag.NO_TIME
        park.now = received
        sent = Reading(1, ms(received), ms(received), 40.0, Quality.GOOD, flags, "f3a9", 42)
        park.judge([sent])
        names.add(park.alarm.id)
    message = ("gw1", "f3a9", 42)
    assert names == {alarm_id("acme", "GT-101", Direction.HIGH, "H", None, 40, message)}


def test_without_time_and_message_it_is_the_same_within_ten_seconds() -> None:
    """The engine had it at its own receipt; what is stored bears ingest's."""
    park = Park(H)
    park.read(40, 100.0, flags=ReadingFlag.NO_TIME)
    park.read(10, 103.0, flags=ReadingFlag.NO_TIME)
    was = park.alarm
    stored = [
        Reading(1, ms(at), ms(at), value, Quality.GOOD, ReadingFlag.NO_TIME)
        for at, value in ((109.0, 40.0), (112.0, 10.0))
    ]
    history = judge_history(GAS, lambda _: [H], stored)
    assert park.merge(history, sounding=False) == [("corrected", 109)]
    assert park.alarm.id == was.id


def test_further_apart_they_are_two() -> None:
    park = Park(H)
    park.read(40, 100.0)
    park.read(10, 103.0)
    stored = [
        Reading(1, ms(at), ms(at), value, Quality.GOOD)
        for at, value in ((150.0, 40.0), (152.0, 10.0))
    ]
    history = judge_history(GAS, lambda _: [H], stored)
    assert [event for event, _ in park.merge(history, sounding=False)] == ["raised", "cleared"]


def test_a_name_that_was_taken_along_goes_home_where_it_can() -> None:
    """A start is corrected backwards; then the old first reading raises one of its own again."""
    park = Park(H)
    park.read(10, 0)
    park.read(40, 100)
    natural = park.alarm.id
    assert park.read(40, 50) == [("corrected", 50)]
    assert park.read(10, 60) == [
        ("corrected", 100),
        ("raised", 50),
        ("returned", 60),
        ("superseded", 100),
        ("corrected", 100),
    ]
    assert park.lives() == [(50, 60, "H"), (100, None, "H")]
    assert (park.alarm.id, park.alarm.superseded) == (natural, 1)


def test_a_name_that_was_taken_along_is_not_given_twice() -> None:
    park = Park(H)
    for batch in (
        ((500, 40), (520, 10)),
        ((350, 40),),
        ((380, 10), (400, 40)),
        ((450, 10),),
    ):
        park.judge([park.reading(value, at, 10 * DAY) for at, value in batch])
        park.replay()
    assert park.lives() == [(350, 380, "H"), (400, 450, "H"), (500, 520, "H")]
    (first, _, third) = sorted(park.alarms.values(), key=lambda alarm: alarm.raised_at)
    assert first.id == alarm_id("acme", "GT-101", Direction.HIGH, "H", ms(500), 40)
    assert third.id == next_id(first.id, ms(500))


def test_of_two_values_of_one_instant_the_one_that_came_last_is_shown() -> None:
    park = Park(H)
    park.read(6, 7)
    park.read(9, 7)
    park.read(6, 7)  # the first one again: a repeat says nothing new
    assert [shown.value for shown in park.engine.newest()] == [9]
    park.read(5, 6)  # and one behind them neither
    assert [shown.value for shown in park.engine.newest()] == [9]
