"""How gateways stand, and the online point time of enterprises, for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.domain.connection import ConnectionState
from services.domain.connectivity import PointTime
from services.domain.skew import ClockState
from services.store.queries import Queries

_SQL = Queries.load("connectivity")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class GatewayState:
    """One gateway as ingest last wrote it; `skew_ms` is positive when its clock is ahead."""

    enterprise: str
    gateway: str
    state: str
    since: datetime | None
    link: bool | None
    link_at: datetime | None
    last_message_at: datetime | None
    last_reading_at: datetime | None
    newest_measured_at: datetime | None
    clock: str
    clock_since: datetime | None
    skew_ms: int | None
    conflicts: int

    @classmethod
    def unknown(cls, enterprise: str, gateway: str) -> "GatewayState":
        """Of one that was never heard."""
        unknown, silent = ConnectionState.UNKNOWN.value, ClockState.UNKNOWN.value
        return cls(
            enterprise,
            gateway,
            unknown,
            since=None,
            link=None,
            link_at=None,
            last_message_at=None,
            last_reading_at=None,
            newest_measured_at=None,
            clock=silent,
            clock_since=None,
            skew_ms=None,
            conflicts=0,
        )


async def gateways(connection: Connection, scope: frozenset[str] | None) -> list[GatewayState]:
    """Every gateway ever heard, of these enterprises (None: all)."""
    async with connection.cursor(row_factory=class_row(GatewayState)) as cursor:
        await cursor.execute(_SQL["gateways"], {"scope": _list(scope)})
        return await cursor.fetchall()


async def add_hours(
    connection: Connection, hour: datetime, seconds: Mapping[str, PointTime]
) -> None:
    """Add the point time (s) of enterprises to an hour."""
    names = sorted(seconds)
    columns = {
        "hour": hour,
        "enterprise": names,
        "online_s": [seconds[name].online for name in names],
        "total_s": [seconds[name].total for name in names],
    }
    await connection.execute(_SQL["add_hours"], columns)


async def point_time(
    connection: Connection, scope: frozenset[str] | None, start: datetime, end: datetime
) -> dict[str, PointTime]:
    """Point time (s) by enterprise, over the hours that begin between two times."""
    values = {"scope": _list(scope), "start": start, "end": end}
    rows = await (await connection.execute(_SQL["point_time"], values)).fetchall()
    return {row[0]: PointTime(row[1], row[2]) for row in rows}


def _list(scope: frozenset[str] | None) -> list[str] | None:
    return None if scope is None else list(scope)
