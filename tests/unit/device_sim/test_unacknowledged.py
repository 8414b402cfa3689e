"""What never came over the simulator's own line is not the platform's loss, and the files say so."""

import csv
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import VirtualClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import Crew
from device_sim.fleet.scenario import load
from device_sim.fleet.stream import Stream
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.register.keys import KeyFile
from device_sim.transport.connection import Broker, Login
from device_sim.transport.courier import KEPT
from device_sim.truth.expectation import Occurrence
from device_sim.truth.ledger import BadTruth, Ledger
from device_sim.truth.reconciling import Findings, Heard, Stored, compare_alarms, compare_readings
from device_sim.truth.record import Record, Told, read_record
from device_sim.truth.table import table
from device_sim.way.departure import Departure, Fate

KEY = ("E001", "G01")
POINT = ("E001", "GT-101")
NOBODY = Broker("127.0.0.1", 1)


def test_a_run_without_a_broker_tells_which_messages_nobody_has(tmp_path: Path) -> None:
    keys, truth = KeyFile(tmp_path / "sim"), tmp_path / "truth"
    keys.put(*KEY, Login("u", "p"))
    file = tmp_path / "trial.yaml"
    text = "name: trial\ntitle: 试验\ntitle_en: Trial\nstart: 2026-01-05T00:00:00Z\n"
    file.write_text(f"{text}duration_s: 5\npark: physical\n", encoding="utf-8")
    run = subprocess.run(
        [
            sys.executable, "-m", "device_sim", "run", str(file), "--speed", "1000",
            "--port", "1", "--settle", "0", "--state-dir", str(tmp_path / "sim"), "--truth", str(truth),
        ],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    manifest = json.loads((truth / "truth.json").read_text(encoding="utf-8"))
    assert manifest["unacknowledged"] == manifest["counts"]["unacknowledged"] == 5
    assert manifest["counts"]["not_sent"] > 0, "the others have no credentials"
    record = read_record(truth)
    assert record.told == {}
    assert {enterprise for enterprise, _ in record.unsure} == {"E001"}
    assert len(record.unsure[POINT]) == 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten seconds of which the third message was never acknowledged and the fourth never sent."""
    found = tmp_path / "t"
    scenario = load("lpg_leak").model_copy(update={"park": "physical"})
    with Ledger(found) as ledger:
        flow = Stream(scenario, 1, "b0", PERSONAS["native"], ledger)
        for second in range(10):
            now = scenario.start_ms + second * 1000
            for key, message in flow.tick(now):
                assert message.number > 0
                if key == KEY and second in (2, 3):
                    fate = Fate.UNACKNOWLEDGED if second == 2 else Fate.NOT_SENT
                    ledger.give_up(key, message.number, fate, now)
        run = {"seed": 1, "speed": 1.0, "unacknowledged": 1}
        ledger.seal(scenario, scenario.start_ms, 10, run)
    return found


def test_it_is_neither_lost_nor_invented_and_the_table_says_why(folder: Path) -> None:
    record = read_record(folder)
    start = record.manifest["start_ms"]
    told, (unsure,) = record.told[POINT], record.unsure[POINT]
    assert unsure.measured_at == start + 2_000
    assert [(each.measured_at - start) // 1000 for each in told] == [0, 1, *range(4, 10)]
    rows = [Stored(t.measured_at, t.left_at + 80, t.value, t.quality) for t in told]
    late = Stored(unsure.measured_at, unsure.left_at + 80, unsure.value, unsure.quality)
    for there in (rows, [*rows, late]):
        findings = Findings()
        compare_readings(findings, POINT, told, there, [unsure])
        assert findings.clean
        assert (findings.lost, findings.invented, findings.unsure) == ([], 0, 1)
        text = "\n".join(table(findings))
        assert "not acknowledged          1 readings, not asked for" in text
    findings = Findings()
    compare_readings(findings, POINT, told, [*rows, late, late], [unsure])
    assert findings.doubled == 1, "twice is twice all the same"


def test_alarms_of_a_point_that_was_not_heard_whole_are_not_asked_for(folder: Path) -> None:
    record = read_record(folder)
    findings = Findings()
    compare_readings(findings, POINT, record.told[POINT], [], record.unsure[POINT])
    wanted = Occurrence(POINT, "high", 5_000, None, 5_000, "HH", 1)
    other = Heard(POINT, "low", 9_000, 9_000)
    elsewhere = Heard(("E001", "GT-102"), "high", 9_000, 9_000)
    compare_alarms(findings, record, [wanted], [other, elsewhere])
    assert (findings.missed, findings.false) == ([], [elsewhere])


def test_a_copy_that_was_acknowledged_is_enough(folder: Path) -> None:
    with (folder / "departures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (number,) = [each["message"] for each in rows if each["fate"] == "unacknowledged"]
    copies = Counter(each["fate"] for each in rows if each["message"] == number)
    assert copies == {"sent": 1, "unacknowledged": 1}
    with Ledger(folder.parent / "twice") as ledger:
        scenario = load("lpg_leak").model_copy(update={"park": "physical"})
        flow = Stream(scenario, 1, "b0", PERSONAS["native"], Doubling(ledger))
        (first, *_) = flow.tick(scenario.start_ms)
        ledger.give_up(first[0], first[1].number, Fate.UNACKNOWLEDGED, scenario.start_ms)
        ledger.seal(scenario, scenario.start_ms, 1, {"seed": 1})
    record = read_record(folder.parent / "twice")
    assert record.unsure == {}
    assert POINT in record.told


class Doubling:
    """Every message leaves twice."""

    def __init__(self, ledger: Ledger) -> None:
        self.say, self.release, self._ledger = ledger.say, ledger.release, ledger

    def depart(self, key: StationKey, departure: Departure, at_ms: int) -> None:
        self._ledger.depart(key, departure, at_ms)
        self._ledger.depart(key, replace(departure, fate=Fate.AGAIN), at_ms)


def test_a_full_store_and_a_gateway_without_credentials_give_back_what_is_never_sent() -> None:
    crew = Crew(NOBODY, {KEY: Login("u", "p")}, VirtualClock(), lambda _line: None)
    stranger = (("E9", "G9"), Outgoing("t", b"x", number=9))
    assert crew.offer([stranger]) == [stranger]
    for number in range(KEPT):
        assert crew.offer([(KEY, Outgoing("t", b"x", number=number + 10))]) == []
    ((key, oldest),) = crew.offer([(KEY, Outgoing("t", b"x", number=1))])
    assert (key, oldest.number) == (KEY, 10)
    assert len(crew.unacknowledged()) == KEPT


def test_an_older_truth_that_does_not_tell_which_is_not_judged(folder: Path) -> None:
    path = folder / "truth.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["line_told"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BadTruth, match="1 messages were not acknowledged"):
        read_record(folder)
    said = CliRunner().invoke(app, ["reconcile", str(folder)])
    assert said.exit_code == 2
    assert "nobody can say what a platform lost" in said.output


def test_nothing_told_has_no_span_of_its_own() -> None:
    told = {POINT: [Told(7, 1.0, "good", 7)]}
    assert Record({}, {}, [], told).span() == (7, 7)
