"""The alarms that the figures of alarm performance are made of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.domain.alarm_performance import Sounded
from services.runtime.clock import to_ms
from services.store.queries import Queries

_SQL = Queries.load("api_statistics")


async def sounded(
    connection: AsyncConnection[Any],
    scope: Collection[str] | None,
    start: datetime,
    end: datetime,
    limit: int,
) -> list[Sounded]:
    """Live alarms that sounded or still stood between `start` and `end`, at most `limit`."""
    values = {
        "scope": None if scope is None else list(scope),
        "start": start,
        "end": end,
        "limit": limit,
    }
    cursor = await connection.execute(_SQL["sounded"], values)
    return [
        Sounded((enterprise, tag, condition), grade, to_ms(raised), _ms(cleared), _ms(seen))
        for enterprise, tag, condition, grade, raised, cleared, seen in await cursor.fetchall()
    ]


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
