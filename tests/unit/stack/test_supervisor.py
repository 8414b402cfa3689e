"""Programs are kept running, and none outlives its supervisor, however that one ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from services.runtime.clock import SystemClock
from services.stack.program import Program
from services.stack.supervisor import Supervisor

SLEEPER = "exec sleep 600"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, tmp_path, SystemClock(), said.append, threading.Event())
    yield made
    made.stop_all()


def shell(name: str, script: str, patience: float = 5.0) -> Program:
    return Program(name, ("/bin/sh", "-c", script), patience=patience)


def eventually(holds: Callable[[], bool], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether the process is there and is no mere zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_program_that_dies_is_started_again_with_its_last_words_shown(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    supervisor.start(shell("brief", f"echo x >> {tmp_path}/starts; echo farewell; exit 3"))
    assert supervisor.keep(lambda: supervisor.deaths("brief") == 2, patience=10)
    assert (tmp_path / "starts").read_text().count("x") == 2
    assert "brief ended with code 3; it starts again in 0.5 s. Its last words: farewell" in said
    # Each wait is twice the last.
    assert any("again in 1 s" in line for line in said)


def test_a_program_killed_by_hand_comes_back_as_another_process(supervisor: Supervisor) -> None:
    supervisor.start(shell("sleeper", SLEEPER))
    first = supervisor.pid("sleeper")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert supervisor.keep(lambda: supervisor.pid("sleeper") not in (first, None), patience=10)


def test_all_end_at_the_stop_the_last_started_first(supervisor: Supervisor, tmp_path: Path) -> None:
    for name in ("first", "second"):
        note = f"trap 'echo {name} >> {tmp_path}/ends; exit 0' TERM; : > {tmp_path}/{name}"
        supervisor.start(shell(name, f"{note}; while :; do sleep 0.05; done"))
    names = ("first", "second")
    assert supervisor.keep(lambda: all((tmp_path / n).exists() for n in names), patience=10)
    supervisor.stop_all()
    assert (tmp_path / "ends").read_text().split() == ["second", "first"]
    assert list(tmp_path.glob("*.pid")) == []


def test_what_does_not_end_in_time_is_killed_with_all_it_started(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    deaf = f"trap '' TERM; sleep 600 & echo $! > {tmp_path}/child; wait"
    supervisor.start(shell("deaf", deaf, patience=0.3))
    eventually(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "")
    child = int((tmp_path / "child").read_text())
    supervisor.stop_all()
    assert "deaf did not end in time and is killed." in said
    eventually(lambda: not runs(child))


def test_a_frozen_program_ends_at_the_stop(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(shell("frozen", SLEEPER))
    pid = supervisor.pid("frozen")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    supervisor.stop_all()
    assert not runs(pid)
    assert said == []


def test_the_log_keeps_both_outputs(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(shell("talker", f"echo out; echo err >&2; {SLEEPER}"))
    log = tmp_path / "talker.log"
    eventually(lambda: log.exists() and log.read_text().split() == ["out", "err"])


class Victim:
    """A supervisor in a process of its own, with two programs and a grandchild."""

    def __init__(self, folder: Path) -> None:
        scripts = [
            # The child of a child is nobody's direct concern, and must go as well.
            f"sleep 600 & echo $! > {folder}/grandchild; : > {folder}/up0; wait",
            f"trap '' TERM; : > {folder}/up1; while :; do sleep 0.1; done",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.stack.supervised", str(folder), *scripts],
            start_new_session=True,
        )
        eventually(lambda: (folder / "ready").exists(), within=20)
        names = ("p0.pid", "p1.pid", "grandchild")
        self.family = [int((folder / name).read_text()) for name in names]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.children = [int(pid) for pid in children.read_text().split()]

    def leash(self) -> int:
        """The child that is no program."""
        (found,) = set(self.children) - set(self.family)
        return found


def held_by(leash: int) -> int:
    """How many programs it has a handle of. One that it closes while we look is none."""
    found = 0
    for handle in Path(f"/proc/{leash}/fd").glob("*"):
        with suppress(FileNotFoundError):
            found += "pidfd" in os.readlink(handle)
    return found


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    made = Victim(tmp_path)
    yield made
    for pid in [made.process.pid, *made.family]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    made.process.wait()


def test_no_orphan_is_left_when_the_supervisor_is_killed(victim: Victim) -> None:
    victim.process.kill()
    victim.process.wait()
    eventually(lambda: not any(runs(pid) for pid in [*victim.family, victim.leash()]))


def test_no_orphan_is_left_when_its_whole_group_is_killed(victim: Victim) -> None:
    os.killpg(victim.process.pid, signal.SIGKILL)
    victim.process.wait()
    eventually(lambda: not any(runs(pid) for pid in [*victim.family, victim.leash()]))


def test_a_leash_that_died_is_replaced_and_holds_all(victim: Victim) -> None:
    first = victim.leash()
    os.kill(first, signal.SIGKILL)
    children = Path(f"/proc/{victim.process.pid}/task/{victim.process.pid}/children")

    def replaced() -> bool:
        now = {int(pid) for pid in children.read_text().split()}
        new = now - set(victim.family) - {first}
        return len(new) == 1 and held_by(new.pop()) == 2

    eventually(replaced)
    victim.process.kill()
    victim.process.wait()
    eventually(lambda: not any(runs(pid) for pid in victim.family))


def test_a_program_that_says_it_cannot_go_on_is_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    script = f"echo x >> {tmp_path}/starts; echo '[ERR] out of order'; {SLEEPER}"
    program = Program("stuck", ("/bin/sh", "-c", script), wedged="out of order")
    supervisor.start(program)
    assert supervisor.keep(lambda: supervisor.deaths("stuck") == 2, patience=10)
    supervisor.start(Program("well", ("/bin/sh", "-c", script), wedged="out of breath"))
    supervisor.keep(patience=1)
    assert supervisor.deaths("well") == 0
