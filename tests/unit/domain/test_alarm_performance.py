"""Floods and the figures of ISA-18.2, against cases worked by hand and an obvious recount."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.alarm_performance import Sounded, measure
from services.domain.flood import FloodMeter, floods

MINUTE = 60_000
DAY = 86_400_000


def sounded(at: int, tag: str = "GT-1", grade: int = 3, **more: int) -> Sounded:
    return Sounded(("acme", tag, "H"), grade, at, **more)


def test_ten_alarms_in_ten_minutes_are_no_flood_eleven_are() -> None:
    ten = [minute * MINUTE for minute in range(10)]
    assert floods(ten, DAY) == []
    (flood,) = floods([*ten, 9 * MINUTE + 1], DAY)
    assert (flood.start, flood.alarms, flood.peak) == (9 * MINUTE + 1, 11, 11)


def test_a_flood_ends_when_fewer_than_five_came_in_ten_minutes() -> None:
    burst = [second * 1000 for second in range(20)]
    (flood,) = floods(burst, DAY)
    # The sixteenth of them leaves the ten minutes, and four are left.
    assert flood.end == 15_000 + 10 * MINUTE
    assert flood.peak == 20


def test_a_pause_shorter_than_that_is_one_flood() -> None:
    burst = [second * 1000 for second in range(20)]
    later = [9 * MINUTE + second * 1000 for second in range(5)]
    (flood,) = floods([*burst, *later], DAY)
    assert flood.alarms == 25


def test_one_that_goes_on_has_no_end() -> None:
    meter = FloodMeter()
    for second in range(12):
        meter.raised(second * 1000)
    assert [meter.current is None, len(meter.floods)] == [False, 0]
    meter.pass_to(12 * MINUTE)
    assert [meter.current is None, len(meter.floods)] == [True, 1]


@given(st.lists(st.integers(0, 60 * MINUTE), max_size=120).map(sorted))
def test_a_flood_is_where_a_slow_count_says(times: list[int]) -> None:
    """Look at every moment at which something changes, and count again."""
    inside = False
    starts, ends = [], []
    moments = sorted({*times, *(at + 10 * MINUTE for at in times)})
    for now in moments:
        came = [at for at in times if at <= now]
        rate = sum(at > now - 10 * MINUTE for at in came)
        before = sum(now - 10 * MINUTE < at < now for at in came)
        if inside and before < 5:
            inside = False
            ends.append(now)
        if not inside and rate > 10:
            inside = True
            starts.append(now)
    found = floods(times, 10 * DAY)
    assert [flood.start for flood in found] == starts
    assert [flood.end for flood in found] == ends


def test_the_rates_are_per_day_hour_and_ten_minutes() -> None:
    alarms = [sounded(hour * 3_600_000, f"T-{hour}") for hour in range(48)]
    found = measure(alarms, 0, 2 * DAY)
    assert (found.alarms, found.per_day, found.per_hour) == (48, 24, 1)
    assert found.per_ten_minutes == 1 / 6
    assert (found.busiest_ten_minutes, found.busy_periods_share, found.flood_share) == (1, 0, 0)


def test_the_top_ten_and_their_share() -> None:
    often = [sounded(n * 3_600_000, "BAD") for n in range(20)]
    rarely = [sounded(n * 7_200_000 + 1, f"T-{n:02}") for n in range(20)]
    found = measure([*often, *rarely], 0, 2 * DAY)
    assert found.top_ten[0].name == ("acme", "BAD", "H")
    assert (found.top_ten[0].count, found.top_ten[0].share) == (20, 0.5)
    assert len(found.top_ten) == 10
    assert found.top_ten_share == 29 / 40


def test_three_times_in_a_minute_chatters() -> None:
    chatter = [sounded(at, "C") for at in (0, 20_000, 60_000, 300_000)]
    calm = [sounded(at, "D") for at in (0, 31_000, 62_000)]
    found = measure([*chatter, *calm], 0, DAY)
    assert [(each.name[1], each.count) for each in found.chattering] == [("C", 3)]


def test_fleeting_and_stale() -> None:
    alarms = [
        sounded(0, "F", cleared_at=9_000),
        sounded(0, "N", cleared_at=60_000),
        sounded(0, "S"),
        sounded(2 * DAY, "Y"),
        sounded(-DAY, "before the range, and standing all through it"),
    ]
    found = measure(alarms, 0, 2 * DAY + 1)
    assert (found.fleeting, found.stale, found.alarms) == (1, 2, 4)


def test_the_shares_of_the_grades_and_the_time_to_acknowledge() -> None:
    alarms = [
        sounded(0, "A", 1, acknowledged_at=10_000),
        sounded(1, "B", 4, acknowledged_at=30_001),
        sounded(2, "C", 4, acknowledged_at=20_002),
        sounded(3, "D", 4),
    ]
    found = measure(alarms, 0, DAY)
    assert found.grades == {1: 0.25, 2: 0, 3: 0, 4: 0.75}
    assert (found.acknowledged, found.seconds_to_acknowledge) == (3, 20)
    assert found.seconds_to_acknowledge_most == 30


def test_nothing_sounded_is_nothing_not_an_error() -> None:
    found = measure([], 0, DAY)
    assert (found.alarms, found.flood_share, found.top_ten) == (0, 0, [])
    assert found.seconds_to_acknowledge is None
