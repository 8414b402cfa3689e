"""How well the alarms of a console serve its operators: the figures of ISA-18.2 and EEMUA 191.

Every alarm that sounded counts once, at its start. Targets are those of ISA-18.2-2016 for one
operator position over at least 30 days, as they are publicly restated.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from services.domain.flood import PERIOD_MS, Flood, floods

CHATTER_COUNT, CHATTER_MS = 3, 60_000
"""Chattering: the same alarm so often in a minute (a convention, no clause)."""

FLEETING_MS = 10_000
"""Fleeting: over before anyone could act (a convention, no clause)."""

STALE_MS = 24 * 3_600_000
"""Stale: stands longer than a day."""

TOP = 10
DAY_MS, HOUR_MS = 86_400_000, 3_600_000

MEANINGFUL_DAYS = 30
"""The targets are meant for at least so long a span."""

TARGETS: dict[str, float] = {
    "per_day": 150,
    "per_hour": 6,
    "per_ten_minutes": 1,
    "busy_periods_share": 0.01,
    "busiest_ten_minutes": 10,
    "upset_ten_minutes": 10,
    "flood_share": 0.01,
    "top_ten_share": 0.05,
    "chattering": 0,
    "fleeting": 0,
    "stale_a_day": 4,
    "unauthorised": 0,
}
"""What a figure should not exceed. `upset_ten_minutes` is EEMUA 191's, the others ISA-18.2's."""

MANAGEABLE: dict[str, float] = {"per_day": 300, "per_hour": 12, "per_ten_minutes": 2}
"""What an operator can just manage, where the target is what is acceptable."""

GRADE_TARGETS: dict[int, float] = {1: 0.01, 2: 0.05, 3: 0.15, 4: 0.80}
"""The shares of the grades that leave the highest one its meaning: about 80 % low, 15 % medium,
5 % high, and less than 1 % above that."""


@dataclass(frozen=True, slots=True)
class Sounded:
    """An alarm that sounded. Times in epoch ms; `name` says which alarm it is again and again,
    `grade` the gravest level that it reached."""

    name: tuple[str, str, str]
    grade: int
    raised_at: int
    cleared_at: int | None = None
    acknowledged_at: int | None = None


@dataclass(frozen=True, slots=True)
class Frequent:
    """An alarm among the most frequent: how often, and which share of all."""

    name: tuple[str, str, str]
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures between two moments. Shares are 0 to 1, times to acknowledge in seconds."""

    alarms: int
    per_day: float
    per_hour: float
    per_ten_minutes: float
    by_hour: dict[int, int]
    """How many began in each clock hour (its start, epoch ms); hours without any are left out."""
    busiest_ten_minutes: int
    upset_ten_minutes: int
    """At most in the first ten minutes of a flood, from its first alarm."""
    busy_periods_share: float
    floods: list[Flood]
    flood_share: float
    top_ten: list[Frequent]
    top_ten_share: float
    chattering: list[Frequent]
    fleeting: int
    stale: int
    stale_a_day: int
    """At most on one day (UTC)."""
    unauthorised: int
    """Taken off the board beyond what its grade allows, or without the second person."""
    grades: dict[int, float]
    acknowledged: int
    seconds_to_acknowledge: float | None
    seconds_to_acknowledge_most: float | None


def is_fleeting(raised_at: int, cleared_at: int | None) -> bool:
    """Over before anyone could act (epoch ms)."""
    return cleared_at is not None and cleared_at - raised_at < FLEETING_MS


def is_stale(raised_at: int, cleared_at: int | None, now: int) -> bool:
    """Standing for longer than a day at `now` (epoch ms)."""
    return cleared_at is None and now - raised_at > STALE_MS


def measure(sounded: Sequence[Sounded], start: int, end: int, unauthorised: int = 0) -> Performance:
    """The figures of alarms that sounded from `start` (included) to `end`, in epoch ms."""
    alarms = sorted((s for s in sounded if start <= s.raised_at < end), key=lambda s: s.raised_at)
    times = [alarm.raised_at for alarm in alarms]
    span = max(end - start, 1)
    busy = Counter((at - start) // PERIOD_MS for at in times)
    flooded = floods(times, end)
    top = _frequent(Counter(alarm.name for alarm in alarms), len(alarms))
    waits = [
        (alarm.acknowledged_at - alarm.raised_at) / 1000
        for alarm in alarms
        if alarm.acknowledged_at is not None
    ]
    return Performance(
        alarms=len(alarms),
        per_day=len(alarms) * DAY_MS / span,
        per_hour=len(alarms) * HOUR_MS / span,
        per_ten_minutes=len(alarms) * PERIOD_MS / span,
        by_hour=dict(sorted(Counter(at // HOUR_MS * HOUR_MS for at in times).items())),
        busiest_ten_minutes=_most_in(times, PERIOD_MS),
        upset_ten_minutes=max((_first_ten(times, flood) for flood in flooded), default=0),
        busy_periods_share=sum(n > 10 for n in busy.values()) / -(-span // PERIOD_MS),
        floods=flooded,
        flood_share=sum((f.end or end) - f.start for f in flooded) / span,
        top_ten=top,
        top_ten_share=sum(each.count for each in top) / max(len(alarms), 1),
        chattering=_chattering(alarms),
        fleeting=sum(is_fleeting(alarm.raised_at, alarm.cleared_at) for alarm in alarms),
        stale=sum(_lasted(alarm, end) > STALE_MS for alarm in sounded if alarm.raised_at < end),
        stale_a_day=_stale_a_day(sounded, start, end),
        unauthorised=unauthorised,
        grades=_shares(alarms),
        acknowledged=len(waits),
        seconds_to_acknowledge=median(waits) if waits else None,
        seconds_to_acknowledge_most=max(waits, default=None),
    )


def _lasted(alarm: Sounded, end: int) -> int:
    return (alarm.cleared_at if alarm.cleared_at is not None else end) - alarm.raised_at


def _most_in(times: Sequence[int], period: int) -> int:
    """The most of these in any stretch of that length."""
    recent: deque[int] = deque()
    most = 0
    for at in times:
        recent.append(at)
        while recent[0] <= at - period:
            recent.popleft()
        most = max(most, len(recent))
    return most


def _first_ten(times: Sequence[int], flood: Flood) -> int:
    """Alarms in the ten minutes from the first of those that began a flood."""
    first = times[bisect_right(times, flood.start - PERIOD_MS)]
    return bisect_right(times, first + PERIOD_MS - 1) - bisect_left(times, first)


def _stale_a_day(sounded: Sequence[Sounded], start: int, end: int) -> int:
    """On how many alarms one saw, on the worst day, that they stood for longer than a day."""
    changes: Counter[int] = Counter()
    for alarm in sounded:
        since = max(alarm.raised_at + STALE_MS, start)
        until = min(end, alarm.cleared_at if alarm.cleared_at is not None else end)
        if since < until:
            changes[since // DAY_MS] += 1
            changes[(until - 1) // DAY_MS + 1] -= 1
    return max(accumulate(changes[day] for day in sorted(changes)), default=0)


def _shares(alarms: Sequence[Sounded]) -> dict[int, float]:
    count = Counter(alarm.grade for alarm in alarms)
    return {grade: count[grade] / max(len(alarms), 1) for grade in GRADE_TARGETS}


def _frequent(counts: Counter[tuple[str, str, str]], whole: int) -> list[Frequent]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    return [Frequent(name, count, count / whole) for name, count in ordered]


def _chattering(alarms: Sequence[Sounded]) -> list[Frequent]:
    """The alarms that came so often within a minute, by how many of theirs came in such one."""
    by_name: dict[tuple[str, str, str], list[int]] = {}
    for alarm in alarms:
        by_name.setdefault(alarm.name, []).append(alarm.raised_at)
    found = Counter({name: _in_chatter(times) for name, times in by_name.items()})
    return _frequent(+found, max(len(alarms), 1))


def _in_chatter(times: Sequence[int]) -> int:
    """How many of these belong to a minute with too many of them."""
    chattering: set[int] = set()
    for first in range(len(times) - CHATTER_COUNT + 1):
        last = first + CHATTER_COUNT - 1
        if times[last] - times[first] <= CHATTER_MS:
            chattering.update(range(first, last + 1))
    return len(chattering)
