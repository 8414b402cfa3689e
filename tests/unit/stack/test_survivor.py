"""One program survives the supervisor: the one whose work it is to say that it is gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.clock import SystemClock
from services.stack.program import Program
from services.stack.supervisor import Supervisor
from tests.unit.stack.test_supervisor import eventually, runs

SLEEPER = "while :; do sleep 0.1; done"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, tmp_path, SystemClock(), lambda _: None, threading.Event())
    yield made
    made.stop_all()


def survivor(name: str, script: str = SLEEPER) -> Program:
    return Program(name, ("/bin/sh", "-c", script), survives=True)


def test_a_clean_stop_ends_it_like_any_other(supervisor: Supervisor) -> None:
    supervisor.start(survivor("watcher"))
    pid = supervisor.pid("watcher")
    assert pid is not None
    supervisor.stop_all()
    assert not runs(pid)


def test_it_is_started_again_when_it_dies(supervisor: Supervisor) -> None:
    supervisor.start(survivor("watcher"))
    first = supervisor.pid("watcher")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert supervisor.keep(lambda: supervisor.pid("watcher") not in (first, None), patience=10)


def test_its_words_do_not_go_through_a_pipe_that_could_hold_it_up(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    flood = f"head -c 1000000 /dev/zero; : > {tmp_path}/through; {SLEEPER}"
    supervisor.start(survivor("talker", flood))
    eventually(lambda: (tmp_path / "through").exists())


def test_it_sees_that_the_supervisor_looks_after_its_programs(supervisor: Supervisor) -> None:
    supervisor.keep(lambda: supervisor.beat_file.exists(), patience=5)
    first = supervisor.beat_file.stat().st_mtime_ns
    assert supervisor.keep(lambda: supervisor.beat_file.stat().st_mtime_ns > first, patience=5)
    still = supervisor.beat_file.stat().st_mtime_ns
    time.sleep(1.5)  # nobody looks after anything meanwhile
    assert supervisor.beat_file.stat().st_mtime_ns == still


def test_it_alone_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    scripts = [f": > {tmp_path}/up0; {SLEEPER}", f"survive: : > {tmp_path}/up1; {SLEEPER}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.stack.supervised", str(tmp_path), *scripts],
        start_new_session=True,
    )
    try:
        eventually(lambda: (tmp_path / "ready").exists(), within=20)
        mortal, left = (int((tmp_path / f"p{n}.pid").read_text()) for n in (0, 1))
        process.kill()
        process.wait()
        eventually(lambda: not runs(mortal))
        time.sleep(1.5)  # longer than the leash gives anybody
        assert runs(left)
        os.kill(left, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
