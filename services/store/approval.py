"""What somebody asks a second person to approve, and what became of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store.queries import Queries

_SQL = Queries.load("api_approvals")
Connection = AsyncConnection[Any]
_DECISION = ("enterprise", "id", "state", "decided_by", "decided_at", "note")


@dataclass(frozen=True, slots=True)
class Approval:
    """`state` is pending, approved or refused; a pending one is over at `expires_at`. From
    `subject_type` on: what it holds for, None in what was applied for by the occurrence alone.
    `proposal`: the rule that is proposed (`rule`, `body`, and the `version` of it that was in force
    when it was tried), or the point (`tag`, `body`, and `before`, what the fields that it changes
    were when it was tried); None: it is about an alarm."""

    enterprise: str
    id: str
    action: str
    alarm_id: str
    reason: str
    minutes: float
    permit: str | None
    applicant: str
    applied_at: datetime
    expires_at: datetime
    state: str = "pending"
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    direction: str | None = None
    rule: str | None = None
    grade: int | None = None
    limit: float | None = None
    proposal: dict[str, Any] | None = None


async def insert(connection: Connection, approval: Approval) -> None:
    """A new one."""
    proposal = None if approval.proposal is None else Jsonb(approval.proposal)
    await connection.execute(_SQL["insert"], asdict(approval) | {"proposal": proposal})


async def waiting(connection: Connection, enterprise: str, now: datetime) -> int:
    """How many of an enterprise wait now; nobody else adds one until this transaction ends."""
    values = {"enterprise": enterprise, "now": now}
    await connection.execute(_SQL["hold_room"], values)
    cursor = await connection.execute(_SQL["waiting"], values)
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def locked(
    connection: Connection, identity: str, scope: Sequence[str] | None
) -> Approval | None:
    """One, which nobody else decides until this transaction ends."""
    values = {"id": identity, "scope": None if scope is None else list(scope)}
    async with connection.cursor(row_factory=class_row(Approval)) as cursor:
        await cursor.execute(_SQL["locked"], values)
        return await cursor.fetchone()


async def decide(connection: Connection, approval: Approval) -> None:
    """Put a decision on record."""
    decision = {name: getattr(approval, name) for name in _DECISION}
    await connection.execute(_SQL["decide"], decision)


async def prune(connection: Connection, before: datetime) -> None:
    """Forget those that were applied for before this moment."""
    await connection.execute(_SQL["prune"], {"before": before})


async def page(
    connection: Connection,
    scope: Sequence[str] | None,
    pending_at: datetime | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Approval]:
    """Newest first; `pending_at`: only those that wait at that time."""
    values = {
        "scope": None if scope is None else list(scope),
        "pending": pending_at is not None,
        "now": pending_at,
        "before": after[0] if after else None,
        "after_id": after[1] if after else "",
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(Approval)) as cursor:
        await cursor.execute(_SQL["page"], values)
        return await cursor.fetchall()
