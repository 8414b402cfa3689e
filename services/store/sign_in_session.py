"""The sessions of people who are signed in, on record.

Whoever changes one calls `next_version` first in the transaction: its lock makes the order of commits
the order of versions, which every api follows. The caller opens the transaction and bounds its time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_sessions")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session. `program`: what the client called itself; `shown_at`: when a console of it was last
    connected."""

    id: str
    username: str
    signed_in_at: datetime
    expires_at: datetime
    used_at: datetime
    shown_at: datetime | None
    enrolling: bool
    with_second_factor: bool
    address: str
    program: str
    ended: bool
    version: int


@dataclass(frozen=True, slots=True)
class Use:
    """When a session was last used, and shown."""

    used_at: datetime
    shown_at: datetime | None


async def next_version(connection: Connection) -> int:
    """The version of the change that this transaction makes."""
    return await _number(connection, "next_version")


async def version(connection: Connection) -> int:
    """How far the book is."""
    return await _number(connection, "version")


async def insert(connection: Connection, row: SessionRow) -> None:
    """Somebody signed in."""
    values = {name: getattr(row, name) for name in SessionRow.__slots__}
    await connection.execute(_SQL["insert"], values)


async def changed(connection: Connection, after: int, ended_since: datetime) -> list[SessionRow]:
    """Those that changed since a version, ended ones too; with 0 all but those that were ended
    before `ended_since`."""
    return await _rows(connection, "changed", {"after": after, "ended_since": ended_since})


async def of_user(
    connection: Connection, username: str, after: tuple[datetime, str] | None, limit: int
) -> list[SessionRow]:
    """At most `limit` of one person's that nobody ended, newest first, after this one (when it
    began, its id)."""
    at, id_ = after or (None, "")
    values = {"username": username, "at": at, "id": id_, "limit": limit}
    return await _rows(connection, "of_user", values)


async def end_one(
    connection: Connection, username: str, session: str, by: str, at: datetime, number: int
) -> bool:
    """Whether there was such a session of this person."""
    values = {"id": session, "username": username, "by": by, "at": at, "version": number}
    return await (await connection.execute(_SQL["end_one"], values)).fetchone() is not None


async def end_others(
    connection: Connection, username: str, but: str | None, by: str, at: datetime, number: int
) -> int:
    """End all of a person's sessions but one; how many there were."""
    values = {"username": username, "but": but, "by": by, "at": at, "version": number}
    return (await connection.execute(_SQL["end_others"], values)).rowcount


async def end_surplus(
    connection: Connection, username: str, most: int, at: datetime, number: int
) -> int:
    """End what somebody has beyond `most` sessions, those used longest ago; how many."""
    values = {"username": username, "most": most, "at": at, "version": number}
    return (await connection.execute(_SQL["end_surplus"], values)).rowcount


async def note_use(connection: Connection, uses: Mapping[str, Use], number: int) -> None:
    """Keep when sessions were last used."""
    told: Collection[Use] = uses.values()
    values = {
        "ids": list(uses),
        "used": [each.used_at for each in told],
        "shown": [each.shown_at for each in told],
        "version": number,
    }
    await connection.execute(_SQL["note_use"], values)


async def prune(connection: Connection, before: datetime) -> int:
    """Forget what was over before; how many."""
    return (await connection.execute(_SQL["prune"], {"before": before})).rowcount


async def _number(connection: Connection, name: str) -> int:
    row = await (await connection.execute(_SQL[name])).fetchone()
    assert row is not None
    return int(row[0])


async def _rows(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[SessionRow]:
    async with connection.cursor(row_factory=class_row(SessionRow)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
