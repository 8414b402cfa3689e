"""Floods and the figures of ISA-18.2, against cases worked by hand and an obvious recount."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.alarm_performance import Sounded, measure
from services.domain.flood import FloodMeter, floods
from services.domain.shelving_policy import ShelvingPolicy
from services.domain.suppression import Off, OffBoard

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


def test_the_most_in_any_ten_minutes_is_not_bound_to_the_clock() -> None:
    across = [sounded(9 * MINUTE + second * 10_000) for second in range(12)]
    found = measure(across, 0, DAY)
    assert (found.busiest_ten_minutes, found.busy_periods_share) == (12, 0)


def test_an_upset_is_counted_from_its_first_alarm_for_ten_minutes() -> None:
    before = [sounded(minute * MINUTE) for minute in (0, 20)]
    burst = [sounded(40 * MINUTE + second * 1000) for second in range(15)]
    later = [sounded(49 * MINUTE), sounded(50 * MINUTE), sounded(51 * MINUTE)]
    found = measure([*before, *burst, *later], 0, DAY)
    assert found.upset_ten_minutes == 16, "the last but two is within, the next is not"


@given(
    st.lists(
        st.tuples(st.integers(0, 8 * 24), st.one_of(st.none(), st.integers(0, 6 * 24))),
        max_size=20,
    )
)
def test_the_worst_day_of_stale_alarms_is_what_a_slow_count_says(
    alarms: list[tuple[int, int | None]],
) -> None:
    hour = DAY // 24
    start, end = DAY, 7 * DAY
    stood = [(raised, 10**6 if lasted is None else raised + lasted) for raised, lasted in alarms]
    stale = [
        sum(
            any(raised + 24 <= at < cleared and at * hour < end for at in range(day * 24, day * 24 + 24))
            for raised, cleared in stood
        )
        for day in range(1, 7)
    ]  # fmt: skip
    given_to = [
        sounded(raised * hour)
        if lasted is None
        else sounded(raised * hour, cleared_at=(raised + lasted) * hour)
        for raised, lasted in alarms
    ]
    assert measure(given_to, start, end).stale_a_day == max(stale, default=0)


def test_what_was_taken_off_beyond_its_grade_is_unauthorised() -> None:
    def off(how: Off, grade: int, minutes: int, second: str | None = None) -> OffBoard:
        until = None if minutes == 0 else minutes * MINUTE
        return OffBoard(how, "wang", "x", 0, until, grade, approved_by=second)

    allowed = [
        off(Off.SHELVED, 3, 240),
        off(Off.SHELVED, 2, 30, "li"),
        off(Off.OUT_OF_SERVICE, 1, 600, "li"),
        off(Off.SUPPRESSED, 1, 0),
    ]
    beyond = [
        off(Off.SHELVED, 1, 1, "li"),
        off(Off.SHELVED, 3, 241),
        off(Off.SHELVED, 2, 30),
        off(Off.SHELVED, 2, 30, "wang"),
        off(Off.OUT_OF_SERVICE, 2, 600),
        off(Off.OUT_OF_SERVICE, 4, 0),
    ]
    authorises = ShelvingPolicy().authorises
    assert [authorises(each) for each in (*allowed, *beyond)] == [True] * 4 + [False] * 6


def test_the_share_of_busy_periods_counts_those_with_more_than_ten() -> None:
    eleven = [sounded(second * 1000, str(second)) for second in range(11)]
    ten = [sounded(20 * MINUTE + second * 1000, str(second)) for second in range(10)]
    assert measure([*eleven, *ten], 0, 40 * MINUTE).busy_periods_share == 1 / 4
    assert measure([*eleven, *ten], 0, 40 * MINUTE + 1).busy_periods_share == 1 / 5


def test_stale_is_longer_than_a_day_and_not_a_day() -> None:
    assert measure([sounded(0, cleared_at=DAY)], 0, 2 * DAY).stale == 0
    assert measure([sounded(0, cleared_at=DAY + 1)], 0, 2 * DAY).stale == 1
    assert measure([sounded(0)], 0, DAY).stale == 0
    assert measure([sounded(0)], 0, DAY + 1).stale == 1


def test_the_busiest_ten_minutes_are_any_ten_minutes() -> None:
    times = [0, 5 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE]
    assert measure([sounded(at) for at in times], 0, DAY).busiest_ten_minutes == 3


def test_of_nothing_the_shares_are_nothing() -> None:
    calm = measure([], 0, DAY)
    assert (calm.top_ten_share, calm.busy_periods_share, calm.grades[1]) == (0, 0, 0)
    one = measure([sounded(0)], 0, DAY)
    assert (one.top_ten_share, one.grades) == (1, {1: 0, 2: 0, 3: 1, 4: 0})


def test_just_three_in_a_minute_chatter_and_their_first_and_last_belong_to_it() -> None:
    in_time = [sounded(at) for at in (0, 30_000, 60_000, 200_000)]
    assert [each.count for each in measure(in_time, 0, DAY).chattering] == [3]
    too_slow = [sounded(at) for at in (0, 30_000, 60_001)]
    assert measure(too_slow, 0, DAY).chattering == []


def test_alarms_are_counted_by_the_clock_hour_in_which_they_began() -> None:
    hour = 60 * MINUTE
    times = [hour - 1, hour, hour + MINUTE, 5 * hour - 1, 9 * hour]
    found = measure([sounded(at) for at in times], 0, 9 * hour)
    assert found.by_hour == {0: 1, hour: 2, 4 * hour: 1}
    assert sum(found.by_hour.values()) == found.alarms
