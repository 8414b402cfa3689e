"""Rules of suppression as the api reads and changes them: every version is kept, one is in force."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from services.store.queries import Queries
from services.store.register import next_version

_SQL = Queries.load("api_suppressions")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A point by its tag, or a hazard source; `alarm`: only the alarms called so."""

    tag: str | None
    hazard_source: str | None
    alarm: str | None


@dataclass(frozen=True, slots=True)
class SuppressionVersion:
    """One version. `kind`, `tag`, `states` (names), `direction`, `limit`, `deadband`, `alarm`: what
    it waits for; `off_delay_s` in seconds; `ended_by`, `ended_reason`: who ended it, and why."""

    enterprise: str
    id: str
    version: int
    name: str
    kind: str
    tag: str
    states: list[str]
    direction: str | None
    limit: float | None
    deadband: float
    alarm: str | None
    targets: tuple[TargetRow, ...]
    grade: int
    off_delay_s: float
    reason: str
    valid_from: datetime
    valid_to: datetime | None
    created_by: str
    ended_by: str | None = None
    ended_reason: str | None = None


async def insert_suppression(connection: Connection, rule: SuppressionVersion) -> None:
    """Put a version in force. Raises psycopg.IntegrityError for a point that the enterprise has
    not: check it before."""
    await _insert(connection, rule, await next_version(connection))


async def replace_suppression(connection: Connection, rule: SuppressionVersion) -> None:
    """End the version in force and begin this one, in one change of the book."""
    number = await next_version(connection)
    await _close(connection, rule.enterprise, rule.id, rule.valid_from, number)
    await _insert(connection, rule, number)


async def end_suppression(
    connection: Connection, enterprise: str, rule_id: str, at: datetime, by: str, reason: str | None
) -> bool:
    """Whether there was such a rule in force; it is not any more, and who ended it why is kept."""
    number = await next_version(connection)
    return await _close(connection, enterprise, rule_id, at, number, by, reason)


async def suppression_versions(
    connection: Connection, rule_id: str, scope: Sequence[str] | None
) -> list[SuppressionVersion]:
    """Every version of a rule of these enterprises (None: any), newest first."""
    return await _fetch(connection, "suppression_versions", {"id": rule_id, "scope": _list(scope)})


async def suppressions_page(
    connection: Connection,
    scope: Sequence[str] | None,
    tag: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[SuppressionVersion]:
    """Rules in force after (enterprise, id), in that order; `tag`: those it has a part in."""
    values: dict[str, object] = {
        "scope": _list(scope),
        "tag": tag,
        "after_enterprise": after[0],
        "after_id": after[1],
        "limit": limit,
    }
    return await _fetch(connection, "suppressions", values)


async def _insert(connection: Connection, rule: SuppressionVersion, number: int) -> None:
    values = {each.name: getattr(rule, each.name) for each in fields(rule)}
    given = {
        "tags": [each.tag for each in rule.targets],
        "sources": [each.hazard_source for each in rule.targets],
        "alarms": [each.alarm for each in rule.targets],
    }
    whole = values | given | {"number": rule.version, "version": number}
    del whole["targets"]
    await connection.execute(_SQL["insert_suppression"], whole)
    await connection.execute(_SQL["insert_targets"], whole)


async def _close(
    connection: Connection,
    enterprise: str,
    rule_id: str,
    at: datetime,
    number: int,
    by: str | None = None,
    reason: str | None = None,
) -> bool:
    values: dict[str, object] = {
        "enterprise": enterprise,
        "id": rule_id,
        "valid_to": at,
        "version": number,
        "ended_by": by,
        "ended_reason": reason,
    }
    cursor = await connection.execute(_SQL["close_suppression"], values)
    return await cursor.fetchone() is not None


async def _fetch(
    connection: Connection, name: str, values: dict[str, object]
) -> list[SuppressionVersion]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL[name], values)
        return [_version(row) for row in await cursor.fetchall()]


def _version(row: dict[str, Any]) -> SuppressionVersion:
    columns = (row.pop(f"target_{name}") for name in ("tags", "sources", "alarms"))
    targets = tuple(TargetRow(*each) for each in zip(*columns, strict=True))
    return SuppressionVersion(targets=targets, **row)


def _list(scope: Sequence[str] | None) -> list[str] | None:
    return None if scope is None else list(scope)
