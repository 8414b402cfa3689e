"""Erasing an enterprise that left the park: closed first, and deleted thirty days later.

For the owner of the database, who may do both (migration 0051); the services' roles may do neither.
Each act is a row of the audit, in the act's own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from services.domain.audit import Deed
from services.store import audit
from services.store.queries import Queries

_SQL = Queries.load("erasure")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enterprise stands. `closed_at` and `erasable_from`: None while it is open."""

    closed_at: datetime | None
    erasable_from: datetime | None
    erasable: bool


async def standing(connection: Connection, code: str) -> Standing | None:
    """None: there never was such an enterprise. Raises psycopg.Error."""
    row = await (await connection.execute(_SQL["standing"], {"code": code})).fetchone()
    return None if row is None else Standing(row[0], row[1], bool(row[2]))


async def close(connection: Connection, code: str, deed: Deed, reason: str, at: int) -> bool:
    """Close it at `at` (epoch ms); whether it was open. Raises psycopg.Error."""
    async with connection.transaction():
        values = {"code": code, "by": deed.actor, "reason": reason}
        row = await (await connection.execute(_SQL["close"], values)).fetchone()
        if row is None or not row[0]:
            return False
        await audit.append(connection, deed, at)
    return True


async def erase(connection: Connection, code: str, deed: Deed, at: int) -> Mapping[str, int]:
    """Delete all that bears it; how many rows of which table. Over an autocommitting connection.

    Readings go first, point by point, so that no transaction holds a year of them: what is broken
    off can be begun again. Raises psycopg.Error: then all but readings stays; and before anything is
    deleted psycopg.errors.ObjectNotInPrerequisiteState where it may not be erased yet.
    """
    now = await standing(connection, code)
    if now is None or not now.erasable:
        raise psycopg.errors.ObjectNotInPrerequisiteState(f"{code} may not be erased yet")
    found = await (await connection.execute(_SQL["points"], {"code": code})).fetchall()
    readings = 0
    for (point,) in found:
        readings += (await connection.execute(_SQL["forget_readings"], {"point": point})).rowcount
    async with connection.transaction():
        rows = await (await connection.execute(_SQL["erase"], {"code": code})).fetchall()
        gone: dict[str, int] = dict(rows)
        if readings:
            gone["reading"] = gone.get("reading", 0) + readings
        told = {name: str(number) for name, number in sorted(gone.items())}
        await audit.append(connection, replace(deed, object=told), at)
    tables = sql.SQL(", ").join(map(sql.Identifier, sorted({*gone, "enterprise"})))
    await connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(tables))
    return gone


async def stays(connection: Connection, code: str) -> int:
    """How many rows of its journal are kept. Raises psycopg.Error."""
    row = await (await connection.execute(_SQL["stays"], {"code": code})).fetchone()
    return 0 if row is None else int(row[0])
