"""When a point is online."""

from dataclasses import replace

from services.domain.connectivity import DEFINITION, PointTime, is_online
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Quality

NOW = 1_767_542_400_000
MINUTE = 60_000


def point(period_s: float | None = None, reporting: Reporting = Reporting.PERIODIC) -> Point:
    return Point(
        1, "acme", "GT-1", PointKind.TOXIC_GAS, "ppm",
        gateway="g", period_s=period_s, reporting=reporting,
    )  # fmt: skip


def test_a_value_counts_for_three_periods_and_a_minute_at_least() -> None:
    for period, minutes in ((None, 1), (1.0, 1), (60.0, 3), (600.0, 30)):
        at = NOW - minutes * MINUTE
        assert is_online(point(period), at, 1.0, Quality.GOOD, NOW, there=False)
        assert not is_online(point(period), at - 1, 1.0, Quality.GOOD, NOW, there=True)


def test_bad_or_missing_values_are_not_online() -> None:
    assert not is_online(point(), NOW, 1.0, Quality.BAD, NOW, there=True)
    assert not is_online(point(), NOW, None, Quality.GOOD, NOW, there=True)
    assert is_online(point(), NOW, 1.0, Quality.UNCERTAIN, NOW, there=True)


def test_what_reports_on_change_is_online_with_its_gateway() -> None:
    valve = point(reporting=Reporting.ON_CHANGE)
    assert is_online(valve, NOW - 10_000 * MINUTE, 1.0, Quality.GOOD, NOW, there=True)
    assert not is_online(valve, NOW, 1.0, Quality.GOOD, NOW, there=False)


def test_the_rate_is_time_online_by_time_in_all() -> None:
    spent = PointTime(30.0, 40.0)
    spent.add(PointTime(0.0, 20.0))
    assert spent.rate == 0.5
    assert PointTime().rate is None
    assert set(DEFINITION) == {"zh", "en"}


def test_point_time_adds_up_and_nothing_has_no_rate() -> None:
    whole = PointTime()
    assert (whole.online, whole.total, whole.rate) == (0, 0, None)
    whole.add(PointTime(3, 4))
    whole.add(PointTime(1, 6))
    assert (whole.online, whole.total, whole.rate) == (4, 10, 0.4)


def test_without_a_gateway_what_reports_on_change_is_judged_by_its_age() -> None:
    alone = replace(point(reporting=Reporting.ON_CHANGE), gateway=None)
    assert is_online(alone, NOW - MINUTE, 1.0, Quality.GOOD, NOW, there=False) is True
    assert is_online(alone, NOW - MINUTE - 1, 1.0, Quality.GOOD, NOW, there=True) is False
