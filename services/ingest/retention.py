"""Lets go of what was kept long enough, and of more when room is short; says so each time."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import structlog

from services.domain.retention import (
    DAY_MS,
    EVENT_DAYS,
    FIGURE_DAYS,
    GAP_DAYS,
    IDENTITY_DAYS,
    NOTICE_S,
    ORDINARY_DAYS,
    ROOMS,
    SHORT,
    Drop,
    Room,
    Why,
    free_share,
    next_drop,
    patience_days,
    room,
)
from services.runtime.clock import Clock
from services.runtime.lifecycle import pause
from services.store.gateway_event import EventKind
from services.store.retention import ROWS_AT_ONCE, Shelf

LOOK_S = 5.0
"""How much room there is must be told within 30 s."""

PERIOD_S = 60.0
DROPS_AT_ONCE = 100
"""Days of readings dropped in one round; the next one goes on."""

PORTIONS_AT_ONCE = 500
"""Of rows forgotten in one round: more than an hour of messages at full flow."""

FORGET_S = 3_600.0
"""Between two rounds through the tables that are forgotten row by row."""

PATIENCE_DAYS = {
    "gateway_message": IDENTITY_DAYS,
    "unregistered_reading": ORDINARY_DAYS,
    "gateway_event": EVENT_DAYS,
}

EVIDENCE_DAYS = {"gap": GAP_DAYS, "gateway_day": FIGURE_DAYS}
"""What proves that nothing was lost: small, so it stays as long however short room is."""

EVENTS = {
    Room.ENOUGH: EventKind.STORAGE_WELL,
    Room.LOW: EventKind.STORAGE_LOW,
    Room.TIGHT: EventKind.STORAGE_TIGHT,
    Room.FULL: EventKind.STORAGE_FULL,
}

_log = structlog.get_logger()

Measure = Callable[[], Awaitable[float | None]]
"""What share of the room for the database is free; None where nobody can see it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long is kept, in days. `compress_days`: without news so long, a day goes into columns."""

    raw_days: int
    rollup_days: int
    compress_days: int


class Retention:
    """One keeper among all ingests of a database; the others look on. Call `run`."""

    def __init__(
        self,
        shelf: Shelf,
        measure: Measure,
        terms: Terms,
        clock: Clock,
        notice_s: float = NOTICE_S,
    ) -> None:
        """`notice_s`: how long nothing goes early after it was told that room is short."""
        self._shelf = shelf
        self._measure = measure
        self._terms = terms
        self._clock = clock
        self._notice_s = notice_s
        self._well = True
        self._round_at = float("-inf")
        self._forgotten_at = float("-inf")
        self._short_since: float | None = None
        self._said = Room.ENOUGH
        self._told = Room.ENOUGH
        self._room = Room.ENOUGH
        self.free: float | None = None
        """The share of free room at the last look; None where nobody sees it, or somebody else
        does."""

    @property
    def room(self) -> Room | None:
        """How much room there is, as of the last look; None where we do not see it."""
        return None if self.free is None else self._room

    async def run(self, stop: asyncio.Event) -> None:
        """A look every few seconds and a round a minute until told to stop; what fails is tried
        again in the next."""
        while not stop.is_set():
            try:
                await self.turn()
                self._well = True
            except psycopg.Error as error:
                self._shelf.drop()
                self.free = None
                if self._well and not stop.is_set():
                    _log.warning("cannot tidy the store now", reason=str(error).split("\n")[0])
                self._well = False
            await pause(stop, LOOK_S)

    async def turn(self) -> None:
        """See how much room there is, and do a round if it is time. Raises psycopg.Error."""
        if not await self._shelf.hold():
            self.free = None
            return
        if self._clock.monotonic() < self._round_at:
            await self._look()
            return
        self._round_at = self._clock.monotonic() + PERIOD_S
        await self.round()

    async def round(self) -> None:
        """Let go of everything whose time has come. Raises psycopg.Error."""
        await self._look()
        await self._forget()
        for _ in range(DROPS_AT_ONCE):
            drop = next_drop(
                await self._shelf.days(), self._clock.now_ms(), self._terms.raw_days, self._plan
            )
            if drop is None or not await self._shelf.drop_day(drop.start):
                break
            await self._tell(drop)
            await self._look()
        before = self._clock.now_ms() - self._terms.rollup_days * DAY_MS
        for week in await self._shelf.rollup_weeks(before):
            await self._shelf.drop_rollups(week)
            _log.info("roll-ups dropped", week=week.date().isoformat())
        await self._shelf.compress(self._clock.now_ms() - self._terms.compress_days * DAY_MS)

    @property
    def _plan(self) -> Room:
        """By how much room there is days go: nothing early before it was told for a while."""
        since = self._short_since
        if since is not None and self._clock.monotonic() - since >= self._notice_s:
            return self._room
        return Room.LOW if self._room in SHORT else self._room

    async def _look(self) -> None:
        """See how much room there is, and say when that has become another matter."""
        self.free = await self._measure()
        self._room = room(self.free, self._room)
        if self._room not in SHORT:
            self._short_since = None
        elif self._short_since is None:
            self._short_since = self._clock.monotonic()
        if self.free is None:
            return
        free = f"{self.free:.0%} of the room is free"
        if self._room is not self._said:
            self._say(free)
        if self._room is not self._told and await self._put_down(free):
            self._told = self._room

    def _say(self, free: str) -> None:
        self._said, before = self._room, self._said
        match self._room:
            case Room.LOW if before is Room.ENOUGH:
                _log.warning("room for readings runs out", free=free)
            case Room.LOW:
                _log.info("readings do not go early any more", free=free)
            case Room.TIGHT:
                _log.warning("room for readings is short: old ones go early", free=free)
            case Room.FULL:
                _log.error("there is hardly room left for readings: make room", free=free)
            case Room.ENOUGH:
                _log.info("there is room for readings again", free=free)

    async def _put_down(self, free: str) -> bool:
        """Make it an event; whether that is done. What has become better without being well is
        none."""
        better = ROOMS.index(self._room) < ROOMS.index(self._told)
        if better and self._room is not Room.ENOUGH:
            return True
        return await self._event(EVENTS[self._room], free)

    async def _event(self, kind: EventKind, detail: str) -> bool:
        """Whether there was room for it: a full disk takes none, and must not keep days from
        going."""
        try:
            await self._shelf.tell(kind, detail, self._clock.now_ms())
        except psycopg.errors.DiskFull:
            return False
        return True

    async def _tell(self, drop: Drop) -> None:
        day = datetime.fromtimestamp(drop.start / 1000, UTC).date().isoformat()
        if drop.why is Why.AGE:
            _log.info("readings dropped", day=day)
            return
        _log.warning("readings dropped before their time: room was short", day=day)
        await self._event(EventKind.READINGS_DROPPED_EARLY, day)

    async def _forget(self) -> None:
        if self._clock.monotonic() - self._forgotten_at < FORGET_S:
            return
        self._forgotten_at = self._clock.monotonic()
        patience = {table: patience_days(most, self._plan) for table, most in PATIENCE_DAYS.items()}
        for table, days in (patience | EVIDENCE_DAYS).items():
            before = self._clock.now_ms() - (days * DAY_MS + DAY_MS)
            for _ in range(PORTIONS_AT_ONCE):
                if await self._shelf.forget(table, before) < ROWS_AT_ONCE:
                    break


def measure(shelf: Shelf, disk: Path | None, limit_bytes: int | None) -> Measure:
    """Free room by the disk that the database lies on (None: elsewhere) and by its own limit."""

    async def look() -> float | None:
        size, free = await shelf.size(), _free_bytes(disk)
        return free_share(size, free, limit_bytes)

    return look


def _free_bytes(disk: Path | None) -> int | None:
    if disk is None:
        return None
    try:
        return shutil.disk_usage(disk).free
    except OSError:
        return None
