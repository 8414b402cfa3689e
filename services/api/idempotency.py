"""Repeating a write without doing it twice: answers are kept by `Idempotency-Key` for an hour.

Kept in memory, 10,000 at most (the oldest goes first), so a restart of the api forgets them:
then the register's own uniqueness answers a repeat with a conflict.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from services.runtime.clock import Clock

KEPT_S = 3600.0
LIMIT = 10_000
MAX_KEY = 200
MAX_ANSWER = 64 * 1024
"""Bytes of an answer that is kept; a longer one is not, and its repeat is done again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was given."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(slots=True)
class Entry:
    """One write: what was asked, and the answer once there is one."""

    asked: bytes
    since: float
    answer: Answer | None = None


class KeyReused(Exception):
    """The key belongs to another request."""


class InProgress(Exception):
    """The first request with this key is not answered yet."""


class Idempotency:
    """The answers that may be asked for again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[tuple[str, ...], Entry] = OrderedDict()

    def begin(self, key: tuple[str, ...], body: bytes) -> Entry | Answer:
        """The answer of before, or a new entry to be finished or dropped.

        Raises KeyReused for the same key with another body, InProgress while the first waits.
        """
        self._forget()
        asked = sha256(body).digest()
        known = self._entries.get(key)
        if known is None:
            entry = self._entries[key] = Entry(asked, self._clock.monotonic())
            return entry
        if known.asked != asked:
            raise KeyReused
        if known.answer is None:
            raise InProgress
        return known.answer

    def finish(self, key: tuple[str, ...], answer: Answer) -> None:
        """Keep the answer, unless it says that it may go otherwise next time."""
        entry = self._entries.get(key)
        if entry is None:
            return
        passing = answer.status >= 500 or answer.status in (401, 403, 429)
        if passing or len(answer.body) > MAX_ANSWER:
            del self._entries[key]
        else:
            entry.answer = answer

    def drop_unfinished(self, key: tuple[str, ...]) -> None:
        """The request came to nothing: its key may be used again."""
        entry = self._entries.get(key)
        if entry is not None and entry.answer is None:
            del self._entries[key]

    def _forget(self) -> None:
        now = self._clock.monotonic()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if now - oldest.since < KEPT_S and len(self._entries) < LIMIT:
                return
            self._entries.popitem(last=False)
