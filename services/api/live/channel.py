"""One console's end of the live push: a bounded queue that never makes anybody wait.

When the queue is full it is emptied and the console gets `resync` and a fresh snapshot, once it
reads again. A heartbeat has a place of its own, where only the newest one waits.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from services.api.principal import Principal
from services.api.wording import Language

MAX_MESSAGES = 5_000
MAX_CHARACTERS = 8 * 2**20
"""The texts are shared between consoles, so a queue costs little more than its references."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What a console wants to see. `enterprises` None is the whole park."""

    enterprises: frozenset[str] | None
    points: bool
    language: Language

    def covers(self, enterprise: str) -> bool:
        return self.enterprises is None or enterprise in self.enterprises


class Channel:
    """What waits to be sent to one console."""

    def __init__(self, principal: Principal, interest: Interest) -> None:
        self.principal = principal
        self.interest = interest
        self.seq = 0
        self.wants_snapshot = True
        self.wants_resync = False
        self.heartbeat: str | None = None
        self.cut: tuple[int, str] | None = None
        """Close code and reason, once somebody decided that this connection ends."""
        self._queue: deque[tuple[bool, str]] = deque()
        self._characters = 0
        self._wake = asyncio.Event()

    def offer_alarm(self, tail: str) -> None:
        """Queue an alarm message: everything after its sequence number."""
        self._offer(True, tail)

    def offer(self, text: str) -> None:
        """Queue a whole message."""
        self._offer(False, text)

    def offer_heartbeat(self, text: str) -> None:
        self.heartbeat = text
        self._wake.set()

    def resync(self) -> None:
        """Drop what waits; `resync` and a snapshot take its place."""
        self._clear()
        self.wants_resync = self.wants_snapshot = True
        self._wake.set()

    def restart(self, interest: Interest) -> None:
        """Another interest: a snapshot of it takes the place of what waits."""
        self.interest = interest
        self._clear()
        self.wants_snapshot = True
        self._wake.set()

    def end(self, code: int, reason: str) -> None:
        """Let the writer close the connection."""
        self.cut = (code, reason)
        self._wake.set()

    def begin_snapshot(self) -> int:
        """The sequence number that the snapshot carries; it stands for all that waited."""
        self._clear()
        self.wants_snapshot = False
        return self.seq

    def next(self) -> str | None:
        """The next message to send; None when nothing waits."""
        if self._queue:
            numbered, text = self._queue.popleft()
            self._characters -= len(text)
            if not numbered:
                return text
            self.seq += 1
            return f'{{"type":"alarm","seq":{self.seq},{text}'
        heartbeat, self.heartbeat = self.heartbeat, None
        return heartbeat

    async def wait(self) -> None:
        """Until there is something to do."""
        await self._wake.wait()
        self._wake.clear()

    def _offer(self, numbered: bool, text: str) -> None:
        if self.wants_snapshot:
            return  # the snapshot that is still to be made will hold it
        if len(self._queue) >= MAX_MESSAGES or self._characters + len(text) > MAX_CHARACTERS:
            self.resync()
            return
        self._queue.append((numbered, text))
        self._characters += len(text)
        self._wake.set()

    def _clear(self) -> None:
        self._queue.clear()
        self._characters = 0
