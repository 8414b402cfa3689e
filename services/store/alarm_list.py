"""Alarms and their journal as they are on record, for reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row, namedtuple_row

from services.runtime.clock import to_datetime, to_ms
from services.store.queries import Queries
from services.wire.bus import AlarmItem, OffItem

_SQL = Queries.load("api_alarms")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which alarms are asked for; None asks for all. Times are epoch ms, `until` exclusive."""

    scope: frozenset[str] | None = None
    grades: frozenset[int] | None = None
    tag: str | None = None
    subject_type: str | None = None
    hazard_source: str | None = None
    shown_of_source: frozenset[tuple[str, str]] = frozenset()
    """Points (enterprise, tag) that are asked for with the hazard source: its loops are seen there."""
    historical: bool | None = None
    state: str | None = None
    since: int | None = None
    until: int | None = None

    def fits(self, alarm: AlarmItem) -> bool:
        """The same question, asked of one alarm."""
        return (
            (self.scope is None or alarm.enterprise in self.scope)
            and (self.grades is None or alarm.grade in self.grades)
            and (self.tag is None or alarm.tag == self.tag)
            and (self.subject_type is None or alarm.subject_type == self.subject_type)
            and self._is_of_source(alarm)
            and (self.historical is None or alarm.historical == self.historical)
            and (self.state is None or alarm.state == self.state)
            and (self.since is None or alarm.raised_at >= self.since)
            and (self.until is None or alarm.raised_at < self.until)
        )

    def _is_of_source(self, alarm: AlarmItem) -> bool:
        return (
            self.hazard_source is None
            or alarm.hazard_source == self.hazard_source
            or (alarm.enterprise, alarm.tag) in self.shown_of_source
        )


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One link of an enterprise's journal; `body` is the text that `hash` covers."""

    seq: int
    at: datetime
    noted_at: datetime
    event: str
    body: str
    previous: bytes
    hash: bytes


async def open_alarms(connection: Connection, limit: int) -> list[AlarmItem]:
    """Those that are not closed, newest first."""
    return await _alarms(connection, "open", {"limit": limit})


async def alarms_page(
    connection: Connection, wanted: AlarmFilter, after: tuple[int, str] | None, limit: int
) -> list[AlarmItem]:
    """Newest first, after the place (raised_at, id) in that order."""
    values: dict[str, object] = {
        "scope": None if wanted.scope is None else list(wanted.scope),
        "grade": None if wanted.grades is None else list(wanted.grades),
        "tag": wanted.tag,
        "subject_type": wanted.subject_type,
        "hazard_source": wanted.hazard_source,
        "shown_enterprises": [enterprise for enterprise, _ in sorted(wanted.shown_of_source)],
        "shown_tags": [tag for _, tag in sorted(wanted.shown_of_source)],
        "historical": wanted.historical,
        "state": wanted.state,
        "since": _moment(wanted.since),
        "until": _moment(wanted.until),
        "before": _moment(after[0]) if after else None,
        "after_id": after[1] if after else "",
        "limit": limit,
    }
    return await _alarms(connection, "page", values)


async def find_alarm(
    connection: Connection, alarm_id: str, scope: Sequence[str] | None
) -> AlarmItem | None:
    """The alarm of this id, if it belongs to one of these enterprises (None: any)."""
    values = {"id": alarm_id, "scope": None if scope is None else list(scope)}
    found = await _alarms(connection, "one", values)
    return found[0] if found else None


async def journal_page(
    connection: Connection, enterprise: str, alarm_id: str, after: int, limit: int
) -> list[JournalEntry]:
    """What happened to one alarm, oldest first, after link `after`."""
    values = {"enterprise": enterprise, "id": alarm_id, "after": after, "limit": limit}
    async with connection.cursor(row_factory=class_row(JournalEntry)) as cursor:
        await cursor.execute(_SQL["journal"], values)
        return await cursor.fetchall()


async def _alarms(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[AlarmItem]:
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(_SQL[name], values)
        return [_item(row) for row in await cursor.fetchall()]


def _item(row: Any) -> AlarmItem:
    fields = row._asdict()
    for name in ("raised_at", "received_at", "cleared_at", "acknowledged_at"):
        fields[name] = None if fields[name] is None else to_ms(fields[name])
    if fields["off"] is not None:
        fields["off"] = msgspec.convert(fields["off"], OffItem)
    return AlarmItem(**fields)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else to_datetime(at)
