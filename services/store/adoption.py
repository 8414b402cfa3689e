"""Adoption: what was kept of an unregistered tag becomes readings of the point it is now."""

from typing import Any

import msgspec

from services.domain.directory import Directory
from services.domain.letter_cap import LetterCap
from services.domain.point import Point, UnfitValue
from services.domain.reading import Quality, Reading, ReadingFlag
from services.runtime.clock import to_ms
from services.store import judge_again
from services.store.bundle import DeadLetter
from services.store.day_sheet import DaySheet, utc_day
from services.store.intake_tables import Connection
from services.store.ledger_tables import add_days
from services.store.letter_tables import keep_letters
from services.store.queries import Queries
from services.store.reading_table import insert_readings
from services.wire.telemetry import PAYLOAD_LIMIT
from services.wire.translate import UnregisteredValue, adopt

_SQL = Queries.load("ingest")


async def adopt_some(
    connection: Connection, directory: Directory, limit: int, cap: LetterCap
) -> bool:
    """Move up to `limit` kept readings of one tag that is a point by now, in one transaction.

    Whether there was such a tag: then there may be more to move.
    """
    async with connection.transaction():
        rows = await (await connection.execute(_SQL["adoptable"])).fetchall()
        for enterprise, tag, gateway in rows:
            point = directory.find(enterprise, tag)
            if point is not None:
                await _adopt(connection, point, gateway, limit, cap)
                return True
    return False


async def _adopt(
    connection: Connection, point: Point, gateway: str, limit: int, cap: LetterCap
) -> None:
    named = {"enterprise": point.enterprise, "tag": point.tag}
    cursor = await connection.execute(_SQL["take_kept"], {**named, "limit": limit})
    kept = [(row[-1], _kept(point.tag, row[:-1])) for row in await cursor.fetchall()]
    readings: list[Reading] = []
    unfit: list[UnregisteredValue] = []
    senders: list[str] = []
    sheet = DaySheet()
    reason = ""
    for sender, value in kept:
        try:
            readings.append(adopt(point, value, sender))
            senders.append(sender)
        except UnfitValue as error:
            unfit.append(value)
            sheet.refuse_kept((point.enterprise, sender, utc_day(value.received_at)))
            reason = str(error)
    stored = await insert_readings(connection, readings)
    for index, (sender, reading) in enumerate(zip(senders, readings, strict=True)):
        cell = point.enterprise, sender, utc_day(reading.received_at)
        sheet.adopt_kept(cell, index < stored.number)
    await add_days(connection, sheet.cells)
    await judge_again.add(connection, judge_again.stretches_of(readings))
    if unfit:
        await keep_letters(connection, [_letter(point, gateway, unfit, reason)], cap)
    await connection.execute(_SQL["forget_unregistered"], named)


def _kept(tag: str, row: tuple[Any, ...]) -> UnregisteredValue:
    measured_at, received_at, number, state, quality, flags = row
    return UnregisteredValue(
        tag,
        to_ms(measured_at),
        to_ms(received_at),
        number,
        state,
        Quality(quality),
        ReadingFlag(flags),
    )


def _letter(point: Point, gateway: str, unfit: list[UnregisteredValue], reason: str) -> DeadLetter:
    """The values that the point cannot take, as the native payload that would send them again."""
    payload = [
        {
            "ts": each.measured_at,
            "values": {
                each.tag: {
                    "v": each.number if each.state is None else each.state,
                    "q": each.quality.name.lower(),
                }
            },
        }
        for each in unfit
    ]
    return DeadLetter(
        point.enterprise,
        gateway,
        f"pw/v1/{point.enterprise}/{gateway}/telemetry",
        msgspec.json.encode(payload)[:PAYLOAD_LIMIT],
        f"{len(unfit)} values kept before {point.tag} was registered do not fit it: {reason}.",
        max(each.received_at for each in unfit),
        refused=len(unfit),
    )
