"""Rules that somebody ended, of all sorts: who, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_ended_rules")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class EndedRule:
    """The last version of a rule. `sort`: `limit`, `detector` (more than a limit) or `suppression`;
    `kind`: its condition (`HH`), kind, or what a suppression waits for; `tag`: the point it was
    about; `limit` in that point's unit; `name` of a suppression."""

    enterprise: str
    id: str
    version: int
    sort: str
    kind: str
    tag: str
    name: str | None
    limit: float | None
    grade: int
    ended_at: datetime
    ended_by: str
    ended_reason: str | None


async def ended_rules(
    connection: Connection,
    scope: Sequence[str] | None,
    tag: str | None,
    below: tuple[datetime, str] | None,
    limit: int,
) -> list[EndedRule]:
    """Newest end first, from before `below` (its end and id) on; `tag`: those it had a part in."""
    values: dict[str, object] = {
        "scope": None if scope is None else list(scope),
        "tag": tag,
        "below": None if below is None else below[0],
        "below_id": "" if below is None else below[1],
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(EndedRule)) as cursor:
        await cursor.execute(_SQL["ended_rules"], values)
        return await cursor.fetchall()
