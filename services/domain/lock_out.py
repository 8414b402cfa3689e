"""The lock-out: who tries too many passwords for one name from one address has to wait.

By name and address together: nobody can lock out somebody else who sits elsewhere. Names that there
are not are counted like those that there are. A try counts from its beginning, so that many at once
are no way round; it is taken back where the password was right or nobody could look.
"""

from collections import OrderedDict
from dataclasses import dataclass

TRIES = 10
WINDOW_MS = 900_000
"""Tries are counted for so long after the first one; who reaches TRIES waits until then."""
MOST = 100_000
"""Pairs that are counted at once; the oldest is forgotten for another one."""


@dataclass(slots=True)
class _Count:
    until: int
    tries: int


class LockOut:
    """The tries that failed; `tries` 0 counts nothing. Times: ms of a clock that never goes back."""

    def __init__(self, tries: int = TRIES) -> None:
        self._tries = tries
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def begin(self, name: str, address: str, now_ms: int) -> int | None:
        """Count a try; None: go on, else how long (ms) this name waits at this address."""
        if self._tries == 0:
            return None
        self._forget(now_ms)
        key = name, address
        count = self._counts.get(key)
        if count is None:
            if len(self._counts) >= MOST:
                self._counts.popitem(last=False)
            count = self._counts[key] = _Count(now_ms + WINDOW_MS, 0)
        if count.tries >= self._tries:
            return max(1, count.until - now_ms)
        count.tries += 1
        return None

    def take_back(self, name: str, address: str) -> None:
        """That try told nothing about a password."""
        count = self._counts.get((name, address))
        if count is not None and count.tries > 0:
            count.tries -= 1

    def clear(self, name: str, address: str) -> None:
        """Signed in: what went wrong before was mistyped."""
        self._counts.pop((name, address), None)

    def _forget(self, now_ms: int) -> None:
        """Those whose time is over. Begun in order, with one length: the oldest is first."""
        while self._counts:
            oldest = next(iter(self._counts.values()))
            if now_ms < oldest.until:
                return
            self._counts.popitem(last=False)
