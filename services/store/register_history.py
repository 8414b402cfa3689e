"""What changed in the register: who, when, and of each field what it was and what it became.

Only added to: the api may write no row again. A change is noted in its own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store.queries import Queries

_SQL = Queries.load("api_register_history")
Connection = AsyncConnection[Any]
NEWEST = 2**63 - 1
"""Above every number."""


class HistorySubject(StrEnum):
    """What a history is of."""

    ENTERPRISE = "enterprise"
    POINT = "point"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change. `before` and `after` hold the fields that changed; `before` None: made new."""

    number: int
    at: datetime
    changed_by: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    reason: str | None = None


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that are not the same, as they were and as they are, fit for JSON."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: plain(before.get(name)) for name in names},
        {name: plain(after.get(name)) for name in names},
    )


async def note(
    connection: Connection,
    subject: HistorySubject,
    enterprise: str,
    name: str,
    by: str,
    at: datetime,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    reason: str | None = None,
) -> None:
    """Note a change of an enterprise (`name` is its code), of a point (its tag) or of a group of
    detectors (its code); nothing where nothing changed. `before` None: it was made new."""
    if before is None:
        old, new = None, {key: plain(value) for key, value in after.items() if value is not None}
    else:
        old, new = difference(before, after)
        if not new:
            return
    values = {
        "enterprise": enterprise,
        "subject": subject,
        "name": name,
        "at": at,
        "changed_by": by,
        "before": None if old is None else Jsonb(old),
        "after": Jsonb(new),
        "reason": reason,
    }
    await connection.execute(_SQL["note"], values)


async def note_new_points(
    connection: Connection, version: int, by: str, at: datetime, reason: str | None = None
) -> None:
    """Note the points that were made under this version of the book."""
    values = {"version": version, "changed_by": by, "at": at, "reason": reason}
    await connection.execute(_SQL["note_new_points"], values)


async def changes_of(
    connection: Connection,
    subject: HistorySubject,
    enterprise: str,
    name: str,
    below: int,
    limit: int,
) -> list[HistoryEntry]:
    """Changes of one subject, newest first, those numbered below `below`."""
    values = {
        "enterprise": enterprise,
        "subject": subject,
        "name": name,
        "below": below,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(HistoryEntry)) as cursor:
        await cursor.execute(_SQL["changes_of"], values)
        return await cursor.fetchall()


def plain(value: object) -> object:
    """A value of a column, fit for JSON."""
    return value.isoformat() if isinstance(value, date) else value
