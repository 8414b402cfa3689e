"""A wheel of deadlines: who is due when, without looking at everybody."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

SPOKE_MS = 1_000


class Wheel(Generic[Key]):
    """Each key stands at one deadline (ms); those that have passed are handed out once.

    A key that was put elsewhere since stays on its old spoke until that has passed; `_place` says
    where it really is.
    """

    def __init__(self) -> None:
        self._spokes: dict[int, tuple[int, list[Key]]] = {}
        self._place: dict[Key, int] = {}
        self._next: int | None = None

    def __contains__(self, key: Key) -> bool:
        return key in self._place

    def put(self, key: Key, at: int) -> None:
        """Due at this time, whatever was said of it before."""
        spoke = at // SPOKE_MS
        if self._place.get(key) == spoke:
            return
        known = self._spokes.get(spoke)
        if known is None:
            known = self._spokes[spoke] = (spoke, [])
        self._place[key] = known[0]
        known[1].append(key)
        if self._next is None or spoke < self._next:
            self._next = spoke

    def drop(self, key: Key) -> None:
        """It is not waited for any more."""
        self._place.pop(key, None)

    def take(self, until: int) -> list[Key]:
        """Those whose second has passed whole: none too early, and at most a second late."""
        last = until // SPOKE_MS - 1
        if self._next is None or last < self._next:
            return []
        due: list[Key] = []
        passed = (
            range(self._next, last + 1)
            if last - self._next < len(self._spokes)
            else sorted(spoke for spoke in self._spokes if spoke <= last)
        )
        for spoke in passed:
            _, keys = self._spokes.pop(spoke, (spoke, ()))
            for key in keys:
                if self._place.get(key) == spoke:
                    del self._place[key]
                    due.append(key)
        self._next = min(self._spokes, default=None) if len(self._spokes) < 64 else last + 1
        return due
