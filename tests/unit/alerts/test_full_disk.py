"""On a full disk the engine goes on judging, saying, acknowledging, and knows what is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]


def own_disk(folder: Path) -> list[str]:
    """The words that run a command with a small file system of its own at `folder`."""
    mount = f'mount -t tmpfs -o size=4m none {folder} && exec "$@"'
    return ["unshare", "-rm", "sh", "-c", mount, "sh"]


def test_a_full_disk_silences_nobody(tmp_path: Path) -> None:
    words = own_disk(tmp_path)
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system of his own")

    done = subprocess.run(
        [*words, sys.executable, "-m", "tests.unit.alerts.full_disk", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert 0 < seen["full_after"] < 5_000
    assert seen["still_says"] >= 2
    assert seen["unacked"] == 0
    assert seen["acknowledged"] == "acknowledged"
    assert seen["knows_its_hole"]
    assert seen["alarms_after_kill"] == ["acknowledged"]
    assert not seen["full_at_the_end"]
    assert seen["marked"] == [1, 2]
