"""A wish to have dead letters read again: made over the api, fulfilled by ingest.

The two never meet: the wish is a row, and how far it is fulfilled stands in the same row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_letters")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters of an enterprise; None does not ask. `reason` is a part of the reason."""

    enterprise: str
    ids: tuple[int, ...] | None = None
    gateway: str | None = None
    topic: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """A wish and how far it is: letters `examined`, of them wholly `used`, readings `stored`."""

    enterprise: str
    id: int
    asked_by: str
    asked_at: datetime
    ids: list[int] | None
    gateway: str | None
    topic: str | None
    reason: str | None
    since: datetime | None
    until: datetime | None
    examined: int
    used: int
    stored: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterDayRow:
    """Dead letters of a gateway and UTC day; bytes are those of the payloads."""

    enterprise: str
    gateway: str
    day: date
    letters: int
    bytes: int
    dropped: int
    dropped_bytes: int
    removed: int


async def ask(connection: Connection, wanted: LetterFilter, asked_by: str) -> LetterRequest:
    """Make a wish. Letters that come after it are not meant."""
    values = {
        "enterprise": wanted.enterprise,
        "ids": None if wanted.ids is None else list(wanted.ids),
        "gateway": wanted.gateway,
        "topic": wanted.topic,
        "reason": wanted.reason,
        "since": wanted.since,
        "until": wanted.until,
        "asked_by": asked_by,
    }
    async with connection.cursor(row_factory=class_row(LetterRequest)) as cursor:
        await cursor.execute(_SQL["ask"], values)
        found = await cursor.fetchone()
    assert found is not None  # RETURNING of an INSERT that did not fail
    return found


async def waiting(connection: Connection, enterprise: str) -> int:
    """How many wishes of an enterprise are not fulfilled."""
    cursor = await connection.execute(_SQL["waiting"], {"enterprise": enterprise})
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def requests(
    connection: Connection, scope: frozenset[str] | None, before: int | None, limit: int
) -> Sequence[LetterRequest]:
    """Newest first, before number `before`."""
    values = {"scope": None if scope is None else list(scope), "before": before, "limit": limit}
    async with connection.cursor(row_factory=class_row(LetterRequest)) as cursor:
        await cursor.execute(_SQL["requests"], values)
        return await cursor.fetchall()


async def days(
    connection: Connection,
    scope: frozenset[str] | None,
    after: tuple[date, str, str] | None,
    limit: int,
) -> Sequence[LetterDayRow]:
    """Newest day first, then by enterprise and gateway, after that place (day, names)."""
    values = {
        "scope": None if scope is None else list(scope),
        "after_day": None if after is None else after[0],
        "after_enterprise": "" if after is None else after[1],
        "after_gateway": "" if after is None else after[2],
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(LetterDayRow)) as cursor:
        await cursor.execute(_SQL["days"], values)
        return await cursor.fetchall()
