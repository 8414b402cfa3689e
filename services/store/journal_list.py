"""The journal as it is on record, whole chains at a time, for exporting it."""

from typing import Any

from psycopg import AsyncConnection

from services.domain.journal import GENESIS, ChainHead, JournalRow
from services.runtime.clock import to_ms
from services.store.queries import Queries

_SQL = Queries.load("api_journal")
Connection = AsyncConnection[Any]


async def heads(connection: Connection, scope: frozenset[str] | None) -> dict[str, ChainHead]:
    """Where the chain of each of these enterprises (None: all) ends now, in the order of codes."""
    values = {"scope": None if scope is None else list(scope)}
    found = await (await connection.execute(_SQL["heads"], values)).fetchall()
    return {code: ChainHead(seq, bytes(hash_ or GENESIS)) for code, seq, hash_ in found}


async def rows(
    connection: Connection, enterprise: str, after: int, upto: int, limit: int
) -> list[JournalRow]:
    """Up to `limit` rows of a chain after row `after`, none beyond `upto`."""
    values = {"enterprise": enterprise, "after": after, "upto": upto, "limit": limit}
    found = await (await connection.execute(_SQL["rows"], values)).fetchall()
    return [_row(*each) for each in found]


def _row(
    enterprise: str,
    seq: int,
    alarm_id: str,
    at: Any,
    noted_at: Any,
    event: str,
    body: str,
    previous: bytes,
    hash_: bytes,
) -> JournalRow:
    return JournalRow(
        enterprise,
        seq,
        alarm_id,
        to_ms(at),
        to_ms(noted_at),
        event,
        body,
        bytes(previous),
        bytes(hash_),
    )
