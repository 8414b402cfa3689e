"""Runs of the test-bench on record, and what a run asks of the other tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.domain.conformance import Outcome
from services.domain.conformance_evidence import LedgerSight
from services.store.queries import Queries
from services.store.register import next_version

_SQL = Queries.load("api_conformance")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A row. `progress` and `record` are JSON text; `sha256` (hex) is that of `record`."""

    id: int
    enterprise: str
    gateway: str
    asked_by: str
    test_tag: str | None
    duration_s: int
    cut_s: int
    started_at: datetime
    ends_at: datetime
    finished_at: datetime | None
    outcome: str
    progress: str
    record: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class FirstLimit:
    """The limit by which the test alarm is tripped."""

    condition: str
    limit: float
    on_delay_s: float


async def start(connection: Connection, asked: dict[str, object], before: datetime) -> Run | None:
    """The new run, its test point under test; None while another one of the gateway goes on.

    `asked` are the columns of the row. One that should have ended before `before` has been given
    up by its process.
    """
    number = await next_version(connection)
    place = {"enterprise": asked["enterprise"], "gateway": asked["gateway"]}
    gone = place | {"now": asked["started_at"], "before": before}
    await connection.execute(_SQL["end_abandoned"], gone)
    async with connection.cursor(row_factory=class_row(Run)) as cursor:
        await cursor.execute(_SQL["start_run"], asked)
        run = await cursor.fetchone()
    if run is not None and run.test_tag is not None:
        values = {
            "enterprise": run.enterprise,
            "tag": run.test_tag,
            "since": run.started_at,
            "until": run.ends_at,
            "version": number,
        }
        await connection.execute(_SQL["begin_exercise"], values)
    return run


async def note(connection: Connection, run: Run, progress: str) -> None:
    """How it goes."""
    values = {"enterprise": run.enterprise, "id": run.id, "progress": progress}
    await connection.execute(_SQL["note_progress"], values)


async def finish(
    connection: Connection,
    run: Run,
    now: datetime,
    outcome: Outcome,
    progress: str,
    record: tuple[str, str] | None,
) -> None:
    """Its end, and that of its test point's exercise. `record`: text and SHA-256."""
    values = {
        "enterprise": run.enterprise,
        "id": run.id,
        "now": now,
        "outcome": outcome.value,
        "progress": progress,
        "record": record[0] if record else None,
        "sha256": record[1] if record else None,
    }
    number = await next_version(connection)
    await connection.execute(_SQL["finish_run"], values)
    if run.test_tag is not None:
        place = {"enterprise": run.enterprise, "tag": run.test_tag}
        await connection.execute(_SQL["end_exercise"], place | {"until": now, "version": number})


async def find(connection: Connection, enterprise: str, gateway: str, number: int) -> Run | None:
    """One run."""
    async with connection.cursor(row_factory=class_row(Run)) as cursor:
        await cursor.execute(
            _SQL["run"], {"enterprise": enterprise, "gateway": gateway, "id": number}
        )
        return await cursor.fetchone()


async def runs(
    connection: Connection, enterprise: str, gateway: str, before: int | None, limit: int
) -> list[Run]:
    """Newest first, before number `before`."""
    values = {"enterprise": enterprise, "gateway": gateway, "before": before, "limit": limit}
    async with connection.cursor(row_factory=class_row(Run)) as cursor:
        await cursor.execute(_SQL["runs"], values)
        return await cursor.fetchall()


async def first_limit(connection: Connection, enterprise: str, tag: str) -> FirstLimit | None:
    """The limit of a point that is crossed first; None where none is in force."""
    async with connection.cursor(row_factory=class_row(FirstLimit)) as cursor:
        await cursor.execute(_SQL["first_limit"], {"enterprise": enterprise, "tag": tag})
        return await cursor.fetchone()


async def ledger_sight(
    connection: Connection, enterprise: str, gateway: str, boot: str, above: int
) -> LedgerSight:
    """What the ledger says now of one boot above a number."""
    values = {"enterprise": enterprise, "gateway": gateway, "boot": boot, "above": above}
    row = await (await connection.execute(_SQL["highest_number"], values)).fetchone()
    cursor = await connection.execute(_SQL["open_holes"], values)
    holes = tuple((int(first), int(last)) for first, last in await cursor.fetchall())
    return LedgerSight(None if row is None else int(row[0]), holes)


async def refused_sign_ins(
    connection: Connection, enterprise: str, gateway: str, since: datetime
) -> int:
    """How often the broker refused its sign-in since then."""
    values = {"enterprise": enterprise, "gateway": gateway, "since": since}
    row = await (await connection.execute(_SQL["refused_sign_ins"], values)).fetchone()
    assert row is not None  # an aggregate always has one
    return int(row[0])
