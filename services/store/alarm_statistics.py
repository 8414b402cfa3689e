"""The alarms that the figures of alarm performance are made of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from services.domain.alarm_performance import Sounded
from services.domain.suppression import OffBoard
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
    """Live alarms that sounded or still stood between `start` and `end`, at most `limit`; none
    that was born off the board."""
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


async def taken_off(
    connection: AsyncConnection[Any],
    scope: Collection[str] | None,
    start: datetime,
    end: datetime,
    limit: int,
) -> list[OffBoard]:
    """What was taken off the board by hand between `start` and `end`, at most `limit`."""
    values = {
        "scope": None if scope is None else list(scope),
        "start": start,
        "end": end,
        "limit": limit,
    }
    cursor = await connection.execute(_SQL["taken_off"], values)
    bodies = [msgspec.json.decode(row[0], type=_Body) for row in await cursor.fetchall()]
    return [body.alarm.off for body in bodies if body.alarm.off is not None]


class _Off(msgspec.Struct):
    off: OffBoard | None = None


class _Body(msgspec.Struct):
    """What is looked at of a journal row."""

    alarm: _Off


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
