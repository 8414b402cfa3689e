"""One stack a data folder; one that was killed stands in nobody's way."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.runtime.clock import ManualClock
from services.stack.data_dir import DataDir, Interrupted
from services.stack.refusal import Refusal


class Waiting:
    """Passes time; does `then` at the third wait."""

    def __init__(self, clock: ManualClock, then: str = "") -> None:
        self.clock = clock
        self.waits = 0
        self.let_go: int | None = None
        self.give_up = then == "give up"

    def __call__(self, seconds: float) -> bool:
        self.waits += 1
        self.clock.advance(seconds)
        if self.waits == 3 and self.let_go is not None:
            os.close(self.let_go)
        return self.give_up


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def gone() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def locked_by(path: Path, holder: int) -> int:
    """A lock held open on behalf of `holder`."""
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, f"{holder}\n".encode())
    return lock


def test_a_second_start_says_so_and_stops(tmp_path: Path, clock: ManualClock) -> None:
    first = DataDir(tmp_path)
    first.hold(clock, Waiting(clock))
    with pytest.raises(Refusal, match=f"already runs on .* \\(process {os.getpid()}\\)"):
        DataDir(tmp_path).hold(clock, Waiting(clock))
    first.release()


def test_after_the_end_the_next_may_start(tmp_path: Path, clock: ManualClock) -> None:
    first = DataDir(tmp_path)
    first.hold(clock, Waiting(clock))
    first.release()
    assert DataDir(tmp_path).holder() is None
    second = DataDir(tmp_path)
    second.hold(clock, Waiting(clock))
    assert second.holder() == os.getpid()
    second.release()


def test_the_end_of_a_killed_stack_is_waited_for(tmp_path: Path, clock: ManualClock) -> None:
    waiting = Waiting(clock)
    waiting.let_go = locked_by(tmp_path, gone())
    data = DataDir(tmp_path)
    data.hold(clock, waiting)
    assert waiting.waits == 3
    assert data.holder() == os.getpid()
    data.release()


def test_an_end_that_does_not_come_is_not_waited_for_for_ever(
    tmp_path: Path, clock: ManualClock
) -> None:
    lock = locked_by(tmp_path, gone())
    with pytest.raises(Refusal, match="already runs"):
        DataDir(tmp_path).hold(clock, Waiting(clock), patience=5)
    os.close(lock)


def test_ctrl_c_ends_the_wait(tmp_path: Path, clock: ManualClock) -> None:
    lock = locked_by(tmp_path, gone())
    with pytest.raises(Interrupted):
        DataDir(tmp_path).hold(clock, Waiting(clock, "give up"))
    os.close(lock)


def test_a_file_in_the_way_is_explained(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(Refusal, match="is in the way"):
        DataDir(tmp_path / "data").hold(clock, Waiting(clock))


def test_a_port_is_remembered_as_long_as_it_fits(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    assert data.remembered_port("database", lambda: 1, lambda _: True) == 1
    assert data.remembered_port("database", lambda: 2, lambda _: True) == 1
    assert data.remembered_port("database", lambda: 3, lambda port: port != 1) == 3
    assert data.remembered_port("database", lambda: 4, lambda _: True) == 3
