"""Stored readings of one point, as they came or summed up, for reading."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_readings")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """The readings of one point from `start` up to, not including, `end`."""

    point_id: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One reading; `value` in the point's unit or the code of a state."""

    measured_at: datetime
    received_at: datetime
    value: float | None
    quality: int
    flags: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a stretch of time held. `number` counts usable values, `quality` is the worst."""

    bucket: datetime
    low: float | None
    high: float | None
    mean: float | None
    number: int
    newest: float | None
    quality: int


async def readings(
    connection: Connection, span: Span, after: tuple[datetime, float, int] | None, limit: int
) -> list[StoredReading]:
    """Oldest first, after the place (measured_at, value or infinity, quality) in that order."""
    at, value, quality = after or (span.start, float("-inf"), -1)
    values = _span(span) | {
        "after_at": at,
        "after_value": value,
        "after_quality": quality,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(StoredReading)) as cursor:
        await cursor.execute(_SQL["raw"], values)
        return await cursor.fetchall()


async def count(connection: Connection, span: Span, limit: int) -> int:
    """How many there are, counted no further than `limit`."""
    row = await (await connection.execute(_SQL["count"], _span(span) | {"limit": limit})).fetchone()
    assert row is not None
    return int(row[0])


async def buckets(connection: Connection, span: Span, width: timedelta, limit: int) -> list[Bucket]:
    """Summed up per `width`, oldest first."""
    values = _span(span) | {"width": width, "limit": limit}
    async with connection.cursor(row_factory=class_row(Bucket)) as cursor:
        await cursor.execute(_SQL["buckets"], values)
        return await cursor.fetchall()


def _span(span: Span) -> dict[str, object]:
    return {"point_id": span.point_id, "start": span.start, "end": span.end}
