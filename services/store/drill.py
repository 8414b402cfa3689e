"""Drills on record, the simulators that can play them, and the twins that they are played on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.domain.alarm import EventKind
from services.domain.drill import DrillEnd, DrillState
from services.domain.drill_score import Entry
from services.runtime.clock import to_ms
from services.store.queries import Queries

_SQL = Queries.load("api_drills")
MOST_ENTRIES = 100_000
"""Rows of the journal that a score looks at."""

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Drill:
    """A row. `gateways`: lists of enterprise and gateway; `record` is JSON text, `sha256` (hex) its."""

    id: int
    scenario: str
    title: str
    title_en: str
    duration_s: int
    gateways: list[list[str]]
    target_s: int
    note: str | None
    ordered_by: str
    ordered_at: datetime
    station: str
    began_at: datetime | None
    ends_at: datetime | None
    finished_at: datetime | None
    finished_by: str | None
    outcome: DrillEnd | None
    record: str | None
    sha256: str | None

    @property
    def state(self) -> DrillState:
        """How far it is."""
        if self.finished_at is not None:
            return DrillState.FINISHED
        return DrillState.ORDERED if self.began_at is None else DrillState.RUNNING

    def by_enterprise(self) -> dict[str, list[str]]:
        """The gateways that get twins."""
        found: dict[str, list[str]] = {}
        for enterprise, gateway in self.gateways:
            found.setdefault(enterprise, []).append(gateway)
        return found


@dataclass(frozen=True, slots=True)
class Station:
    """A simulator and what it told that it can play."""

    name: str
    scenarios: list[dict[str, Any]]
    seen_at: datetime


async def put_station(
    connection: Connection, name: str, scenarios: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Note that it is there, and what it can play."""
    values = {"name": name, "scenarios": Jsonb(list(scenarios)), "seen_at": now}
    await connection.execute(_SQL["put_station"], values)


async def stations(connection: Connection, since: datetime) -> list[Station]:
    """Those that were heard of since then."""
    async with connection.cursor(row_factory=class_row(Station)) as cursor:
        await cursor.execute(_SQL["stations"], {"since": since})
        return await cursor.fetchall()


async def hear_station(connection: Connection, name: str, now: datetime) -> bool:
    """Whether it told what it can play; then it is there now."""
    values = {"name": name, "seen_at": now}
    return await (await connection.execute(_SQL["hear_station"], values)).fetchone() is not None


async def forget_stations(connection: Connection, before: datetime) -> None:
    """Those that were not heard of since then."""
    await connection.execute(_SQL["forget_stations"], {"before": before})


async def order(connection: Connection, asked: Mapping[str, object]) -> Drill | None:
    """By the columns of the table; None while another drill is not finished."""
    gateways = Jsonb(asked["gateways"])
    return await _one(connection, "order_drill", {**asked, "gateways": gateways})


async def begin(
    connection: Connection, identity: int, now: datetime, ends_at: datetime
) -> Drill | None:
    """None for one that began before or is over."""
    return await _one(connection, "begin_drill", {"id": identity, "now": now, "ends_at": ends_at})


async def finish(
    connection: Connection,
    drill: Drill,
    now: datetime,
    by: str,
    outcome: DrillEnd,
    record: tuple[str, str] | None,
) -> Drill | None:
    """`record`: text and SHA-256, None for one that never began. None for one that is over."""
    values = {
        "id": drill.id,
        "now": now,
        "by": by,
        "outcome": outcome.value,
        "record": record[0] if record else None,
        "sha256": record[1] if record else None,
    }
    return await _one(connection, "finish_drill", values)


async def find(connection: Connection, identity: int) -> Drill | None:
    """One drill."""
    return await _one(connection, "drill", {"id": identity})


async def unfinished(connection: Connection) -> Drill | None:
    """The one that goes on or waits."""
    return await _one(connection, "unfinished", {})


async def drills(connection: Connection, before: int | None, limit: int) -> list[Drill]:
    """Newest first, before a number."""
    async with connection.cursor(row_factory=class_row(Drill)) as cursor:
        await cursor.execute(_SQL["drills"], {"before": before, "limit": limit})
        return [_typed(each) for each in await cursor.fetchall()]


async def points_to_twin(connection: Connection, enterprise: str, gateways: Sequence[str]) -> int:
    """How many points these gateways have."""
    values = {"enterprise": enterprise, "gateways": list(gateways)}
    row = await (await connection.execute(_SQL["points_to_twin"], values)).fetchone()
    assert row is not None  # an aggregate always has one
    return int(row[0])


async def make_twin(connection: Connection, values: Mapping[str, object]) -> bool:
    """Copies of an enterprise, of its points behind some gateways and of their limits; False where
    the enterprise is gone. `values`: `enterprise`, `twin`, `gateways`, `ids` (fresh numbers, as many
    as points), `prefix` (of the rules' numbers), `now`, `by` and the book's `version`."""
    made = await (await connection.execute(_SQL["twin_enterprise"], values)).fetchone()
    if made is None:
        return False
    await connection.execute(_SQL["twin_points"], values)
    await connection.execute(_SQL["twin_rules"], values)
    return True


async def end_twins(
    connection: Connection, twins: Sequence[str], now: datetime, by: str, version: int
) -> None:
    """All that was made of them goes, under the book's `version`."""
    values = {"twins": list(twins), "now": now, "by": by, "version": version}
    for name in ("end_twin_rules", "end_twin_points", "end_twin_gateways", "end_twins"):
        await connection.execute(_SQL[name], values)


async def played(connection: Connection, twins: Sequence[str], since: datetime) -> list[Entry]:
    """The journal of the drill's alarms."""
    values = {"twins": list(twins), "since": since, "limit": MOST_ENTRIES}
    cursor = await connection.execute(_SQL["played"], values)
    return [
        Entry(
            alarm_id,
            enterprise,
            subject,
            EventKind(event),
            to_ms(noted_at),
            actor,
            grade,
            condition,
            historical,
            off,
        )
        for (
            alarm_id, enterprise, subject, event, noted_at, actor, grade, condition, historical, off,
        ) in await cursor.fetchall()
    ]  # fmt: skip


async def _one(connection: Connection, name: str, values: Mapping[str, object]) -> Drill | None:
    async with connection.cursor(row_factory=class_row(Drill)) as cursor:
        await cursor.execute(_SQL[name], values)
        found = await cursor.fetchone()
    return None if found is None else _typed(found)


def _typed(drill: Drill) -> Drill:
    return drill if drill.outcome is None else replace(drill, outcome=DrillEnd(drill.outcome))
