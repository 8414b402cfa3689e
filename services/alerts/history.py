"""History: what came too late to be judged live is judged again once it is stored.

Waits for the database, never the other way round. A mark is settled in the spool only after the
last look at its stretch, and snapshots keep it until then: a kill at any point replays it.
"""

import asyncio
from dataclasses import dataclass, field

import msgspec
import psycopg
import structlog

from services.alerts.judge import Judge
from services.alerts.marks import Mark
from services.alerts.recorder import Recorder
from services.alerts.replay import Meanwhile, replay
from services.store.deadline import connect, cut
from services.store.history import PastStore

LOOK_EVERY_S = 0.3
QUIET_MS = 400
"""A point that is still being filled waits until it is quiet for so long…"""
LONGEST_MS = 3_000
"""…but no longer than this."""
SOUNDING_MS = 500
"""The same for what will sound."""
PATIENCE_S = 60.0
"""How long we wait for a marked reading to be stored; one that ingest could not use never is."""
CHECKS_S = (2.0, 10.0)
"""After a replay: when to look whether more readings have come into the stretch."""
UNVOUCHED_CHECKS_S = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""The same where no reading of ours tells what has to be there."""
CHECKS_A_POINT = 8
"""Stretches of one point that wait for a look; beyond it the two oldest are replayed as one."""
AT_ONCE = 500
"""Marks looked at in one round."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Check:
    """A replayed stretch that is looked at again: were there more readings by now?"""

    mark: Mark
    count: int
    due: float
    later: tuple[float, ...]


@dataclass(slots=True)
class HistoryJudge:
    """Works off the judge's marks, one point after the other."""

    database_url: str
    judge: Judge
    recorder: Recorder
    replays: int = 0
    _waiting_since: dict[tuple[int, bool], float] = field(default_factory=dict)
    _checks: dict[tuple[int, bool], list[Check]] = field(default_factory=dict)
    _meanwhile: Meanwhile = field(default_factory=Meanwhile)

    async def run(self) -> None:
        """Work for ever; with the database away, wait."""
        self.judge.seen = self._meanwhile.see
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if not (self._has_work() and self.recorder.db_ok):
                continue
            try:
                connection = await connect(self.database_url, application="parkwatch-history")
                try:
                    await self._work(PastStore(connection))
                finally:
                    cut(connection)
                    connection.pgconn.finish()
            except (psycopg.Error, TimeoutError) as fault:
                _log.warning("cannot judge the past now: it waits", fault=str(fault))
                await asyncio.sleep(1.0)

    async def _work(self, store: PastStore) -> None:
        """Use one connection as long as there is something to do."""
        while self._has_work() and self.recorder.db_ok:
            marks = self._drop_unruled([mark for mark in self.judge.marks if self._is_ripe(mark)])
            for mark in await self._ready(store, marks[:AT_ONCE]):
                await self._replay(store, mark)
            await self._look_again(store)
            await asyncio.sleep(LOOK_EVERY_S)

    def _has_work(self) -> bool:
        # While the spool is at its end there is nowhere to put what a replay finds.
        full = self.judge.ledger.overflow.since is not None
        return not full and bool(len(self.judge.marks) or self._checks)

    def _is_ripe(self, mark: Mark) -> bool:
        now = self.judge.clock.now_ms()
        quiet = not 0 <= now - mark.noted_at < QUIET_MS
        longest = SOUNDING_MS if mark.sounding else LONGEST_MS
        return quiet or not 0 <= now - mark.first_noted_at < longest

    def _drop_unruled(self, marks: list[Mark]) -> list[Mark]:
        """Without a rule there is nothing to judge."""
        rules = self.judge.engine.directory.rules
        for mark in marks:
            if not rules.get(mark.point_id):
                self.judge.marks.drop(mark)
        return [mark for mark in marks if rules.get(mark.point_id)]

    async def _ready(self, store: PastStore, marks: list[Mark]) -> list[Mark]:
        """Those whose readings are stored, or were waited for long enough."""
        wanted = [(mark.point_id, end) for mark in marks for end in mark.ends]
        arrived = {wanted[place] for place in await store.arrived(wanted)} if wanted else set()
        monotonic = self.judge.clock.monotonic()
        ready: list[Mark] = []
        for mark in marks:
            since = self._waiting_since.setdefault(mark.key, monotonic)
            ends = {(mark.point_id, end) for end in mark.ends}
            here = not mark.by_reading or ends <= arrived
            if here or monotonic - since > PATIENCE_S:
                self._waiting_since.pop(mark.key, None)
                ready.append(mark if here else _unvouched(mark))
        return ready

    async def _replay(self, store: PastStore, mark: Mark) -> None:
        self.judge.marks.take(mark)
        try:
            count = await store.count(mark.point_id, mark.start, mark.end)
            await replay(mark, self.judge, self.recorder, store, self._meanwhile)
        except (psycopg.Error, TimeoutError):
            self.judge.marks.put_back(mark)
            raise
        self.replays += 1
        waits = CHECKS_S if mark.by_reading else UNVOUCHED_CHECKS_S
        due = self.judge.clock.monotonic() + waits[0]
        checks = self._checks.setdefault(mark.key, [])
        checks.append(Check(mark, count, due, waits[1:]))
        if len(checks) > CHECKS_A_POINT:
            for _ in range(2):
                self.judge.marks.put_back(checks.pop(0).mark)

    async def _look_again(self, store: PastStore) -> None:
        now = self.judge.clock.monotonic()
        for checks in list(self._checks.values()):
            for check in [each for each in checks if each.due <= now]:
                mark = check.mark
                changed = await store.count(mark.point_id, mark.start, mark.end) != check.count
                if check.later and not changed:
                    check.due, check.later = now + check.later[0], check.later[1:]
                    continue
                checks.remove(check)
                if changed:
                    self.judge.marks.put_back(mark)
                elif self.judge.marks.finish(mark):
                    self.judge.settle(mark)
        self._checks = {key: checks for key, checks in self._checks.items() if checks}


def _unvouched(mark: Mark) -> Mark:
    _log.warning("readings that were judged are not stored: judging without them",
                 point=mark.point_id)  # fmt: skip
    return msgspec.structs.replace(mark, by_reading=False)
