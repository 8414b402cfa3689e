"""The sessions and API keys as this process knows them: followed by version, usable while the database
is away."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.domain import api_key as key_text
from services.domain.session_life import SHOWING_MS, Right, SessionLife, right_of
from services.runtime.clock import Clock, to_datetime, to_ms
from services.store import api_key, sign_in_session
from services.store.api_key import KeyRow
from services.store.sign_in_session import Connection, SessionRow, Use

SHOWN_EVERY_MS = 60_000
"""A console counts as connected for so long after it was last seen so."""
_UNREAD_MS = 60_000
"""A token issued no longer than this before the last look is believed although its session is unknown:
another process opened it since, by a clock of its own."""


@dataclass(slots=True)
class _Known:
    username: str
    expires_at: int
    used_at: int
    shown_at: int | None
    enrolling: bool
    ended: bool

    def life(self) -> SessionLife:
        return SessionLife(self.expires_at, self.used_at, self.shown_at, self.enrolling, self.ended)


class SessionBook:
    """Every session that may still do something, and every key."""

    def __init__(self, clock: Clock, idle_ms: int) -> None:
        self._clock = clock
        self._idle_ms = idle_ms
        self._version = 0
        self._looked_at: int | None = None
        self._sessions: dict[str, _Known] = {}
        self._keys: dict[str, KeyRow] = {}
        self._fresh: set[str] = set()
        """Sessions whose use is not on record yet."""

    async def follow(self, connection: Connection) -> None:
        """Learn what changed since the last time."""
        now = self._clock.now_ms()
        number = await sign_in_session.version(connection)
        if number != self._version or self._looked_at is None:
            since = to_datetime(now - 2 * _UNREAD_MS)
            for row in await sign_in_session.changed(connection, self._version, since):
                self._learn(row)
            for key in await api_key.changed(connection, self._version):
                self._keys[key.prefix] = key
            self._version = number
            self._forget(now)
        self._looked_at = now

    def right(self, session: str, issued_at: int, enrolling: bool) -> Right | None:
        """What this session may still do; None: nothing any more. `issued_at`: of its token, ms."""
        known = self._sessions.get(session)
        if known is not None:
            return right_of(known.life(), self._idle_ms, self._clock.now_ms())
        if self._looked_at is None or issued_at >= self._looked_at - _UNREAD_MS:
            return Right.ENROL if enrolling else Right.FULL
        return None

    def is_ended(self, session: str) -> bool:
        """Whether somebody ended it, which cuts its consoles; running out does not."""
        known = self._sessions.get(session)
        return known is not None and known.ended

    def key(self, given: str) -> KeyRow | None:
        """The key of this text; None for one that there is not, or not any more."""
        prefix = key_text.prefix_of(given)
        row = None if prefix is None else self._keys.get(prefix)
        same = row is not None and row.digest == key_text.digest_of(given)
        return row if row is not None and same and self._stands(row) else None

    def key_stands(self, prefix: str) -> bool:
        """Whether it is neither revoked nor expired."""
        row = self._keys.get(prefix)
        return row is not None and self._stands(row)

    def note_use(self, session: str, by_acting: bool) -> None:
        """It was used. What a connected console reads by itself is no use: only acting is."""
        known = self._sessions.get(session)
        if known is None:
            return
        now = self._clock.now_ms()
        shown = known.shown_at is not None and now - known.shown_at < SHOWN_EVERY_MS
        if by_acting or not shown:
            known.used_at = max(known.used_at, now)
            self._fresh.add(session)

    def note_shown(self, sessions: Iterable[str]) -> None:
        """Consoles of these are connected."""
        now = self._clock.now_ms()
        for session in sessions:
            known = self._sessions.get(session)
            if known is not None:
                known.shown_at = now
                self._fresh.add(session)

    def take_news(self) -> dict[str, Use]:
        """What was noted since the last time, to be put on record."""
        fresh, self._fresh = self._fresh, set()
        return {each: _use(known) for each in fresh if (known := self._sessions.get(each))}

    def put_back(self, news: Iterable[str]) -> None:
        """It could not be put on record: next time."""
        self._fresh.update(news)

    def _stands(self, row: KeyRow) -> bool:
        return row.revoked_at is None and self._clock.now_ms() < to_ms(row.expires_at)

    def _learn(self, row: SessionRow) -> None:
        known = self._sessions.get(row.id)
        told = to_ms(row.used_at), None if row.shown_at is None else to_ms(row.shown_at)
        if known is not None:
            known.ended = row.ended
            known.used_at = max(known.used_at, told[0])
            known.shown_at = max(known.shown_at or 0, told[1] or 0) or None
            return
        self._sessions[row.id] = _Known(
            row.username, to_ms(row.expires_at), *told, row.enrolling, row.ended
        )

    def _forget(self, now: int) -> None:
        """What has been nothing for long: an ended one is remembered until its token is over."""
        gone = [
            each
            for each, known in self._sessions.items()
            if now - max(known.expires_at, known.shown_at or 0) > SHOWING_MS
        ]
        for each in gone:
            del self._sessions[each]
            self._fresh.discard(each)


def _use(known: _Known) -> Use:
    shown = None if known.shown_at is None else to_datetime(known.shown_at)
    return Use(to_datetime(known.used_at), shown)
