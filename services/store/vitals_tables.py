"""How gateways do, as the store keeps it: written by ingest, read by it at its start."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from services.domain.connection import ConnectionState
from services.domain.reading import Reading
from services.domain.skew import ClockState
from services.runtime.clock import to_datetime, to_ms
from services.store.gateway_event import EventKind
from services.store.instants import Instant, Owner
from services.store.queries import Queries

Connection = psycopg.AsyncConnection[Any]

_SQL = Queries.load("vitals")


@dataclass(frozen=True, slots=True)
class Vitals:
    """One gateway. Times are epoch ms; `skew_ms` is positive when its clock is ahead of ours."""

    enterprise: str
    gateway: str
    state: ConnectionState
    since: int | None
    link: bool | None
    link_at: int | None
    last_message_at: int | None
    last_reading_at: int | None
    newest_measured_at: int | None
    clock: ClockState
    clock_since: int | None
    skew_ms: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of a gateway, at an epoch ms."""

    enterprise: str
    gateway: str
    at: int
    kind: EventKind
    detail: str


async def load(connection: Connection) -> list[Vitals]:
    """Every gateway that was ever heard."""
    rows = await (await connection.execute(_SQL["vitals"])).fetchall()
    return [_vitals(row) for row in rows]


async def keep(
    connection: Connection, vitals: Sequence[Vitals], happened: Sequence[Happened]
) -> None:
    """Write how some gateways stand, and what happened, in one transaction."""
    async with connection.transaction():
        if vitals:
            await connection.execute(_SQL["put_vitals"], _columns(vitals))
        if happened:
            await connection.execute(
                _SQL["add_events"],
                {
                    "enterprise": [each.enterprise for each in happened],
                    "gateway": [each.gateway for each in happened],
                    "at": [to_datetime(each.at) for each in happened],
                    "kind": [each.kind.value for each in happened],
                    "detail": [each.detail for each in happened],
                },
            )


async def count_conflicts(
    connection: Connection,
    suspects: dict[Instant, Owner],
    sent: Iterable[tuple[Owner, Iterable[Reading]]] = (),
) -> int:
    """Count each value that was stored, in this very transaction, beside another of the same
    point and instant, with the gateway that sent the later of the two. How many.

    `sent`: who sent what, in order of arrival; without it all of an instant are its suspect's.
    """
    if not suspects:
        return 0
    instants = list(suspects)
    moments = [to_datetime(at) for _, at in instants]
    asked = {
        "points": [point_id for point_id, _ in instants],
        "moments": moments,
        "first": min(moments),
        "last": max(moments),
    }
    rows = await (await connection.execute(_SQL["count_conflicts"], asked)).fetchall()
    senders = _senders({instants[place - 1] for place, *_ in rows}, sent)
    found: Counter[Owner] = Counter()
    for place, values, qualities, before in rows:
        instant = instants[place - 1]
        new = set(zip(values, qualities, strict=True))
        known = [owner for said, owner in senders.get(instant, {}).items() if said in new]
        owners = [suspects[instant]] * (len(new) - len(known)) + known
        found.update(owners if before else owners[1:])
    if found:
        columns = {
            "enterprise": [enterprise for enterprise, _ in sorted(found)],
            "gateway": [gateway for _, gateway in sorted(found)],
            "conflicts": [found[owner] for owner in sorted(found)],
        }
        await connection.execute(_SQL["add_conflicts"], columns)
    return found.total()


def _senders(
    wanted: set[Instant], sent: Iterable[tuple[Owner, Iterable[Reading]]]
) -> dict[Instant, dict[tuple[float | None, int], Owner]]:
    """Of some instants the values and qualities sent, each with who was the first to send it."""
    found: dict[Instant, dict[tuple[float | None, int], Owner]] = {}
    for owner, readings in sent if wanted else ():
        for each in readings:
            instant = each.point_id, each.measured_at
            if instant in wanted:
                found.setdefault(instant, {}).setdefault((each.value, int(each.quality)), owner)
    return found


def _columns(vitals: Sequence[Vitals]) -> dict[str, list[object]]:
    vitals = sorted(vitals, key=lambda each: (each.enterprise, each.gateway))
    moments = (
        "since",
        "link_at",
        "last_message_at",
        "last_reading_at",
        "newest_measured_at",
        "clock_since",
    )
    columns: dict[str, list[object]] = {
        name: [_moment(getattr(each, name)) for each in vitals] for name in moments
    }
    for name in ("enterprise", "gateway", "state", "link", "clock", "skew_ms"):
        columns[name] = [getattr(each, name) for each in vitals]
    return columns


def _moment(at: int | None) -> datetime | None:
    return None if at is None else to_datetime(at)


def _at(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _vitals(row: tuple[Any, ...]) -> Vitals:
    return Vitals(
        enterprise=row[0],
        gateway=row[1],
        state=_known(ConnectionState, row[2]),
        since=_at(row[3]),
        link=row[4],
        link_at=_at(row[5]),
        last_message_at=_at(row[6]),
        last_reading_at=_at(row[7]),
        newest_measured_at=_at(row[8]),
        clock=_known(ClockState, row[9]),
        clock_since=_at(row[10]),
        skew_ms=row[11],
    )


def _known(kind: Any, text: str) -> Any:
    """A later version's word is unknown to this one."""
    return kind(text) if text in set(kind) else kind.UNKNOWN
