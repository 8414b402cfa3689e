"""A pytest plugin for the two things that a run of the fast tests is wanted for.

`Tracing` notes which lines of the domain each test executes, and how long it takes; `Chosen` lets
only the named tests run, in the given order.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

Lines = set[tuple[str, int]]
"""(file, line) that a test executed."""

ENTERED_MOST = 300
"""So many times in a test a function is followed line by line: what it does once in a thousand
calls is mostly executed by a quicker test, too."""


class Tracing:
    """Knows the lines of the files in `folder` that each test executes."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}/"
        self._here: Lines = set()
        self._entered: Counter[CodeType] = Counter()
        self.lines: dict[str, Lines] = {}
        self.seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._here, self._entered = set(), Counter()
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.lines[item.nodeid] = self._here

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def _enter(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self._folder):
            return None
        self._entered[frame.f_code] += 1
        if self._entered[frame.f_code] > ENTERED_MOST:
            return None
        self._here.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))
        return self._step

    def _step(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            self._here.add((frame.f_code.co_filename, frame.f_lineno))
        return self._step


class Chosen:
    """Runs the tests of these ids, in this order, until one fails or the time is over."""

    def __init__(self, ids: list[str], seconds: float) -> None:
        self._place = {identity: place for place, identity in enumerate(ids)}
        self._until = time.monotonic() + seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self._place]
        items[:] = sorted(kept, key=lambda item: self._place[item.nodeid])

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if time.monotonic() > self._until:
            pytest.exit("its time is over", returncode=0)
