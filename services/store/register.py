"""The register as the api reads and changes it: enterprises, gateways, points.

Every change takes the book's next version first (`next_version`), inside its transaction: its
row lock puts changes in one order, and followers of the book miss none. The caller opens the
transaction and bounds its time.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import dict_row, namedtuple_row
from psycopg.types.json import Jsonb

from services.domain.maintenance import Maintenance
from services.domain.point import Point
from services.domain.point_file import PointFile
from services.store import bypass, detector_group, hazard_source, interlock, key_place, shelving
from services.store.bypass import Kept
from services.store.detector_group import RegisteredGroup
from services.store.hazard_source import HazardSource, WeightsVersion
from services.store.interlock import Interlock
from services.store.key_place import KeyPlace
from services.store.point_row import point_of
from services.store.queries import Queries
from services.store.shelving import ShelvingVersion

_SQL = Queries.load("api_register")
_RULES = Queries.load("api_rules")
FOREVER = 1 << 62
"""A rule without an end."""
_SLICE = 2000
_NOTHING = PointFile()

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A tenant."""

    code: str
    name: str
    name_en: str | None
    created_at: datetime
    file: dict[str, Any] = field(default_factory=dict)
    """What its file holds (`services.api.enterprise_body`), as JSON."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A way in from the field, with the hash that the broker checks its password against."""

    enterprise: str
    code: str
    username: str
    password_hash: str
    created_at: datetime
    rotated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """A point with where it stands (degrees, WGS 84), since when it is registered, the piece of
    equipment that it is of, and its file (None: there is nothing in it)."""

    point: Point
    lon: float | None
    lat: float | None
    created_at: datetime
    equipment: str | None = None
    file: PointFile | None = None


@dataclass(slots=True)
class RegisterChange:
    """What a look at the book brought: what is new or changed, and the keys of what is gone."""

    version: int
    enterprises: list[Enterprise]
    removed_enterprises: list[str]
    gateways: list[Gateway]
    removed_gateways: list[tuple[str, str]]
    places: list[Place]
    removed_points: list[tuple[str, str]]
    judged_until: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """Of the points whose rules were touched: until when a rule is in force (epoch ms), or None."""
    hazard_sources: list[HazardSource] = field(default_factory=list)
    interlocks: list[Interlock] = field(default_factory=list)
    bypasses: list[Kept] = field(default_factory=list)
    weights: WeightsVersion | None = None
    """Those of the risk index that are in force; None: nobody set any."""
    groups: list[RegisteredGroup] = field(default_factory=list)
    groups_judged_until: dict[tuple[str, str], int | None] = field(default_factory=dict)
    """Of the groups whose rules were touched, as `judged_until`."""
    shelving: ShelvingVersion | None = None
    """The shelving policy in force; None: nobody set any."""
    key_places: list[KeyPlace] = field(default_factory=list)
    """As they are now; some are removed."""


async def version(connection: Connection) -> int:
    """How far the register is."""
    return await _number(connection, "version")


async def next_version(connection: Connection) -> int:
    """The version of the change that is being made; locks the book until its transaction ends."""
    return await _number(connection, "next_version")


async def changes(connection: Connection, known: int) -> RegisterChange:
    """Everything touched after `known` (0: everything). Call in a repeatable-read transaction."""
    change = RegisterChange(await version(connection), [], [], [], [], [], [])
    async for row in _rows(connection, "enterprises", known):
        if row.removed:
            change.removed_enterprises.append(row.code)
        else:
            change.enterprises.append(Enterprise(*row[:5]))
    async for row in _rows(connection, "gateways", known):
        if row.removed:
            change.removed_gateways.append((row.enterprise, row.code))
        else:
            change.gateways.append(Gateway(*row[:6]))
    async for row in _rows(connection, "points", known):
        if row.removed:
            change.removed_points.append((row.enterprise, row.tag))
        else:
            change.places.append(_place(row))
    change.judged_until = await _judged_until(connection, known)
    change.hazard_sources = await hazard_source.changed(connection, known)
    change.interlocks = await interlock.changed(connection, known)
    change.bypasses = await bypass.changed(connection, known)
    change.key_places = await key_place.changed(connection, known)
    change.weights = await hazard_source.weights(connection)
    change.groups = await detector_group.changed(connection, known)
    change.groups_judged_until = await _until(connection, "groups_judged_until", known)
    change.shelving = await shelving.newest(connection)
    return change


async def put_gateway(
    connection: Connection, enterprise: str, code: str, username: str, password_hash: str
) -> bool:
    """Whether it was new (or comes back after its removal); False when it stands already."""
    values = {
        "enterprise": enterprise,
        "code": code,
        "username": username,
        "password_hash": password_hash,
        "version": await next_version(connection),
    }
    return await _touched(connection, "put_gateway", values)


async def rotate_gateway(
    connection: Connection, enterprise: str, code: str, password_hash: str
) -> bool:
    """Whether there is such a gateway; its old password is void."""
    values = {
        "enterprise": enterprise,
        "code": code,
        "password_hash": password_hash,
        "version": await next_version(connection),
    }
    return await _touched(connection, "rotate_gateway", values)


async def remove_gateway(connection: Connection, enterprise: str, code: str) -> bool:
    """Whether there was such a gateway."""
    number = await next_version(connection)
    values = {"enterprise": enterprise, "code": code, "version": number}
    return await _touched(connection, "remove_gateway", values)


async def taken_tags(connection: Connection, enterprise: str, tags: Sequence[str]) -> set[str]:
    """Which of these names the enterprise uses already."""
    cursor = await connection.execute(
        _SQL["taken_tags"], {"enterprise": enterprise, "tags": list(tags)}
    )
    return {row[0] for row in await cursor.fetchall()}


async def taken_ids(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Which of these point numbers are in use."""
    cursor = await connection.execute(_SQL["taken_ids"], {"ids": list(ids)})
    return {row[0] for row in await cursor.fetchall()}


async def insert_points(
    connection: Connection, places: Sequence[dict[str, object]], number: int
) -> None:
    """Points by the columns of the table, under version `number` of the book."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _SQL["insert_point"], [place | {"version": number} for place in places]
        )


async def find_point(connection: Connection, enterprise: str, tag: str) -> dict[str, object] | None:
    """A point by the columns of the table."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL["point"], {"enterprise": enterprise, "tag": tag})
        return await cursor.fetchone()


async def named_points(
    connection: Connection, enterprise: str, tags: Sequence[str]
) -> list[dict[str, Any]]:
    """Those of an enterprise's points that are registered, by the columns of the table."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL["named_points"], {"enterprise": enterprise, "tags": list(tags)})
        return await cursor.fetchall()


async def place(connection: Connection, enterprise: str, tag: str) -> Place | None:
    """A point as it stands, in this transaction."""
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(_SQL["point"], {"enterprise": enterprise, "tag": tag})
        row = await cursor.fetchone()
    return None if row is None else _place(row)


async def is_in_use(connection: Connection, point: Mapping[str, object]) -> bool:
    """Whether a reading of this point is stored or a rule of it is in force."""
    row = await (await connection.execute(_SQL["is_in_use"], dict(point))).fetchone()
    return row is not None and bool(row[0])


async def update_points(
    connection: Connection, points: Sequence[Mapping[str, object]], number: int
) -> None:
    """Write descriptions of points as they now are, under version `number` of the book."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            _SQL["update_point"], [{**each, "version": number} for each in points]
        )


async def put_maintenance(
    connection: Connection, enterprise: str, tag: str, told: Maintenance, number: int
) -> None:
    """Write the calibration or bump test of a point, under version `number` of the book."""
    values = {
        "enterprise": enterprise,
        "tag": tag,
        "maintenance": Jsonb(maintenance_columns(told)),
        "version": number,
    }
    await connection.execute(_SQL["put_maintenance"], values)


def maintenance_columns(told: Maintenance) -> dict[str, Any]:
    """A calibration or bump test, as it is kept; times are epoch milliseconds."""
    return asdict(told)


async def _judged_until(connection: Connection, known: int) -> dict[tuple[str, str], int | None]:
    name = "judged_until" if known else "judged_from_scratch"
    return await _until(connection, name, known)


async def _until(
    connection: Connection, name: str, known: int
) -> dict[tuple[str, str], int | None]:
    cursor = await connection.execute(_RULES[name], {"known": known})
    found: dict[tuple[str, str], int | None] = {}
    while rows := await cursor.fetchmany(_SLICE):
        for enterprise, tag, until in rows:
            found[enterprise, tag] = None if until is None else round(min(until * 1000, FOREVER))
        await asyncio.sleep(0)
    return found


def _place(row: Any) -> Place:
    file = PointFile(
        row.height_m,
        row.criticality,
        row.converted_from,
        row.calibrated_on,
        row.calibration_due_on,
        row.bump_tested_on,
        row.bump_test_due_on,
    )
    empty = file == _NOTHING
    return Place(
        point_of(row), row.lon, row.lat, row.created_at, row.equipment, None if empty else file
    )


async def _number(connection: Connection, name: str) -> int:
    row = await (await connection.execute(_SQL[name])).fetchone()
    assert row is not None  # the book has exactly one row
    return int(row[0])


async def _touched(connection: Connection, name: str, values: Mapping[str, object]) -> bool:
    cursor: AsyncCursor[Any] = await connection.execute(_SQL[name], values)
    return await cursor.fetchone() is not None


async def _rows(connection: Connection, name: str, known: int) -> Any:
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(_SQL[name], {"known": known})
        while rows := await cursor.fetchmany(_SLICE):
            for row in rows:
                yield row
            # What has come already is handed out without waiting: others have their turn here.
            await asyncio.sleep(0)
