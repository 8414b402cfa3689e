"""Repeating a write without doing it twice: answers are kept by `Idempotency-Key` for 24 hours.

Twice: in memory, for every write (10,000 at most, the oldest goes first), and in the database, in
the transaction of the change itself, for those that change the register (10,000 of each user). So
a repeat after a kill finds either no change or its answer. What the engine carries out is kept in
memory only: it may not wait for the database, and acknowledging twice is acknowledging once.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from services.runtime.clock import Clock

KEPT_S = 24 * 3600.0
LIMIT = 10_000
MAX_KEY = 200
OCCASION = "parkwatch.occasion"
"""Where a route finds its occasion in its scope."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer that is kept in memory; none of the register's is as long."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A write that may be repeated: whose, which (SHA-256 of method, path, query and key), and
    what was asked (SHA-256 of `name` and its body's digest: bodies hold passwords, and whoever reads
    what is kept must not try theirs by it). `name` is known to the asker alone: it seals the answer.
    `version`: of the account, another one with each role and password, and for whoever is given the
    name next: what is in memory is for the same rights only, as what is in the database is for the
    same tenant only.
    """

    username: str
    request: bytes
    asked: bytes
    name: bytes
    version: int = 0

    @classmethod
    def of(
        cls, username: str, place: tuple[str, ...], key: str, asked: bytes, version: int = 0
    ) -> "Occasion":
        """`place`: method, path and query; `asked`: SHA-256 of the body."""
        name = "\x00".join((username, *place, key)).encode()
        return cls(username, sha256(name).digest(), sha256(name + asked).digest(), name, version)

    @property
    def entry(self) -> tuple[str, int, bytes]:
        """By what its answer is found in memory."""
        return self.username, self.version, self.request


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
    """The answers in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[tuple[str, int, bytes], Entry] = OrderedDict()

    def begin(self, occasion: Occasion) -> Entry | Answer:
        """The answer of before, or a new entry to be finished or dropped.

        Raises KeyReused for the same key with another body, InProgress while the first waits.
        """
        self._forget()
        key = occasion.entry
        known = self._entries.get(key)
        if known is None:
            entry = self._entries[key] = Entry(occasion.asked, self._clock.monotonic())
            return entry
        if known.asked != occasion.asked:
            raise KeyReused
        if known.answer is None:
            raise InProgress
        return known.answer

    def finish(self, occasion: Occasion, answer: Answer) -> None:
        """Keep the answer, unless it says that it may go otherwise next time."""
        key = occasion.entry
        entry = self._entries.get(key)
        if entry is None:
            return
        passing = answer.status >= 500 or answer.status in (401, 403, 429)
        if passing or len(answer.body) > MAX_ANSWER:
            del self._entries[key]
        else:
            entry.answer = answer

    def drop_unfinished(self, occasion: Occasion) -> None:
        """The request came to nothing: its key may be used again."""
        key = occasion.entry
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
