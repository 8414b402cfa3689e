"""The file of an enterprise (一企一档) as the api keeps it.

What is in it is one piece, checked whole before it comes here. Every change is one of the book.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from services.store.national_code import one_holder
from services.store.queries import Queries
from services.store.register import Enterprise, next_version

_SQL = Queries.load("api_enterprises")
Connection = AsyncConnection[Any]


async def insert_enterprise(
    connection: Connection, code: str, name: str, name_en: str | None, file: Mapping[str, Any]
) -> Enterprise | None:
    """The new one; None when the code is taken. Raises NationalCodeTaken."""
    values = {
        "code": code,
        "name": name,
        "name_en": name_en,
        "file": Jsonb(dict(file)),
        "version": await next_version(connection),
    }
    with one_holder():
        return await _enterprise(connection, "insert_enterprise", values)


async def find_enterprise(connection: Connection, code: str) -> Enterprise | None:
    """As it is, in this transaction."""
    return await _enterprise(connection, "enterprise", {"code": code})


async def has_zone(connection: Connection, enterprise: str, code: str) -> bool:
    """Whether a zone of the enterprise has this code, in this transaction."""
    found = await find_enterprise(connection, enterprise)
    zones = [] if found is None else found.file.get("zones", [])
    return any(zone["code"] == code for zone in zones)


async def update_enterprise(
    connection: Connection, changed: Enterprise, number: int
) -> Enterprise | None:
    """As it is now, under version `number` of the book; None when there is no such enterprise.
    Raises NationalCodeTaken."""
    values = {
        "code": changed.code,
        "name": changed.name,
        "name_en": changed.name_en,
        "file": Jsonb(changed.file),
        "version": number,
    }
    with one_holder():
        return await _enterprise(connection, "update_enterprise", values)


async def with_national_code(connection: Connection, code: str, national: str) -> str | None:
    """The code of another enterprise that has this national code."""
    values = {"code": code, "national": national}
    row = await (await connection.execute(_SQL["with_national_code"], values)).fetchone()
    return None if row is None else str(row[0])


async def positions(
    connection: Connection, enterprise: str, limit: int
) -> list[tuple[str, float, float]]:
    """Tag or code, longitude and latitude of an enterprise's points and hazard sources that have a
    position."""
    values = {"enterprise": enterprise, "limit": limit}
    cursor = await connection.execute(_SQL["positions"], values)
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def areas(connection: Connection, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The areas of these enterprises, as GeoJSON, of those that have one."""
    cursor = await connection.execute(_SQL["areas"], {"codes": list(codes)})
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def _enterprise(
    connection: Connection, name: str, values: Mapping[str, object]
) -> Enterprise | None:
    async with connection.cursor(row_factory=class_row(Enterprise)) as cursor:
        await cursor.execute(_SQL[name], values)
        return await cursor.fetchone()
