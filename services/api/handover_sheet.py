"""The sheet of a hand-over (交接班): what stands, what waits, what is off the board, which interlocks are
out, and what happened since."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.api.alarm_view import AlarmView, time_text, view
from services.api.approval_view import ApprovalView, approval_view
from services.api.database import DatabaseAway
from services.api.live.message import FloodView
from services.api.principal import Principal
from services.api.routes.alarm_statistics import (
    MOST_ALARMS,
    FrequentView,
    PastFlood,
    flood_view,
    frequent_view,
)
from services.api.routes.interlocks import shown
from services.api.routes.off_board import OffBoardCount, off_board_counts
from services.api.window import Window
from services.api.wording import Language
from services.domain.alarm import AlarmState
from services.domain.alarm_performance import measure
from services.runtime.clock import to_datetime
from services.store import alarm_statistics, approval
from services.wire.bus import AlarmItem

MOST_LISTED = 1_000
"""Alarms or loops of one list; its count tells all of them."""

WAITING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
Scope = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class StandingCount:
    """How many alarms of a grade are on the board, and how many of them wait for somebody."""

    grade: int
    standing: int
    unacknowledged: int


@dataclass(frozen=True, slots=True)
class LoopOut:
    """An interlock that is bypassed, or that the field says would not act. `state`: as the field shows
    it (null: nobody knows); from `kind` on of the bypass that is open, null where there is none."""

    enterprise: str
    tag: str
    name: str
    name_en: str | None
    state: str | None
    in_service: bool | None
    kind: str | None
    reason: str | None
    applicant: str | None
    until: str | None
    waits_for: str | None


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """What is on record of the span: alarms that sounded, by the gravest grade they reached, the floods among them and those
    that came most often, and the figures of ISA-18.2; times to acknowledge in seconds, the middle one
    and the longest (null: nothing was acknowledged)."""

    alarms: int
    by_grade: dict[str, int]
    acknowledged: int
    floods: list[PastFlood]
    top_ten: list[FrequentView]
    per_hour: float
    busiest_ten_minutes: int
    chattering: int
    fleeting: int
    stale: int
    seconds_to_acknowledge: float | None
    seconds_to_acknowledge_most: float | None


@dataclass(frozen=True, slots=True)
class Handover:
    """The state at `at` and what happened since `since`. `record` and `approvals` are null while
    the database is away; `snapshot_from` and `degraded` are those of the live push. The lists hold
    at most 1,000 alarms, the worst grade first; `off_board` and `counts` tell all. `acknowledged`:
    on the board, and seen by somebody."""

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
    acknowledged: list[AlarmView]
    loops_out_count: int
    loops_out: list[LoopOut]
    floods: list[FloodView]
    approvals: list[ApprovalView] | None
    record: ShiftRecord | None


async def sheet(
    here: Window,
    principal: Principal,
    enterprise: str | None,
    scope: Scope,
    span: tuple[int, int],
    language: Language,
) -> Handover:
    """What one shift tells the next of `scope`; `span`: from when, and now (epoch ms)."""
    start, now = span
    alarms = [
        each
        for each in here.replica.open.values()
        if (scope is None or each.enterprise in scope) and not (each.historical or each.exercise)
    ]
    record, approvals = await _recorded(here, scope, start, now)
    on_board = [each for each in alarms if each.off is None]
    waiting = [each for each in on_board if each.state in WAITING]
    off = [each for each in alarms if each.off is not None]
    loops = _loops_out(here, scope)

    def views(some: Iterable[AlarmItem]) -> list[AlarmView]:
        worst = sorted(some, key=lambda each: (each.grade, each.raised_at, each.id))
        return [
            view(each, here.replica.is_recorded(each), language) for each in worst[:MOST_LISTED]
        ]

    return Handover(
        at=time_text(now),
        since=time_text(start),
        by=principal.username,
        enterprise=enterprise,
        snapshot_from=here.replica.source,
        degraded=here.vitals.degraded(),
        counts=_counts(on_board, waiting),
        off_board=off_board_counts(off),
        off_board_alarms=views(off),
        unacknowledged=views(waiting),
        acknowledged=views(each for each in on_board if each.state not in WAITING),
        loops_out_count=len(loops),
        loops_out=loops[:MOST_LISTED],
        floods=here.hub.floods_of(scope),
        approvals=approvals,
        record=record,
    )


def _counts(on_board: Sequence[AlarmItem], waiting: Sequence[AlarmItem]) -> list[StandingCount]:
    standing = Counter(each.grade for each in on_board)
    asking = Counter(each.grade for each in waiting)
    return [StandingCount(grade, standing[grade], asking[grade]) for grade in (1, 2, 3, 4)]


def _loops_out(here: Window, scope: Scope) -> list[LoopOut]:
    """By enterprise and tag."""
    found = []
    for key, loop in sorted(here.register.interlocks.loops.items()):
        if scope is not None and key[0] not in scope:
            continue
        now = shown(here, loop)
        bypass = now.bypass
        if bypass is None and now.in_service is not False:
            continue
        found.append(
            LoopOut(
                enterprise=loop.enterprise,
                tag=loop.tag,
                name=loop.name,
                name_en=loop.name_en,
                state=now.state,
                in_service=now.in_service,
                kind=None if bypass is None else bypass.kind,
                reason=None if bypass is None else bypass.reason,
                applicant=None if bypass is None else bypass.applied.by,
                until=None if bypass is None else bypass.until,
                waits_for=None if bypass is None else bypass.waits_for,
            )
        )
    return found


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
        alarms=found.alarms,
        by_grade={str(grade): by_grade[grade] for grade in (1, 2, 3, 4)},
        acknowledged=found.acknowledged,
        floods=[flood_view(each) for each in found.floods],
        top_ten=[frequent_view(each) for each in found.top_ten],
        per_hour=found.per_hour,
        busiest_ten_minutes=found.busiest_ten_minutes,
        chattering=len(found.chattering),
        fleeting=found.fleeting,
        stale=found.stale,
        seconds_to_acknowledge=found.seconds_to_acknowledge,
        seconds_to_acknowledge_most=found.seconds_to_acknowledge_most,
    )
    return record, [approval_view(each, span[1]) for each in asked]
