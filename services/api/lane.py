"""What is heavy has a lane of its own: exports, statistics and back-tests take no turn, and no
connection, that a console waits for."""

from asyncio import Semaphore
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from services.api.answer import SHEET
from services.api.edge import App, Receive, Scope, Send

AT_ONCE = 2
"""Pieces of heavy work at once: while one waits for the database another is worded."""
_PATHS = (
    "/api/v1/statistics/",
    "/api/v1/journal/",
    "/api/v1/audit",
    "/api/v1/points/export",
    "/api/v1/points/import",
    "/api/v1/rules/backtest",
)
_PATH = "/api/v1/handover"
"""The figures of a shift, to look at; to keep it and to sign it (`/handovers`) is a short write."""


class Lane(StrEnum):
    """Whose turn it is."""

    LIVE = "live"
    """Consoles, changes, and what the process does by itself."""
    HEAVY = "heavy"


_lane: ContextVar[Lane] = ContextVar("lane", default=Lane.LIVE)


def lane_of(path: str) -> Lane:
    """In which lane a request for this path goes, unless it is for a sheet."""
    return Lane.HEAVY if path == _PATH or path.startswith(_PATHS) else Lane.LIVE


def lane() -> Lane:
    """That of the work that asks."""
    return _lane.get()


@contextmanager
def heavy() -> Iterator[None]:
    """What is done in the block goes in the heavy lane."""
    token = _lane.set(Lane.HEAVY)
    try:
        yield
    finally:
        _lane.reset(token)


class Lanes:
    """Lies right around the routes. `turns`: of the pieces that a sheet is made of."""

    def __init__(self, app: App, turns: Semaphore) -> None:
        self._app = app
        self._turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if SHEET in scope:
            with heavy():
                async with self._turns:
                    await self._app(scope, receive, send)
        elif scope["type"] == "http" and lane_of(scope["path"]) is Lane.HEAVY:
            with heavy():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)
