"""The hand-over of a shift: what stands, what waits, what is off the board, what happened since."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.alarm_view import AlarmView, time_text, view
from services.api.answer import answer
from services.api.approval_view import ApprovalView, approval_view
from services.api.asking import Here, Reader, Spoken, narrowed
from services.api.database import DatabaseAway
from services.api.live.message import FloodView
from services.api.problem import Kind, Problem
from services.api.routes.alarm_statistics import (
    MOST_ALARMS,
    FrequentView,
    PastFlood,
    flood_view,
    frequent_view,
)
from services.api.routes.off_board import OffBoardCount, off_board_counts
from services.api.text import Code, Moment
from services.api.window import Window
from services.domain.alarm import AlarmState
from services.domain.alarm_performance import measure
from services.runtime.clock import to_datetime, to_ms
from services.store import alarm_statistics, approval
from services.wire.bus import AlarmItem

router = APIRouter(prefix="/handover", tags=["statistics"])

SHIFT_MS = 12 * 3_600_000
"""The span of a hand-over without `since`: a shift of two."""

MOST_DAYS = 31
MOST_LISTED = 1_000
"""Alarms of one list; its count tells all of them."""

WAITING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
Scope = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class StandingCount:
    """How many alarms of a grade are on the board, and how many of them wait for somebody."""

    grade: int
    standing: int
    unacknowledged: int


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """What is on record of the span: alarms that sounded, by grade, the floods among them and
    those that came most often."""

    alarms: int
    by_grade: dict[str, int]
    acknowledged: int
    floods: list[PastFlood]
    top_ten: list[FrequentView]


@dataclass(frozen=True, slots=True)
class Handover:
    """The state at `at` and what happened since `since`. `record` and `approvals` are null while
    the database is away; `snapshot_from` and `degraded` are those of the live push. The lists hold
    at most 1,000 alarms, the worst grade first; `off_board` and `counts` tell all."""

    at: str
    since: str
    by: str
    enterprise: str | None
    snapshot_from: str
    degraded: list[str]
    counts: list[StandingCount]
    off_board: list[OffBoardCount]
    off_board_alarms: list[AlarmView]
    unacknowledged: list[AlarmView]
    floods: list[FloodView]
    approvals: list[ApprovalView] | None
    record: ShiftRecord | None


@router.get("", response_model=Handover)
async def handover(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="By default 12 hours ago")] = None,
) -> Response:
    """What one shift tells the next, of the park or an enterprise; to be printed and signed."""
    now = here.clock.now_ms()
    start = now - SHIFT_MS if since is None else to_ms(since)
    if not now - MOST_DAYS * 24 * 3_600_000 <= start < now:
        raise Problem(Kind.INVALID, f"since: it must lie in the last {MOST_DAYS} days.")
    scope = narrowed(principal, enterprise)
    alarms = [
        each
        for each in here.replica.open.values()
        if (scope is None or each.enterprise in scope) and not (each.historical or each.exercise)
    ]
    record, approvals = await _recorded(here, scope, start, now)
    on_board = [each for each in alarms if each.off is None]
    waiting = [each for each in on_board if each.state in WAITING]
    off = [each for each in alarms if each.off is not None]

    def views(some: Iterable[AlarmItem]) -> list[AlarmView]:
        worst = sorted(some, key=lambda each: (each.grade, each.raised_at, each.id))
        return [
            view(each, here.replica.is_recorded(each), language) for each in worst[:MOST_LISTED]
        ]

    return answer(
        Handover(
            time_text(now),
            time_text(start),
            principal.username,
            enterprise,
            here.replica.source,
            here.vitals.degraded(),
            _counts(on_board, waiting),
            off_board_counts(off),
            views(off),
            views(waiting),
            here.hub.floods_of(scope),
            approvals,
            record,
        )
    )


def _counts(on_board: Sequence[AlarmItem], waiting: Sequence[AlarmItem]) -> list[StandingCount]:
    standing = Counter(each.grade for each in on_board)
    asking = Counter(each.grade for each in waiting)
    return [StandingCount(grade, standing[grade], asking[grade]) for grade in (1, 2, 3, 4)]


async def _recorded(
    here: Window, scope: Scope, start: int, now: int
) -> tuple[ShiftRecord | None, list[ApprovalView] | None]:
    """What only the database knows; (None, None) while it is away."""
    span = to_datetime(start), to_datetime(now)
    try:
        async with here.database.transaction() as connection:
            sounded = await alarm_statistics.sounded(connection, scope, *span, MOST_ALARMS)
            asked = await approval.page(
                connection, None if scope is None else list(scope), span[1], None, MOST_LISTED
            )
    except DatabaseAway:
        return None, None
    found = measure(sounded, start, now)
    by_grade = Counter(each.grade for each in sounded if each.raised_at >= start)
    record = ShiftRecord(
        found.alarms,
        {str(grade): by_grade[grade] for grade in (1, 2, 3, 4)},
        found.acknowledged,
        [flood_view(each) for each in found.floods],
        [frequent_view(each) for each in found.top_ten],
    )
    return record, [approval_view(each, span[1]) for each in asked]
