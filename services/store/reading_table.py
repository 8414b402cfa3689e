"""The readings themselves, inside the caller's transaction: each stored once.

Nearly every batch holds nothing but what is new, and goes straight into the table. One that meets
a repeat is taken back to before it and goes by a table of the connection's own, where the repeats
are absorbed; that costs about twice as much, so the next batches go that way at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from services.domain.reading import Reading
from services.store.queries import Queries
from services.store.reading_rows import copy_binary
from services.store.rollup_note import hold_window, note_late

Connection = psycopg.AsyncConnection[Any]

WARY_BATCHES = 20
"""Batches that are taken for repeats after one that was."""

_SQL = Queries.load("ingest")


@dataclass(frozen=True, slots=True)
class Stored:
    """How many readings were new, and of which point, where not all were."""

    number: int = 0
    by_point: Mapping[int, int] = field(default_factory=dict)


class ReadingTable:
    """Remembers whether repeats are about."""

    def __init__(self) -> None:
        self._wary = 0

    async def insert(self, connection: Connection, readings: Sequence[Reading]) -> Stored:
        """Store readings, and absorb those that are stored already."""
        if not readings:
            return Stored()
        if self._wary > 0:
            self._wary -= 1
        elif await _is_of_now(connection, readings):
            try:
                return await _straight(connection, readings)
            except psycopg.errors.UniqueViolation:
                self._wary = WARY_BATCHES
        return await insert_readings(connection, readings)


async def insert_readings(connection: Connection, readings: Sequence[Reading]) -> Stored:
    """Store readings that may be repeats, which are absorbed."""
    if not readings:
        return Stored()
    async with connection.cursor() as cursor:
        async with cursor.copy(_SQL["copy_incoming"]) as copy:
            await copy.write(copy_binary(readings))
        await note_late(cursor)
        await cursor.execute(_SQL["insert_readings"], {"offered": len(readings)})
        found = dict(await cursor.fetchall())
        return Stored(found.pop(None), found)


async def _is_of_now(connection: Connection, readings: Sequence[Reading]) -> bool:
    """Whether the pass over the live window will find all of them; holds the window if so."""
    times = [each.measured_at for each in readings]
    closed, horizon = await hold_window(connection)
    return closed <= min(times) and max(times) < horizon


async def _straight(connection: Connection, readings: Sequence[Reading]) -> Stored:
    """All of them, or none: raises UniqueViolation, and nothing is done."""
    async with (
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy(_SQL["copy_readings"]) as copy,
    ):
        await copy.write(copy_binary(readings))
    return Stored(len(readings))
