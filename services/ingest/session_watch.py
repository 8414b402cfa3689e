"""Whether the broker still has our durable sessions: where it has not, there may be a gap.

A broker keeps what the field sends while we are away in our sessions. One that lost a session (its
store is gone, or somebody used our name) has lost that too, and says nothing. So it is remembered
in the database that a session was granted, and a connection that finds none where one was expected
is an event of all gateways, after a restart of ours as well.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import psycopg
import structlog

from services.runtime.clock import Clock, to_datetime
from services.runtime.lifecycle import pause

LOOK_S = 0.5

REMEMBER_S = 60.0
"""How often it is noted that a session is held: an event says since when it is not."""

_log = structlog.get_logger()


class Session(Protocol):
    """What is watched of `services.runtime.mqtt_session.MqttSession`."""

    began_anew: bool
    sessions_lost: int

    @property
    def ready(self) -> bool: ...


class Marks(Protocol):
    """What is remembered (`services.store.session_mark.SessionMarks`)."""

    async def held_at(self, name: str) -> int | None: ...

    async def held(self, name: str, at: int, lost: str | None = None) -> None: ...


@dataclass(slots=True)
class _Seen:
    session: Session
    lost: int
    noted_at: float


@dataclass(slots=True)
class SessionWatch:
    """`sessions` are those of now, by the names by which they are remembered."""

    sessions: Callable[[], Mapping[str, Session]]
    marks: Marks
    clock: Clock
    lost: int = 0
    """Times that a session was expected and was not there, since the start."""
    _seen: dict[str, _Seen] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop; what the database cannot take now is noted later."""
        while not stop.is_set():
            try:
                await self.look()
            except psycopg.OperationalError as error:
                _log.info("the sessions are noted later", reason=str(error).split("\n")[0])
                await pause(stop, LOOK_S * 4)
            await pause(stop, LOOK_S)

    async def look(self) -> None:
        """Compare what the broker had with what is remembered. Raises psycopg.OperationalError."""
        for name, session in self.sessions().items():
            if session.ready and self._is_news(name, session):
                await self._note(name, session)

    def _is_news(self, name: str, session: Session) -> bool:
        seen = self._seen.get(name)
        if seen is None or seen.session is not session or seen.lost != session.sessions_lost:
            return True
        return self.clock.monotonic() - seen.noted_at >= REMEMBER_S

    async def _note(self, name: str, session: Session) -> None:
        seen, lost = self._seen.get(name), session.sessions_lost
        before = await self.marks.held_at(name)
        first = seen is None or seen.session is not session
        gone = lost > (0 if first or seen is None else seen.lost)
        gone |= first and session.began_anew and before is not None
        since = "long ago" if before is None else f"{to_datetime(before):%Y-%m-%dT%H:%M:%SZ}"
        if gone:
            _log.error(
                "the broker held no session of ours: there may be a gap", session=name, since=since
            )
        told = f"{name}: last held {since}" if gone else None
        await self.marks.held(name, self.clock.now_ms(), told)
        self._seen[name] = _Seen(session, lost, self.clock.monotonic())
        self.lost += gone
