"""The marks of the engine on record: which stretches it still has to judge again.

On its own disk they are in spool and snapshot. An engine on another disk that takes over has only
this list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg

from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import Row
from services.store.queries import Queries

_SQL = Queries.load("engine_lease")


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A stretch of a point (judging times, epoch ms). `upto`: the place of its mark in the spool."""

    point_id: int
    sounding: bool
    since: int
    until: int
    upto: int = 0


@dataclass(slots=True)
class MarkNotes:
    """What a batch of the spool says of marks: made, settled, and times of which every point is."""

    made: list[MarkRow] = field(default_factory=list)
    settled: list[MarkRow] = field(default_factory=list)
    everywhere: list[MarkRow] = field(default_factory=list)
    """Their points mean nothing."""


async def note_marks(connection: psycopg.AsyncConnection[Row], notes: MarkNotes) -> None:
    """Bring the list up to a batch, in the caller's transaction."""
    for each in notes.everywhere:
        moments = {"since": to_datetime(each.since), "until": to_datetime(each.until)}
        await connection.execute(_SQL["mark_everywhere"], moments | {"upto": each.upto})
    if notes.made:
        rows = _merged(notes.made)
        columns = {
            "points": [each.point_id for each in rows],
            "sounding": [each.sounding for each in rows],
            "since": [to_datetime(each.since) for each in rows],
            "until": [to_datetime(each.until) for each in rows],
            "upto": [each.upto for each in rows],
        }
        await connection.execute(_SQL["mark"], columns)
    if notes.settled:
        columns = {
            "points": [each.point_id for each in notes.settled],
            "sounding": [each.sounding for each in notes.settled],
            "upto": [each.upto for each in notes.settled],
        }
        await connection.execute(_SQL["settle"], columns)


async def marks(connection: psycopg.AsyncConnection[Row]) -> list[MarkRow]:
    """What is marked and not settled."""
    cursor = await connection.execute(_SQL["marks"])
    rows = await cursor.fetchall()
    return [MarkRow(row[0], row[1], to_ms(row[2]), to_ms(row[3])) for row in rows]


def _merged(rows: Iterable[MarkRow]) -> list[MarkRow]:
    """One row a point and kind."""
    found: dict[tuple[int, bool], MarkRow] = {}
    for each in rows:
        known = found.get((each.point_id, each.sounding), each)
        found[each.point_id, each.sounding] = MarkRow(
            each.point_id,
            each.sounding,
            min(known.since, each.since),
            max(known.until, each.until),
            max(known.upto, each.upto),
        )
    return list(found.values())
