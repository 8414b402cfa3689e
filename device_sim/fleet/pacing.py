"""Seconds of a fleet against seconds of a clock."""

import threading
from collections.abc import Iterator

from device_sim.clock import Clock

LATE_S = 5.0


def beats(clock: Clock, stop: threading.Event, every_s: float) -> Iterator[None]:
    """One beat now and one each ``every_s`` seconds until ``stop`` is set.

    Small delays are caught up; after a pause of more than ``LATE_S`` (the machine slept) the
    beat goes on from now, for a gateway that slept has measured nothing.
    """
    due = clock.monotonic()
    while not stop.is_set():
        yield
        due += every_s
        left = due - clock.monotonic()
        if left < -LATE_S:
            due = clock.monotonic()
        elif left > 0:
            stop.wait(left)
