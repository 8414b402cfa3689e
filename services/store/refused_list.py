"""What the field sent and nobody could use yet: dead letters and unregistered tags."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_readings")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was set aside. `payload`: its first 4,096 bytes; `size` in bytes."""

    enterprise: str
    id: int
    gateway: str
    topic: str
    payload: bytes
    size: int
    reason: str
    received_at: datetime
    attempts: int
    reprocessed_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnregisteredTag:
    """A tag that sends and is no point yet."""

    enterprise: str
    tag: str
    gateway: str
    first_at: datetime
    last_at: datetime
    last_value: str | None
    count: int


async def dead_letters(
    connection: Connection, scope: frozenset[str] | None, before: int | None, limit: int
) -> list[DeadLetter]:
    """Newest first, before number `before`."""
    values = {"scope": _list(scope), "before": before, "limit": limit}
    async with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        await cursor.execute(_SQL["dead_letters"], values)
        return await cursor.fetchall()


async def letter_payload(connection: Connection, enterprise: str, number: int) -> bytes | None:
    """All that is kept of a dead letter, 256 KiB at most; None where there is no such letter."""
    values = {"enterprise": enterprise, "id": number}
    row = await (await connection.execute(_SQL["letter_payload"], values)).fetchone()
    return None if row is None else bytes(row[0])


async def unregistered_tags(
    connection: Connection, scope: frozenset[str] | None, after: tuple[str, str], limit: int
) -> list[UnregisteredTag]:
    """In the order of (enterprise, tag), after that place."""
    values = {
        "scope": _list(scope),
        "after_enterprise": after[0],
        "after_tag": after[1],
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(UnregisteredTag)) as cursor:
        await cursor.execute(_SQL["unregistered_tags"], values)
        return await cursor.fetchall()


async def unregistered_gateway(connection: Connection, enterprise: str, tag: str) -> str | None:
    """The gateway that sent an unregistered tag first; None where the list has no such tag."""
    values = {"enterprise": enterprise, "tag": tag}
    row = await (await connection.execute(_SQL["unregistered_gateway"], values)).fetchone()
    return None if row is None else str(row[0])


def _list(scope: frozenset[str] | None) -> list[str] | None:
    return None if scope is None else list(scope)
