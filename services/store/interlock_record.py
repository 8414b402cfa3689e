"""What the field told of interlocks: their states over time, and the trips in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.domain.absence import Mark, absences, believed
from services.domain.interlock import Loop
from services.domain.point import STATES, PointKind
from services.domain.trip import InputAlarm, TripKind
from services.domain.use_rate import Change
from services.runtime.clock import to_datetime, to_ms
from services.store.gateway_event import EventKind
from services.store.queries import Queries

_SQL = Queries.load("api_interlocks")
Connection = AsyncConnection[Any]
_NAMES = STATES[PointKind.INTERLOCK]

_GONE = (EventKind.GATEWAY_OFFLINE.value, EventKind.GATEWAY_UNSTABLE.value)
"""Live believes only a gateway that is online (`services.api.connectivity`)."""

MOST_CHANGES = 400_000
"""Read for one question; who asks for more asks for a shorter time."""
MOST_ALARMS = 10_000


class TooMuch(Exception):
    """More changes lie in the time than are read at once."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of a trip."""

    tripped_at: datetime
    kind: str
    cause: str
    by: str
    said_at: datetime

    @property
    def trip_kind(self) -> TripKind:
        return TripKind(self.kind)


async def changes(
    connection: Connection, points: Sequence[tuple[str, int]], since: int, until: int
) -> dict[int, list[Change]]:
    """By point, in order of time; the first may lie before `since` (epoch ms). Raises TooMuch."""
    values = {
        "enterprises": [enterprise for enterprise, _ in points],
        "points": [number for _, number in points],
        "since": to_datetime(since),
        "until": to_datetime(until),
        "limit": MOST_CHANGES + 1,
    }
    cursor = await connection.execute(_SQL["state_changes"], values)
    rows = await cursor.fetchall()
    if len(rows) > MOST_CHANGES:
        raise TooMuch
    found: dict[int, list[Change]] = {}
    for number, at, state in rows:
        found.setdefault(number, []).append(Change(to_ms(at), _name(state)))
    return found


async def record(
    connection: Connection, loops: Iterable[Loop], since: int, until: int
) -> dict[str, dict[str, list[Change]]]:
    """By enterprise and tag, what the points of these loops told, those of their inputs' switches
    and those that are registered no more included; of a point without a period nobody knows while
    its gateway was away. Raises TooMuch."""
    shown = sorted({(each.enterprise, tag) for each in loops for _, tag in each.switches})
    values = {"enterprises": [each for each, _ in shown], "tags": [tag for _, tag in shown]}
    rows = await (await connection.execute(_SQL["points_of"], values)).fetchall()
    points = [(enterprise, number) for enterprise, _, number in rows]
    told = await changes(connection, points, since, until)
    marks = await _marks(connection, points, since, until)
    found: dict[str, dict[str, list[Change]]] = {}
    for enterprise, tag, number in rows:
        states = believed(told.get(number, []), absences(marks.get(number, ())))
        found.setdefault(enterprise, {})[tag] = list(states)
    return found


async def _marks(
    connection: Connection, points: Sequence[tuple[str, int]], since: int, until: int
) -> dict[int, list[Mark]]:
    values = {
        "enterprises": [enterprise for enterprise, _ in points],
        "points": [number for _, number in points],
        "since": to_datetime(since),
        "until": to_datetime(until),
        "kinds": [*_GONE, EventKind.GATEWAY_ONLINE.value],
        "limit": MOST_CHANGES + 1,
    }
    rows = await (await connection.execute(_SQL["gateway_marks"], values)).fetchall()
    if len(rows) > MOST_CHANGES:
        raise TooMuch
    found: dict[int, list[Mark]] = {}
    for number, kind, at, last_at in rows:
        found.setdefault(number, []).append(Mark(kind in _GONE, to_ms(at), to_ms(last_at)))
    return found


async def outages(
    connection: Connection, scope: Sequence[str] | None, since: int, until: int
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """The approved ones that touch a time, by enterprise and loop (epoch ms)."""
    values = {
        "scope": None if scope is None else list(scope),
        "since": to_datetime(since),
        "until": to_datetime(until),
    }
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for enterprise, loop, begun, ended in await (
        await connection.execute(_SQL["outages"], values)
    ).fetchall():
        found.setdefault((enterprise, loop), []).append((to_ms(begun), to_ms(ended)))
    return found


async def input_alarms(
    connection: Connection, enterprise: str, tags: Sequence[str], since: int, until: int
) -> list[InputAlarm]:
    """The alarms of these points that stood at some time in a stretch, in order of time; one for
    each level that an alarm reached, from when it did."""
    values = {
        "enterprise": enterprise,
        "tags": list(tags),
        "since": to_datetime(since),
        "until": to_datetime(until),
        "limit": MOST_ALARMS,
    }
    cursor = await connection.execute(_SQL["input_alarms"], values)
    return [
        InputAlarm(tag, alarm, condition, to_ms(at), None if over is None else to_ms(over), limit)
        for tag, alarm, condition, at, over, limit in await cursor.fetchall()
    ]


async def words(
    connection: Connection, enterprise: str, tag: str, since: int, until: int
) -> dict[int, Word]:
    """The newest on each trip of a loop, by the time of the trip (epoch ms)."""
    values = {
        "enterprise": enterprise,
        "tag": tag,
        "since": to_datetime(since),
        "until": to_datetime(until),
    }
    async with connection.cursor(row_factory=class_row(Word)) as cursor:
        await cursor.execute(_SQL["trip_words"], values)
        return {to_ms(each.tripped_at): each for each in await cursor.fetchall()}


async def say(connection: Connection, enterprise: str, tag: str, word: Word) -> None:
    """Put a word on a trip on record."""
    values = {
        "enterprise": enterprise,
        "tag": tag,
        "tripped_at": word.tripped_at,
        "said_at": word.said_at,
        "kind": word.kind,
        "cause": word.cause,
        "by": word.by,
    }
    await connection.execute(_SQL["insert_word"], values)


def _name(state: int | None) -> str | None:
    return _NAMES[state] if state is not None and 0 <= state < len(_NAMES) else None
