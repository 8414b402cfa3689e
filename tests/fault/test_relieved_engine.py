"""An engine of a whole installation stands still, another one takes over, and it wakes again: what
the consoles see and what the journal holds is one story, told once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fault.rivals import TAKEN_OVER_S
from tests.living.field import send
from tests.living.listener import Listener
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Park
from tests.living.stack import PARKWATCH, Stack, living

pytestmark = [pytest.mark.stack, pytest.mark.serial]

SECOND_DELIVERY_S = 6.0


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with living(ALONE="false") as running:
        yield running


@contextmanager
def standby(stack: Stack) -> Iterator[Path]:
    """A second engine with a folder of its own; its log."""
    settings = Path(f"/proc/{stack.service('alerts').pid}/environ").read_bytes().split(b"\0")
    environment = dict(os.environ)
    for each in settings:
        name, _, value = os.fsdecode(each).partition("=")
        if name.startswith("PARKWATCH_"):
            environment[name] = value
    environment["PARKWATCH_DATA_DIR"] = str(stack.folder / "standby")
    (stack.folder / "standby").mkdir()
    log = stack.folder / "standby.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.alerts"],
            cwd=stack.folder,
            env=environment,
            stderr=file,
        )
    try:
        eventually(lambda: "ready to take over" in log.read_text(), 40.0, "the standby is ready")
        yield log
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


@pytest.mark.long
@pytest.mark.timeout(240)
def test_woken_it_sounds_nothing_and_writes_nothing(
    stack: Stack, park: Park, tmp_path: Path
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    for tag in ("GT-1", "GT-2", "GT-3"):
        enterprise.gas_detector(tag)
    enterprise.in_force()
    with standby(stack) as log, Listener(park.admin, enterprise.code) as console:
        send(gateway, {"GT-1": 55, "GT-2": 4, "GT-3": 4}, ts=now_ms())
        eventually(lambda: ("raised", "GT-1") in told(console), 10.0, "the first alarm")

        frozen = stack.service("alerts")
        frozen.send(signal.SIGSTOP)
        stopped = time.monotonic()
        send(gateway, {"GT-2": 55}, ts=now_ms())
        eventually(lambda: "hearing the field" in log.read_text(), 30.0, "another engine judges")
        taken = time.monotonic() - stopped
        send(gateway, {"GT-3": 55}, ts=now_ms())
        eventually(lambda: ("raised", "GT-3") in told(console), 10.0, "the other one's alarm")
        (first,) = (each for each in enterprise.alarms() if each["tag"] == "GT-1")
        park.admin.tell(f"/alarms/{first['id']}/acknowledge", {"note": "seen"})

        frozen.send(signal.SIGCONT)
        eventually(lambda: frozen.state in "Z-", 15.0, "the old engine ends")
        send(gateway, {"GT-1": 4}, ts=now_ms())
        eventually(lambda: ("cleared", "GT-1") in told(console), 10.0, "the first alarm is over")
        eventually(lambda: ("raised", "GT-2") in told(console), 15.0, "what the frozen one held")
        time.sleep(SECOND_DELIVERY_S)

        print(f"taken over in {taken:.1f} s")
        assert taken <= TAKEN_OVER_S
        assert [what for what, count in console.said.items() if count > 1] == []
        assert len(console.seen) == 3
        assert console.faults == []
        assert "disconnected from the broker" not in log.read_text()
        eventually(lambda: stack.service("alerts").pid != frozen.pid, 40.0, "it comes back")
        expect_one_story(park, enterprise, tmp_path)


def told(console: Listener) -> set[tuple[str, str]]:
    """What was said, by event and tag; what a snapshot showed counts as raised."""
    tags = {id_: str(alarm["tag"]) for id_, alarm in console.alarms.items()}
    shown = {("raised", tag) for tag in tags.values()}
    return shown | {(event, tags[id_]) for event, id_ in console.said if id_ in tags}


def expect_one_story(park: Park, enterprise: Enterprise, folder: Path) -> None:
    """The journal's chain holds, and each transition is there once."""
    wanted = sorted(["raised"] * 3 + ["acknowledged", "cleared"])

    def journaled() -> list[str]:
        answer = park.admin.http.get("/journal/export", params={"enterprise": enterprise.code})
        assert answer.status_code == 200
        (folder / "journal.jsonl").write_bytes(answer.content)
        rows = [json.loads(line) for line in answer.content.splitlines()][1:-1]
        return sorted(str(row["event"]) for row in rows)

    eventually(lambda: len(journaled()) >= len(wanted), 20.0, "all is on record")
    assert journaled() == wanted
    command = [str(PARKWATCH), "journal", "verify", str(folder / "journal.jsonl")]
    verdict = subprocess.run(command, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000
