"""The online rates of the park and its enterprises, with what they mean."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import maybe_time_text, moment_text
from services.api.answer import answer
from services.api.asking import Here, Reader, Registered, Spoken, narrowed
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.text import Code, Moment
from services.api.window import Window
from services.domain.connection import ConnectionState
from services.domain.connectivity import DEFINITION, TARGET, PointTime
from services.domain.drill import is_twin
from services.runtime.clock import to_datetime
from services.store import connectivity as store
from services.store.connectivity import GatewayState

router = LateRouter(prefix="/statistics", tags=["statistics"], dependencies=[Registered])

USUAL = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Online:
    """`points`, `gateways`: registered ones, and how many of them are online now; `online_rate`
    0 to 1 over the span, null where nothing was seen of it."""

    points: int
    points_online: int
    gateways: int
    gateways_online: int
    online_rate: float | None


@dataclass(frozen=True, slots=True)
class EnterpriseOnline:
    """An enterprise's figures."""

    enterprise: str
    online: Online


@dataclass(frozen=True, slots=True)
class ConnectivityStatistics:
    """Online rates over the hours that begin between `start` and `end`.

    `definition` says what is counted; `points_at` is when the points were last looked at (once a
    minute; null: not yet). `park` is null for those who see a part of it.
    """

    start: str
    end: str
    definition: str
    target: float
    points_at: str | None
    park: Online | None
    enterprises: list[EnterpriseOnline]


@router.get("/connectivity", response_model=ConnectivityStatistics)
async def connectivity_statistics(
    here: Here,
    principal: Reader,
    spoken: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    start: Annotated[Moment | None, Query(description="Default: a day before `end`")] = None,
    end: Annotated[Moment | None, Query(description="Not included; default: now")] = None,
) -> Response:
    """Online rates of the park and of each enterprise, with their definition."""
    until = end or to_datetime(here.clock.now_ms())
    since = start or until - USUAL
    if since >= until:
        raise Problem(Kind.INVALID, "start: it must be before end.")
    scope = narrowed(principal, enterprise)
    async with here.database.transaction() as connection:
        spent = await store.point_time(connection, scope, since, until)
        standing = await store.gateways(connection, scope)
    seen = _enterprises(here, scope)
    counts = {code: _Counts(spent.get(code, PointTime())) for code in seen}
    _count(here, counts, standing)
    whole = _Counts(PointTime())
    for each in counts.values():
        whole.add(each)
    sees_park = principal.scope is None and enterprise is None
    return answer(
        ConnectivityStatistics(
            start=moment_text(since),
            end=moment_text(until),
            definition=here.online_rate_text or DEFINITION[spoken.value],
            target=TARGET,
            points_at=maybe_time_text(here.connectivity.at),
            park=whole.view() if sees_park else None,
            enterprises=[EnterpriseOnline(code, counts[code].view()) for code in seen],
        )
    )


@dataclass(slots=True)
class _Counts:
    spent: PointTime
    points: PointTime
    gateways: PointTime

    def __init__(self, spent: PointTime) -> None:
        self.spent, self.points, self.gateways = spent, PointTime(), PointTime()

    def add(self, other: "_Counts") -> None:
        self.spent.add(other.spent)
        self.points.add(other.points)
        self.gateways.add(other.gateways)

    def view(self) -> Online:
        rate = self.spent.rate
        return Online(
            points=int(self.points.total),
            points_online=int(self.points.online),
            gateways=int(self.gateways.total),
            gateways_online=int(self.gateways.online),
            online_rate=None if rate is None else round(rate, 6),
        )


def _enterprises(here: Window, scope: frozenset[str] | None) -> list[str]:
    """Copies for a drill count nowhere."""
    codes = (code for code in here.register.enterprises if not is_twin(code))
    return sorted(code for code in codes if scope is None or code in scope)


def _count(here: Window, counts: dict[str, _Counts], standing: list[GatewayState]) -> None:
    online = defaultdict[str, set[str]](set)
    for each in standing:
        if each.state == ConnectionState.ONLINE:
            online[each.enterprise].add(each.gateway)
    for code, gateway in here.register.gateways:
        if code in counts:
            counts[code].gateways.add(PointTime(gateway in online[code], 1))
    for (code, _), points in here.connectivity.points.items():
        if code in counts:
            counts[code].points.add(points)
