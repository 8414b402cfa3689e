"""What the door does between two batches: come back to what was set aside, and write down what is
the matter with gateways. Everything in portions, so that the field never waits long for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from services.domain.directory import Directory
from services.ingest.aside import Aside
from services.runtime.clock import Clock
from services.store.intake import Busy, Unfit
from services.store.set_aside import SetAside

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at a time, and how often. Times in seconds."""

    messages: int = 500
    readings: int = 5_000
    turn: float = 0.25
    """How long one turn may take in what is apart while the door has nothing else to do."""
    pressing: float = 240.0
    """What waits longer than this is taken in however busy the door is: ten minutes is promised."""
    busy_turns: int = 4
    """Else a busy door takes a portion in after so many batches."""
    letters: int = 50
    look: float = 1.0
    removal: int = 500
    removal_every: float = 60.0


@dataclass(slots=True)
class Portion:
    """How much is tried at once: halved until the one is found that the database refuses."""

    most: int
    size: int
    refusal: str | None = None

    def worked(self) -> None:
        """All of it was stored."""
        self.size, self.refusal = min(self.size * 2, self.most), None

    def failed(self, reason: str) -> None:
        """The database refused something in it."""
        if self.size == 1:
            self.refusal = reason
        self.size = max(self.size // 2, 1)


class Chores:
    """One set of them beside one door."""

    def __init__(
        self, set_aside: SetAside, aside: Aside, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._set_aside = set_aside
        self.aside = aside
        self._clock = clock
        self._pace = pace or Pace()
        self._doubtful = True
        self._turns = 0
        self._noted_at = self._asked_at = self._removed_at = float("-inf")
        self._apart = Portion(self._pace.messages, self._pace.messages)
        self._letters = Portion(self._pace.letters, self._pace.letters)

    async def turn(self, directory: Directory, crowded: bool) -> None:
        """Do what is due; `crowded`: the last batch was full. Raises Busy."""
        try:
            await self._turn(directory, crowded)
        except Busy:
            # What a lost COMMIT did is not known: look again when the database is back.
            self._doubtful = True
            raise

    async def _turn(self, directory: Directory, crowded: bool) -> None:
        if self._doubtful:
            self.aside.recalled(await self._set_aside.recall())
            self._doubtful = False
        self._turns += 1
        await self._write_down()
        await self._take_in(directory, crowded)
        await self._read_letters(directory)
        await self._remove()

    async def _write_down(self) -> None:
        if self._is_due(self._noted_at, self._pace.look):
            self._noted_at = self._clock.monotonic()
            found = self.aside.review()
            if found:
                await self._set_aside.note(found, self._clock.now_ms())
                self.aside.written(found)

    async def _take_in(self, directory: Directory, crowded: bool) -> None:
        until = self._clock.monotonic() + self._pace.turn
        while self.aside.total.messages and self._may_take_in(crowded):
            await self._try(self._apart, lambda: self._portion(directory))
            if crowded or self._clock.monotonic() >= until:
                return

    async def _portion(self, directory: Directory) -> bool:
        size, refusal = self._apart.size, self._apart.refusal
        taken = await self._set_aside.take_in(directory, size, self._pace.readings, refusal)
        self.aside.taken_in(taken)
        return taken.oldest is not None

    def _may_take_in(self, crowded: bool) -> bool:
        oldest = self.aside.oldest
        waited = 0 if oldest is None else self._clock.now_ms() - oldest
        if waited > self._pace.pressing * 1000 or not crowded:
            return True
        return self._turns % self._pace.busy_turns == 0

    async def _read_letters(self, directory: Directory) -> None:
        if self._is_due(self._asked_at, self._pace.look):
            self._asked_at = self._clock.monotonic()
            if await self._try(self._letters, lambda: self._some_letters(directory)):
                self._asked_at = float("-inf")

    async def _some_letters(self, directory: Directory) -> bool:
        size, refusal = self._letters.size, self._letters.refusal
        return await self._set_aside.reprocess(directory, size, refusal)

    async def _remove(self) -> None:
        if self._is_due(self._removed_at, self._pace.removal_every):
            now = self._clock.now_ms()
            gone = await self._set_aside.remove_old(now, self._pace.removal)
            self._removed_at = float("-inf") if gone else self._clock.monotonic()

    async def _try(self, portion: Portion, work: Callable[[], Awaitable[bool]]) -> bool:
        """Do a portion; what the database refuses is looked for in smaller ones."""
        try:
            found = await work()
        except Unfit as error:
            portion.failed(str(error))
            if portion.refusal is not None:
                _log.warning("the database refused what was set aside", reason=str(error))
            return True
        portion.worked()
        return found

    def _is_due(self, last: float, every: float) -> bool:
        return self._clock.monotonic() - last >= every
