"""Groups of detectors as the api keeps them.

Every change is one of the book: the caller takes the book's next version first, in the same
transaction, and hands it in.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.domain.detector_group import GroupKind
from services.store.queries import Queries
from services.store.register_history import HistorySubject, note

_SQL = Queries.load("api_groups")
Connection = AsyncConnection[Any]
MOST_CHANGES = 10_000
"""Of the members of an enterprise's groups in a stretch that is looked at."""


class TooManyChanges(ValueError):
    """The members of groups changed more often in a stretch than anybody looks at; the text says so."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who was in a group from a moment on, by their tags; None: there was no such group."""

    since: datetime
    members: list[str] | None


@dataclass(frozen=True, slots=True)
class RegisteredGroup:
    """A group as it is registered. `members`: the tags of its points, in order; `removed`: it was
    taken out of the register."""

    enterprise: str
    code: str
    name: str
    name_en: str | None
    kind: str
    changed_by: str
    changed_at: datetime
    members: list[str]
    removed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Enterprise and code."""
        return self.enterprise, self.code

    @property
    def of_kind(self) -> GroupKind:
        """What holds its points together."""
        return GroupKind(self.kind)

    @property
    def described(self) -> dict[str, object]:
        """What its history tells of."""
        return {
            "name": self.name,
            "name_en": self.name_en,
            "kind": self.kind,
            "members": self.members,
        }


async def changed(connection: Connection, known: int) -> list[RegisteredGroup]:
    """Those that a change after the known version of the book touched, as they are now."""
    return await _groups(connection, "changed_groups", {"known": known})


async def find(connection: Connection, enterprise: str, code: str) -> RegisteredGroup | None:
    """The group of this code, in this transaction."""
    found = await _groups(connection, "group", {"enterprise": enterprise, "code": code})
    return found[0] if found else None


async def of_enterprise(connection: Connection, enterprise: str) -> list[RegisteredGroup]:
    """All groups of an enterprise, in this transaction."""
    return await _groups(connection, "groups_of", {"enterprise": enterprise})


async def count(connection: Connection, enterprise: str) -> int:
    """How many groups an enterprise has."""
    row = await (
        await connection.execute(_SQL["count_groups"], {"enterprise": enterprise})
    ).fetchone()
    assert row is not None  # a count is always one row
    return int(row[0])


async def put(
    connection: Connection,
    group: RegisteredGroup,
    before: RegisteredGroup | None,
    book: int,
    reason: str | None = None,
) -> None:
    """Make a group so, with these points and no others, and note what became of it since `before`.
    Raises psycopg.IntegrityError for a point that the enterprise has not, or that is redundant
    elsewhere: check it before."""
    values = asdict(group) | {
        "version": book,
        "redundant": group.of_kind is GroupKind.REDUNDANT,
    }
    await connection.execute(_SQL["put_group"], values)
    await connection.execute(_SQL["clear_members"], values)
    await connection.execute(_SQL["put_members"], values)
    old = None if before is None else before.described
    await _note(connection, group, old, group.described, reason)


async def clear(connection: Connection, enterprise: str, code: str) -> None:
    """Nobody is in a group, until it is put."""
    await connection.execute(_SQL["clear_members"], {"enterprise": enterprise, "code": code})


async def remove(
    connection: Connection, enterprise: str, code: str, by: str, at: datetime, book: int
) -> bool:
    """Whether there was such a group; nobody is in it any more."""
    known = await find(connection, enterprise, code)
    if known is None:
        return False
    values = {
        "enterprise": enterprise,
        "code": code,
        "changed_by": by,
        "changed_at": at,
        "version": book,
    }
    await connection.execute(_SQL["clear_members"], values)
    await connection.execute(_SQL["remove_group"], values)
    gone = replace(known, changed_by=by, changed_at=at)
    before, after = {"members": known.members}, {"members": list[str](), "removed": True}
    await _note(connection, gone, before, after)
    return True


async def redundant_elsewhere(
    connection: Connection, enterprise: str, tags: Sequence[str], code: str
) -> dict[str, str]:
    """By tag the other redundant group that a point is in already."""
    values = {"enterprise": enterprise, "tags": list(tags), "code": code}
    cursor = await connection.execute(_SQL["redundant_elsewhere"], values)
    return dict(await cursor.fetchall())


async def members_between(
    connection: Connection, enterprise: str, codes: Collection[str], first: datetime, past: datetime
) -> dict[str, list[Membership]]:
    """By code who was in groups of an enterprise from `first` on and before `past`, in the order in
    which it was changed; of a group that had no history then, nothing. Raises TooManyChanges."""
    values = {"enterprise": enterprise, "codes": sorted(codes), "first": first, "past": past}
    cursor = await connection.execute(_SQL["members_between"], values | {"most": MOST_CHANGES + 1})
    found: dict[str, list[Membership]] = {}
    rows = await cursor.fetchall()
    if len(rows) > MOST_CHANGES:
        raise TooManyChanges(
            f"The members of groups changed more than {MOST_CHANGES:,} times in this stretch: ask "
            "for a shorter one"
        )
    for code, since, members, removed in rows:
        found.setdefault(code, []).append(Membership(since, None if removed else members))
    return found


async def rules_over(connection: Connection, enterprise: str, code: str) -> list[str]:
    """The numbers of the rules in force that name a group."""
    values = {"enterprise": enterprise, "code": code}
    cursor = await connection.execute(_SQL["rules_over"], values)
    return [row[0] for row in await cursor.fetchall()]


async def _note(
    connection: Connection,
    group: RegisteredGroup,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    reason: str | None = None,
) -> None:
    subject = HistorySubject.GROUP, group.enterprise, group.code
    await note(connection, *subject, group.changed_by, group.changed_at, before, after, reason)


async def _groups(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[RegisteredGroup]:
    async with connection.cursor(row_factory=class_row(RegisteredGroup)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
