"""What the broker refused, seen: its log followed, each refusal made an event of its gateway.

The broker acknowledges a publish to a forbidden topic and drops it, and cuts a gateway whose
message is too large; only its log says so. The log is the buffer: how far it is read is stored
with what was read in it, in one transaction, so an api that starts again goes on from there.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.api.broker_access import BrokerAway
from services.api.broker_watch_line import Line, read_line
from services.api.broker_watch_login import Logins
from services.api.broker_watch_tail import LogTail, Piece
from services.api.broker_watch_tally import Tally
from services.api.database import Database, DatabaseAway
from services.api.register import Register
from services.runtime.clock import Clock
from services.store import gateway_event
from services.store.gateway_event import REFUSALS, EventKind, Mark, MarkMoved
from services.store.tenant import EVERY

WRITE_S = 1.0
PATIENCE_S = 10.0
"""How long the names of a piece of the log are asked for before it is counted as nobody's."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Figures:
    """Since the start of this process."""

    refusals: Counter[EventKind]
    """Those of gateways, by kind."""
    nobodys: int = 0
    """Those of no registered gateway, or of a connection that the broker has forgotten."""
    gaps: int = 0
    """Times that the log was turned over faster than it was read."""
    behind: int = 0
    """Bytes of the log that are not read yet."""


class BrokerWatch:
    """Follows one broker's log; `follow` is called again and again."""

    def __init__(
        self,
        path: Path,
        admin_url: str | None,
        database: Database,
        register: Register,
        clock: Clock,
    ) -> None:
        self._path = str(path.absolute())
        self._tail = LogTail(path)
        self._logins = Logins(admin_url)
        self._database = database
        self._register = register
        self._clock = clock
        self._tally = Tally()
        self._stored: Mark | None = None
        self._reached = Mark()
        self._written_at = clock.monotonic()
        self._asked_since: float | None = None
        self._trouble: str | None = None
        self.figures = Figures(Counter(dict.fromkeys(REFUSALS, 0)))

    @property
    def lost(self) -> int:
        """Refusals that found no place in memory while the database was away."""
        return self._tally.lost

    async def follow(self) -> None:
        """Read a piece of the log and, at most once a second, store what it told."""
        if not self._register.is_loaded or not await self._know_mark():
            return
        try:
            piece, lines = await asyncio.to_thread(self._read)
        except OSError as error:
            self._say(f"the broker's log cannot be read: {error.strerror}")
            return
        if not await self._take(piece, lines):
            return
        await self._store()

    async def _know_mark(self) -> bool:
        if self._stored is None:
            try:
                async with self._database.transaction(tenant=EVERY) as connection:
                    self._stored = await gateway_event.mark_of(connection, self._path)
            except DatabaseAway:
                return False
            self._reached = self._stored
        return True

    def _read(self) -> tuple[Piece, list[Line]]:
        piece = self._tail.read(self._reached)
        self.figures.behind = self._tail.behind(piece.mark)
        texts = (each.decode("utf-8", "replace") for each in piece.lines)
        return piece, [line for line in map(read_line, texts) if line is not None]

    async def _take(self, piece: Piece, lines: list[Line]) -> bool:
        """Whether the piece is dealt with; else it is read again."""
        if (users := await self._users(lines)) is None:
            return False
        for line in lines:
            self._count(line, users.get((line.address, line.number)))
        self._reached = piece.mark
        if piece.gap:
            self.figures.gaps += 1
            _log.warning("the broker's log was turned over before all of it was read")
        return True

    async def _users(self, lines: Iterable[Line]) -> dict[tuple[str, int], str] | None:
        wanted = {(line.address, line.number) for line in lines if line.username is None}
        try:
            users = await self._logins.users(wanted)
        except BrokerAway as error:
            self._say(str(error))
            now = self._clock.monotonic()
            self._asked_since = self._asked_since or now
            if now - self._asked_since < PATIENCE_S:
                return None
            users = {}
        self._asked_since = None
        return users

    def _count(self, line: Line, user: str | None) -> None:
        username = user if line.username is None else line.username
        gateway = None if username is None else self._register.by_username.get(username)
        if gateway is None:
            self.figures.nobodys += 1
            return
        self.figures.refusals[line.kind] += 1
        origin = (gateway.enterprise, gateway.code, line.kind)
        self._tally.add(origin, line.topic, line.detail, min(line.at, self._clock.now_ms()))

    async def _store(self) -> None:
        now = self._clock.monotonic()
        if self._stored is None or self._reached == self._stored:
            return
        if now - self._written_at < WRITE_S:
            return
        self._written_at = now
        try:
            async with self._database.transaction(tenant=EVERY) as connection:
                numbers = await gateway_event.keep(
                    connection, self._path, self._stored, self._reached, self._tally.waiting()
                )
        except DatabaseAway:
            # Whether it was stored is unknown; the mark will tell.
            return
        except MarkMoved:
            # By us, or by another api beside us: its mark is the one to go on from.
            self._stored = None
            self._tally.clear()
            return
        self._stored = self._reached
        self._tally.written(numbers)
        self._tally.forget(self._clock.now_ms())
        self._trouble = None

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            _log.warning("the broker is not watched", reason=trouble)
