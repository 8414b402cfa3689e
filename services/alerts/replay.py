"""One replay: the stored past of one point, judged again beside the live judge.

The readings are fetched slice by slice and judged on a thread, so that the live loop stays quick
however long the past is.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.alerts.engine_outcome import Outcome
from services.alerts.judge import Judge
from services.alerts.marks import Mark
from services.alerts.recorder import Recorder
from services.domain.alarm import Alarm
from services.domain.directory import Directory
from services.domain.history import RulesOverTime, judge_history
from services.domain.occurrence import History
from services.domain.point import Point
from services.domain.reading import Reading
from services.store.history import PastStore, ReadingCursor

SLICE = 5_000
RECORD_S = 10.0
"""How long the recorder may take to catch up before the replay is put off."""
AROUND_MS = 60_000
"""Alarms this far around the replayed time are looked at, too: some match by nearness."""
ANCHOR_AGE_MS = 600_000
"""Older than any late reading that is still judged live: there a state may be put on record for
the next replay to start from."""


@dataclass(slots=True)
class Meanwhile:
    """Alarms of the replayed point that changed while the replay was under way."""

    point_id: int | None = None
    alarms: dict[str, Alarm] | None = None

    def see(self, outcome: Outcome) -> None:
        """An outcome of the live judge."""
        if self.alarms is not None:
            for each in outcome.transitions:
                if each.alarm.point_id == self.point_id and not each.alarm.is_claimed:
                    self.alarms[each.alarm.id] = each.alarm


async def replay(
    mark: Mark, judge: Judge, recorder: Recorder, store: PastStore, meanwhile: Meanwhile
) -> None:
    """Judge a marked stretch again and reconcile it with the record.

    Raises psycopg.OperationalError when the database goes away, TimeoutError when the recorder
    does not catch up: nothing has changed then.
    """
    point = judge.engine.directory.by_id.get(mark.point_id)
    if point is None:
        return
    meanwhile.point_id, meanwhile.alarms = mark.point_id, {}
    try:
        async with asyncio.timeout(RECORD_S):
            await recorder.reached(judge.ledger.spool.last)
        history = await _judge_again(mark, point, judge, store)
        since, until = history.since or 0, history.settled_at or history.final.at
        start, end = max(0, since - AROUND_MS), until + AROUND_MS
        ids = [occurrence.id for occurrence in history.occurrences]
        recorded = await store.alarms(mark.point_id, start, end, ids)
        known = {alarm.id: alarm for alarm in recorded} | meanwhile.alarms
        judge.merge_history(_anchored(history, judge.clock.now_ms()), list(known.values()), mark)
    finally:
        meanwhile.point_id = meanwhile.alarms = None


async def _judge_again(mark: Mark, point: Point, judge: Judge, store: PastStore) -> History:
    start = await store.state_before(point.id, mark.start)
    after = start.at if start else 0
    recorded = await store.states_after(point.id, after)
    # A copy: the judge's own directory may change while the thread looks at it.
    rules = Directory(rules={point.id: list(judge.engine.directory.rules.get(point.id, ()))})
    loop = asyncio.get_running_loop()
    async with store.readings_after(point.id, after) as cursor:
        return await asyncio.to_thread(
            judge_history,
            point,
            RulesOverTime(rules, point.id),
            _readings(cursor, loop),
            start,
            recorded,
            mark.end,
        )


def _readings(cursor: ReadingCursor, loop: asyncio.AbstractEventLoop) -> Iterator[Reading]:
    """On the thread: slice after slice, each fetched by the loop."""
    while some := asyncio.run_coroutine_threadsafe(cursor.take(SLICE), loop).result():
        yield from some


def _anchored(history: History, now: int) -> History:
    """With its end put on record, where the past is old enough."""
    final = history.final
    known = any(state.at == final.at for state in history.states)
    if known or history.settled_at is not None or now - final.at < ANCHOR_AGE_MS or not final.at:
        return history
    return replace(history, states=(*history.states, replace(final, newest=None)))
