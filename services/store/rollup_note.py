"""What a batch tells the roll-ups: its minutes that no pass over the live window will find."""

from typing import Any

import psycopg

from services.store.queries import Queries

_SQL = Queries.load("rollup")


async def note_late(cursor: psycopg.AsyncCursor[Any]) -> None:
    """Note what lies outside the live window, and hold the window until the transaction ends.

    To be called before the readings go from `incoming` into their table: whoever drops a day of
    readings takes the window first, too.
    """
    await cursor.execute(_SQL["note"])
