"""Adoption: what was kept of an unregistered tag becomes readings of the point it is now."""

from typing import Any

from services.domain.directory import Directory
from services.domain.letter_cap import UNCAPPED
from services.domain.point import Point, UnfitValue
from services.domain.reading import Quality, Reading, ReadingFlag
from services.runtime.clock import to_ms
from services.store import judge_again
from services.store.bundle import check_days
from services.store.day_sheet import DaySheet, utc_day
from services.store.instants import Instants
from services.store.intake_tables import Connection
from services.store.kept_letter import UnfitKept, letters_of
from services.store.ledger_tables import add_days
from services.store.letter_tables import keep_letters
from services.store.queries import Queries
from services.store.reading_table import insert_readings
from services.store.vitals_tables import count_conflicts
from services.wire.translate import UnregisteredValue, adopt

_SQL = Queries.load("ingest")


async def adopt_some(
    connection: Connection, directory: Directory, limit: int, instants: Instants
) -> bool:
    """Move up to `limit` kept readings of one tag that is a point by now, in the caller's
    transaction.

    Whether there was such a tag: then there may be more to move.
    """
    rows = await (await connection.execute(_SQL["adoptable"])).fetchall()
    for enterprise, tag in rows:
        point = directory.find(enterprise, tag)
        if point is not None:
            await _adopt(connection, point, limit, instants)
            return True
    return False


async def _adopt(connection: Connection, point: Point, limit: int, instants: Instants) -> None:
    named = {"enterprise": point.enterprise, "tag": point.tag}
    cursor = await connection.execute(_SQL["take_kept"], {**named, "limit": limit})
    kept = [(row[-1], _kept(point.tag, row[:-1])) for row in await cursor.fetchall()]
    readings: list[Reading] = []
    unfit: list[UnfitKept] = []
    senders: list[str] = []
    sheet = DaySheet()
    for sender, value in kept:
        try:
            readings.append(adopt(point, value, sender))
            senders.append(sender)
        except UnfitValue as error:
            unfit.append(UnfitKept(sender, value, str(error)))
            sheet.refuse_kept((point.enterprise, sender, utc_day(value.received_at)))
    check_days(readings)
    stored = await insert_readings(connection, readings)
    sent = [
        ((point.enterprise, sender), (reading,))
        for sender, reading in zip(senders, readings, strict=True)
    ]
    suspects = {(each.point_id, each.measured_at): owner for owner, (each,) in sent}
    await count_conflicts(connection, suspects, sent)
    instants.met(suspects)
    for index, (sender, reading) in enumerate(zip(senders, readings, strict=True)):
        cell = point.enterprise, sender, utc_day(reading.received_at)
        sheet.adopt_kept(cell, index < stored.number)
    await add_days(connection, sheet.cells)
    await judge_again.add(connection, judge_again.stretches_of(readings))
    await keep_letters(connection, letters_of(point.enterprise, point.tag, unfit), UNCAPPED)
    await connection.execute(_SQL["forget_unregistered"], named)


def _kept(tag: str, row: tuple[Any, ...]) -> UnregisteredValue:
    measured_at, received_at, number, state, quality, flags, unit = row
    return UnregisteredValue(
        tag,
        to_ms(measured_at),
        to_ms(received_at),
        number,
        state,
        Quality(quality),
        ReadingFlag(flags),
        unit,
    )
