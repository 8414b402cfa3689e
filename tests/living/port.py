"""Ports for proofs: each is one proof's alone, also while what is to listen there is not up yet, or down.

Below those that our own supervisor draws from, and those of outgoing connections. Each worker has a
thousand of its own and gives none of them out again before all have had their turn: among dozens of
systems that start and stop at once, "nobody listens there now" says nothing about the next second.
"""

import os
import random
from itertools import cycle

from services.stack.ports import is_free

FIRST, EACH = 10_000, 1_000
_NOBODYS = "gw9"
"""A run without workers; it may go on beside one with up to nine."""


def _own() -> range:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", _NOBODYS).removeprefix("gw")) % 10
    return range(FIRST + number * EACH, FIRST + (number + 1) * EACH)


_turn = cycle(random.sample(_own(), EACH))


def free_port(host: str = "127.0.0.1") -> int:
    """A port of ours that nobody listens on."""
    for _ in range(EACH):
        port = next(_turn)
        if is_free(host, port):
            return port
    raise AssertionError(f"none of our {EACH} ports is free: what do earlier runs still hold?")
