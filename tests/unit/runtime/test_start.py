"""How the process of a service comes up."""

import os
import subprocess
import sys
from pathlib import Path

DOOR = """
import gc
import sys

import structlog

def main(settings):
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000
    assert "rich.console" not in sys.modules
    structlog.get_logger().info("open", made_of=type(settings).__name__)
"""


def test_what_a_service_is_made_of_is_loaded_once_and_stays(tmp_path: Path) -> None:
    (tmp_path / "door.py").write_text(DOOR)
    said = subprocess.run(
        [sys.executable, "-c", "from services.runtime.start import start; start('door')"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "made_of" in said.stdout
    assert "Settings" in said.stdout
