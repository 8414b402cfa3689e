"""What the terminal shows while something long is done: one line a step, with its seconds."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime.clock import Clock, SystemClock


class Progress:
    """Prints `  step … 1.2 s` when a step is over; a step that fails prints no time.

    On a terminal the name stands there while the step runs; elsewhere only whole lines are
    written, so that a log stays readable.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._live = sys.stdout.isatty()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside and print the line."""
        started = self._clock.monotonic()
        if self._live:
            print(f"  {name} …", end="", flush=True)
        try:
            yield
        except BaseException:
            print(" failed" if self._live else f"  {name} … failed", flush=True)
            raise
        seconds = self._clock.monotonic() - started
        print(f" {seconds:.1f} s" if self._live else f"  {name} … {seconds:.1f} s", flush=True)

    def say(self, line: str) -> None:
        """One line that belongs to no step."""
        print(f"  {line}", flush=True)
