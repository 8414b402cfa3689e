"""Rules that go, limits that move, points that are removed, under a standing alarm."""

from dataclasses import replace

from services.domain.alarm import AlarmState, ClosedAs
from services.domain.directory import BookChange, GoneGateway
from services.domain.rule import LimitRule
from tests.stories.park import DAY, GAS, Park, another, ms, rule

H = rule("H", 25, 2, deadband=5)


def moved(
    limit: float, at: float, *, grade: int = 2, deadband: float = 5
) -> tuple[LimitRule, LimitRule]:
    """The end of version 1 of H, and version 2."""
    return (
        rule("H", 25, 2, deadband=5, until=at),
        rule("H", limit, grade, deadband=deadband, version=2, since=at),
    )


def standing(value: float = 40) -> Park:
    park = Park(H)
    park.read(value, 0)
    park.now = 10
    return park


def test_a_removed_rule_withdraws_its_alarm() -> None:
    park = standing()
    was = park.alarm.id
    assert park.book(rule("H", 25, deadband=5, until=9)) == [("withdrawn", 9)]
    assert park.alarms[was].closed_as is ClosedAs.WITHDRAWN
    assert park.alarms[was].cleared_at == ms(9)
    assert park.read(60, 11) == []


def test_a_limit_moved_out_of_reach_withdraws_it() -> None:
    park = standing()
    assert park.book(*moved(60, 9)) == [("withdrawn", 9)]
    assert park.open == []


def test_a_limit_moved_but_still_reached_is_withdrawn_and_raised_by_the_new_one() -> None:
    park = standing()
    was = park.alarm
    park.acknowledge(was.id)
    assert park.book(*moved(30, 9)) == [("withdrawn", 9), ("raised", 9)]
    assert park.alarms[was.id].closed_as is ClosedAs.WITHDRAWN
    assert park.alarm.id != was.id
    assert (park.alarm.limit, park.alarm.rule_version) == (30, 2)
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert park.read(24, 12) == [("returned", 12)]


def test_a_limit_moved_away_and_back_raises_another_alarm() -> None:
    park = standing()
    park.acknowledge(park.alarm.id)
    first = park.alarm.id
    assert park.book(*moved(60, 10)) == [("withdrawn", 10)]
    ended, back = rule("H", 60, version=2, since=10, until=14), rule("H", 30, version=3, since=14)
    park.now = 15
    assert park.book(ended, back) == [("raised", 14)]
    assert park.alarm.id != first
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert park.alarms[first].closed_as is ClosedAs.WITHDRAWN
    assert park.alarms[first].acknowledged_by == "wang"


def test_so_it_does_with_a_delay_in_between() -> None:
    park = standing()
    first = park.alarm.id
    park.book(*moved(60, 10))
    ended, back = (
        rule("H", 60, version=2, since=10, until=11),
        rule("H", 30, version=3, since=11, on=5),
    )
    park.now = 12
    assert park.book(ended, back) == []
    assert park.wait(16) == [("raised", 16)]
    assert park.alarm.id != first


def test_a_graver_grade_escalates_it() -> None:
    park = standing()
    park.acknowledge(park.alarm.id)
    assert park.book(*moved(25, 9, grade=1)) == [("escalated", 9)]
    assert (park.alarm.state, park.alarm.grade) == (AlarmState.UNACKNOWLEDGED, 1)


def test_a_new_limit_is_judged_at_once_against_the_newest_value() -> None:
    park = Park()
    park.read(40, 0)
    park.now = 10
    assert park.book(rule("H", 25, since=9)) == [("raised", 9)]
    assert (park.alarm.value, park.alarm.received_at) == (40, ms(0))


def test_so_it_is_where_nothing_came_since_the_engine_started() -> None:
    park = Park()
    park.read(40, 0)
    park.restart()
    park.now = 10
    assert park.book(rule("H", 25, since=9)) == [("raised", 9)]


def test_a_new_worse_limit_escalates_a_standing_alarm() -> None:
    park = standing()
    was = park.alarm.id
    assert park.book(rule("HH", 35, 1, since=9)) == [("escalated", 9)]
    assert (park.alarm.id, park.alarm.condition) == (was, "HH")


def test_a_removed_worse_limit_withdraws_it_and_the_other_raises_its_own() -> None:
    park = Park(H, rule("HH", 35, 1))
    park.read(40, 0)
    park.now = 10
    assert park.book(rule("HH", 35, 1, until=9)) == [("withdrawn", 9), ("raised", 9)]
    assert park.alarm.condition == "H"


def test_a_limit_that_moves_below_the_level_that_stands_changes_nothing_yet() -> None:
    park = Park(H, rule("HH", 35, 1))
    park.read(40, 0)
    park.now = 10
    assert park.book(*moved(30, 9)) == []
    assert park.alarm.condition == "HH"
    assert park.read(32, 12) == [("deescalated", 12)]
    assert (park.alarm.limit, park.alarm.rule_version) == (30, 2)


def test_a_gateway_that_goes_withdraws_what_stands_on_its_points() -> None:
    park = standing()
    park.engine.directory.put(replace(GAS, gateway="gw1"))
    park.engine.apply_book(BookChange(1, points=(replace(GAS, gateway="gw1"),)), ms(10))
    gone = GoneGateway(GAS.enterprise, "gw1", 2)
    out = park.engine.apply_book(BookChange(2, gone_gateways=(gone,)), ms(11))
    assert [each.event for each in out.transitions] == ["withdrawn"]
    assert park.engine.open_alarms() == []
    assert list(park.engine.newest()) == []
    again = park.engine.apply_book(BookChange(3, gone_gateways=(gone,)), ms(12))
    assert (again.transitions, again.states) == ([], [])
    assert park.read(40, 13) == [("raised", 13)], "through another gateway it is judged anew"


def test_a_new_limit_with_a_delay_waits_for_it() -> None:
    park = Park()
    park.read(40, 0)
    park.now = 10
    assert park.book(rule("H", 25, on=5, since=10)) == []
    assert park.wait(14.9) == []
    assert park.wait(15) == [("raised", 15)]


def test_a_narrower_deadband_lets_it_end() -> None:
    park = Park(H)
    park.read(40, 0)
    park.read(22, 5)
    park.now = 10
    assert park.book(*moved(25, 9, deadband=0)) == [("returned", 9)]


def test_a_wider_deadband_keeps_it() -> None:
    park = standing(40)
    park.now = 10
    park.book(*moved(25, 9, deadband=20))
    assert park.read(10, 12) == []
    assert park.read(4, 13) == [("returned", 13)]


def test_a_point_that_goes_takes_its_alarms_with_it() -> None:
    park = Park(H, rule("L", 5))
    park.read(2, 0)
    park.read(40, 1)
    park.now = 10
    assert park.book(gone=[GAS]) == [("withdrawn", 10), ("withdrawn", 10)]
    assert park.open == []
    assert park.read(90, 11) == []
    assert list(park.engine.newest()) == []
    assert park.engine.take_changed_values() == []


def test_what_is_over_still_waits_for_its_acknowledgement_without_its_rule() -> None:
    park = standing()
    park.read(10, 5)
    assert park.book(rule("H", 25, deadband=5, until=9)) == []
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_a_historical_one_that_stands_goes_with_its_rule() -> None:
    park = Park(H)
    park.judge([park.reading(40, 0, 10 * DAY)])
    park.replay()
    assert park.book(rule("H", 25, deadband=5, until=10 * DAY)) == [("withdrawn", 10 * DAY)]


def test_another_points_rule_changes_nothing_here() -> None:
    other = another("GT-102", 2)
    park = Park(H, points=(GAS, other))
    park.read(40, 0)
    assert park.book(rule("H", 1, point=other, since=0)) == []


def test_a_new_rule_of_a_silent_point_waits_for_its_first_reading() -> None:
    park = Park()
    assert park.book(H) == []
    assert park.read(40, 0) == [("raised", 0)]


def test_a_change_while_the_engine_was_down_takes_effect_at_its_start() -> None:
    park = standing()
    park.restart()
    for one in moved(60, 9):
        park.directory.put_rule(one)
    assert [event for event, _ in park.wait(12)] == ["withdrawn"]


def test_a_removal_while_the_engine_was_down_takes_effect_at_the_next_reading() -> None:
    park = standing()
    dump = park.engine.dump()
    park.directory.put_rule(rule("H", 25, deadband=5, until=9))
    park.engine = type(park.engine).load(dump, park.directory)
    assert [event for event, _ in park.read(41, 12)] == ["withdrawn"]
