"""What the database says of itself."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from services.store.queries import Queries

_SQL = Queries.load("api_system")


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Its version, that of TimescaleDB (None: without it), and its size in bytes."""

    version: str
    timescale: str | None
    size_bytes: int


async def database_facts(connection: AsyncConnection[Any]) -> DatabaseFacts:
    """As they are now. Raises psycopg.Error."""
    cursor = await connection.execute(_SQL["database_versions"])
    row = await cursor.fetchone()
    assert row is not None  # a query without a FROM has one row
    return DatabaseFacts(*row)
