"""The watcher stands alone: the standard library, its own place, and settings of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.watcher.options import BadOption, Options
from services.watcher.place import Place, Taken, end, holder, is_alive
from tests.living.outcome import eventually

REPOSITORY = Path(__file__).resolve().parents[3]
TOLD = {"PARKWATCH_MQTT_URL": "mqtt://u:p@127.0.0.1:9", "PARKWATCH_API_URL": "http://127.0.0.1:9"}


def test_it_starts_without_any_package_that_is_not_pythons_own() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import services.watcher.run; "
        "print([n for n in sys.modules if n.split('.')[0] not in sys.stdlib_module_names"
        " and not n.startswith('services') and n != '__main__'"
        " or n.startswith('services.') and not n.startswith('services.watcher')])"
    )
    words = [sys.executable, "-I", "-S", "-c", script, str(REPOSITORY)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_its_settings_are_those_of_the_reference() -> None:
    told = Options.of(TOLD | {"PARKWATCH_WATCH_COMMAND": "siren --loud 'now and then'"})
    assert (told.interval_s, told.silence_s, told.webhook) == (10.0, 25.0, None)
    assert told.command == ("siren", "--loud", "now and then")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MQTT_URL", ""),
        ("API_URL", ""),
        ("WATCH_INTERVAL_S", "often"),
        ("WATCH_SILENCE_S", "0"),
        ("WATCH_COMMAND", "siren 'unclosed"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, text: str) -> None:
    with pytest.raises(BadOption, match=f"PARKWATCH_{name}"):
        Options.of(TOLD | {f"PARKWATCH_{name}": text})


def test_there_is_one_watcher_a_folder(tmp_path: Path) -> None:
    place = Place(tmp_path / "run")
    with pytest.raises(Taken, match=str(os.getpid())):
        Place(tmp_path / "run")
    assert holder(tmp_path / "run") == os.getpid()
    place.release()
    assert holder(tmp_path / "run") is None
    Place(tmp_path / "run").release()


def test_what_it_screamed_about_is_known_to_the_next_one(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert place.screaming() == []
    place.keep(["chain"])
    place.release()
    heir = Place(tmp_path)
    assert heir.screaming() == ["chain"]
    (tmp_path / "watcher.json").write_text("{")
    assert heir.screaming() == []
    heir.release()


def started(tmp_path: Path) -> "subprocess.Popen[bytes]":
    environment = {"PATH": os.environ["PATH"], "PARKWATCH_DATA_DIR": str(tmp_path), **TOLD}
    made = subprocess.Popen(
        [sys.executable, "-m", "services.watcher"],
        cwd=REPOSITORY,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    eventually(lambda: is_alive(tmp_path / "run"), 10.0, "a watcher")
    return made


def test_it_is_ended_from_outside_and_its_exit_code_says_that_all_was_well_so_far(
    tmp_path: Path,
) -> None:
    watcher = started(tmp_path)
    assert end(tmp_path / "run")
    assert watcher.wait(5.0) == 0
    assert not end(tmp_path / "run")
    assert not is_alive(tmp_path / "run")


def test_it_ends_with_the_folder_that_it_watches(tmp_path: Path) -> None:
    watcher = started(tmp_path)
    (tmp_path / "run" / "watcher.lock").unlink()
    assert watcher.wait(10.0) == 0


def test_its_exit_code_says_that_the_chain_was_dead(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PARKWATCH_DATA_DIR": str(tmp_path), **TOLD}
    quick = {"PARKWATCH_WATCH_INTERVAL_S": "0.3", "PARKWATCH_WATCH_SILENCE_S": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "services.watcher", "--once"],
        cwd=REPOSITORY,
        env=environment | quick,
        capture_output=True,
        text=True,
        timeout=20.0,
        check=False,
    )
    assert done.returncode == 2
    assert "The alarm chain is silent" in done.stderr
    assert '"stage": "broker"' in done.stderr
