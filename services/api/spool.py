"""A large body on its way in: onto the disk as it comes, not into memory; given on in small pieces."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import IO, Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

DIGEST = "parkwatch.digest"
"""Where a request's scope has the SHA-256 of a body that was spooled."""
IN_MEMORY = 2**20
PIECE = 2**16
MOST_AT_ONCE = 4
"""Large bodies on their way at once; who comes then is told to come again."""


class TooLarge(Exception):
    """The body went over its bound."""


class Spool:
    """One body, at most `limit` bytes. Use as a context: its file is gone afterwards."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - `close`
        self._hash = sha256()
        self._size = 0
        self._given = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was taken in."""
        return self._hash.digest()

    async def fill(self, receive: Receive) -> bool:
        """Take all of it in; False when the caller is gone. Raises TooLarge."""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            piece = message.get("body", b"")
            self._size += len(piece)
            if self._size > self._limit:
                raise TooLarge
            self._hash.update(piece)
            await asyncio.to_thread(self._file.write, piece)
            more = message.get("more_body", False)
        await asyncio.to_thread(self._file.seek, 0)
        return True

    def giving(self, receive: Receive) -> Receive:
        """It again, in pieces; then whatever comes after it."""

        async def again() -> MutableMapping[str, Any]:
            if self._given and self._given >= self._size:
                return await receive()
            piece = await asyncio.to_thread(self._file.read, PIECE)
            self._given += len(piece) or 1
            more = self._given < self._size
            return {"type": "http.request", "body": piece, "more_body": more}

        return again
