"""What a batch tells the roll-ups: its minutes that no pass over the live window will find."""

from typing import Any

import psycopg

from services.runtime.clock import to_ms
from services.store.queries import Queries

_SQL = Queries.load("rollup")


async def hold_window(connection: psycopg.AsyncConnection[Any]) -> tuple[int, int]:
    """The live window (from, until; epoch ms), held until the transaction ends."""
    row = await (await connection.execute(_SQL["hold_window"])).fetchone()
    return (0, 0) if row is None else (to_ms(row[0]), to_ms(row[1]))


async def note_late(cursor: psycopg.AsyncCursor[Any]) -> None:
    """Note what lies outside the live window, and hold the window until the transaction ends.

    To be called before the readings go from `incoming` into their table: whoever drops a day of
    readings takes the window first, too.
    """
    await cursor.execute(_SQL["note"])
