"""Rules of suppression as the book tells them to those who judge."""

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import namedtuple_row

from services.domain.point import STATES, PointKind
from services.domain.rule import Direction
from services.domain.suppression_rule import (
    ConditionKind,
    SuppressionCondition,
    SuppressionRule,
    Target,
)
from services.runtime.clock import to_ms
from services.store.queries import Queries

_SQL = Queries.load("book")


async def changed_suppressions(
    connection: AsyncConnection[Any], known: dict[str, Any]
) -> tuple[SuppressionRule, ...]:
    """The versions that a change after the known version of the book touched."""
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(_SQL["suppressions"], known)
        return tuple(_rule(row) for row in await cursor.fetchall())


def _rule(row: Any) -> SuppressionRule:
    names = STATES.get(PointKind(row.point_kind), ())
    condition = SuppressionCondition(
        ConditionKind(row.kind),
        row.point_id,
        tuple(names.index(each) for each in row.states if each in names),
        None if row.direction is None else Direction(row.direction),
        row.limit,
        row.deadband,
        row.alarm,
    )
    aims = zip(row.target_ids, row.target_sources, row.target_alarms, strict=True)
    return SuppressionRule(
        id=row.id,
        version=row.version,
        enterprise=row.enterprise,
        name=row.name,
        condition=condition,
        targets=tuple(Target(*each) for each in aims),
        grade=row.grade,
        off_delay_ms=round(row.off_delay_s * 1000),
        reason=row.reason,
        valid_from=to_ms(row.valid_from),
        valid_to=None if row.valid_to is None else to_ms(row.valid_to),
    )
