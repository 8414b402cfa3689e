"""Stored readings of one point, as they came or summed up, for reading."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import args_row

from services.store.queries import Queries

_SQL = Queries.load("api_readings")
Connection = AsyncConnection[Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The readings of one point from `start` up to, not including, `end`."""

    point_id: int
    start: datetime
    end: datetime


# A chart is made of two thousand of these, and a frozen one takes six times as long to make.
@dataclass(slots=True)
class StoredReading:
    """One reading, in the order of the statement `raw`; `value` in the point's unit or the code of a
    state."""

    measured_at: datetime
    received_at: datetime
    value: float | None
    quality: int
    flags: int


@dataclass(slots=True)
class Bucket:
    """What a stretch of time held, in the order of the statements. `number` counts usable values,
    `bad` all others; `quality` is the worst."""

    bucket: datetime
    low: float | None
    high: float | None
    mean: float | None
    number: int
    bad: int
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
    async with connection.cursor(binary=True, row_factory=args_row(StoredReading)) as cursor:
        await cursor.execute(_SQL["raw"], values)
        return await cursor.fetchall()


async def count(connection: Connection, span: Span, limit: int) -> int:
    """How many there are, counted no further than `limit`."""
    row = await (await connection.execute(_SQL["count"], _span(span) | {"limit": limit})).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Rolled:
    """How far the roll-ups are: complete before `rolled` and from `horizon` on, between them the
    readings are asked. `dropped`: of the span not all readings are there any more."""

    rolled: datetime
    horizon: datetime
    dropped: bool


async def rolled(connection: Connection, span: Span) -> Rolled:
    """How far the roll-ups are, as this transaction sees them."""
    row = await (await connection.execute(_SQL["rolled"], _span(span))).fetchone()
    assert row is not None  # one row since migration 0008
    return Rolled(*row)


async def buckets(
    connection: Connection, span: Span, state: Rolled, width: timedelta, limit: int
) -> list[Bucket]:
    """Summed up per `width`, oldest first: from the readings below a minute, else from whole
    minutes or hours, also those that the span only touches."""
    values = {"point_id": span.point_id, "width": width, "limit": limit}
    if width < _MINUTE:
        return await _buckets(connection, "steps", values | _span(span))
    whole = _HOUR if width >= _HOUR else _MINUTE
    start, end = _floor(span.start, whole), _floor(span.end - _INSTANT, whole) + whole
    raw_start = max(start, state.rolled)
    values |= {
        "start": start,
        "end": end,
        "rolled": state.rolled,
        "horizon": state.horizon,
        "raw_start": raw_start,
        "raw_end": max(raw_start, min(end, state.horizon)),
        "live_start": _floor(state.rolled, _HOUR),
        "live_end": _floor(state.horizon - _INSTANT, _HOUR) + _HOUR,
    }
    return await _buckets(connection, "hours" if whole is _HOUR else "minutes", values)


async def _buckets(connection: Connection, name: str, values: dict[str, object]) -> list[Bucket]:
    async with connection.cursor(binary=True, row_factory=args_row(Bucket)) as cursor:
        # Unprepared, so that the plan knows the span and looks at no other chunks.
        await cursor.execute(_SQL[name], values, prepare=False)
        return await cursor.fetchall()


def _floor(moment: datetime, width: timedelta) -> datetime:
    return moment - (moment - _EPOCH) % width


def _span(span: Span) -> dict[str, object]:
    return {"point_id": span.point_id, "start": span.start, "end": span.end}
