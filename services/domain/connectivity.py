"""When a point counts as online, and what that comes to: the online rate (在线率).

No standard that we could read defines it, so the definition is told with every figure.
"""

from dataclasses import dataclass

from services.domain.point import Point, Reporting
from services.domain.reading import Quality

TARGET = 0.995
"""What the national system reported for 2022."""

FRESH_MS = 60_000
PERIODS = 3

DEFINITION = {
    "zh": (
        "在线率 = 测点有效在线时间 ÷ 测点总时间。最新值质量不为“无效”、且距今不超过三个上报周期"
        "（至少 60 秒）的测点为在线；变化上报的测点，其网关在线即为在线。平台自身无法观测的时间不计入。"
    ),
    "en": (
        "Online rate = valid online point time / total point time. A point is online while its "
        "newest value is not bad and not older than three of its periods (60 s at least); a point "
        "that reports on change while its gateway is online. Time in which the platform itself "
        "could not look counts in neither."
    ),
}


@dataclass(slots=True)
class PointTime:
    """Point time in any unit, or a number of points."""

    online: float = 0.0
    total: float = 0.0

    @property
    def rate(self) -> float | None:
        """0 to 1; None where there is nothing to be online."""
        return self.online / self.total if self.total else None

    def add(self, other: "PointTime") -> None:
        """Put another stretch, or other points, to it."""
        self.online += other.online
        self.total += other.total


def is_online(
    point: Point, newest_at: int, value: float | None, quality: Quality, now: int, there: bool
) -> bool:
    """Whether a point with this newest value is online at `now` (epoch ms); `there`: its gateway
    is online."""
    if quality is Quality.BAD or value is None:
        return False
    if point.reporting is Reporting.ON_CHANGE and point.gateway is not None:
        return there
    return is_fresh(newest_at, now, point.period_s)


def is_fresh(newest_at: int, now: int, period_s: float | None) -> bool:
    """Whether a value of this instant (epoch ms) still counts; one dated ahead of us does."""
    limit = FRESH_MS if period_s is None else max(FRESH_MS, round(PERIODS * 1000 * period_s))
    return now - newest_at <= limit
