"""The loss ledger's tables, inside the caller's transaction: what is acknowledged is counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date

from services.domain.ledger import BOOTS_MOST, GRACE_MS, Answer, BootLedger, Hole
from services.domain.reading_count import ReadingCount
from services.runtime.clock import to_datetime, to_ms
from services.store.bundle import Message
from services.store.day_sheet import Cell
from services.store.gateway_event import EventKind
from services.store.intake_tables import Connection
from services.store.ledger_change import (
    RUN_EVERY_MS,
    Arrivals,
    Boot,
    Change,
    answers,
    earlier,
    gap_text,
)
from services.store.queries import Queries

_SQL = Queries.load("ledger")

_FIGURES = [each.name for each in fields(ReadingCount)]

OPENED_AT_ONCE = 2_000
"""Holes that become gaps in one look; the rest follows with the next one, a second later."""

SAME_EVENT_MS = 600_000
"""Within this time the same trouble of a gateway is one event that grows."""


async def note(
    connection: Connection, arrivals: Arrivals, reused: Iterable[Message], now: int
) -> tuple[Answer, ...]:
    """Note which messages arrived, `reused` of them under numbers that others had had; what their
    gateways are to be told after the COMMIT."""
    taken = [(each[:3], each[3], each[3]) for each in reused]
    await _tell(connection, EventKind.BOOT_REUSED, taken, now)
    if not arrivals:
        return ()
    known = await _known(connection, list(arrivals))
    ledgers = {boot: known.get(boot) or BootLedger() for boot in arrivals}
    change = Change()
    anew = [boot for boot, arrived in arrivals.items() if arrived.starts_anew(ledgers[boot])]
    runs = await _part(connection, anew, now)
    for boot, arrived in arrivals.items():
        late = [] if boot in runs else arrived.run
        change.note(boot, ledgers[boot], [*arrived.note(ledgers[boot]), *late], now)
    await _put(connection, ledgers, now)
    await _write(connection, change, now)
    lost = [(boot, hole.first, hole.last) for boot, hole in change.given_up]
    if runs:
        await _begin(connection, runs, ledgers, arrivals, now)
    if runs or len(known) < len(arrivals):
        lost += await _retire(connection, {boot[:2] for boot in arrivals})
    await _tell(connection, EventKind.GAPS_GIVEN_UP, lost, now)
    return answers(ledgers)


async def _part(connection: Connection, boots: list[Boot], now: int) -> set[Boot]:
    """Those of which no run ended within the last while."""
    if not boots:
        return set()
    values = _named(boots) | {"since": to_datetime(now - RUN_EVERY_MS)}
    cursor = await connection.execute(_SQL["calm_boots"], values)
    return {(row[0], row[1], row[2]) for row in await cursor.fetchall()}


async def _begin(
    connection: Connection,
    runs: set[Boot],
    ledgers: dict[Boot, BootLedger],
    arrivals: Arrivals,
    now: int,
) -> None:
    """Put the run that ended, and what it lacks, under another name, and begin a new one."""
    boots = sorted(runs)
    names = {"earlier": [earlier(each[2], now) for each in boots]}
    await connection.execute(_SQL["rename_ledgers"], _named(boots) | names)
    await connection.execute(_SQL["rename_holes"], _named(boots) | names)
    change = Change()
    for boot in boots:
        ledgers[boot] = BootLedger()
        change.note(boot, ledgers[boot], arrivals[boot].run, now)
    await _put(connection, {boot: ledgers[boot] for boot in boots}, now)
    await _write(connection, change, now)


async def open_gaps(connection: Connection, now: int) -> int:
    """Holes whose grace is over become gaps, each told of by an event; how many."""
    values = {
        "at": to_datetime(now),
        "seen_until": to_datetime(now - GRACE_MS),
        "most": OPENED_AT_ONCE,
    }
    cursor = await connection.execute(_SQL["open_gaps"], values)
    opened = [((row[0], row[1], row[2]), row[3], row[4]) for row in await cursor.fetchall()]
    await _tell(connection, EventKind.MESSAGES_MISSING, opened, now)
    return len(opened)


async def add_days(connection: Connection, cells: Mapping[Cell, ReadingCount]) -> None:
    """Add a batch's figures to those of its gateways and days."""
    if not cells:
        return
    names = sorted(cells)
    columns: dict[str, object] = {
        "enterprise": [each[0] for each in names],
        "gateway": [each[1] for each in names],
        "day": _array(each[2] for each in names),
    }
    found = [cells[each] for each in names]
    columns |= {name: _array(getattr(each, name) for each in found) for name in _FIGURES}
    await connection.execute(_SQL["add_day_counts"], columns)


async def _known(connection: Connection, boots: list[Boot]) -> dict[Boot, BootLedger]:
    cursor = await connection.execute(_SQL["known_ledgers"], _named(boots))
    known = {
        (row[0], row[1], row[2]): BootLedger(row[3], row[4], floor=row[5], repeats=row[6])
        for row in await cursor.fetchall()
    }
    if not known:
        return known
    cursor = await connection.execute(_SQL["known_holes"], _named(list(known)))
    for (
        enterprise,
        gateway,
        boot,
        number,
        first,
        last,
        seen,
        opened,
        filled,
    ) in await cursor.fetchall():
        hole = Hole(
            first, last, to_ms(seen), None if opened is None else to_ms(opened), number, filled
        )
        known[enterprise, gateway, boot].holes.append(hole)
    return known


async def _put(connection: Connection, ledgers: Mapping[Boot, BootLedger], now: int) -> None:
    boots = sorted(ledgers)
    found = [ledgers[each] for each in boots]
    columns = _named(boots) | {
        "first_seq": _array(each.first for each in found),
        "highest_seq": _array(each.highest for each in found),
        "floor_seq": _array(each.floor for each in found),
        "repeats": _array(each.repeats for each in found),
        "heard_at": to_datetime(now),
    }
    await connection.execute(_SQL["put_ledgers"], columns)


async def _write(connection: Connection, change: Change, now: int) -> None:
    if change.fresh:
        await connection.execute(_SQL["insert_holes"], _holes(change.fresh))
    if change.shrunk:
        await connection.execute(_SQL["shrink_holes"], _holes(change.shrunk))
    if change.filled:
        values = _holes(change.filled) | {"at": to_datetime(now)}
        await connection.execute(_SQL["close_holes"], values)
    dropped = [(boot, hole) for boot, hole in change.given_up if hole.number is not None]
    if dropped:
        await connection.execute(_SQL["drop_holes"], _holes(dropped))


async def _retire(
    connection: Connection, owners: set[tuple[str, str]]
) -> list[tuple[Boot, int, int]]:
    names = sorted(owners)
    values = {
        "enterprise": [each[0] for each in names],
        "gateway": [each[1] for each in names],
        "most": BOOTS_MOST,
    }
    cursor = await connection.execute(_SQL["retire_boots"], values)
    return [((row[0], row[1], row[2]), row[3], row[4]) for row in await cursor.fetchall()]


async def _tell(
    connection: Connection, kind: EventKind, lost: Iterable[tuple[Boot, int, int]], now: int
) -> None:
    """One event a gateway, which counts holes and names the first of them."""
    owners: dict[tuple[str, str], list[tuple[Boot, int, int]]] = {}
    for each in lost:
        owners.setdefault(each[0][:2], []).append(each)
    rows = [
        {
            "enterprise": enterprise,
            "gateway": gateway,
            "kind": kind,
            "detail": gap_text((boot[2], first, last) for boot, first, last in sorted(found)),
            "count": len(found),
            "at": to_datetime(now),
            "since": to_datetime(now - SAME_EVENT_MS),
        }
        for (enterprise, gateway), found in owners.items()
    ]
    if rows:
        async with connection.cursor() as cursor:
            await cursor.executemany(_SQL["tell_of_gateway"], rows)


def _array(numbers: Iterable[int | date]) -> str:
    """An array as the server reads it: a list would be looked at number by number on the way."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _named(boots: Sequence[Boot]) -> dict[str, object]:
    return {
        "enterprise": [each[0] for each in boots],
        "gateway": [each[1] for each in boots],
        "boot": [each[2] for each in boots],
    }


def _holes(found: Sequence[tuple[Boot, Hole]]) -> dict[str, object]:
    opened = [hole.opened_at for _, hole in found]
    return _named([boot for boot, _ in found]) | {
        "id": [hole.number for _, hole in found],
        "from_seq": [hole.first for _, hole in found],
        "to_seq": [hole.last for _, hole in found],
        "seen_at": [to_datetime(hole.since) for _, hole in found],
        "opened_at": [None if at is None else to_datetime(at) for at in opened],
        "filled": [hole.filled for _, hole in found],
    }
