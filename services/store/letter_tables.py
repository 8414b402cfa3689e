"""Dead letters on their way into the database, through the cap of each gateway's day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from services.domain.letter_cap import KEEP_DAYS, PARK_BYTES, LetterCap, LetterDay
from services.runtime.clock import to_datetime
from services.store.bundle import DeadLetter
from services.store.queries import Queries

Connection = psycopg.AsyncConnection[Any]
Day = tuple[str, str, date]
"""Enterprise, gateway and UTC day of receipt."""

DAYS_KEPT = 400
"""How long the counts of a day are kept after its letters are gone."""

_SQL = Queries.load("set_aside")


def day_of(letter: DeadLetter) -> Day:
    """Where a letter is counted."""
    return letter.enterprise, letter.gateway, to_datetime(letter.received_at).date()


def capped(
    letters: Sequence[DeadLetter], known: Mapping[Day, LetterDay], cap: LetterCap
) -> tuple[list[DeadLetter], dict[Day, LetterDay]]:
    """The letters to keep, and what each day comes to with them."""
    days = {day_of(each): LetterDay() for each in letters}
    days |= {day: LetterDay(found.letters, found.size) for day, found in known.items()}
    kept = [each for each in letters if days[day_of(each)].take(len(each.payload), cap)]
    return kept, days


async def keep_letters(
    connection: Connection, letters: Sequence[DeadLetter], cap: LetterCap
) -> int:
    """Keep what could not be used, raw, with its reason; how many the cap dropped.

    In the caller's transaction.
    """
    if not letters:
        return 0
    known = await _known(connection, {day_of(each) for each in letters})
    kept, days = capped(letters, known, cap)
    if kept:
        await connection.execute(_SQL["insert_dead_letters"], _columns(kept))
    await connection.execute(_SQL["add_to_days"], _additions(days, known))
    return len(letters) - len(kept)


async def remove_old(connection: Connection, now: datetime, limit: int) -> int:
    """Let up to `limit` letters go that are older than the retention, or more than the park's
    share of the disk; how many went. In the caller's transaction.
    """
    before = now - timedelta(days=KEEP_DAYS)
    gone = await _remove(connection, before, limit)
    if gone == 0:
        row = await (await connection.execute(_SQL["held_bytes"])).fetchone()
        if row is not None and row[0] > PARK_BYTES:
            gone = await _remove(connection, None, limit)
    if gone == 0:
        oldest = now - timedelta(days=DAYS_KEPT)
        await connection.execute(_SQL["forget_days"], {"before": oldest})
    return gone


async def _remove(connection: Connection, before: datetime | None, limit: int) -> int:
    asked = {"before": before, "limit": limit}
    row = await (await connection.execute(_SQL["remove_letters"], asked)).fetchone()
    return int(row[0]) if row else 0


async def _known(connection: Connection, days: set[Day]) -> dict[Day, LetterDay]:
    names = sorted(days)
    asked = {
        "enterprise": [each[0] for each in names],
        "gateway": [each[1] for each in names],
        "day": [each[2] for each in names],
    }
    cursor = await connection.execute(_SQL["days"], asked)
    return {(row[0], row[1], row[2]): LetterDay(row[3], row[4]) for row in await cursor.fetchall()}


def _additions(days: Mapping[Day, LetterDay], known: Mapping[Day, LetterDay]) -> dict[str, Any]:
    before = [known.get(day, LetterDay()) for day in days]
    after = list(days.values())
    return {
        "enterprise": [each[0] for each in days],
        "gateway": [each[1] for each in days],
        "day": [each[2] for each in days],
        "letters": [b.letters - a.letters for a, b in zip(before, after, strict=True)],
        "bytes": [b.size - a.size for a, b in zip(before, after, strict=True)],
        "dropped": [each.dropped for each in after],
        "dropped_bytes": [each.dropped_size for each in after],
    }


def _columns(letters: Sequence[DeadLetter]) -> dict[str, Any]:
    return {
        "enterprise": [each.enterprise for each in letters],
        "gateway": [each.gateway for each in letters],
        "topic": [each.topic for each in letters],
        "payload": [each.payload for each in letters],
        "reason": [each.reason for each in letters],
        "received_at": [to_datetime(each.received_at) for each in letters],
        "redelivered": [each.redelivered for each in letters],
        "refused": [each.refused for each in letters],
        "size": [max(each.size, len(each.payload)) for each in letters],
    }
