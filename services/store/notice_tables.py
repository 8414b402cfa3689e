"""Filling the outbox of notices, in the transaction that records what they tell of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from services.domain.alarm import Transition
from services.domain.notice import MOST_WAITING, is_news, is_told
from services.runtime.clock import to_datetime
from services.store.deadline import Row
from services.store.queries import Queries

_SQL = Queries.load("notices")


async def queue_notices(
    connection: psycopg.AsyncConnection[Row], recorded: Sequence[tuple[Transition, int]]
) -> None:
    """Queue what receivers are to hear of: transitions and the numbers of their journal rows.

    News first: what follows within the same batch is told to those that it then was told to. The
    caller opens the transaction and bounds its time. Raises psycopg.Error.
    """
    told = [each for each in recorded if is_told(each[0])]
    if not told:
        return
    found = await (await connection.execute(_SQL["is_anybody_told"])).fetchone()
    if found is None or not found[0]:
        return
    for news in (True, False):
        part = [each for each in told if is_news(each[0]) is news]
        if part:
            await connection.execute(_SQL["queue"], _values(part, news))


def _values(part: Sequence[tuple[Transition, int]], news: bool) -> dict[str, Any]:
    moments: list[datetime] = [to_datetime(transition.at) for transition, _ in part]
    return {
        "abouts": [transition.alarm.enterprise for transition, _ in part],
        "seqs": [seq for _, seq in part],
        "alarms": [transition.alarm.id for transition, _ in part],
        "events": [transition.event.value for transition, _ in part],
        "grades": [int(transition.alarm.grade) for transition, _ in part],
        "exercises": [transition.alarm.exercise for transition, _ in part],
        "moments": moments,
        "news": news,
        "most": MOST_WAITING,
    }
