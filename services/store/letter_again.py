"""Dead letters read again: with today's register and code, at their own time of receipt.

A letter brings only what its first reading did not: what is stored or kept already is found by
its identity. One portion of letters is one transaction, so a crash costs nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from services.domain.directory import Directory
from services.runtime.clock import to_datetime, to_ms
from services.runtime.feed import Delivery
from services.store import bundle, judge_again
from services.store import intake_tables as tables
from services.store import ledger_tables as ledger
from services.store.bundle import Message
from services.store.day_sheet import DaySheet
from services.store.diverted_tables import parcel_of, refused, values_of
from services.store.instants import Instants, Owner
from services.store.intake import Parcel, Resumed
from services.store.intake_tables import Connection
from services.store.queries import Queries
from services.store.reading_table import insert_readings
from services.store.vitals_tables import count_conflicts
from services.wire.translate import Translation

READINGS_AT_ONCE = 5_000
"""Readings of one portion of letters, but for a single letter of more: what the field sends waits
for it."""

_SQL = Queries.load("set_aside")


@dataclass(frozen=True, slots=True)
class Result:
    """What a letter came to: `reason` None when all of it is used, else why `refused` are not."""

    reason: str | None
    refused: int


def result_of(parcel: Parcel, crowded: Sequence[bundle.DeadLetter]) -> Result:
    """Of one letter; `crowded` says that the list of unregistered tags had no room for some."""
    refused_values = parcel.translation.refused + sum(each.refused for each in crowded)
    reason = parcel.translation.reason
    for each in crowded:
        reason = each.reason if reason is None else f"{reason} {each.reason}"
    return Result(reason, refused_values if reason is not None else 0)


def still_cut(delivery: Delivery, owner: Owner, reason: str, values: int) -> Parcel:
    """A letter of which only the beginning is kept: it says nothing else when it is read again."""
    found = Translation(*owner, refusals=(reason,), spoilt=max(values - 1, 0))
    return Parcel(delivery, found, resumed=Resumed(dead_letters=values))


def portion_of(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The first of these letters, up to READINGS_AT_ONCE readings together; at least one, if any.

    Those after them are not taken, so that a lazy iterable is not read on for nothing.
    """
    found: list[Parcel] = []
    total = 0
    for each in parcels:
        total += values_of(each.translation)
        if found and total > READINGS_AT_ONCE:
            break
        found.append(each)
    return found


async def read_some(
    connection: Connection,
    directory: Directory,
    limit: int,
    refusal: str | None,
    instants: Instants,
) -> bool:
    """Read up to `limit` letters of the oldest wish again; whether there was a wish.

    In the caller's transaction. With `refusal` the database refused the next letter. Raises Unfit
    where they cannot be stored at once.
    """
    async with connection.cursor() as cursor:
        await cursor.execute(_SQL["open_request"])
        columns = [each.name for each in cursor.description or ()]
        found = await cursor.fetchone()
    if found is None:
        return False
    wish = dict(zip(columns, found, strict=True))
    cursor = await connection.execute(_SQL["letters_of_request"], {**wish, "limit": limit})
    letters = await cursor.fetchall()
    whole = len(letters) < limit
    parcels = portion_of(_parcel(wish["enterprise"], row, directory) for row in letters)
    whole, letters = whole and len(parcels) == len(letters), letters[: len(parcels)]
    if refusal is not None:
        parcels = [refused(each, refusal) for each in parcels]
    stored, results = await _store(connection, parcels, instants)
    await _note(connection, wish, [row[0] for row in letters], results)
    await connection.execute(
        _SQL["move_request"],
        {
            "enterprise": wish["enterprise"],
            "id": wish["id"],
            "position": letters[-1][0] if letters else wish["position"],
            "examined": len(letters),
            "used": sum(each.reason is None for each in results),
            "stored": stored,
            "finished": whole,
        },
    )
    return True


async def _store(
    connection: Connection, parcels: Sequence[Parcel], instants: Instants
) -> tuple[int, list[Result]]:
    """Store what can be used now; how many readings were new, and what each letter came to."""
    if not parcels:
        return 0, []
    bundle.check_span(parcels)
    parcels = [await _without_kept(connection, each) for each in parcels]
    sheet = DaySheet(parcels)
    messages = bundle.messages(parcels)
    new = (await tables.claim(connection, messages)).new | await _own(connection, messages)
    chosen, repeats = bundle.readings(parcels, new)
    readings = list(chain.from_iterable(chosen))
    stored = await insert_readings(connection, readings)
    owners = [(each.translation.enterprise, each.translation.gateway) for each in parcels]
    sent = list(zip(owners, chosen, strict=True))
    # All of them may meet another value: what comes from letters is rarely the newest.
    suspects = {(each.point_id, each.measured_at): owner for owner, found in sent for each in found}
    await count_conflicts(connection, suspects, sent)
    instants.met(suspects)
    sheet.store(chosen, repeats, stored.number, stored.by_point)
    if stored.number:
        await judge_again.add(connection, judge_again.stretches_of(readings))
    rooms = {owner: bundle.Room() for owner in bundle.senders(parcels)}
    rooms |= await tables.rooms(connection, set(rooms))
    results = []
    for parcel in parcels:
        tags, crowded = bundle.unregistered([parcel], rooms, sheet)
        kept = await tables.insert_unregistered(connection, tags)
        sheet.keep(bundle.kept_by_cell(tags), kept)
        results.append(result_of(parcel, crowded))
    forget_repeats(sheet)
    await ledger.add_days(connection, sheet.cells)
    return stored.number, results


def forget_repeats(sheet: DaySheet) -> None:
    """What was stored when the letter came is no repeat: it was received once."""
    for count in sheet.cells.values():
        count.received -= count.duplicates
        count.duplicates = 0


async def _own(connection: Connection, found: dict[Message, int]) -> set[Message]:
    """The messages that came first with these very letters: what they hold is no repeat."""
    if not found:
        return set()
    names = list(found)
    asked = {
        "enterprise": [each[0] for each in names],
        "gateway": [each[1] for each in names],
        "boot": [each[2] for each in names],
        "seq": [each[3] for each in names],
        "mark": [each[4] for each in names],
        "received_at": [to_datetime(found[each]) for each in names],
    }
    cursor = await connection.execute(_SQL["own_messages"], asked)
    return {(row[0], row[1], row[2], row[3], row[4]) for row in await cursor.fetchall()}


async def _without_kept(connection: Connection, parcel: Parcel) -> Parcel:
    """Without the values of unregistered tags that are kept already."""
    values = parcel.translation.unregistered
    if not values:
        return parcel
    asked = {
        "enterprise": [parcel.translation.enterprise] * len(values),
        "tag": [each.tag for each in values],
        "measured_at": [to_datetime(each.measured_at) for each in values],
        "number": [each.number for each in values],
        "state": [each.state for each in values],
        "quality": [int(each.quality) for each in values],
    }
    cursor = await connection.execute(_SQL["kept_before"], asked)
    kept = {row[0] - 1 for row in await cursor.fetchall()}
    left = tuple(each for place, each in enumerate(values) if place not in kept)
    return replace(parcel, translation=replace(parcel.translation, unregistered=left))


async def _note(
    connection: Connection, wish: dict[str, Any], ids: list[int], results: list[Result]
) -> None:
    if not ids:
        return
    await connection.execute(
        _SQL["read_again"],
        {
            "enterprise": wish["enterprise"],
            "id": ids,
            "reason": [each.reason for each in results],
            "refused": [each.refused for each in results],
        },
    )


def _parcel(enterprise: str, row: tuple[Any, ...], directory: Directory) -> Parcel:
    _, gateway, topic, payload, reason, received_at, redelivered, values, cut = row
    delivery = Delivery(0, 0, 1, topic, bytes(payload), to_ms(received_at), redelivered)
    if cut:
        return still_cut(delivery, (enterprise, gateway), reason, values)
    return parcel_of(delivery, directory, Resumed(dead_letters=values))
