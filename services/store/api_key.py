"""API keys on record, by their digests. The caller opens the transaction and bounds its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_keys")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key without itself."""

    prefix: str
    digest: bytes
    name: str
    role: str
    enterprise: str | None
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    version: int


async def insert(connection: Connection, row: KeyRow) -> bool:
    """Whether its prefix was free."""
    values = {name: getattr(row, name) for name in KeyRow.__slots__}
    return await (await connection.execute(_SQL["insert"], values)).fetchone() is not None


async def changed(connection: Connection, after: int) -> list[KeyRow]:
    """Those that were made or revoked since a version."""
    return await _rows(connection, "changed", {"after": after})


async def page(connection: Connection, after: str, limit: int) -> list[KeyRow]:
    """By prefix, after one; revoked and expired ones too."""
    return await _rows(connection, "page", {"after": after, "limit": limit})


async def revoke(connection: Connection, prefix: str, by: str, at: datetime, number: int) -> bool:
    """Whether there was such a key that nobody had revoked."""
    values = {"prefix": prefix, "by": by, "at": at, "version": number}
    return await (await connection.execute(_SQL["revoke"], values)).fetchone() is not None


async def _rows(connection: Connection, name: str, values: Mapping[str, object]) -> list[KeyRow]:
    async with connection.cursor(row_factory=class_row(KeyRow)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
