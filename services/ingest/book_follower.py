"""Keeps up with the register: polls the book beside the door, and holds what is new for it."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import psycopg
import structlog

from services.domain.directory import BookChange, Directory
from services.runtime.lifecycle import pause

POLL_S = 0.15

_log = structlog.get_logger()


class Book(Protocol):
    """Where changes of the register come from (`services.store.book.BookReader`)."""

    async def poll(self) -> BookChange | None:
        """What changed since the last look, or None."""
        ...


class BookFollower:
    """The register for the door, which takes changes over only between two batches.

    So all values of a batch are read with one register, and whatever was kept as unregistered
    is committed before its tag's adoption is looked for.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._changes: list[BookChange] = []
        self._waiting = asyncio.Event()
        self.directory = Directory()
        self.on_change: Callable[[BookChange], None] = lambda _: None
        """Called with each change that is taken over."""
        self.read_once = False
        self.answers = True
        """Whether the last look at the book was answered."""

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until told to stop; a database that is away is asked again and again."""
        while not stop.is_set():
            try:
                change = await self._book.poll()
                self.answers = True
            except psycopg.OperationalError as error:
                change = None
                if self.answers:
                    _log.warning("the book cannot be read", reason=str(error).split("\n")[0])
                self.answers = False
            if change is not None:
                self._changes.append(change)
                self._waiting.set()
            await pause(stop, POLL_S)

    async def first(self, wait_s: float) -> None:
        """Wait a while for the first change; the first one is the whole register."""
        try:
            async with asyncio.timeout(wait_s):
                await self._waiting.wait()
        except TimeoutError:
            return

    def take_over(self) -> bool:
        """Bring the directory up to date; whether something changed."""
        changes, self._changes = self._changes, []
        for change in changes:
            change.apply(self.directory)
            self.on_change(change)
            self.read_once = True
            _log.info("register", version=change.version, points=len(self.directory.by_id))
        return bool(changes)
