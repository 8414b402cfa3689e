"""Whose calibration or bump test is due and which licences are over, as the register has it."""

from datetime import date
from typing import Any

from psycopg import AsyncConnection

from services.domain.due import APART, DueDay, DueKind
from services.store.queries import Queries

_SQL = Queries.load("api_due")


async def due_on(connection: AsyncConnection[Any], today: date) -> list[DueDay]:
    """Those whose day has come: at most `APART` of each enterprise and kind, by their days."""
    cursor = await connection.execute(_SQL["due"], {"today": today, "apart": APART})
    return [
        DueDay(enterprise, DueKind(what), day, tag, count)
        for enterprise, what, day, tag, count in await cursor.fetchall()
    ]
