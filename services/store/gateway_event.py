"""What the broker refused a gateway: stored together with how far its log has been read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.runtime.clock import to_datetime
from services.store.queries import Queries

_SQL = Queries.load("api_events")
Connection = AsyncConnection[Any]


class EventKind(StrEnum):
    """What was refused."""

    PUBLISH_DENIED = "publish_denied"
    SUBSCRIBE_DENIED = "subscribe_denied"
    MESSAGE_TOO_LARGE = "message_too_large"
    LOGIN_REFUSED = "login_refused"
    GATEWAY_ONLINE = "gateway_online"
    GATEWAY_OFFLINE = "gateway_offline"
    GATEWAY_UNSTABLE = "gateway_unstable"
    CLOCK_RIGHT = "clock_right"
    CLOCK_SKEWED = "clock_skewed"
    CLOCK_STUCK = "clock_stuck"
    CLOCK_UNUSABLE = "clock_unusable"
    STORAGE_LOW = "storage_low"
    STORAGE_TIGHT = "storage_tight"
    STORAGE_FULL = "storage_full"
    STORAGE_WELL = "storage_well"
    READINGS_DROPPED_EARLY = "readings_dropped_early"
    MESSAGES_MISSING = "messages_missing"
    GAPS_GIVEN_UP = "gaps_given_up"
    BOOT_REUSED = "boot_reused"
    SESSION_LOST = "session_lost"
    ONLY_POISON = "only_poison"
    MUCH_POISON = "much_poison"
    OVER_RATE = "over_rate"
    GATEWAY_CUT = "gateway_cut"
    TEXT_TRANSCODED = "text_transcoded"
    BROKER_STORE_HALF = "broker_store_half"
    BROKER_STORE_FULL = "broker_store_full"
    BROKER_STORE_WELL = "broker_store_well"
    SHELVING_LOOSENED = "shelving_loosened"
    SHELVING_RESTORED = "shelving_restored"


REFUSALS = (
    EventKind.PUBLISH_DENIED,
    EventKind.SUBSCRIBE_DENIED,
    EventKind.MESSAGE_TOO_LARGE,
    EventKind.LOGIN_REFUSED,
)
"""What the broker's log tells."""


class MarkMoved(Exception):
    """Somebody else stored what stands in this part of the log; nothing of ours was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a log: which file (by its first bytes; empty: none yet) and how many bytes in."""

    head: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """The same refusal, `count` times from `at` to `last_at`; `detail`: topic, size or sender."""

    enterprise: str
    id: int
    gateway: str
    at: datetime
    last_at: datetime
    kind: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Growth:
    """`count` more to write, times in epoch ms; `id` None: not written at all yet."""

    id: int | None
    enterprise: str
    gateway: str
    kind: EventKind
    detail: str
    at: int
    last_at: int
    count: int


async def mark_of(connection: Connection, path: str) -> Mark:
    """How far the log at `path` has been read."""
    await connection.execute(_SQL["known_log"], {"path": path})
    async with connection.cursor(row_factory=class_row(Mark)) as cursor:
        await cursor.execute(_SQL["log_mark"], {"path": path})
        found = await cursor.fetchone()
    assert found is not None  # made above
    return found


async def keep(
    connection: Connection, path: str, old: Mark, new: Mark, growths: Sequence[Growth]
) -> list[int]:
    """Store what was read between two marks; the number of each event, in order.

    The caller opens the transaction. Raises MarkMoved when the log is not at `old` any more.
    """
    moved = await connection.execute(
        _SQL["move_mark"],
        {
            "path": path,
            "head": new.head,
            "position": new.position,
            "old_head": old.head,
            "old_position": old.position,
        },
    )
    if moved.rowcount != 1:
        raise MarkMoved(f"{path} is not read up to {old.position} any more")
    fresh = await _insert(connection, [each for each in growths if each.id is None])
    await _grow(connection, [each for each in growths if each.id is not None])
    numbers = iter(fresh)
    return [next(numbers) if each.id is None else each.id for each in growths]


async def events(
    connection: Connection,
    scope: frozenset[str] | None,
    gateway: str | None,
    kind: EventKind | None,
    before: int | None,
    limit: int,
) -> list[GatewayEvent]:
    """Newest first, before number `before`."""
    values = {
        "scope": None if scope is None else list(scope),
        "gateway": gateway,
        "kind": kind,
        "before": before,
        "limit": limit,
    }
    async with connection.cursor(row_factory=class_row(GatewayEvent)) as cursor:
        await cursor.execute(_SQL["events"], values)
        return await cursor.fetchall()


async def tell_broker_store(connection: Connection, kind: EventKind, detail: str, at: int) -> None:
    """Tell every enterprise how full the broker's store is now (`at`: epoch ms); nothing where that
    is what was told last, and no `BROKER_STORE_WELL` where nothing was. The caller commits."""
    values = {"kind": kind, "detail": detail, "at": to_datetime(at)}
    await connection.execute(_SQL["tell_broker_store"], values)


async def tell_park(connection: Connection, kind: EventKind, detail: str, at: int) -> None:
    """Tell an event of the park itself (`at`: epoch ms): of no enterprise, so only those who see
    all of it see it. The caller commits."""
    moment = to_datetime(at)
    values = {"enterprise": "", "gateway": "", "at": moment, "last_at": moment, "kind": kind}
    await connection.execute(_SQL["insert_event"], values | {"detail": detail, "count": 1})


async def _insert(connection: Connection, fresh: list[Growth]) -> list[int]:
    if not fresh:
        return []
    rows = [
        {
            "enterprise": each.enterprise,
            "gateway": each.gateway,
            "at": to_datetime(each.at),
            "last_at": to_datetime(each.last_at),
            "kind": each.kind,
            "detail": each.detail,
            "count": each.count,
        }
        for each in fresh
    ]
    numbers: list[int] = []
    async with connection.cursor() as cursor:
        await cursor.executemany(_SQL["insert_event"], rows, returning=True)
        async for result in cursor.results():
            row = await result.fetchone()
            assert row is not None  # RETURNING of an INSERT that did not fail
            numbers.append(int(row[0]))
    return numbers


async def _grow(connection: Connection, more: list[Growth]) -> None:
    if not more:
        return
    rows = [
        {
            "enterprise": each.enterprise,
            "id": each.id,
            "count": each.count,
            "last_at": to_datetime(each.last_at),
        }
        for each in more
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_SQL["grow_event"], rows)
