"""The country's command says no in one sentence before anything is sent."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.transport.descriptors import SPARE


def _no(*words: str) -> str:
    result = CliRunner().invoke(app, ["country", *words])
    assert result.exit_code == 2, result.output
    assert result.output.count("\n") <= 2
    return result.output


def _keys(folder: Path, number: int) -> None:
    logins = {
        f"C{n:05}/G01": {"username": f"C{n:05}.G01", "password": "p"} for n in range(1, number)
    }
    (folder / "gateways.json").write_text(json.dumps({"gateways": logins, "completed": []}))


def test_one_voice_for_all_is_for_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("p")
    words = ["--as-one", "svc", "--password-file", str(tmp_path / "secret"), "--host"]
    for host in ("192.0.2.1", "broker.example"):
        assert f"{host} is not a loopback address" in _no(*words, host)


def test_gateways_without_credentials_are_counted(tmp_path: Path) -> None:
    _keys(tmp_path, 4)
    said = _no("--gateways", "5", "--points", "50", "--state-dir", str(tmp_path))
    assert "credentials of 3 of 5 gateways" in said
    assert "--as-one" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--gateways", "0"], "1 to 99999 gateways"), (["--points", "5"], "1 to 2000 points"),
     (["--rate", "0"], "above 0"), (["--persona", "odd"], "No persona 'odd'"),
     (["--duration", "inf"], "a finite number of seconds")],
)  # fmt: skip
def test_a_country_that_cannot_be_is_refused(words: list[str], told: str) -> None:
    assert told in _no(*words, "--hash")


def test_too_few_file_descriptors_are_said_before_the_first_connection(tmp_path: Path) -> None:
    """In a process of its own, whose hard limit cannot be raised again."""
    _keys(tmp_path, 301)
    most = 300 + SPARE - 1
    words = ["country", "--gateways", "300", "--points", "3000", "--state-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "device_sim", *words, "--port", "1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"300 connections need {most + 1} file descriptors and this process may have {most}" in (
        done.stderr
    )
    assert "ulimit -Hn" in done.stderr
