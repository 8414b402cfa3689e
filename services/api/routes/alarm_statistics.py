"""How well the alarms serve their operators: the figures of ISA-18.2, beside their targets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import answer
from services.api.asking import Here, Reader, narrowed
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.text import Code, Moment
from services.domain.alarm_performance import (
    DAY_MS,
    GRADE_TARGETS,
    MANAGEABLE,
    MEANINGFUL_DAYS,
    TARGETS,
    Frequent,
    Performance,
    measure,
)
from services.domain.flood import Flood
from services.domain.shelving_policy import FORMER, ShelvingPolicy
from services.domain.suppression import OffBoard
from services.runtime.clock import to_datetime, to_ms
from services.store import alarm_statistics as store
from services.store import shelving

router = LateRouter(prefix="/statistics", tags=["statistics"])

USUAL_DAYS = 30
"""The span of the figures without `start`: the targets are given for at least 30 days."""

MOST_ALARMS = 200_000
"""Of a park that keeps to its targets these are years; with more the span must be shorter."""

DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class PastFlood:
    """More than 10 alarms in 10 minutes, until fewer than 5 came; `end` null: it goes on."""

    start: str
    end: str | None
    alarms: int
    peak: int


@dataclass(frozen=True, slots=True)
class FrequentView:
    """An alarm that came again and again, and its share of all."""

    enterprise: str
    tag: str | None
    condition: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many alarms began in the clock hour from `start`."""

    start: str
    alarms: int


@dataclass(frozen=True, slots=True)
class AlarmStatistics:
    """The figures between `start` and `end`. Shares are 0 to 1; `targets` name what a figure
    should not exceed, `grade_targets` the shares of the grades that ISA-18.2 advises.

    `manageable` is what an operator can just manage, where the target is what is acceptable. Only
    alarms that sounded count: no historical ones, no exercises, none that was born off the board;
    each by the gravest grade that it reached.
    """

    start: str
    end: str
    alarms: int
    per_day: float
    per_hour: float
    per_ten_minutes: float
    by_hour: list[HourCount]
    """Hours in which no alarm began are left out."""
    busiest_ten_minutes: int
    upset_ten_minutes: int
    busy_periods_share: float
    floods: list[PastFlood]
    flood_share: float
    in_flood: bool
    top_ten: list[FrequentView]
    top_ten_share: float
    chattering: list[FrequentView]
    fleeting: int
    stale: int
    stale_a_day: int
    unauthorised: int
    grades: dict[str, float]
    acknowledged: int
    seconds_to_acknowledge: float | None
    seconds_to_acknowledge_most: float | None
    targets: dict[str, float]
    manageable: dict[str, float]
    grade_targets: dict[str, float]
    meaningful: bool
    """Whether the span is as long as the targets are meant for."""


@router.get("/alarms", response_model=AlarmStatistics)
async def alarm_statistics(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    start: Annotated[Moment | None, Query(description="By default 30 days before `end`")] = None,
    end: Annotated[Moment | None, Query(description="By default now")] = None,
) -> Response:
    """Rates, floods, chattering, stale and most frequent alarms of the park or an enterprise."""
    until = here.clock.now_ms() if end is None else to_ms(end)
    since = until - USUAL_DAYS * DAY_MS if start is None else to_ms(start)
    if since >= until:
        raise Problem(Kind.INVALID, "start: it must lie before end.")
    scope = narrowed(principal, enterprise)
    async with here.database.transaction(DEADLINE_S) as connection:
        sounded = await store.sounded(
            connection, scope, to_datetime(since), to_datetime(until), MOST_ALARMS + 1
        )
        off = await store.taken_off(
            connection, scope, to_datetime(since), to_datetime(until), MOST_ALARMS
        )
        numbers = {each.policy for each in off if each.policy is not None}
        policies = await shelving.policies(connection, numbers)
    if len(sounded) > MOST_ALARMS:
        raise Problem(
            Kind.INVALID,
            f"start: more than {MOST_ALARMS} alarms lie in this span; ask for a shorter one.",
        )
    unauthorised = sum(not _authorised(each, policies) for each in off)
    return answer(_view(measure(sounded, since, until, unauthorised), since, until))


def _authorised(off: OffBoard, policies: Mapping[int, ShelvingPolicy]) -> bool:
    """By the policy of its time; one that nobody set allows nothing."""
    policy = FORMER if off.policy is None else policies.get(off.policy)
    return policy is not None and policy.authorises(off)


def _view(found: Performance, start: int, end: int) -> AlarmStatistics:
    whole = {name: getattr(found, name) for name in Performance.__dataclass_fields__}
    ours = {
        "start": _text(start),
        "end": _text(end),
        "by_hour": [HourCount(_text(at), count) for at, count in found.by_hour.items()],
        "floods": [flood_view(each) for each in found.floods],
        "in_flood": any(each.end is None for each in found.floods),
        "top_ten": [frequent_view(each) for each in found.top_ten],
        "chattering": [frequent_view(each) for each in found.chattering],
        "grades": _by_grade(found.grades),
        "targets": TARGETS,
        "manageable": MANAGEABLE,
        "meaningful": end - start >= MEANINGFUL_DAYS * DAY_MS,
        "grade_targets": _by_grade(GRADE_TARGETS),
    }
    return AlarmStatistics(**(whole | ours))


def flood_view(flood: Flood) -> PastFlood:
    fields = asdict(flood)
    fields["start"] = _text(flood.start)
    fields["end"] = None if flood.end is None else _text(flood.end)
    return PastFlood(**fields)


def frequent_view(each: Frequent) -> FrequentView:
    enterprise, tag, condition = each.name
    return FrequentView(enterprise, tag or None, condition, each.count, each.share)


def _by_grade(shares: dict[int, float]) -> dict[str, float]:
    return {str(grade): share for grade, share in shares.items()}


def _text(at: int) -> str:
    return moment_text(to_datetime(at))
