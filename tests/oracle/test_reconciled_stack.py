"""Every scenario through the whole stack, over broker and database, by the simulator's own commands.

A run at high speed is stamped in the past and ends now, so each has a stack of its own. What is
printed at its end (``pytest -rP``) is the table of `parkwatch sim reconcile`.
"""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import LIBRARY
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.register.enrolment import Enrolment
from device_sim.register.keys import KeyFile
from device_sim.register.platform import Away, Platform
from tests.living.browser import Console
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Door, Json
from tests.living.stack import PARKWATCH, Stack, living

SCENARIOS = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
SPEED = 200
RUN_S = 1_200
LIFE_S, DUE_S = 120, 5
SETTLED_S = 120.0
"""History is judged and listed within seconds of its commit; a busy machine gets more."""


def registered(stack: Stack, folder: Path) -> Path:
    """The park with plants behind its points, and its gateways' credentials."""
    password = folder / "password"
    password.write_text(stack.admin_password, encoding="utf-8")
    keys = KeyFile(folder / "sim")
    platform = Platform(stack.url, "admin", stack.admin_password)
    enrolment = Enrolment(platform, keys, lambda _line: None, date(2026, 1, 5))
    eventually(lambda: _told(enrolment), 60.0, "the park is registered")
    time.sleep(3.0)  # rules are in force within 2 s of the answer, by the contract
    return password


def _told(enrolment: Enrolment) -> bool:
    """Whether the platform had time for it; all of it is told again where not, as the demo does."""
    try:
        enrolment.enrol(PHYSICAL_PARK)
    except Away:
        return False
    return True


def sim(*words: str, within_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PARKWATCH), "sim", *words],
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


def reconciled(name: str, folder: Path, run: list[str], judge: list[str], text: str = "") -> str:
    """A scenario of the library, or of this ``text``, through a stack of its own with these words
    for `run` and `reconcile`; the table, which has to be clean."""
    file, truth = folder / f"{name}.yaml", folder / "truth"
    text = text or (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")
    file.write_text(f"{text}\npark: physical\n", encoding="utf-8")
    with living() as stack:
        password = registered(stack, folder)
        ran = sim(
            "run", str(file), *run, "--truth", str(truth),
            "--port", str(stack.mqtt_port), "--state-dir", str(folder / "sim"), within_s=RUN_S,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        words = ["reconcile", str(truth), "--api", stack.url, "--password-file", str(password)]
        deadline = time.monotonic() + SETTLED_S
        found = sim(*words, *judge, within_s=300)
        while found.returncode == 1 and time.monotonic() < deadline:
            time.sleep(5.0)
            found = sim(*words, *judge, within_s=300)
    print(f"{name} {' '.join(run)}\n{found.stdout}")
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(2_400)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_stack_loses_doubles_and_misses_nothing(name: str, seed: int, tmp_path: Path) -> None:
    told = reconciled(name, tmp_path, ["--seed", str(seed), "--speed", str(SPEED)], [])
    assert f"not measured: at ×{SPEED}" in told


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("dialect", sorted(PERSONAS.keys() - {"native"}))
def test_in_every_dialect_the_stack_loses_doubles_and_misses_nothing(
    dialect: str, tmp_path: Path
) -> None:
    run = ["--persona", dialect, "--seed", "1", "--speed", str(SPEED), "--duration", "1500"]
    reconciled("sensor_faults", tmp_path, run, [])


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(600)
def test_at_the_speed_of_life_alarms_are_made_when_they_are_due(tmp_path: Path) -> None:
    """A leak, its alarm, and the way back, in two minutes as they are; with what it all took."""
    run = ["--seed", "1", "--speed", "1", "--duration", str(LIFE_S)]
    told = reconciled("demo", tmp_path, run, ["--within", str(DUE_S)])
    assert "not measured" not in told
    (cause,) = [line for line in told.splitlines() if line.startswith("cause 1.1 leak")]
    due, there = (float(number) for number in re.findall(r"after ([0-9.]+) s", cause))
    assert 5 < due < 30
    assert -1.0 <= there - due <= DUE_S


SILENCES = """name: silences
title: 沉默
title_en: Who falls silent, what trips, what is left bypassed and whose clock is wrong, in two minutes
start: 2026-01-05T00:00:00Z
duration_s: 130
timeline:
  - {cause: instrument, tags: [E002/OI-404], kind: dead, at_s: 10, until_s: 60}
  - {cause: interlock, tag: E001/ESD-101, to: tripped, at_s: 15, until_s: 20}
  - {cause: offline, gateways: [E002/G01], at_s: 20, until_s: 55}
  - {cause: interlock, tag: E002/ESD-301, to: bypass_maintenance, at_s: 70}
  - {cause: power, enterprise: E001, at_s: 75, until_s: 110}
  - {cause: clock_step, gateways: [E002/G02], by_s: 300, at_s: 80, until_s: 110}
"""


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(600)
def test_at_the_speed_of_life_silence_is_told_as_it_is(tmp_path: Path) -> None:
    """A point, a gateway and an enterprise, each within the time that the contract gives."""
    run = ["--seed", "1", "--speed", "1"]
    told = reconciled("silences", tmp_path, run, ["--within", str(DUE_S)], SILENCES)
    rows = dict(line.split(maxsplit=2)[1:] for line in told.splitlines() if line[:6] == "cause ")
    first = {"1": 10, "2": 0, "3": 10, "4": 0, "5": 10}
    for cause, due_s in first.items():
        found = re.search(r"due after ([0-9.]+) s; there after ([0-9.]+) s", rows[cause])
        assert found is not None, rows[cause]
        due, there = map(float, found.groups())
        assert abs(due - due_s) <= DUE_S
        assert -1.0 <= there - due <= DUE_S


@contextmanager
def waiting_for_orders(stack: Stack, password: Path) -> Iterator[None]:
    told = f"--api {stack.url} --mqtt-port {stack.mqtt_port} --password-file {password}"
    words = [str(PARKWATCH), "sim", "drill", *told.split()]
    player = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        player.terminate()
        player.wait(20.0)


@pytest.mark.stack
@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_drill_is_an_exercise_from_the_instructors_page_to_its_report(
    browser: Browser, tmp_path: Path
) -> None:
    with living() as stack:
        password = registered(stack, tmp_path)
        door = Door(stack.url, "admin", stack.admin_password)
        console = Console(browser, stack.url).sign_in("admin", stack.admin_password)
        page, drills = console.page, f"{stack.url}/#/alarms/drills"
        banner = page.get_by_test_id("drill-bar")
        with waiting_for_orders(stack, password), Live(door) as live:
            page.goto(drills)
            page.get_by_test_id("drill-scenario").select_option("demo")
            page.get_by_test_id("drill-start").click()
            expect(banner).to_have_attribute("data-state", "running", timeout=30_000)
            alarm = live.wait_event("raised", "drill-E001", "GT-101", 120.0).message["alarm"]
            assert alarm["exercise"] is True
            assert alarm["message"]["text"].startswith("【演练】")
            page.goto(f"{stack.url}/#/alarms")
            row = console.row(alarm["id"])
            expect(row.get_by_test_id("exercise")).to_be_visible()
            expect(banner).to_be_visible()
            row.click()
            page.keyboard.press("a")
            live.wait_event("acknowledged", "drill-E001", "GT-101", 10.0)
            page.goto(drills)
            page.get_by_test_id("drill-end").click()
            page.get_by_test_id("drill-end-sure").click()
            expect(banner).to_be_hidden()
        (drill,) = door.items("/drills")
        report = door.ask(f"/drills/{drill['id']}")
        (answer,) = [a for a in report["score"]["answers"] if a["alarm_id"] == alarm["id"]]
        assert answer["acknowledged_by"] == "admin"
        assert 0 <= answer["after_s"] < 60
        assert (report["score"]["missed"], report["outcome"]) == (0, "stopped")
        assert json.loads(report["record"])["exercise"] is True

        def over() -> list[Json]:
            told = door.items("/alarms", state="all")
            return [a for a in told if a["id"] == alarm["id"] and a["closed_as"]]

        (kept,) = eventually(over, 15.0, "the drill's alarm is closed")
        assert kept["exercise"] is True
        assert all(not a["exercise"] for a in door.items("/alarms", enterprise="E001", state="all"))
        console.close()
        door.close()
