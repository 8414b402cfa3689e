"""The command line lists what it does, and passes on what is another's."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from services.stack.cli import app

PARKWATCH = Path(sys.executable).with_name("parkwatch")


def test_the_commands_of_the_contract_are_listed() -> None:
    listed = CliRunner().invoke(app, ["--help"]).stdout
    ours = ("up", "demo", "migrate", "ingest", "alerts", "api", "sim")
    for command in (*ours, "replay", "backup", "restore", "journal", "doctor"):
        assert f" {command} " in listed


def test_the_simulator_gets_its_arguments_as_they_are(tmp_path: Path) -> None:
    asked = [str(PARKWATCH), "sim", "replay", "--help"]
    passed = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert passed.returncode == 0
    assert "--gateway" in passed.stdout


def test_a_migration_without_a_database_says_what_to_set(tmp_path: Path) -> None:
    asked = [str(PARKWATCH), "migrate"]
    ended = subprocess.run(
        asked, capture_output=True, text=True, cwd=tmp_path, env={"PATH": "/usr/bin"}, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("PARKWATCH_DATABASE_URL is not set")
