"""What gateways say on a real broker is recorded, and played again over another gateway's door."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import SystemClock
from device_sim.message import Outgoing
from device_sim.recording.capture_file import CaptureFile
from device_sim.transport.connection import Login
from device_sim.transport.link import GatewayLink
from tests.unit.device_sim.hall import Ear, Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    found = Hall(tmp_path, patience="60s")
    yield found
    found.kill()


def _recorder(hall: Hall, file: Path, *more: str) -> subprocess.Popen[str]:
    """It hears once this returns."""
    words = ["record", str(file), "-u", "hall", "-P", "hall", "--port", str(hall.broker.port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "device_sim", *words, *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "recording pw/v1/+/+/+\n"
    return process


def _say(hall: Hall, bodies: list[bytes]) -> None:
    link = GatewayLink(hall.broker, Login("E1.G1", "secret"), SystemClock())
    for body in bodies:
        link.send(Outgoing("pw/v1/E1/G1/telemetry", body))
    link.settle()
    link.close()


def test_what_was_said_is_recorded_and_said_again(hall: Hall, tmp_path: Path) -> None:
    bodies = [json.dumps({"ts": number, "values": {"A": number}}).encode() for number in range(50)]
    bodies.append(b"\xff broken")
    file = tmp_path / "day.capture.gz"
    recorder = _recorder(hall, file, "--messages", str(len(bodies)))
    _say(hall, bodies)
    said, _ = recorder.communicate(timeout=30)
    assert recorder.returncode == 0
    assert said.startswith("51 messages  sha256 ")
    assert [each.payload for each in CaptureFile(file).messages()] == bodies
    ear = Ear(hall.broker)
    words = ["replay", str(file), "--enterprise", "C00001", "--gateway", "G01", "-P", "secret"]
    played = CliRunner().invoke(app, [*words, "--port", str(hall.broker.port), "--speed", "max"])
    deadline = time.monotonic() + 15
    while len({*ear.heard}) < len(bodies) and time.monotonic() < deadline:
        time.sleep(0.02)
    ear.stop()
    assert played.exit_code == 0, played.output
    assert "51 messages, 51 acknowledged" in played.output
    assert ear.heard == [("pw/v1/C00001/G01/telemetry", body) for body in bodies]


def test_a_broker_that_goes_leaves_a_gap_in_the_recording(hall: Hall, tmp_path: Path) -> None:
    file = tmp_path / "x"
    recorder = _recorder(hall, file, "--messages", "2")
    _say(hall, [b"1"])
    deadline = time.monotonic() + 15
    while '"text":"1"' not in file.read_text():
        assert time.monotonic() < deadline, "the first message is not recorded"
        time.sleep(0.02)
    hall.kill()
    hall.start()
    assert recorder.stderr is not None
    while not recorder.stderr.readline().startswith("recording"):
        assert recorder.poll() is None
    _say(hall, [b"2"])
    said, _ = recorder.communicate(timeout=30)
    assert recorder.returncode == 1
    assert "2 messages, " in said
    capture = CaptureFile(file)
    assert [each.payload for each in capture.messages()] == [b"1", b"2"]
    assert capture.gaps >= 1
    assert not capture.cut


@pytest.mark.parametrize(
    ("user", "told"), [("hall2", "refused the sign-in"), ("E1.G1", "not hear")]
)
def test_who_may_not_hear_is_told_at_once(hall: Hall, tmp_path: Path, user: str, told: str) -> None:
    words = ["record", str(tmp_path / "x"), "-u", user, "-P", "secret"]
    result = CliRunner().invoke(app, [*words, "--port", str(hall.broker.port)])
    assert result.exit_code == 2
    assert told in result.output
