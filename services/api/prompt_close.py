"""WebSockets as uvicorn speaks them, whose line falls soon after our close frame.

uvicorn waits 10 s for the peer's answer to a close frame, and for ever for what a peer that does
not read has not taken; whoever sent us garbage is owed neither.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CLOSE_S = 1.0
"""A peer may take so long to answer our close frame; then the line is cut under it."""


class PromptClose(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_S
        self._end: asyncio.TimerHandle | None = None

    def handle_parser_exception(self) -> None:
        """What the peer sent is no WebSocket: it is told so, and cut."""
        super().handle_parser_exception()
        self._cut_soon()

    async def send(self, message: ASGISendEvent) -> None:
        """What the application says; after its close the peer has CLOSE_S."""
        await super().send(message)
        if self.close_sent:
            self._cut_soon()

    def keepalive_timeout(self) -> None:
        """The peer answers no ping: it takes no close frame either."""
        super().keepalive_timeout()
        if self.close_sent:
            self._cut_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, whoever ended it."""
        if self._end is not None:
            self._end.cancel()
            self._end = None
        super().connection_lost(exc)

    def _cut_soon(self) -> None:
        if self._end is None and not self.disconnected:
            self._end = self.loop.call_later(CLOSE_S, self.transport.abort)
