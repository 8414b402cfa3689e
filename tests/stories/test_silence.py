"""Silence is an alarm: of a point, of a gateway, of an enterprise; and it does not flood."""

from dataclasses import replace

import pytest

from services.domain.alarm import AlarmState, ClosedAs
from services.domain.directory import BookChange, GoneGateway
from services.domain.reading import Quality
from tests.stories.field import FOREIGN, HEARTBEAT, ONE, SLOW, TWO, VALVE, Field
from tests.stories.park import GAS, ms, rule


def test_a_point_is_silent_after_three_periods_and_at_least_ten_seconds() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 9, TWO)
    assert field.told == []
    field.stream(10, 12, TWO)
    assert field.told == [("raised", 10)]
    assert field.standing() == {("GT-1", "stale", 3)}
    assert (field.alarm.tag, field.alarm.point_id, field.alarm.rule) == ("GT-1", 1, "silence")


def test_a_slow_point_has_three_of_its_own_periods() -> None:
    field = Field()
    field.send(0, ONE, SLOW)
    field.stream(1, 179, ONE)
    assert field.told == []
    field.stream(180, 182, ONE)
    assert field.told == [("raised", 180)]


def test_a_reading_ends_it_and_it_waits_for_its_acknowledgement() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 20, TWO)
    assert field.send(21, ONE, TWO) == [("returned", 21)]
    assert field.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    field.acknowledge(field.alarm.id)
    assert field.open == []


def test_acknowledged_and_heard_again_it_is_cleared_and_the_next_silence_is_another() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 12, TWO)
    field.acknowledge(field.alarm.id)
    assert field.send(13, ONE, TWO) == [("cleared", 13)]
    field.stream(14, 26, TWO)
    assert [alarm.closed_as for alarm in field.of("GT-1")] == [ClosedAs.CLEARED, None]


def test_one_that_still_waits_is_superseded_by_the_next_and_stays_counted() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 12, TWO)
    field.send(13, ONE, TWO)
    field.stream(14, 26, TWO)
    first, second = field.of("GT-1")
    assert first.closed_as is ClosedAs.SUPERSEDED
    assert (second.superseded, second.state) == (1, AlarmState.UNACKNOWLEDGED)


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.GOOD])
def test_bad_quality_is_shown_and_is_no_sign_of_life(quality: Quality) -> None:
    value = None if quality is Quality.GOOD else 5.0
    field = Field()
    field.send(0, ONE)
    for second in range(1, 13):
        field.send(second, ONE, value=value, quality=Quality.BAD)
    assert field.standing() == {("GT-1", "stale", 3)}
    (shown,) = field.engine.newest()
    assert shown.quality == Quality.BAD


def test_historical_readings_are_no_sign_of_life() -> None:
    field = Field()
    field.send(0, ONE)
    for second in range(1, 13):
        field.send(second, ONE, ts=second - 200.0)
    assert field.standing() == {("GT-1", "stale", 3)}


def test_refused_readings_are_no_sign_of_life_of_their_points() -> None:
    field = Field()
    field.send(0, ONE)
    for second in range(1, 13):
        field.send(second)
    assert field.standing() == {("GT-1", "stale", 3)}


def test_readings_ahead_of_our_clock_are_judged_and_are_no_sign_of_life() -> None:
    field = Field(rule("H", 25, point=ONE))
    field.send(0, ONE)
    assert field.send(1, ONE, ts=3600, value=40) == [("raised", 1)]
    for second in range(2, 13):
        field.send(second, ONE, ts=3600 + second, value=40)
        field.send(second + 0.5, TWO)
    assert field.standing() == {("GT-1", "stale", 3), ("GT-1", "H", 2)}


def test_a_gateway_that_catches_up_gives_signs_of_life() -> None:
    field = Field()
    field.send(0, ONE)
    field.until(8)
    for step in range(20):
        field.send(8 + step, ONE, ts=1 + step * 1.2)
    assert field.told == []


def test_a_late_reading_that_is_judged_live_is_a_sign_of_life() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 9, TWO)
    field.send(9.5, ONE, ts=-30)
    field.stream(10, 18, TWO)
    assert field.told == []


def test_a_repeat_is_none() -> None:
    field = Field()
    field.send(0, ONE, ts=0)
    for second in range(1, 13):
        field.send(second, ONE, ts=0)
    assert field.standing() == {("GT-1", "stale", 3)}


def test_what_reports_on_change_is_silent_by_its_gateways_life_alone() -> None:
    field = Field()
    field.send(0, ONE, VALVE)
    field.stream(1, 3600, ONE)
    assert field.told == []
    field.until(3620)
    assert {subject for subject, *_ in field.standing()} == {"acme"}


def test_a_heartbeat_makes_it_silent_by_itself() -> None:
    field = Field()
    field.send(0, ONE, HEARTBEAT)
    field.stream(1, 62, ONE)
    assert field.told == [("raised", 60)]
    assert field.standing() == {("XV-5", "stale", 3)}


def test_never_heard_is_no_silence() -> None:
    field = Field()
    field.until(7200)
    assert field.told == []
    field.stream(7200, 7300, TWO)
    assert field.told == []
    assert [shown.point_id for shown in field.engine.newest()] == [2]


def test_a_silent_gateway_speaks_for_its_points() -> None:
    field = Field()
    field.stream(0, 20, ONE, TWO, SLOW, VALVE)
    field.stream(20, 20, FOREIGN, gateway="gw2")
    for second in range(21, 400):
        field.send(second, FOREIGN, gateway="gw2")
    assert field.standing() == {("gw1", "offline", 2)}
    (alarm,) = field.open
    assert (alarm.tag, alarm.point_id, alarm.subject.type) == (None, None, "gateway")
    assert alarm.facts == {"due_s": 10.0, "points": 4}
    assert alarm.raised_at == ms(30)


def test_points_that_fall_silent_one_by_one_with_their_gateway_do_not_flood() -> None:
    field = Field()
    field.send(0, FOREIGN, gateway="gw2")
    field.send(0.0, ONE)
    field.send(0.9, TWO)
    for second in range(1, 60):
        field.send(second, FOREIGN, gateway="gw2")
    assert field.standing() == {("gw1", "offline", 2)}


def test_with_all_its_gateways_the_enterprise_is_silent() -> None:
    field = Field()
    field.send(0, ONE, gateway="gw1")
    field.stream(0, 30, TWO, gateway="gw2")
    assert field.standing() == {("gw1", "offline", 2)}
    field.until(45)
    assert field.standing() == {("gw1", "offline", 2), ("acme", "offline", 1)}
    enterprise = field.of("acme")[0]
    assert (enterprise.subject.type, enterprise.tag) == ("enterprise", None)
    assert enterprise.facts == {"due_s": 10.0, "points": 2, "gateways": 2}


def test_an_enterprise_heard_again_leaves_the_gateways_that_are_not() -> None:
    field = Field()
    field.send(0, ONE, gateway="gw1")
    field.send(0, TWO, gateway="gw2")
    field.until(20)
    assert field.standing() == {("gw1", "offline", 2), ("acme", "offline", 1)}
    field.send(21, ONE, gateway="gw1")
    assert field.standing() == {("gw2", "offline", 2)}
    assert field.send(22, TWO, gateway="gw2") == [("returned", 22)]


def test_points_of_a_gateway_that_is_back_have_their_time_anew() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.until(30)
    field.stream(31, 40, ONE)
    assert field.standing() == set()
    field.stream(41, 43, ONE)
    assert field.standing() == {("GT-2", "stale", 3)}


def test_a_gateway_without_any_period_has_a_quarter_of_an_hour() -> None:
    field = Field()
    field.send(0, VALVE)
    field.send(0, FOREIGN, gateway="gw2")
    field.until(900)
    assert field.of("acme") == []
    field.until(902)
    assert [alarm.raised_at for alarm in field.of("acme")] == [ms(900)]


def test_anything_heard_is_a_sign_of_a_gateways_life() -> None:
    field = Field()
    field.send(0, ONE)
    for second in range(1, 60):
        field.send(second)
    assert field.standing() == {("GT-1", "stale", 3)}


def test_the_time_in_which_we_were_down_is_not_the_fields_silence() -> None:
    field = Field()
    field.stream(0, 5, ONE)
    field.sleep(3600)
    field.restart()
    field.until(3605 + 6)
    assert field.told == []
    field.until(3605 + 12)
    assert field.standing() == {("acme", "offline", 1)}


def test_the_silence_before_a_restart_is_remembered() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 7, TWO)
    field.sleep(600)
    field.restart()
    field.stream(608, 612, TWO)
    assert field.standing() == {("GT-1", "stale", 3)}


def test_a_standing_silence_survives_a_restart_and_ends_with_the_next_reading() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 20, TWO)
    field.sleep(600)
    field.restart()
    assert field.stream(621, 650, TWO) == []
    assert field.send(651, ONE, TWO) == [("returned", 651)]


def test_a_grouped_silence_survives_a_restart() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.until(20)
    field.sleep(60)
    field.restart()
    assert field.until(300) == []
    assert field.send(301, ONE, TWO) == [("returned", 301)]


def test_killed_it_goes_on_from_what_was_spooled() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    dump = field.engine.dump()
    field.stream(1, 20, TWO)
    engine = type(field.engine).load(dump, field.directory)
    for transition in field.said:
        engine.replay_record(transition)
    field.engine = engine
    field.stream(21, 40, TWO)
    assert len(field.alarms) == 1
    assert field.send(41, ONE, TWO) == [("returned", 41)]


def test_while_the_broker_is_away_nobody_is_silent() -> None:
    field = Field()
    field.send(0, ONE)
    field.hearing = False
    assert field.until(3600) == []
    field.hearing = True
    field.stream(3601, 3620, ONE)
    assert field.told == []


def test_while_we_are_held_up_nobody_is_silent() -> None:
    field = Field()
    field.send(0, ONE)
    field.sleep(60)
    field.stream(61, 70, ONE)
    assert field.told == []


def test_a_point_that_goes_takes_its_silence_with_it() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 12, TWO)
    assert field.book(gone=[ONE]) == [("withdrawn", 12)]
    assert field.open == []


def test_a_point_without_a_period_any_more_is_not_silent() -> None:
    field = Field()
    field.send(0, ONE, TWO)
    field.stream(1, 12, TWO)
    change = BookChange(2, (replace(ONE, period_s=None),))
    assert field.take(field.engine.apply_book(change, ms(12))) == [("withdrawn", 12)]
    assert field.stream(13, 60, TWO) == []


def test_a_period_given_later_counts_from_the_last_reading() -> None:
    field = Field(points=(GAS, TWO))
    field.send(0, GAS, TWO)
    field.stream(1, 30, TWO)
    field.take(field.engine.apply_book(BookChange(2, (replace(GAS, period_s=20.0),)), ms(30)))
    field.stream(31, 62, TWO)
    assert [alarm.raised_at for alarm in field.of("GT-101")] == [ms(60)]


def test_a_gateway_that_goes_takes_its_silence_with_it() -> None:
    field = Field()
    field.send(0, ONE, gateway="gw1")
    field.stream(0, 20, TWO, gateway="gw2")
    assert field.standing() == {("gw1", "offline", 2)}
    gone = BookChange(2, gone_gateways=(GoneGateway("acme", "gw1", 2),))
    assert field.take(field.engine.apply_book(gone, ms(20))) == [("withdrawn", 20)]
    assert field.stream(21, 60, TWO, gateway="gw2") == []
