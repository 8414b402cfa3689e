"""Cases 86 and 100 to 102 of the corpus: addresses to call out to, scenarios, settings, surroundings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from device_sim.fleet.scenario import BadScenario, parse
from services.runtime.outgoing import NoAnswer, Outgoing, Refused
from services.runtime.settings import Settings, require
from tests.living.engines import REPOSITORY

CALLS = (
    "http://127.0.0.1/", "http://[::1]/", "http://0.0.0.0/", "http://2130706433/",
    "http://0177.0.0.1/", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
    "gopher://1.1.1.1/", "http://user:pass@1.1.1.1/", "http://localhost:1/",
)  # fmt: skip
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
HEAD = "name: x\ntitle: 试验\ntitle_en: Trial\nstart: 2026-01-05T00:00:00Z\nduration_s: 600\n"
SCENARIOS = (
    ("anchors", BOMB, "aliases"),
    ("a tab", "name: x\n\ttitle: y\n", "YAML"),
    ("a key twice", "name: x\nname: y\n", "name is there twice"),
    ("no is no name", HEAD.replace("name: x", "name: no"), "name"),
    ("sexagesimal", HEAD.replace("duration_s: 600", "duration_s: 1:30"), "base 60"),
    ("an unknown key", HEAD + "surprise: 1\n", "surprise"),
    ("a missing key", HEAD.replace("title: 试验\n", ""), "title"),
)
SETTINGS = (
    ({"HTTP_PORT": "eighty"}, "http_port"),
    ({"HTTP_PORT": "99999999"}, "http_port"),
    ({"RATE_LIMIT": "-1"}, "rate_limit"),
    ({"BUCKETS": "7-99"}, "buckets"),
    ({"SESSION_HOURS": "NaN"}, "session_hours"),
    ({"OUTGOING_NETWORKS": "everywhere"}, "outgoing_networks"),
)


def started(service: str, folder: Path, **told: str) -> "subprocess.CompletedProcess[str]":
    """A service with only these settings, as an operator would start it by hand."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PARKWATCH_", "LC_", "TZ"))}
    settings = {f"PARKWATCH_{name}": value for name, value in told.items()}
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(REPOSITORY), "LANG": "C"} | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("url", CALLS)
def test_86_no_setting_makes_us_knock_at_our_own_doors(url: str) -> None:
    with pytest.raises((Refused, NoAnswer)):
        Outgoing().send("GET", url)


@pytest.mark.parametrize(("what", "text", "says"), SCENARIOS, ids=[each[0] for each in SCENARIOS])
def test_100_a_file_that_yaml_reads_otherwise_than_people(what: str, text: str, says: str) -> None:
    with pytest.raises(BadScenario) as found:
        parse(text, "x.yaml")
    assert any(says in each for each in found.value.mistakes), (what, found.value.mistakes)


@pytest.mark.parametrize(("told", "names"), SETTINGS, ids=str)
def test_101_a_setting_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], names: str
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"PARKWATCH_{name}", value)
    with pytest.raises(ValidationError, match=names):
        Settings(_env_file=None)


def test_101_an_empty_setting_is_one_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKWATCH_DATABASE_URL", "")
    with pytest.raises(SystemExit, match=r"DATABASE_URL is not set: set it, or start with"):
        require(Settings(_env_file=None).database_url, "DATABASE_URL")


def test_102_with_no_time_zone_and_a_plain_locale_it_says_what_it_lacks(tmp_path: Path) -> None:
    """LANG=C and no TZ: what it has to say comes out all the same, in one sentence, and nothing starts."""
    done = started("ingest", tmp_path)
    assert done.returncode != 0
    assert "is not set: set it, or start with `parkwatch up`." in done.stderr
    assert "Traceback" not in done.stderr
