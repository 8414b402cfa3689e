"""Hazard sources and the weights of the risk index as the api keeps them: in versions.

Every change is one of the book: the caller takes the book's next version first, in the same
transaction, and hands it in.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store.national_code import one_holder
from services.store.queries import Queries

_SQL = Queries.load("api_hazard_sources")
Connection = AsyncConnection[Any]
NEWEST = 2**31 - 1
"""Above every version."""


@dataclass(frozen=True, slots=True)
class HazardSource:
    """One version. `substances`, `working` and `particulars` are as outsiders sent and see them;
    the version in force has no `valid_to`."""

    enterprise: str
    code: str
    version: int
    name: str
    name_en: str | None
    unit_type: str
    exposed_people: int
    substances: list[dict[str, Any]]
    working: dict[str, Any]
    s: float
    r: float
    level: int | None
    particulars: dict[str, Any]
    created_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    changed_by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class WeightsVersion:
    """One version of the weights, by the names of `services.domain.risk.Weights`."""

    version: int
    weights: Mapping[str, Any]
    set_by: str
    valid_from: datetime
    reason: str


async def changed(connection: Connection, known: int) -> list[HazardSource]:
    """Those that a change after the known version of the book touched, as they are now."""
    return await _sources(connection, "changed_sources", {"known": known})


async def find(connection: Connection, enterprise: str, code: str) -> HazardSource | None:
    """The version in force, in this transaction."""
    found = await _sources(connection, "source", {"enterprise": enterprise, "code": code})
    return found[0] if found else None


async def versions(
    connection: Connection, enterprise: str, code: str, below: int, limit: int
) -> list[HazardSource]:
    """Its versions below one, newest first."""
    values = {"enterprise": enterprise, "code": code, "below": below, "limit": limit}
    return await _sources(connection, "source_versions", values)


async def with_national_code(connection: Connection, source: HazardSource) -> str | None:
    """The code of another source of its enterprise that has the same national code."""
    values = {
        "enterprise": source.enterprise,
        "code": source.code,
        "national_code": source.particulars.get("national_code"),
    }
    row = await (await connection.execute(_SQL["with_national_code"], values)).fetchone()
    return None if row is None else str(row[0])


async def apart_from_national(
    connection: Connection, enterprise: str, national_code: str
) -> tuple[str, str] | None:
    """A source of an enterprise whose national code does not begin with this, and that code."""
    values = {"enterprise": enterprise, "national_code": national_code}
    row = await (await connection.execute(_SQL["apart_from_national"], values)).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


async def put(connection: Connection, source: HazardSource, book: int) -> None:
    """End the version in force, if there is one, and begin this one. Raises NationalCodeTaken."""
    values = asdict(source) | {
        "substances": Jsonb(source.substances),
        "working": Jsonb(source.working),
        "particulars": Jsonb(source.particulars),
        "book": book,
    }
    if source.version > 1:
        await connection.execute(_SQL["close_source"], values | {"valid_to": source.valid_from})
    with one_holder():
        await connection.execute(_SQL["insert_source"], values)


async def weights(connection: Connection) -> WeightsVersion | None:
    """Those in force; None: nobody set any."""
    found = await _weights(connection, "newest_weights", {})
    return found[0] if found else None


async def weights_versions(connection: Connection, below: int, limit: int) -> list[WeightsVersion]:
    """Versions below one, newest first."""
    return await _weights(connection, "weights_versions", {"below": below, "limit": limit})


async def put_weights(connection: Connection, weights: WeightsVersion, book: int) -> None:
    """Put other weights in force."""
    values = asdict(weights) | {"weights": Jsonb(dict(weights.weights)), "book": book}
    await connection.execute(_SQL["insert_weights"], values)


async def _sources(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[HazardSource]:
    async with connection.cursor(row_factory=class_row(HazardSource)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()


async def _weights(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[WeightsVersion]:
    async with connection.cursor(row_factory=class_row(WeightsVersion)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
