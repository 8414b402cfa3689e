"""The tries to sign in that all apis count together. The caller opens the transaction."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from services.store.queries import Queries

_SQL = Queries.load("api_sign_in_tries")
Connection = AsyncConnection[Any]


async def begin(
    connection: Connection, name: str, address: str, now: datetime, most: int, window: timedelta
) -> timedelta | None:
    """Count a try; None: go on, else how long this name waits at this address. `window`: tries count
    for so long after the first."""
    values = {"name": name, "address": address, "now": now, "end": now + window, "most": most}
    row = await (await connection.execute(_SQL["begin"], values)).fetchone()
    assert row is not None
    locked, until = row
    return until - now if locked else None


async def take_back(connection: Connection, name: str, address: str) -> None:
    """That try told nothing about a password."""
    await connection.execute(_SQL["take_back"], {"name": name, "address": address})


async def clear(connection: Connection, name: str, address: str) -> None:
    """Signed in: what went wrong before was mistyped."""
    await connection.execute(_SQL["clear"], {"name": name, "address": address})


async def prune(connection: Connection, now: datetime, most: int) -> int:
    """Forget what does not count any more, and what is beyond `most`; how many."""
    return (await connection.execute(_SQL["prune"], {"now": now, "most": most})).rowcount
