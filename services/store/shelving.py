"""The park's shelving policy as it is kept: in versions, as JSON, in minutes.

The caller opens the transaction and bounds its time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.domain.shelving_policy import GRADES, Allowance, Allowances, ShelvingPolicy
from services.domain.suppression import MINUTE_MS
from services.store.queries import Queries

_SQL = Queries.load("api_shelving")
Connection = AsyncConnection[Any]
Body = Mapping[str, Mapping[str, Mapping[str, int]]]
"""By `shelf` and `out_of_service`, by grade: `longest_minutes`, `alone_minutes`."""


@dataclass(frozen=True, slots=True)
class ShelvingVersion:
    """One version of the policy: who set it, when and why."""

    version: int
    policy: Body
    set_by: str
    valid_from: datetime
    reason: str


def policy_of(version: int, body: Body) -> ShelvingPolicy:
    """As it is decided by."""
    return ShelvingPolicy(version, _allowances(body["shelf"]), _allowances(body["out_of_service"]))


def body_of(policy: ShelvingPolicy) -> dict[str, dict[str, dict[str, int]]]:
    """As it is kept and shown."""
    return {"shelf": _kept(policy.shelf), "out_of_service": _kept(policy.out_of_service)}


async def newest(connection: Connection) -> ShelvingVersion | None:
    """The one in force; None: nobody set any."""
    found = await _rows(connection, "newest", {})
    return found[0] if found else None


async def versions(connection: Connection, below: int, limit: int) -> list[ShelvingVersion]:
    """Versions below one, newest first."""
    return await _rows(connection, "versions", {"below": below, "limit": limit})


async def policies(connection: Connection, numbers: Collection[int]) -> dict[int, ShelvingPolicy]:
    """The policies of these versions; one that there never was is left out."""
    found = await _rows(connection, "of_versions", {"versions": sorted(numbers)})
    set_by_people = {each.version: policy_of(each.version, each.policy) for each in found}
    return {0: ShelvingPolicy()} | set_by_people


async def insert(connection: Connection, made: ShelvingVersion, book: int) -> None:
    """Put another one in force, by the change `book` of the register."""
    values = {
        "version": made.version,
        "policy": Jsonb(made.policy),
        "set_by": made.set_by,
        "valid_from": made.valid_from,
        "reason": made.reason,
        "book": book,
    }
    await connection.execute(_SQL["insert"], values)


async def _rows(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[ShelvingVersion]:
    async with connection.cursor(row_factory=class_row(ShelvingVersion)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()


def _allowances(body: Mapping[str, Mapping[str, int]]) -> Allowances:
    first, second, third, fourth = (
        Allowance(
            body[str(grade)]["longest_minutes"] * MINUTE_MS,
            body[str(grade)]["alone_minutes"] * MINUTE_MS,
        )
        for grade in GRADES
    )
    return first, second, third, fourth


def _kept(allowances: Allowances) -> dict[str, dict[str, int]]:
    return {
        str(grade): {
            "longest_minutes": each.longest_ms // MINUTE_MS,
            "alone_minutes": each.alone_ms // MINUTE_MS,
        }
        for grade, each in zip(GRADES, allowances, strict=True)
    }
