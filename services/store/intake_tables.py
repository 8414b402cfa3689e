"""The tables that ingest fills, statement by statement, inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any

import psycopg

from services.runtime.clock import to_datetime
from services.store.bundle import Message, Room, UnregisteredTag
from services.store.claims import Claims
from services.store.day_sheet import Cell
from services.store.queries import Queries

Connection = psycopg.AsyncConnection[Any]

_SQL = Queries.load("ingest")


async def claim(connection: Connection, found: dict[Message, int]) -> Claims:
    """Claim the identities of messages, in the order they came."""
    if not found:
        return Claims()
    names = sorted(found)
    columns = {
        "enterprise": [each[0] for each in names],
        "gateway": [each[1] for each in names],
        "boot": [each[2] for each in names],
        "seq": [each[3] for each in names],
        "mark": [each[4] for each in names],
        "received_at": [to_datetime(found[each]) for each in names],
    }
    cursor = await connection.execute(_SQL["insert_messages"], columns)
    new: dict[Message, bool] = {}
    for enterprise, gateway, boot, seq, mark, others in await cursor.fetchall():
        new[enterprise, gateway, boot, seq, mark] = others
    return Claims.of(found, set(new), {each for each, others in new.items() if others})


async def rooms(
    connection: Connection, owners: set[tuple[str, str]]
) -> dict[tuple[str, str], Room]:
    """What these gateways hold already in the list of unregistered tags."""
    if not owners:
        return {}
    asked = {"enterprise": [each[0] for each in owners], "gateway": [each[1] for each in owners]}
    cursor = await connection.execute(_SQL["unregistered_of_gateways"], asked)
    found: dict[tuple[str, str], Room] = {}
    for enterprise, gateway, tag, kept in await cursor.fetchall():
        room = found.setdefault((enterprise, gateway), Room())
        room.tags.add(tag)
        room.kept += kept
    return found


async def insert_unregistered(
    connection: Connection, tags: Sequence[UnregisteredTag]
) -> dict[Cell, int]:
    """Note unregistered tags and keep their readings; how many readings are newly kept."""
    if not tags:
        return {}
    columns = {
        "enterprise": [each.enterprise for each in tags],
        "tag": [each.tag for each in tags],
        "gateway": [each.gateway for each in tags],
        "first_at": [to_datetime(each.first_at) for each in tags],
        "last_at": [to_datetime(each.last_at) for each in tags],
        "last_value": [each.last_value for each in tags],
        "count": [each.count for each in tags],
    }
    await connection.execute(_SQL["insert_unregistered"], columns)
    return await _insert_kept(connection, tags)


async def _insert_kept(connection: Connection, tags: Sequence[UnregisteredTag]) -> dict[Cell, int]:
    kept = [(tag.enterprise, each) for tag in tags for each in tag.kept]
    if not kept:
        return {}
    columns = {
        "gateway": [sender for tag in tags for sender in tag.senders],
        "enterprise": [enterprise for enterprise, _ in kept],
        "tag": [each.tag for _, each in kept],
        "measured_at": [to_datetime(each.measured_at) for _, each in kept],
        "received_at": [to_datetime(each.received_at) for _, each in kept],
        "number": [each.number for _, each in kept],
        "state": [each.state for _, each in kept],
        "quality": [int(each.quality) for _, each in kept],
        "flags": [int(each.flags) for _, each in kept],
        "unit": [each.unit for _, each in kept],
    }
    cursor = await connection.execute(_SQL["insert_unregistered_readings"], columns)
    return {(row[0], row[1], row[2]): row[3] for row in await cursor.fetchall()}
