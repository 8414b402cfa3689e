"""Waiting for something to become true, with a sentence when it does not."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], within_s: float, what: str, every_s: float = 0.1) -> T:
    """The first truthy answer of `look`; fails with `what` and the last answer otherwise."""
    deadline = time.monotonic() + within_s
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what}; last seen: {answer!r}")
        time.sleep(every_s)
