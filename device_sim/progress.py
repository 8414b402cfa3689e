"""Telling how far something long is: every few seconds of the clock, whatever its speed."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from device_sim.clock import Clock

EVERY_S = 5.0
Item = TypeVar("Item")


class Progress:
    """``tell``: how far it is, in words, by what is done; ``say``: where the words go."""

    def __init__(
        self, tell: Callable[[int], str], clock: Clock, say: Callable[[str], None]
    ) -> None:
        self._tell, self._clock, self._say = tell, clock, say
        self._due = clock.monotonic() + EVERY_S

    def __call__(self, done: int) -> None:
        """So much is done; said where nothing was said for ``EVERY_S``."""
        now = self._clock.monotonic()
        if now >= self._due:
            self._due = now + EVERY_S
            self._say(self._tell(done))

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, counted as they go by."""
        for done, item in enumerate(items, 1):
            self(done)
            yield item


def of(what: str, whole: int) -> Callable[[int], str]:
    """``{what}: 600 of 3600 s (16 %)``."""
    return lambda done: f"{what}: {done} of {whole} s ({100 * done // max(1, whole)} %)"
