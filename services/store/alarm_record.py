"""The record of the engine: alarms, journal and judged states, moved on with its spool."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.journal import ChainHead, JournalRow, alarm_of, link
from services.domain.judgement import PointState
from services.runtime.clock import to_datetime
from services.runtime.failpoint import Failpoint, reach
from services.store.deadline import Row
from services.store.engine_lease import fence
from services.store.engine_mark import MarkNotes, note_marks
from services.store.notice_tables import queue_notices
from services.store.queries import Queries


class PositionMoved(Exception):
    """Somebody else recorded from this spool meanwhile; nothing of the batch was written."""


class AlarmRecord:
    """Writes over a connection of the engine's role. One batch, one transaction, under the lease
    of that term (None: there is no other engine that could have one)."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Row], spool: str, term: int | None = None
    ) -> None:
        self._connection = connection
        self._spool = spool
        self._term = term
        self._sql = Queries.load("alerts")

    async def position(self) -> int:
        """How far this spool is recorded; 0 for one that the database has not seen."""
        await self._connection.execute(self._sql["known_spool"], {"spool": self._spool})
        cursor = await self._connection.execute(self._sql["position"], {"spool": self._spool})
        row = await cursor.fetchone()
        assert row is not None  # made above
        return int(row[0])

    async def write(
        self,
        old: int,
        new: int,
        transitions: Sequence[Transition],
        states: Sequence[PointState],
        marks: MarkNotes | None = None,
    ) -> None:
        """Record what lies between two positions of the spool; all of it, once, or nothing.

        Of several states of one point and time the last one counts. Raises PositionMoved, Fenced,
        or psycopg.Error.
        """
        async with self._connection.transaction():
            if self._term is not None:
                await fence(self._connection, self._term)
            moved = await self._connection.execute(
                self._sql["move_position"], {"spool": self._spool, "old": old, "new": new}
            )
            if moved.rowcount != 1:
                raise PositionMoved(f"the record of spool {self._spool} is not at {old} any more")
            await self._append(transitions)
            await self._put_states(states)
            if marks is not None:
                await note_marks(self._connection, marks)
            reach(Failpoint.BEFORE_COMMIT)

    async def _append(self, transitions: Sequence[Transition]) -> None:
        if not transitions:
            return
        heads = await self._heads({each.alarm.enterprise for each in transitions})
        alarms = await self._before(transitions)
        rows: list[dict[str, Any]] = []
        for transition in transitions:
            head = heads.get(transition.alarm.enterprise, ChainHead())
            key = (transition.alarm.enterprise, transition.alarm.id)
            row = link(head, transition, alarms.get(key))
            heads[row.enterprise], alarms[key] = ChainHead(row.seq, row.hash), alarm_of(row.body)
            rows.append(_journal_fields(row))
        latest = {(each.alarm.enterprise, each.alarm.id): each.alarm for each in transitions}
        cursor = self._connection.cursor()
        await cursor.executemany(self._sql["put_alarm"], map(_alarm_fields, latest.values()))
        await cursor.executemany(self._sql["append_journal"], rows)
        numbers = [int(row["seq"]) for row in rows]
        await queue_notices(self._connection, list(zip(transitions, numbers, strict=True)))

    async def _heads(self, enterprises: Iterable[str]) -> dict[str, ChainHead]:
        cursor = await self._connection.execute(
            self._sql["chain_heads"], {"enterprises": sorted(enterprises)}
        )
        return {row[0]: ChainHead(row[1], bytes(row[2])) for row in await cursor.fetchall()}

    async def _before(
        self, transitions: Sequence[Transition]
    ) -> dict[tuple[str, str], dict[str, object]]:
        """What the journal last told of the alarms that are not raised here."""
        first: dict[tuple[str, str], EventKind] = {}
        for each in transitions:
            first.setdefault((each.alarm.enterprise, each.alarm.id), each.event)
        known = [key for key, kind in first.items() if kind is not EventKind.RAISED]
        if not known:
            return {}
        enterprises, ids = zip(*known, strict=True)
        cursor = await self._connection.execute(
            self._sql["last_told"], {"enterprises": list(enterprises), "ids": list(ids)}
        )
        return {(row[0], row[1]): alarm_of(row[2]) for row in await cursor.fetchall()}

    async def _put_states(self, states: Sequence[PointState]) -> None:
        latest = {(each.point_id, each.at): each for each in states}
        if latest:
            cursor = self._connection.cursor()
            await cursor.executemany(self._sql["put_state"], map(_state_fields, latest.values()))


def _state_fields(state: PointState) -> dict[str, Any]:
    text = msgspec.json.encode(state).decode()
    return {"point_id": state.point_id, "at": to_datetime(state.at), "state": text}


def _journal_fields(row: JournalRow) -> dict[str, Any]:
    return {
        "enterprise": row.enterprise,
        "seq": row.seq,
        "alarm_id": row.alarm_id,
        "at": to_datetime(row.at),
        "noted_at": to_datetime(row.noted_at),
        "event": row.event,
        "body": row.body,
        "previous": row.previous,
        "hash": row.hash,
    }


def _alarm_fields(alarm: Alarm) -> dict[str, Any]:
    return {
        "enterprise": alarm.enterprise,
        "id": alarm.id,
        "point_id": alarm.point_id,
        "tag": alarm.tag,
        "direction": None if alarm.direction is None else alarm.direction.value,
        "rule": alarm.rule,
        "rule_version": alarm.rule_version,
        "condition": alarm.condition,
        "limit": alarm.limit,
        "grade": alarm.grade,
        "state": alarm.state.value,
        "value": alarm.value,
        "raised_at": to_datetime(alarm.raised_at),
        "received_at": to_datetime(alarm.received_at),
        "historical": alarm.historical,
        "cleared_at": _moment(alarm.cleared_at),
        "acknowledged_at": _moment(alarm.acknowledged_at),
        "acknowledged_by": alarm.acknowledged_by,
        "closed_as": None if alarm.closed_as is None else alarm.closed_as.value,
        "superseded": alarm.superseded,
        "subject_type": alarm.subject.type,
        "subject_id": alarm.subject.id,
        "facts": msgspec.json.encode(alarm.facts).decode(),
        "judged": alarm.judged,
        "off": None if alarm.off is None else msgspec.json.encode(alarm.off).decode(),
        "latch": alarm.latch,
        "realarm_ms": alarm.realarm_ms,
        "exercise": alarm.exercise,
        "first_out_rank": alarm.first_out_rank,
        "in_minute": alarm.in_minute,
        "group": alarm.group,
    }


def _moment(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else to_datetime(epoch_ms)
