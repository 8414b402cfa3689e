"""The audit on record: rows are added at the end of their chain, and never changed.

The caller opens the transaction and bounds its time. `append` is the last thing in it: the end of
the chain stays locked until the commit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.domain.audit import AuditRow, Deed, link
from services.domain.journal import ChainHead
from services.runtime.clock import to_datetime, to_ms
from services.store.queries import Queries

_SQL = Queries.load("api_audit")
_SECRETS = frozenset({"password_hash", "secret", "digest", "answer"})
_HIDDEN, _HIDDEN_TOO = "(secret)", "(another secret)"
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the audit; None: anything."""

    actor: str | None = None
    what: str | None = None
    concerns: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def append(connection: Connection, deed: Deed, at: int) -> AuditRow:
    """Add a deed of the moment `at` (epoch ms), with all that this transaction has changed."""
    row = await (await connection.execute(_SQL["head"])).fetchone()
    assert row is not None  # the chain has exactly one end
    seq, hash_, told = row
    made = link(ChainHead(seq, bytes(hash_)), deed, at, changes_of(told or ""))
    values = {name: getattr(made, name) for name in AuditRow.__slots__}
    await connection.execute(_SQL["append"], values | {"at": to_datetime(at)})
    return made


async def head(connection: Connection) -> ChainHead:
    """Where the chain ends."""
    row = await (await connection.execute(_SQL["where_it_ends"])).fetchone()
    assert row is not None
    return ChainHead(row[0], bytes(row[1]))


async def page(
    connection: Connection, search: Search, before: int | None, limit: int
) -> list[AuditRow]:
    """Rows below `before`, newest first."""
    values = {name: getattr(search, name) for name in Search.__slots__}
    values |= {"before": before, "limit": limit}
    found = await (await connection.execute(_SQL["page"], values)).fetchall()
    return [_row(*each) for each in found]


async def rows(connection: Connection, after: int, upto: int, limit: int) -> list[AuditRow]:
    """Up to `limit` rows of the chain after row `after`, none beyond `upto`."""
    values = {"after": after, "upto": upto, "limit": limit}
    found = await (await connection.execute(_SQL["rows"], values)).fetchall()
    return [_row(*each) for each in found]


def changes_of(told: str) -> list[dict[str, Any]]:
    """What the database collected of a transaction, one JSON object a line, secrets left out."""
    return [_without_secrets(json.loads(line)) for line in told.splitlines() if line]


def _without_secrets(change: dict[str, Any]) -> dict[str, Any]:
    before, after = change.get("before") or [], change.get("after") or []
    for number, each in enumerate(after):
        was: Mapping[str, Any] = before[number] if number < len(before) else {}
        for name in _SECRETS & each.keys():
            other = name in was and was[name] != each[name]
            each[name] = _HIDDEN_TOO if other else _HIDDEN
    for each in before:
        for name in _SECRETS & each.keys():
            each[name] = _HIDDEN
    return change


def _row(
    seq: int,
    at: datetime,
    actor: str,
    what: str,
    concerns: str | None,
    request_id: str,
    body: str,
    previous: bytes,
    hash_: bytes,
) -> AuditRow:
    return AuditRow(
        seq, to_ms(at), actor, what, concerns, request_id, body, bytes(previous), bytes(hash_)
    )
