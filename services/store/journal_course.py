"""The journal of the alarms that stood in a stretch of time, for playing it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries

_SQL = Queries.load("api_course")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whose alarms (None: all), and between which moments; `until` is exclusive."""

    scope: frozenset[str] | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A link of a journal (`body` as in `services.domain.journal`), and its alarm's point now."""

    enterprise: str
    seq: int
    alarm_id: str
    at: datetime
    noted_at: datetime
    event: str
    body: str
    kind: str
    unit: str
    name: str | None
    name_en: str | None
    hazard_source: str | None


async def course(
    connection: Connection, stretch: Stretch, after: tuple[datetime, str, int] | None, limit: int
) -> list[CourseRow]:
    """What happened until the end of the stretch to the alarms that stood in it, by the judging
    time or by our clock: from their beginning, in the order of our clock, after that place."""
    noted_at, enterprise, seq = after or (None, "", 0)
    values = {
        "scope": None if stretch.scope is None else list(stretch.scope),
        "since": stretch.since,
        "until": stretch.until,
        "noted_at": noted_at,
        "enterprise": enterprise,
        "seq": seq,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(CourseRow)) as cursor:
        await cursor.execute(_SQL["course"], values)
        return await cursor.fetchall()
