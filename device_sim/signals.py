"""SIGTERM and SIGINT end a fleet in order, farewells included."""

import signal
import threading
from types import FrameType


def stop_event(stop: threading.Event) -> None:
    """Set ``stop`` at SIGTERM or SIGINT; only the main thread may call this."""

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
