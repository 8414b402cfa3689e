"""What lies further behind is judged over the record: listed, silent, with its true times."""

import random

from services.alerts.engine import DirtyRange
from services.domain.alarm import AlarmState, ClosedAs
from tests.stories.park import DAY, Park, ms, rule

H = rule("H", 25)
LATER = 10 * DAY


def long_ago(park: Park, *readings: tuple[float, float]) -> list[tuple[str, float]]:
    """Readings (at, value) of ten days ago arrive, and are judged once stored."""
    assert park.judge([park.reading(v, at, LATER) for at, v in readings]) == []
    return park.replay()


def test_over_and_done_it_is_listed_as_cleared_with_its_true_times() -> None:
    park = Park(H)
    assert long_ago(park, (0, 10), (10, 40), (20, 10)) == [("raised", 10), ("cleared", 20)]
    (alarm,) = park.alarms.values()
    assert (alarm.historical, alarm.closed_as) == (True, ClosedAs.CLEARED)
    assert (alarm.raised_at, alarm.cleared_at) == (ms(10), ms(20))
    assert park.open == []


def test_while_it_stands_it_asks_for_no_acknowledgement() -> None:
    park = Park(H)
    long_ago(park, (0, 40))
    assert (park.alarm.state, park.alarm.acknowledged_by) == (AlarmState.ACKNOWLEDGED, None)
    alarms, refused = park.acknowledge(park.alarm.id)
    assert (alarms, refused) == ([park.alarm], [])
    assert park.last.transitions == []


def test_its_deadband_and_delays_are_those_of_the_readings_time() -> None:
    park = Park(rule("H", 25, deadband=5, on=10, off=10))
    told = long_ago(park, (0, 40), (5, 40), (15, 40), (20, 22), (30, 10), (50, 10))
    assert told == [("raised", 10), ("cleared", 40)]


def test_the_same_history_twice_changes_nothing() -> None:
    park = Park(H)
    past = [(at, 40 if at // 30 % 2 else 10) for at in range(0, 600, 10)]
    assert long_ago(park, *past)
    assert long_ago(park, *past) == []
    assert not park.last


def test_one_that_stood_ends_when_the_rest_arrives() -> None:
    park = Park(H)
    long_ago(park, (0, 40))
    first = park.alarm.id
    assert long_ago(park, (10, 40), (20, 10), (30, 10)) == [("cleared", 20)]
    assert park.alarms[first].closed_as is ClosedAs.CLEARED


def test_an_earlier_start_is_corrected_and_the_identity_stays() -> None:
    park = Park(H)
    long_ago(park, (10, 40), (20, 10))
    (identity,) = park.alarms
    assert long_ago(park, (5, 40)) == [("corrected", 5)]
    assert list(park.alarms) == [identity]
    assert park.lives() == [(5, 20, "H")]


def test_a_hole_that_fills_makes_one_into_two() -> None:
    park = Park(H)
    long_ago(park, (0, 40), (100, 10))
    assert sorted(long_ago(park, (30, 10), (60, 40))) == [
        ("cleared", 100),
        ("corrected", 0),
        ("raised", 60),
    ]
    assert park.lives() == [(0, 30, "H"), (60, 100, "H")]


def test_a_live_normal_reading_ends_one_that_stood() -> None:
    park = Park(H)
    long_ago(park, (0, 40))
    assert park.read(10, LATER + 5) == [("cleared", LATER + 5)]
    assert park.open == []


def test_a_live_exceedance_supersedes_one_that_stood_and_sounds() -> None:
    park = Park(H)
    long_ago(park, (0, 40))
    old = park.alarm.id
    now = LATER + 5
    assert park.read(40, now) == [("superseded", now), ("raised", now)]
    assert park.alarms[old].closed_as is ClosedAs.SUPERSEDED
    assert not park.alarm.historical
    assert park.alarm.superseded == 0, "it waited for no acknowledgement"


def test_history_never_ends_a_live_alarm() -> None:
    park = Park(H)
    park.read(40, 0)
    park.read(40, 1000)
    standing = park.alarm
    park.read(10, 500)
    assert park.replay() == []
    assert park.alarm == standing


def test_history_before_a_live_alarm_corrects_its_start() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(40, 1000)
    park.read(40, 500)
    assert park.replay() == [("corrected", 500)]
    assert park.alarm.raised_at == ms(500)
    assert not park.alarm.historical


def test_history_that_was_over_before_a_live_alarm_is_one_of_its_own() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(40, 1000)
    live = park.alarm
    park.read(40, 300)
    park.read(10, 400)
    assert park.replay() == [("raised", 300), ("cleared", 400)]
    assert park.open == [live]


def test_history_under_a_live_point_that_is_normal_is_over_at_once() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(10, 1000)
    park.read(40, 500)
    assert park.replay() == [("raised", 500), ("cleared", 1000)]
    assert park.open == []


def test_judging_stops_where_old_and_new_agree() -> None:
    park = Park(H)
    long_ago(park, *((at, 40 if at % 100 == 50 else 10) for at in range(0, 1000, 10)))
    park.judge([park.reading(40, 205, LATER)])
    (dirty,) = park.dirty
    history = park.history(dirty)
    assert history.since == ms(160)
    assert history.settled_at == ms(210)
    assert park.replay() == [("raised", 205), ("cleared", 210)]


def test_what_stood_where_judging_stopped_is_not_taken_for_a_later_one() -> None:
    park = Park(H)
    long_ago(park, (20, 40), (60, 40), (100, 10), (200, 40))
    long_ago(park, (10, 40))
    assert long_ago(park, (50, 45)) == []
    assert park.lives() == [(10, 100, "H"), (200, None, "H")]


def test_what_it_changes_on_the_record_is_put_right_for_the_next_replay() -> None:
    park = Park(rule("H", 25, deadband=5))
    long_ago(park, (0, 40), (10, 22), (20, 22), (30, 10))
    long_ago(park, (5, 10))
    everything = DirtyRange(1, ms(-1), ms(1000), sounding=False)
    assert park.history(everything).states == ()


def test_a_rule_of_its_time_judges_the_past() -> None:
    park = Park(
        rule("H", 25, version=1, since=-100, until=50),
        rule("H", 60, version=2, since=50),
    )
    told = long_ago(park, (0, 40), (40, 40), (60, 40), (70, 70), (80, 40))
    assert told == [("raised", 0), ("cleared", 50), ("raised", 70), ("cleared", 80)]
    assert sorted(a.rule_version for a in park.alarms.values()) == [1, 2]


def test_batches_in_any_order_end_in_the_same_alarms() -> None:
    chance = random.Random(7)
    past = [(float(at), chance.choice([10.0, 22.0, 40.0, 55.0])) for at in range(0, 2000, 7)]
    rules = (rule("H", 25, deadband=4), rule("HH", 50, 1))
    whole = Park(*rules)
    long_ago(whole, *past)
    for seed in range(5):
        parts = [past[i : i + 9] for i in range(0, len(past), 9)]
        random.Random(seed).shuffle(parts)
        park = Park(*rules)
        for part in parts:
            long_ago(park, *part)
        assert park.lives() == whole.lives()
        assert all(alarm.historical for alarm in park.alarms.values())
