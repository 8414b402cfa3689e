"""Rules as the api reads and changes them: every version is kept, one is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.store.queries import Queries
from services.store.register import next_version

_SQL = Queries.load("api_rules")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a limit rule. Limits in the point's unit, delays in seconds.

    `source` and `basis` are where a template took the limit from, `reason` why it is laxer than
    the template's; `ended_by` and `ended_reason`: who ended it, and why, with none in its place.
    """

    enterprise: str
    id: str
    version: int
    tag: str
    kind: str
    condition: str
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float
    valid_from: datetime
    valid_to: datetime | None
    created_by: str
    owner: str | None = None
    valid_until: datetime | None = None
    latch: bool = False
    realarm_s: float | None = None
    message: str | None = None
    cause: str | None = None
    consequence: str | None = None
    action: str | None = None
    respond_within_s: float | None = None
    source: str | None = None
    basis: str | None = None
    reason: str | None = None
    ended_by: str | None = None
    ended_reason: str | None = None


async def lock_book(connection: Connection) -> None:
    """Let nobody change a rule between this look and our change, until the transaction ends."""
    await connection.execute(_SQL["lock_book"])


async def insert_rule(connection: Connection, *rules: Rule) -> None:
    """Put versions in force, in one change of the book; raises nothing when the point lacks:
    check it before."""
    number = await next_version(connection)
    for rule in rules:
        await connection.execute(_SQL["insert_rule"], _values(rule, number))


async def replace_rule(connection: Connection, rule: Rule) -> None:
    """End the version in force and begin this one, in one change of the book."""
    number = await next_version(connection)
    values = {
        "enterprise": rule.enterprise,
        "id": rule.id,
        "valid_to": rule.valid_from,
        "version": number,
        "ended_by": None,
        "ended_reason": None,
    }
    await connection.execute(_SQL["close_rule"], values)
    await connection.execute(_SQL["insert_rule"], _values(rule, number))


async def end_rule(
    connection: Connection, enterprise: str, rule_id: str, at: datetime, by: str, reason: str | None
) -> bool:
    """Whether there was such a rule in force; it is not any more, and who ended it why is kept."""
    values = {
        "enterprise": enterprise,
        "id": rule_id,
        "valid_to": at,
        "version": await next_version(connection),
        "ended_by": by,
        "ended_reason": reason,
    }
    cursor = await connection.execute(_SQL["close_rule"], values)
    return await cursor.fetchone() is not None


async def find_rule(
    connection: Connection, rule_id: str, scope: Sequence[str] | None
) -> Rule | None:
    """The version in force, if it belongs to one of these enterprises (None: any)."""
    found = await _fetch(connection, "rule", {"id": rule_id, "scope": _list(scope)})
    return found[0] if found else None


async def rule_versions(
    connection: Connection, rule_id: str, scope: Sequence[str] | None
) -> list[Rule]:
    """Every version of a rule, newest first."""
    return await _fetch(connection, "rule_versions", {"id": rule_id, "scope": _list(scope)})


async def rules_standing(connection: Connection, enterprise: str, tag: str) -> dict[str, str]:
    """The numbers of the rules that stand for a point, by condition."""
    values = {"enterprise": enterprise, "tag": tag}
    rows = await (await connection.execute(_SQL["rules_standing"], values)).fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


async def rule_of_condition(
    connection: Connection, enterprise: str, tag: str, condition: str
) -> str | None:
    """The number of the rule that stands for this condition of a point."""
    return (await rules_standing(connection, enterprise, tag)).get(condition)


async def rules_page(
    connection: Connection,
    scope: Sequence[str] | None,
    tag: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[Rule]:
    """Rules in force after (enterprise, id), in that order."""
    values: dict[str, object] = {
        "scope": _list(scope),
        "tag": tag,
        "after_enterprise": after[0],
        "after_id": after[1],
        "limit": limit,
    }
    return await _fetch(connection, "rules", values)


async def rules_of_points(connection: Connection, names: Sequence[tuple[str, str]]) -> list[Rule]:
    """The rules in force of points by (enterprise, tag), in no order."""
    values: dict[str, object] = {
        "enterprises": [enterprise for enterprise, _ in names],
        "tags": [tag for _, tag in names],
    }
    return await _fetch(connection, "rules_of_points", values)


async def _fetch(connection: Connection, name: str, values: dict[str, object]) -> list[Rule]:
    async with connection.cursor(row_factory=class_row(Rule)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()


def _list(scope: Sequence[str] | None) -> list[str] | None:
    return None if scope is None else list(scope)


def _values(rule: Rule, number: int) -> dict[str, object]:
    return {
        "enterprise": rule.enterprise,
        "id": rule.id,
        "number": rule.version,
        "tag": rule.tag,
        "kind": rule.kind,
        "condition": rule.condition,
        "limit": rule.limit,
        "grade": rule.grade,
        "deadband": rule.deadband,
        "on_delay_s": rule.on_delay_s,
        "off_delay_s": rule.off_delay_s,
        "valid_from": rule.valid_from,
        "created_by": rule.created_by,
        "owner": rule.owner,
        "valid_until": rule.valid_until,
        "latch": rule.latch,
        "realarm_s": rule.realarm_s,
        "message": rule.message,
        "cause": rule.cause,
        "consequence": rule.consequence,
        "action": rule.action,
        "respond_within_s": rule.respond_within_s,
        "source": rule.source,
        "basis": rule.basis,
        "reason": rule.reason,
        "version": number,
    }
