"""What is the matter with gateways: the row that says so now, and the event that tells of it."""

from collections.abc import Sequence
from typing import Any

import psycopg

from services.domain.trouble import Condition, Kind
from services.runtime.clock import to_datetime, to_ms
from services.store.queries import Queries

Connection = psycopg.AsyncConnection[Any]

_SQL = Queries.load("set_aside")


async def conditions(connection: Connection) -> list[Condition]:
    """Everything that is the matter with a gateway now."""
    rows = await (await connection.execute(_SQL["conditions"])).fetchall()
    return [
        Condition((row[0], row[1]), Kind(row[2]), to_ms(row[3]), row[5], _ms(row[4]))
        for row in rows
    ]


async def note(connection: Connection, found: Sequence[Condition], now: int) -> None:
    """Keep them, or end those that are over. In the caller's transaction."""
    for condition in found:
        values = _values(condition, now)
        row = await (await connection.execute(_SQL["condition"], values)).fetchone()
        if row is not None:
            step = "end_condition" if condition.over else "grow_condition"
            await connection.execute(_SQL[step], {**values, "event_id": row[0]})
        else:
            step = "tell_condition" if condition.over else "begin_condition"
            await connection.execute(_SQL[step], values)


def _values(condition: Condition, now: int) -> dict[str, Any]:
    until = condition.until
    return {
        "enterprise": condition.owner[0],
        "gateway": condition.owner[1],
        "kind": condition.kind,
        "since": to_datetime(condition.since),
        "until": None if until is None else to_datetime(until),
        "at": to_datetime(max(now, condition.since)),
        "count": condition.count,
        "detail": condition.detail,
    }


def _ms(moment: Any) -> int | None:
    return None if moment is None else to_ms(moment)
