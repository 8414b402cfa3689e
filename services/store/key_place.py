"""Key places and infrastructure as the api keeps them: in versions, the last one of a place that is
no more marked as removed.

Every change is one of the book: the caller takes the book's next version first, in the same
transaction, and hands it in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store.queries import Queries

_SQL = Queries.load("api_key_places")
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """One version. `geometry` is GeoJSON (degrees, WGS 84), `points` the tags of its enterprise
    that watch it; the version in force has no `valid_to`."""

    enterprise: str
    code: str
    version: int
    kind: str
    name: str
    name_en: str | None
    geometry: dict[str, Any]
    points: list[str]
    removed: bool
    created_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    changed_by: str
    reason: str | None


async def changed(connection: Connection, known: int) -> list[KeyPlace]:
    """Those that a change after the known version of the book touched, as they are now."""
    return await _places(connection, "changed_places", {"known": known})


async def find(connection: Connection, enterprise: str, code: str) -> KeyPlace | None:
    """The version in force, in this transaction; it may be that of a removal."""
    found = await _places(connection, "place", {"enterprise": enterprise, "code": code})
    return found[0] if found else None


async def of_enterprise(connection: Connection, enterprise: str) -> list[KeyPlace]:
    """All that an enterprise has, in this transaction."""
    return await _places(connection, "places_of", {"enterprise": enterprise})


async def versions(
    connection: Connection, enterprise: str, code: str, below: int, limit: int
) -> list[KeyPlace]:
    """Its versions below one, newest first."""
    values = {"enterprise": enterprise, "code": code, "below": below, "limit": limit}
    return await _places(connection, "place_versions", values)


async def count(connection: Connection, enterprise: str) -> int:
    """How many an enterprise has."""
    cursor = await connection.execute(_SQL["count_places"], {"enterprise": enterprise})
    row = await cursor.fetchone()
    assert row is not None  # a count has a row
    return int(row[0])


async def unknown_tags(connection: Connection, enterprise: str, tags: Sequence[str]) -> list[str]:
    """Those of these tags that the enterprise has no point of, in their order."""
    values = {"enterprise": enterprise, "tags": list(tags)}
    cursor = await connection.execute(_SQL["known_tags"], values)
    known = {row[0] for row in await cursor.fetchall()}
    return [tag for tag in tags if tag not in known]


async def put(connection: Connection, place: KeyPlace, book: int) -> None:
    """End the version in force, if there is one, and begin this one."""
    values = asdict(place) | {"geometry": Jsonb(place.geometry), "book": book}
    if place.version > 1:
        await connection.execute(_SQL["close_place"], values | {"valid_to": place.valid_from})
    await connection.execute(_SQL["insert_place"], values)


async def _places(
    connection: Connection, name: str, values: Mapping[str, object]
) -> list[KeyPlace]:
    async with connection.cursor(row_factory=class_row(KeyPlace)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchall()
