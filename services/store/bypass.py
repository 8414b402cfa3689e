"""The register of bypasses: each as it stands, and what was done to it.

Every act is a change of the book, which serves as the lock, too: the caller takes the book's next
version first, in the same transaction, and hands it in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from services.domain.bypass import Bypass
from services.runtime.clock import to_datetime
from services.store.queries import Queries

_SQL = Queries.load("api_interlocks")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A bypass with the tags on which the field shows it; closed: it takes no place any more."""

    bypass: Bypass
    points: tuple[str, ...]
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class ActRow:
    """What somebody did to a bypass. `hours`: of an application or an extension."""

    act: str
    by: str
    at: datetime
    note: str | None
    hours: float | None


async def changed(connection: Connection, known: int) -> list[Kept]:
    """Those that a change after the known version of the book touched."""
    return await _bypasses(connection, "open_bypasses", {"known": known})


async def find(connection: Connection, identity: str, scope: Sequence[str] | None) -> Kept | None:
    """One, in this transaction; `scope`: of these enterprises (None: of any)."""
    values = {"id": identity, "scope": None if scope is None else list(scope)}
    found = await _bypasses(connection, "bypass", values)
    return found[0] if found else None


async def of_loop(connection: Connection, enterprise: str, loop: str) -> list[Kept]:
    """Those of a loop that are not closed, in this transaction."""
    return await _bypasses(connection, "bypasses_of", {"enterprise": enterprise, "loop": loop})


async def page(
    connection: Connection,
    scope: Sequence[str] | None,
    loop: str | None,
    only_open: bool,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Kept]:
    """Newest first."""
    values = {
        "scope": None if scope is None else list(scope),
        "loop": loop,
        "open": only_open,
        "before": after[0] if after else None,
        "after_id": after[1] if after else "",
        "limit": limit,
    }
    return await _bypasses(connection, "bypass_page", values)


async def insert(connection: Connection, kept: Kept, book: int) -> None:
    """A new application."""
    its = kept.bypass
    values = _document(its) | {
        "points": list(kept.points),
        "applied_at": to_datetime(its.applied.at),
        "book": book,
    }
    await connection.execute(_SQL["insert_bypass"], values)


async def update(
    connection: Connection, bypass: Bypass, closed_at: datetime | None, book: int
) -> None:
    """As it stands after an act; `closed_at`: nothing more becomes of it."""
    since, until = bypass.since, bypass.until
    values = _document(bypass) | {
        "since": None if since is None else to_datetime(since),
        "until": None if until is None else to_datetime(until),
        "closed_at": closed_at,
        "book": book,
    }
    await connection.execute(_SQL["update_bypass"], values)


async def note(connection: Connection, bypass: Bypass, act: ActRow) -> None:
    """Put an act on record."""
    whose = {"enterprise": bypass.enterprise, "bypass": bypass.id}
    await connection.execute(_SQL["insert_act"], asdict(act) | whose)


async def acts(connection: Connection, bypass: Bypass) -> list[ActRow]:
    """What was done to it, in order."""
    values = {"enterprise": bypass.enterprise, "bypass": bypass.id}
    async with connection.cursor(row_factory=class_row(ActRow)) as cursor:
        await cursor.execute(_SQL["acts"], values)
        return await cursor.fetchall()


def _document(bypass: Bypass) -> dict[str, Any]:
    """The columns of its description and signatures."""
    plain: dict[str, Any] = msgspec.to_builtins(bypass)
    for name in ("measures", "applied", "approvals", "extensions"):
        plain[name] = Jsonb(plain[name])
    for name in ("refused", "restored", "verified"):
        plain[name] = None if plain[name] is None else Jsonb(plain[name])
    return plain


async def _bypasses(connection: Connection, name: str, values: Mapping[str, object]) -> list[Kept]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL[name], values)
        return [_kept(row) for row in await cursor.fetchall()]


def _kept(row: dict[str, Any]) -> Kept:
    bypass = msgspec.convert(row, Bypass)
    return Kept(bypass, tuple(row["points"]), row["closed_at"] is not None)
