"""A rule that has an end dies by itself, and the alarm that stands by it is withdrawn."""

from dataclasses import replace

from services.domain.alarm import ClosedAs
from services.domain.rule import LimitRule
from tests.stories.park import Park, ms, rule


def until(end: float, name: str = "H", condition: str = "H", limit: float = 25) -> LimitRule:
    return replace(rule(condition, limit, name=name), owner="permit P-7", valid_until=ms(end))


def test_its_alarm_is_withdrawn_at_its_end() -> None:
    park = Park(until(60))
    park.read(40, 0)
    assert park.wait(59.9) == []
    assert park.wait(60) == [("withdrawn", 60)]
    assert [alarm.closed_as for alarm in park.alarms.values()] == [ClosedAs.WITHDRAWN]


def test_after_its_end_it_judges_no_more() -> None:
    park = Park(until(60))
    park.wait(61)
    assert park.read(40, 62) == []


def test_another_rule_goes_on() -> None:
    park = Park(until(60, "HH", "HH", 50), rule("H", 25))
    park.read(60, 0)
    assert park.wait(61) == [("withdrawn", 60), ("raised", 60)]
    assert park.alarm.rule == "H"


def test_one_that_came_with_the_book_dies_as_well() -> None:
    park = Park()
    park.read(40, 0)
    assert park.book(until(60)) == [("raised", 0)]
    assert park.wait(61) == [("withdrawn", 60)]


def test_a_new_version_with_a_later_end_lives_on() -> None:
    park = Park(until(60))
    park.read(40, 0)
    ended = replace(until(60), valid_to=ms(30))
    park.now = 30
    park.book(ended, replace(until(600), version=2, valid_from=ms(30)))
    assert park.wait(61) == []
    assert park.wait(600) == [("withdrawn", 600)]


def test_dead_while_we_were_down_it_is_withdrawn_at_the_start() -> None:
    park = Park(until(60))
    park.read(40, 0)
    park.restart()
    assert park.wait(3600) == [("withdrawn", 60)]


def test_nothing_is_over_before_it_ends_where_readings_take_a_while_to_come() -> None:
    park = Park(until(60))
    park.read(40, 0, 0.5)
    assert park.wait(60) == []
    assert park.wait(60.5) == [("withdrawn", 60)]


def test_a_point_that_is_far_behind_is_not_waited_for() -> None:
    park = Park(until(60))
    park.read(40, 0, 5)
    assert park.wait(60.9) == []
    assert [event for event, _ in park.wait(61)] == ["withdrawn"]
