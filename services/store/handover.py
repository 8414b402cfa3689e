"""Hand-overs of shifts, as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_handovers")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class KeptHandover:
    """`enterprise`: whose shift, `*` the park's. The counts are those of the sheet at `at`. `sha256`
    (hex) is of the record. What is of whoever took over is None until somebody did; `replaced`:
    there is a newer one of the same desk."""

    enterprise: str
    id: str
    since: datetime
    at: datetime
    given_by: str
    note: str | None
    standing: int
    unacknowledged: int
    off_board: int
    loops_out: int
    sha256: str
    taken_by: str | None = None
    taken_at: datetime | None = None
    taken_how: str | None = None
    taken_note: str | None = None
    replaced: bool = False


async def insert(connection: Connection, kept: KeptHandover, record: str) -> None:
    """A new one; `record` is what `sha256` is of."""
    values = {name: getattr(kept, name) for name in KeptHandover.__dataclass_fields__}
    await connection.execute(_SQL["hold"], {"enterprise": kept.enterprise})
    await connection.execute(_SQL["insert"], values)
    await connection.execute(_SQL["insert_record"], values | {"record": record})


async def page(
    connection: Connection,
    scope: Sequence[str] | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[KeptHandover]:
    """Newest first; `scope`: enterprises to look at, None all and the park."""
    values = {
        "scope": None if scope is None else list(scope),
        "before": before[0] if before else None,
        "before_id": before[1] if before else "",
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(KeptHandover)) as cursor:
        await cursor.execute(_SQL["page"], values)
        return await cursor.fetchall()


async def find(
    connection: Connection, identity: str, scope: Sequence[str] | None
) -> KeptHandover | None:
    """One of them, if it is within `scope`."""
    values = {"id": identity, "scope": None if scope is None else list(scope)}
    async with connection.cursor(row_factory=class_row(KeptHandover)) as cursor:
        await cursor.execute(_SQL["find"], values)
        return await cursor.fetchone()


async def held(
    connection: Connection, identity: str, scope: Sequence[str] | None
) -> KeptHandover | None:
    """One of them; nobody signs or makes one of its desk until the transaction ends."""
    found = await find(connection, identity, scope)
    if found is None:
        return None
    await connection.execute(_SQL["hold"], {"enterprise": found.enterprise})
    return await find(connection, identity, scope)


async def record(connection: Connection, kept: KeptHandover) -> str:
    """What was handed over, as it was hashed."""
    values = {"enterprise": kept.enterprise, "id": kept.id}
    row = await (await connection.execute(_SQL["record"], values)).fetchone()
    assert row is not None  # both are made in one transaction
    return str(row[0])


async def take(
    connection: Connection, kept: KeptHandover, by: str, at: datetime, how: str, note: str | None
) -> None:
    """Sign it for whoever takes over."""
    values = {
        "enterprise": kept.enterprise,
        "id": kept.id,
        "taken_by": by,
        "taken_at": at,
        "taken_how": how,
        "taken_note": note,
    }
    await connection.execute(_SQL["take"], values)
