"""Detector rules as the api reads and changes them: every version is kept, one is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from services.store.queries import Queries
from services.store.register import next_version

_SQL = Queries.load("api_detectors")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class DetectorVersion:
    """One version of a detector rule. `points`: its points' tags by the names that they have in
    it; of one over a `group` (its code) only the point that it is about. `parameters`: what its kind asks for; delays in seconds."""

    enterprise: str
    id: str
    version: int
    kind: str
    points: Mapping[str, str]
    parameters: Mapping[str, object]
    grade: int
    on_delay_s: float
    off_delay_s: float
    latch: bool
    realarm_s: float | None
    valid_from: datetime
    valid_to: datetime | None
    created_by: str
    owner: str | None = None
    valid_until: datetime | None = None
    message: str | None = None
    cause: str | None = None
    consequence: str | None = None
    action: str | None = None
    respond_within_s: float | None = None
    source: str | None = None
    basis: str | None = None
    reason: str | None = None
    group: str | None = None
    ended_by: str | None = None
    ended_reason: str | None = None


async def insert_detector(connection: Connection, *rules: DetectorVersion) -> None:
    """Put versions in force, in one change of the book. Raises psycopg.IntegrityError for a point
    that the enterprise has not: check it before."""
    number = await next_version(connection)
    for rule in rules:
        await _insert(connection, rule, number)


async def replace_detector(connection: Connection, rule: DetectorVersion) -> None:
    """End the version in force and begin this one, in one change of the book."""
    number = await next_version(connection)
    await _close(connection, rule.enterprise, rule.id, rule.valid_from, number)
    await _insert(connection, rule, number)


async def end_detector(
    connection: Connection, enterprise: str, rule_id: str, at: datetime, by: str, reason: str | None
) -> bool:
    """Whether there was such a rule in force; it is not any more, and who ended it why is kept."""
    number = await next_version(connection)
    return await _close(connection, enterprise, rule_id, at, number, by, reason)


async def find_detector(
    connection: Connection, rule_id: str, scope: Sequence[str] | None
) -> DetectorVersion | None:
    """The version in force, if it belongs to one of these enterprises (None: any)."""
    found = await _fetch(connection, "detector", {"id": rule_id, "scope": _list(scope)})
    return found[0] if found else None


async def detector_versions(
    connection: Connection, rule_id: str, scope: Sequence[str] | None
) -> list[DetectorVersion]:
    """Every version of a rule, newest first."""
    return await _fetch(connection, "detector_versions", {"id": rule_id, "scope": _list(scope)})


async def detectors_page(
    connection: Connection,
    scope: Sequence[str] | None,
    tag: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[DetectorVersion]:
    """Rules in force after (enterprise, id), in that order; `tag`: those it has a part in."""
    values: dict[str, object] = {
        "scope": _list(scope),
        "tag": tag,
        "after_enterprise": after[0],
        "after_id": after[1],
        "limit": limit,
    }
    return await _fetch(connection, "detectors", values)


async def count_detectors(connection: Connection, enterprise: str) -> int:
    """How many rules of an enterprise are in force."""
    cursor = await connection.execute(_SQL["count_detectors"], {"enterprise": enterprise})
    row = await cursor.fetchone()
    assert row is not None  # a count is always one row
    return int(row[0])


async def _insert(connection: Connection, rule: DetectorVersion, number: int) -> None:
    await connection.execute(_SQL["insert_detector"], _values(rule, number))
    values = {
        "enterprise": rule.enterprise,
        "id": rule.id,
        "number": rule.version,
        "names": list(rule.points),
        "tags": list(rule.points.values()),
    }
    await connection.execute(_SQL["insert_points"], values)


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
    cursor = await connection.execute(_SQL["close_detector"], values)
    return await cursor.fetchone() is not None


async def _fetch(
    connection: Connection, name: str, values: dict[str, object]
) -> list[DetectorVersion]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL[name], values)
        return [_version(row) for row in await cursor.fetchall()]


def _version(row: dict[str, Any]) -> DetectorVersion:
    points = dict(zip(row.pop("names"), row.pop("tags"), strict=True))
    return DetectorVersion(points=points, **row)


def _values(rule: DetectorVersion, number: int) -> dict[str, object]:
    values = {each.name: getattr(rule, each.name) for each in fields(rule)}
    parameters = Jsonb(dict(rule.parameters))
    return values | {"number": rule.version, "version": number, "parameters": parameters}


def _list(scope: Sequence[str] | None) -> list[str] | None:
    return None if scope is None else list(scope)
