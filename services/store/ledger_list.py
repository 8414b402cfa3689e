"""The loss ledger as people read it: gaps, and what became of each gateway's readings."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.domain.reading_count import ReadingCount
from services.store.queries import Queries

_SQL = Queries.load("api_ledger")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages that did not arrive, first and last included; `filled` of them came late."""

    enterprise: str
    id: int
    gateway: str
    boot: str
    from_seq: int
    to_seq: int
    filled: int
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Boot:
    """One start of a gateway: `missing` messages in so many `holes` between first and highest."""

    boot: str
    first_seq: int
    highest_seq: int
    repeats: int
    heard_at: datetime
    holes: int
    missing: Decimal


async def gaps(
    connection: Connection,
    scope: frozenset[str] | None,
    gateway: str | None,
    closed_too: bool,
    before: int | None,
    limit: int,
) -> list[Gap]:
    """Newest first, before number `before`."""
    values = {
        "scope": None if scope is None else list(scope),
        "gateway": gateway,
        "closed_too": closed_too,
        "before": before,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(Gap)) as cursor:
        await cursor.execute(_SQL["gaps"], values)
        return await cursor.fetchall()


async def days(
    connection: Connection, enterprise: str, gateway: str, limit: int
) -> dict[date, ReadingCount]:
    """The last UTC days on which the gateway sent something, newest first."""
    values = {"enterprise": enterprise, "gateway": gateway, "limit": limit}
    cursor = await connection.execute(_SQL["gateway_days"], values)
    return {row[0]: ReadingCount(*row[1:]) for row in await cursor.fetchall()}


async def boots(connection: Connection, enterprise: str, gateway: str) -> list[Boot]:
    """Those that are remembered, the one heard last first."""
    values = {"enterprise": enterprise, "gateway": gateway}
    async with connection.cursor(row_factory=class_row(Boot)) as cursor:
        await cursor.execute(_SQL["gateway_boots"], values)
        return await cursor.fetchall()
