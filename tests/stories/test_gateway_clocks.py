"""A gateway whose times cannot be used, or that stays behind, gets a clock alarm."""

from tests.stories.field import ONE, TWO, Field
from tests.stories.park import DAY, ms

EIGHT_HOURS = 8 * 3600.0


def wrong(field: Field, start: float, end: float, shift: float, every: float = 1.0) -> None:
    """Messages whose clock is off by `shift` seconds."""
    for count in range(round((end - start) / every) + 1):
        at = start + count * every
        field.send(at, ONE, TWO, ts=at + shift)


def test_ten_seconds_without_a_usable_time_raise_it() -> None:
    field = Field()
    wrong(field, 0, 9, EIGHT_HOURS)
    assert field.told == []
    wrong(field, 10, 12, EIGHT_HOURS)
    assert field.told == [("raised", 10)]
    (alarm,) = field.open
    assert (alarm.subject.type, alarm.subject.id, alarm.tag) == ("gateway", "gw1", None)
    assert (alarm.condition, alarm.rule, alarm.grade) == ("clock", "clock", 3)
    assert alarm.facts == {"fault": "unusable"}


def test_one_usable_time_in_ten_seconds_is_enough() -> None:
    field = Field()
    for second in range(60):
        field.send(second, ONE, ts=second + (0 if second % 9 == 0 else EIGHT_HOURS))
    assert [alarm.condition for alarm in field.open] in ([], ["stale"])
    assert field.of("gw1") == []


def test_five_seconds_ahead_is_usable_and_more_is_not() -> None:
    field = Field()
    wrong(field, 0, 30, 5.0)
    assert field.told == []
    wrong(field, 31, 42, 5.001)
    assert field.standing() == {("gw1", "clock", 3)}


def test_older_than_a_day_is_not_usable() -> None:
    field = Field()
    wrong(field, 0, 12, -DAY - 1)
    assert field.standing() == {("gw1", "clock", 3)}


def test_refused_times_are_not_usable() -> None:
    field = Field()
    for second in range(12):
        field.send(second, refused=True)
    assert field.standing() == {("gw1", "clock", 3)}


def test_a_slow_gateway_is_known_at_its_second_message() -> None:
    field = Field()
    wrong(field, 0, 47.5, EIGHT_HOURS, every=47.5)
    assert field.standing() == {("gw1", "clock", 3)}


def test_usable_again_it_returns() -> None:
    field = Field()
    wrong(field, 0, 12, EIGHT_HOURS)
    assert field.send(13, ONE) == [("returned", 13)]


def test_it_speaks_for_its_points() -> None:
    field = Field()
    field.stream(0, 5, ONE, TWO)
    wrong(field, 6, 60, EIGHT_HOURS)
    assert field.standing() == {("gw1", "clock", 3)}
    field.stream(61, 70, ONE)
    assert field.standing() == set()
    field.stream(71, 73, ONE)
    assert field.standing() == {("GT-2", "stale", 3)}


def test_readings_without_a_time_bear_that_of_their_receipt() -> None:
    field = Field()
    wrong(field, 0, 60, 0.0)
    assert field.told == []


def test_two_minutes_behind_for_a_minute_raise_it() -> None:
    field = Field()
    wrong(field, 0, 59, -121.0)
    assert field.told == []
    wrong(field, 60, 62, -121.0)
    assert field.told == [("raised", 60)]
    assert field.alarm.facts == {"fault": "behind", "behind_s": 121}


def test_two_minutes_behind_and_no_more_is_right() -> None:
    field = Field()
    wrong(field, 0, 200, -120.0)
    assert field.told == []


def test_one_that_catches_up_is_not_alarmed() -> None:
    field = Field()
    for second in range(200):
        field.send(second, ONE, TWO, ts=-600 + second * 4.0)
    assert field.told == []


def test_put_right_it_returns() -> None:
    field = Field()
    wrong(field, 0, 62, -121.0)
    assert field.send(63, ONE, ts=-57) == [("returned", 63)]


def test_a_days_backlog_in_one_go_is_no_wrong_clock() -> None:
    field = Field()
    for step in range(400):
        field.send(step * 0.1, ONE, ts=-40 * DAY + step * 180)
    field.until(200)
    assert field.of("gw1") == []
    for step in range(400):
        field.send(200 + step * 0.1, ONE, ts=-40 * DAY + step * 180)
    assert field.of("gw1") == []


def test_a_silent_gateway_is_not_behind() -> None:
    field = Field()
    field.stream(0, 5, ONE)
    field.until(600)
    assert field.of("gw1") == []
    assert field.standing() == {("acme", "offline", 1)}


def test_it_is_remembered_over_a_restart() -> None:
    field = Field()
    wrong(field, 0, 7, EIGHT_HOURS)
    field.sleep(30)
    field.restart()
    wrong(field, 38, 38, EIGHT_HOURS)
    assert [alarm.raised_at for alarm in field.of("gw1")] == [ms(38)]
    field.restart()
    assert field.send(39, ONE) == [("returned", 39)]
