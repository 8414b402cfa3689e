"""Interlocks as the api keeps them: in versions; the version in force has no `valid_to`.

Every change is one of the book: the caller takes the book's next version first, in the same
transaction, and hands it in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.domain.interlock import Cause, Effect, Loop, Voting
from services.domain.loop_course import Stretch
from services.runtime.clock import to_datetime, to_ms
from services.store.interlock_record import TooMuch
from services.store.queries import Queries

_SQL = Queries.load("api_interlocks")
Connection = AsyncConnection[Any]
NEWEST = 2**31 - 1
"""Above every version."""
MOST_STRETCHES = 50_000
"""Versions read for one question; who asks for more asks for a shorter time."""


@dataclass(frozen=True, slots=True)
class Interlock:
    """One version. `causes` and `effects` are as outsiders sent and see them."""

    enterprise: str
    tag: str
    version: int
    name: str
    name_en: str | None
    description: str | None
    hazard_source: str | None
    voting: str
    causes: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    sil: int | None
    proof_test_days: int | None
    proof_tested_on: date | None
    state_tag: str | None
    required: bool
    fitted: bool
    basis: str | None
    created_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    changed_by: str
    reason: str | None
    book_version: int = 0
    removed: bool = False
    """Taken out of the register with this version, which is in force at no time."""

    @property
    def loop(self) -> Loop:
        """As it is judged."""
        return Loop(
            self.enterprise,
            self.tag,
            Voting(self.voting),
            tuple(Cause(**each) for each in self.causes),
            tuple(Effect(**each) for each in self.effects),
            self.sil,
            self.proof_test_days,
            self.state_tag,
            self.required,
            self.fitted,
        )


async def changed(connection: Connection, known: int) -> list[Interlock]:
    """Those that a change after the known version of the book touched; an end: taken out."""
    return await _loops(connection, "changed_loops", {"known": known})


async def find(connection: Connection, enterprise: str, tag: str) -> Interlock | None:
    """The version in force, in this transaction."""
    found = await _loops(connection, "loop", {"enterprise": enterprise, "tag": tag})
    return found[0] if found else None


async def of_enterprise(connection: Connection, enterprise: str) -> list[Interlock]:
    """All that are in force, in this transaction."""
    return await _loops(connection, "loops_of", {"enterprise": enterprise})


async def newest_version(connection: Connection, enterprise: str, tag: str) -> int:
    """The number of its newest version; 0: there never was one."""
    values = {"enterprise": enterprise, "tag": tag}
    row = await (await connection.execute(_SQL["newest_version"], values)).fetchone()
    return 0 if row is None else int(row[0])


async def versions(
    connection: Connection, enterprise: str, tag: str, below: int, limit: int
) -> list[Interlock]:
    """Its versions below one, newest first."""
    values = {"enterprise": enterprise, "tag": tag, "below": below, "limit": limit}
    return await _loops(connection, "loop_versions", values)


async def newest(connection: Connection, enterprise: str, tag: str) -> Interlock | None:
    """Its newest version, in force or not; None: there never was one."""
    found = await versions(connection, enterprise, tag, NEWEST, 1)
    return found[0] if found else None


async def removed(
    connection: Connection, scope: Sequence[str] | None, after: tuple[str, str], limit: int
) -> list[Interlock]:
    """The newest versions of loops that are in the register no more, by enterprise and tag, after
    one of them."""
    values = {
        "scope": None if scope is None else list(scope),
        "after_enterprise": after[0],
        "after_tag": after[1],
        "limit": limit,
    }
    return await _loops(connection, "removed_loops", values)


async def in_time(
    connection: Connection, scope: Sequence[str] | None, tag: str | None, since: int, until: int
) -> dict[tuple[str, str], list[Stretch]]:
    """How the loops of these enterprises (None: of all) were registered from `since` to `until`
    (epoch ms), by enterprise and tag, in order of time; `tag`: of one loop. Raises TooMuch."""
    values = {
        "scope": None if scope is None else list(scope),
        "tag": tag,
        "since": to_datetime(since),
        "until": to_datetime(until),
        "limit": MOST_STRETCHES + 1,
    }
    found: dict[tuple[str, str], list[Stretch]] = {}
    rows = await _loops(connection, "loop_stretches", values)
    if len(rows) > MOST_STRETCHES:
        raise TooMuch
    for each in rows:
        past = None if each.valid_to is None else to_ms(each.valid_to)
        its = found.setdefault((each.enterprise, each.tag), [])
        its.append(Stretch(each.loop, to_ms(each.valid_from), past))
    return found


async def put(connection: Connection, loop: Interlock, book: int) -> None:
    """End the version in force, if there is one, and begin this one."""
    await _close(connection, loop.enterprise, loop.tag, loop.valid_from, book)
    values = asdict(loop) | {
        "causes": Jsonb(loop.causes),
        "effects": Jsonb(loop.effects),
        "book": book,
    }
    await connection.execute(_SQL["insert_loop"], values)


async def remove(
    connection: Connection, known: Interlock, by: str, at: datetime, reason: str, book: int
) -> None:
    """Take it out of the register: the version in force ends, and a last one says who, when, why."""
    moment = max(at, known.valid_from)
    last = replace(
        known,
        version=known.version + 1,
        valid_from=moment,
        valid_to=moment,
        changed_by=by,
        reason=reason,
        removed=True,
    )
    await put(connection, last, book)


async def _close(
    connection: Connection, enterprise: str, tag: str, valid_to: datetime, book: int
) -> None:
    """End the version in force, if there is one."""
    values = {"enterprise": enterprise, "tag": tag, "valid_to": valid_to, "book": book}
    await connection.execute(_SQL["close_loop"], values)


async def _loops(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[Interlock]:
    async with connection.cursor(row_factory=class_row(Interlock)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
