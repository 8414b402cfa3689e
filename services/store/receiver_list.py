"""Receivers of notices and what they were told, for those whose they are. The caller opens the
transaction, which names the tenant, and bounds its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.runtime.clock import to_datetime
from services.store.queries import Queries

_SQL = Queries.load("api_receivers")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """A receiver. `enterprise`: EVERY for the park's own; `secret` is sealed; `waiting`, `sent`,
    `given_up`, `left_out`: numbers of notices."""

    enterprise: str
    id: str
    name: str
    url: str
    secret: bytes
    language: str
    grades: list[int]
    exercises: bool
    active: bool
    by_park: bool
    created_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    last_fault: str | None = None
    last_sent_at: datetime | None = None
    next_at: datetime | None = None
    sent: int = 0
    given_up: int = 0
    left_out: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A row of the journal of `about` on its way to a receiver. `status`, `fault`: of the last try."""

    enterprise: str
    receiver: str
    about: str
    seq: int
    alarm_id: str
    event: str
    grade: int
    exercise: bool
    at: datetime
    queued_at: datetime
    state: str
    attempts: int
    tried_at: datetime | None
    status: int | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class NoticeTotals:
    """How notices do in the whole park: numbers of notices, and of receivers that fail."""

    waiting: int = 0
    sent: int = 0
    given_up: int = 0
    left_out: int = 0
    failing: int = 0
    overdue_since: datetime | None = None


Place = tuple[datetime, str, str, str, int]
"""Of a notice in the order of the list."""


async def page(connection: Connection, after: tuple[str, str], limit: int) -> list[ReceiverRow]:
    """By owner and identity, after one."""
    values = {"after_enterprise": after[0], "after": after[1], "limit": limit}
    return await _receivers(connection, "page", values)


async def find(
    connection: Connection, receiver: str, *, to_change: bool = False
) -> ReceiverRow | None:
    """One; locked until the end of the transaction where it is to be changed."""
    found = await _receivers(connection, "one" if to_change else "shown", {"id": receiver})
    return found[0] if found else None


async def count_alone(connection: Connection, enterprise: str) -> int:
    """How many receivers somebody has; until the end of the transaction nobody makes another."""
    await connection.execute(_SQL["lock"])
    row = await (await connection.execute(_SQL["count"], {"enterprise": enterprise})).fetchone()
    assert row is not None
    return int(row[0])


async def insert(connection: Connection, row: ReceiverRow) -> None:
    """A new receiver."""
    await connection.execute(_SQL["insert"], _values(row))


async def change(connection: Connection, row: ReceiverRow) -> None:
    """As it is to be from now on; where it is and whose stays."""
    await connection.execute(_SQL["change"], _values(row))


async def secrets(connection: Connection) -> list[tuple[str, str, bytes]]:
    """Owner, name and sealed secret of every receiver; nobody changes one until the end of the
    transaction."""
    found = await (await connection.execute(_SQL["secrets"])).fetchall()
    return [(enterprise, receiver, bytes(secret)) for enterprise, receiver, secret in found]


async def put_secret(connection: Connection, enterprise: str, receiver: str, secret: bytes) -> None:
    """The same secret, sealed by another key."""
    values = {"enterprise": enterprise, "id": receiver, "secret": secret}
    await connection.execute(_SQL["put_secret"], values)


async def delete(connection: Connection, receiver: str) -> bool:
    """Whether there was one."""
    found = await connection.execute(_SQL["delete"], {"id": receiver})
    return await found.fetchone() is not None


async def notices(
    connection: Connection,
    receiver: str | None,
    state: str | None,
    before: Place | None,
    limit: int,
) -> list[NoticeRow]:
    """Newest first, after a place in that order."""
    at, enterprise, its, about, seq = before or (None, "", "", "", 0)
    values = {
        "receiver": receiver,
        "state": state,
        "before": at,
        "before_enterprise": enterprise,
        "before_receiver": its,
        "before_about": about,
        "before_seq": seq,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(NoticeRow)) as cursor:
        await cursor.execute(_SQL["notices"], values)
        return await cursor.fetchall()


async def look(connection: Connection, now: int) -> NoticeTotals:
    """How notices do at this moment (epoch ms); asked for the whole park."""
    found = await connection.execute(_SQL["look"], {"now": to_datetime(now)})
    row = await found.fetchone()
    assert row is not None
    return NoticeTotals(*row)


def _values(row: ReceiverRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ReceiverRow.__slots__}


async def _receivers(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[ReceiverRow]:
    async with connection.cursor(row_factory=class_row(ReceiverRow)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
