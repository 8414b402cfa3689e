"""Messages kept apart in the database: put there with their batch, taken out with another."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from services.domain.directory import Directory
from services.domain.rate import Owner
from services.runtime.clock import to_datetime, to_ms
from services.runtime.feed import Delivery
from services.store.intake import Parcel, Resumed
from services.store.queries import Queries
from services.store.set_aside import Apart
from services.wire.translate import Translation, translate

Connection = psycopg.AsyncConnection[Any]

_SQL = Queries.load("set_aside")


def values_of(translation: Translation) -> int:
    """How many readings a message holds, those refused included."""
    return len(translation.readings) + len(translation.unregistered) + translation.refused


def parcel_of(delivery: Delivery, directory: Directory, resumed: Resumed) -> Parcel:
    """What a message that was set aside means by today's register, at its own time of receipt."""
    return Parcel(
        delivery,
        translate(
            directory,
            delivery.topic,
            delivery.payload,
            delivery.received_at,
            delivery.redelivered,
        ),
        resumed=resumed,
    )


def refused(parcel: Parcel, reason: str) -> Parcel:
    """A message that the database cannot take: none of it is used."""
    found = parcel.translation
    sentence = f"The database refused it: {reason}."
    dead = Translation(
        found.enterprise,
        found.gateway,
        refusals=(sentence,),
        spoilt=max(values_of(found) - 1, 0),
    )
    return replace(parcel, translation=dead)


async def put_apart(connection: Connection, parcels: Sequence[Parcel]) -> int:
    """Keep messages as they came; how many values they hold. In the caller's transaction."""
    if not parcels:
        return 0
    values = [values_of(each.translation) for each in parcels]
    columns = {
        "enterprise": [each.translation.enterprise for each in parcels],
        "gateway": [each.translation.gateway for each in parcels],
        "topic": [each.delivery.topic for each in parcels],
        "payload": [each.delivery.payload for each in parcels],
        "received_at": [to_datetime(each.delivery.received_at) for each in parcels],
        "redelivered": [each.delivery.redelivered for each in parcels],
        "readings": values,
    }
    await connection.execute(_SQL["put_diverted"], columns)
    return sum(values)


async def take_out(
    connection: Connection, messages: int, readings: int
) -> list[tuple[Delivery, int]]:
    """The oldest messages, and how many values each held when it came; at least one, if any.

    Out of the table: to be stored in the same transaction.
    """
    limits = {"messages": messages, "readings": readings}
    rows = await (await connection.execute(_SQL["take_diverted"], limits)).fetchall()
    return [
        (Delivery(0, 0, 1, topic, payload, to_ms(received_at), redelivered), values)
        for _, topic, payload, received_at, redelivered, values in sorted(rows, key=lambda r: r[0])
    ]


async def oldest(connection: Connection) -> int | None:
    """Since when (epoch ms) the oldest message waits; None when none does."""
    row = await (await connection.execute(_SQL["oldest_diverted"])).fetchone()
    return None if row is None else to_ms(row[0])


async def all_apart(connection: Connection) -> dict[Owner, Apart]:
    """What is stored apart, by gateway."""
    rows = await (await connection.execute(_SQL["diverted"])).fetchall()
    return {(row[0], row[1]): Apart(row[2], row[3], row[4]) for row in rows}
