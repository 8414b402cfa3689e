"""Refusals on their way into the database: the same one again within a minute counts up.

Bounded twice. A gateway has at most ten topics of a kind a minute, the rest count as one more, so
that nobody can fill the database by choosing topics. And of what waits for a database that is
away there are at most 2,000 rows, each of which goes on counting; what finds no place is counted.
"""

from collections import Counter
from dataclasses import dataclass

from services.store.gateway_event import EventKind, Growth

WINDOW_MS = 60_000
TOPICS = 10
FURTHER = "further ones"
MOST_WAITING = 2000


@dataclass(slots=True)
class _Row:
    detail: str
    at: int
    last_at: int
    count: int = 0
    id: int | None = None

    @property
    def is_waiting(self) -> bool:
        return self.count > 0


_Origin = tuple[str, str, EventKind]
_Key = tuple[str, str, EventKind, str]


class Tally:
    """What was refused to whom, how often, and what of it is not written yet."""

    def __init__(self) -> None:
        self._rows: dict[_Key, _Row] = {}
        self._topics: Counter[_Origin] = Counter()
        self._waiting: dict[_Key, _Row] = {}
        self.lost = 0
        """Refusals that found no place while the database was away."""

    def add(self, origin: _Origin, topic: str, detail: str, at: int) -> None:
        """One refusal at `at` (epoch ms); `origin`: enterprise, gateway, kind."""
        key = (*origin, topic)
        row = self._open(key, at)
        if row is None and self._topics[origin] >= TOPICS:
            key, detail = (*origin, FURTHER), FURTHER
            row = self._open(key, at)
        if row is None:
            row = _Row(detail, at, at)
        if not row.is_waiting:
            if len(self._waiting) >= MOST_WAITING:
                self.lost += 1
                return
            self._waiting[key] = row
        if self._rows.get(key) is not row:
            self._topics[origin] += key not in self._rows
            self._rows[key] = row
        row.count += 1
        row.last_at = max(row.last_at, at)

    def waiting(self) -> list[Growth]:
        """What is to be written, in the order of its beginning."""
        return [
            Growth(row.id, *key[:3], row.detail, row.at, row.last_at, row.count)
            for key, row in self._waiting.items()
        ]

    def written(self, numbers: list[int]) -> None:
        """All of `waiting` is stored, as these; forgets what began more than a minute ago."""
        for row, number in zip(self._waiting.values(), numbers, strict=True):
            row.id, row.count = number, 0
        self._waiting.clear()

    def forget(self, now: int) -> None:
        """Let go of what is written and over."""
        for key in [k for k, row in self._rows.items() if self._is_over(row, now)]:
            del self._rows[key]
            self._topics[key[:3]] -= 1
        self._topics = +self._topics

    def clear(self) -> None:
        """Somebody else has stored this."""
        self._rows.clear()
        self._topics.clear()
        self._waiting.clear()

    def _open(self, key: _Key, at: int) -> _Row | None:
        row = self._rows.get(key)
        return None if row is None or self._is_over(row, at) else row

    def _is_over(self, row: _Row, now: int) -> bool:
        # Until it is written it goes on counting, whatever the time.
        return not row.is_waiting and now - row.at >= WINDOW_MS
