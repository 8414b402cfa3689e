"""What comes late is judged in its place: up to 120 s behind the newest, live."""

from services.alerts.engine import DirtyRange
from services.domain.alarm import AlarmState, ClosedAs
from services.domain.reading import ReadingFlag
from services.domain.window import CAPACITY
from tests.stories.park import Park, ms, rule

H = rule("H", 25, deadband=5)


def test_an_exceedance_already_over_sounds_as_returned() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(10, 60)
    assert park.read(40, 30) == [("raised", 30), ("returned", 60)]
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert not park.alarm.historical
    assert park.alarm.received_at == ms(60)


def test_an_ok_between_two_exceedances_makes_them_two() -> None:
    park = Park(H)
    park.read(40, 0)
    park.read(40, 60)
    first = park.alarm.id
    assert park.read(10, 30) == [("returned", 30), ("superseded", 60), ("raised", 60)]
    assert park.alarms[first].closed_as is ClosedAs.SUPERSEDED
    assert park.alarm.superseded == 1
    assert park.lives() == [(0, 30, "H"), (60, None, "H")]


def test_an_ok_between_two_exceedances_ends_an_acknowledged_one() -> None:
    park = Park(H)
    park.read(40, 0)
    park.read(40, 60)
    park.acknowledge(park.alarm.id)
    assert park.read(10, 30) == [("cleared", 30), ("raised", 60)]


def test_an_old_ok_never_ends_an_alarm_of_a_newer_reading() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(40, 60)
    assert park.read(10, 30) == []
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED


def test_an_earlier_start_is_corrected_and_the_identity_stays() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(40, 60)
    was = park.alarm.id
    assert park.read(40, 30) == [("corrected", 30)]
    assert park.alarm.id == was
    assert park.alarm.raised_at == ms(30)


def test_a_late_peak_asks_again() -> None:
    park = Park(H, rule("HH", 50, 1))
    park.read(40, 0)
    park.read(40, 60)
    park.acknowledge(park.alarm.id)
    assert park.read(70, 30) == [("escalated", 30), ("deescalated", 60)]
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert park.alarm.condition == "H"


def test_what_sounded_and_proves_unborne_is_withdrawn_not_unsaid() -> None:
    park = Park(rule("H", 25, on=20))
    park.read(40, 0)
    park.read(40, 30)
    sounded = park.alarm.id
    assert park.read(10, 15) == [("withdrawn", 30)]
    assert park.alarms[sounded].closed_as is ClosedAs.WITHDRAWN
    assert park.open == []


def test_two_that_prove_to_be_one_keep_the_one_on_the_board() -> None:
    park = Park(rule("H", 25))
    park.read(40, 0)
    park.read(10, 30)
    park.read(40, 60)
    standing = park.alarm.id
    assert park.read(40, 30) == [("withdrawn", 60), ("corrected", 60), ("corrected", 0)]
    assert park.alarm.id == standing
    assert park.alarm.superseded == 0
    assert park.lives() == [(0, None, "H")]


def test_of_two_values_of_one_instant_each_direction_judges_the_worse() -> None:
    both = (rule("H", 25), rule("L", 5))
    one, other = Park(*both), Park(*both)
    one.read(40, 0)
    one.read(2, 0)
    other.read(2, 0)
    other.read(40, 0)
    assert one.lives() == other.lives() == [(0, None, "H"), (0, None, "L")]


def test_a_normal_value_of_the_same_instant_ends_nothing() -> None:
    park = Park(H)
    park.read(40, 0)
    assert park.read(10, 0) == []
    assert park.read(10, 1) == [("returned", 1)]


def test_a_repeat_changes_nothing() -> None:
    park = Park(H)
    for at, value in ((0, 10), (10, 40), (20, 10), (30, 40)):
        park.read(value, at)
    said = len(park.said)
    for at, value in ((0, 10), (10, 40), (20, 10), (30, 40)):
        assert park.read(value, at, flags=ReadingFlag.REDELIVERED) == []
        assert not park.last
    assert len(park.said) == said


def test_exactly_120_s_behind_is_live_and_more_is_history() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(10, 300)
    assert park.read(40, 180) == [("raised", 180), ("returned", 300)]
    assert park.read(40, 179.999) == []
    assert park.dirty == [DirtyRange(1, ms(179.999), ms(179.999), sounding=False)]


def test_redelivered_from_further_behind_still_sounds() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(10, 600)
    park.read(40, 60, flags=ReadingFlag.REDELIVERED)
    assert park.dirty == [DirtyRange(1, ms(60), ms(60), sounding=True)]
    assert park.replay() == [("raised", 60), ("returned", 600)]
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert not park.alarm.historical


def test_behind_a_restart_the_record_is_judged_and_it_sounds() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(10, 50)
    park.restart()
    park.read(10, 60)
    assert park.read(40, 30) == []
    assert park.dirty == [DirtyRange(1, ms(30), ms(30), sounding=True)]
    assert park.replay() == [("raised", 30), ("returned", 50)]


def test_a_spike_between_the_last_before_a_restart_and_the_first_after_it_is_live() -> None:
    park = Park(H)
    park.read(10, 0)
    park.restart()
    park.read(10, 60)
    redelivered = ReadingFlag.REDELIVERED
    assert park.read(40, 30, flags=redelivered) == [("raised", 30), ("returned", 60)]
    assert park.read(40, 30, flags=redelivered) == []


def test_a_sounding_replay_that_reaches_the_newest_hands_over_what_stands() -> None:
    park = Park(H)
    park.read(10, 0)
    park.read(22, 100)
    park.restart()
    park.read(40, 60)
    assert park.replay() == [("raised", 60)]
    assert park.read(22, 110) == [], "still inside the deadband"
    assert park.read(10, 120) == [("returned", 120)]


def test_a_worse_level_found_by_a_sounding_replay_sounds() -> None:
    park = Park(H, rule("HH", 50, 1))
    park.read(40, 0)
    park.acknowledge(park.alarm.id)
    park.read(40, 600)
    park.read(80, 60, flags=ReadingFlag.REDELIVERED)
    assert park.replay() == [("escalated", 60), ("deescalated", 60)]
    assert park.alarm.state is AlarmState.UNACKNOWLEDGED
    assert park.replay() == []


def test_a_gateway_that_catches_up_sounds() -> None:
    park = Park(H)
    park.read(10, 0)
    hour = 3600.0
    told = park.judge(park.reading(v, at, hour) for at, v in ((1000, 40), (2000, 10), (3000, 40)))
    assert told == [("raised", 1000), ("returned", 2000), ("superseded", 3000), ("raised", 3000)]
    assert not park.dirty


def test_beyond_its_capacity_a_window_reaches_less_far_back() -> None:
    park = Park(H)
    park.judge(park.reading(10, second / 100, 60.0) for second in range(CAPACITY + 500))
    park.read(40, 4.005)
    assert [d.sounding for d in park.dirty] == [True]
    assert park.read(40, 12.005) == [("raised", 12.005), ("returned", 12.01)]


def test_one_batch_makes_one_dirty_range_a_point() -> None:
    park = Park(H)
    park.read(10, 1000)
    park.judge(park.reading(10, at, 1000) for at in (300, 100, 200))
    assert park.dirty == [DirtyRange(1, ms(100), ms(300), sounding=False)]
