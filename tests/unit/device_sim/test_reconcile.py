"""The truth against a platform's answers: clean when all is there, and each defect found by name."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import Scenario, load
from device_sim.fleet.stream import run_headless
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.expectation import Occurrence, expected
from device_sim.truth.ledger import BadTruth, Ledger
from device_sim.truth.reconciling import (
    Findings,
    Heard,
    Stored,
    compare_alarms,
    compare_readings,
    table,
)
from device_sim.truth.record import PointKey, Record, read_record
from tests.unit.device_sim.story import tell

SECONDS = 500
AFTER_MS = 80


def trial(name: str) -> Scenario:
    return load(name).model_copy(update={"park": "physical"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("truth") / "t"
    scenario = trial("lpg_leak")
    with Ledger(found) as ledger:
        digest = run_headless(scenario, 1, PERSONAS["native"], SECONDS, ledger)
        ledger.seal(scenario, scenario.start_ms, SECONDS, {"seed": 1, "stream_sha256": digest})
    return found


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return read_record(folder)


class Shelf:
    """What a platform that loses nothing would answer; a test takes out or puts in."""

    def __init__(self, record: Record) -> None:
        # A clock that is set back says an instant twice: the same value then is the same reading.
        self.readings: dict[PointKey, list[Stored]] = {
            point: [
                Stored(t.measured_at, t.left_at + AFTER_MS, t.value)
                for t in {t.identity: t for t in reversed(told)}.values()
            ]
            for point, told in record.told.items()
        }
        self.alarms = [
            Heard(each.point, each.direction, each.raised_at, each.left_at + AFTER_MS)
            for each in expected(record, PHYSICAL_PARK)
        ]

    def against(self, record: Record) -> Findings:
        findings = Findings()
        for point, told in record.told.items():
            compare_readings(findings, point, told, self.readings[point])
        compare_alarms(findings, record, expected(record, PHYSICAL_PARK), self.alarms)
        return findings


def test_a_platform_that_has_it_all_is_clean(record: Record) -> None:
    findings = Shelf(record).against(record)
    assert findings.clean
    assert findings.told == findings.stored == record.manifest["counts"]["readings"]
    assert findings.expected == findings.found == 1
    assert set(findings.late_ms) == set(findings.delays_ms) == {AFTER_MS}
    (cause,) = findings.by_cause.values()
    assert cause is not None
    assert 0 < cause < 20_000


def test_each_defect_is_found_and_named(record: Record) -> None:
    shelf = Shelf(record)
    point = ("E001", "GT-101")
    lost = shelf.readings[point].pop(7)
    shelf.readings[point].append(shelf.readings[point][3])
    shelf.readings["E002", "AT-301"].append(Stored(lost.measured_at + 1, lost.received_at, 0.5))
    missed = shelf.alarms.pop()
    shelf.alarms.append(replace(missed, point=("E002", "AT-301")))
    findings = shelf.against(record)
    assert not findings.clean
    assert [(at, told.measured_at) for at, told in findings.lost] == [(point, lost.measured_at)]
    assert (findings.doubled, findings.invented) == (1, 1)
    assert [each.point for each in findings.missed] == [point]
    assert [each.point for each in findings.false] == [("E002", "AT-301")]
    text = "\n".join(table(findings))
    assert f"E001/GT-101 {lost.measured_at}" in text
    assert "E002/AT-301 high" in text


def test_what_never_left_or_could_not_be_used_is_not_missed(tmp_path: Path) -> None:
    scenario = trial("bad_lines")
    with Ledger(tmp_path / "t") as ledger:
        run_headless(scenario, 1, PERSONAS["native"], 1_500, ledger)
        ledger.seal(scenario, scenario.start_ms, 1_500, {"seed": 1})
    record = read_record(tmp_path / "t")
    counts = record.manifest["counts"]
    assert counts["lost"] > 0 < counts["truncated"]
    told = sum(len(each) for each in record.told.values())
    assert 0 < told < counts["readings"]
    findings = Shelf(record).against(record)
    assert findings.clean
    assert max(findings.late_ms) == AFTER_MS
    # Only what happens in the plant can be detected; the leak begins at 900 s.
    assert findings.by_cause == {"1 leak": 12_000}


def test_a_dialect_that_gives_no_bad_value_is_expected_to_say_that_it_is_bad(
    tmp_path: Path,
) -> None:
    scenario = trial("sensor_faults")
    with Ledger(tmp_path / "t") as ledger:
        run_headless(scenario, 1, PERSONAS["neuron"], 1_230, ledger)
        ledger.seal(scenario, scenario.start_ms, 1_230, {"persona": "neuron"})
    told = read_record(tmp_path / "t").told["E001", "GT-103"]
    assert {each.quality for each in told if each.value is None} == {"bad"}
    assert sum(each.value is None for each in told) == 30


def test_the_oracle_finds_what_the_stories_found(record: Record) -> None:
    story = tell("lpg_leak", 1, SECONDS)
    watch = story.watches["E001", "GT-101", "H"]
    (found,) = expected(record, PHYSICAL_PARK)
    start_ms = record.manifest["start_ms"]
    assert found == Occurrence(
        ("E001", "GT-101"),
        "high",
        start_ms + int(watch.raised[0]) * 1000,
        start_ms + int(watch.cleared[0]) * 1000,
        start_ms + int(watch.raised[0]) * 1000,
    )


def test_a_truth_that_was_touched_is_no_truth(folder: Path, tmp_path: Path) -> None:
    for each in folder.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    with (tmp_path / "readings.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(BadTruth, match="has sealed"):
        read_record(tmp_path)
    (tmp_path / "truth.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadTruth, match="no manifest"):
        read_record(tmp_path)
    with pytest.raises(BadTruth, match="holds no truth"):
        read_record(tmp_path / "nowhere")


@pytest.fixture
def platform(record: Record) -> Iterator[tuple[str, Shelf]]:
    """A stand-in that speaks as much of the contract as is asked of it, in pages of 200."""
    shelf = Shelf(record)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._say({"access_token": "t"})

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            parts = [unquote(each) for each in address.path.split("/")]
            if parts[3] == "alarms":
                self._say({"items": [_alarm(each) for each in shelf.alarms], "next": None})
                return
            rows = shelf.readings[parts[4], parts[5]]
            first = int(query.get("cursor", "0"))
            after = first + 200 if first + 200 < len(rows) else None
            items = [_reading(each) for each in rows[first : first + 200]]
            self._say({"items": items, "next": None if after is None else str(after)})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

        def _say(self, body: object) -> None:
            payload = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", shelf
    server.shutdown()
    thread.join()
    server.server_close()


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def _reading(row: Stored) -> dict[str, object]:
    times = {"measured_at": _text(row.measured_at), "received_at": _text(row.received_at)}
    return {**times, "value": row.value, "quality": "good", "flags": []}


def _alarm(alarm: Heard) -> dict[str, object]:
    return {
        "enterprise": alarm.point[0],
        "tag": alarm.point[1],
        "condition": "HH" if alarm.direction == "high" else "LL",
        "raised_at": _text(alarm.raised_at),
        "received_at": _text(alarm.received_at),
    }


def test_the_command_reads_the_platform_and_says_how_it_stands(
    folder: Path, tmp_path: Path, platform: tuple[str, Shelf]
) -> None:
    url, shelf = platform
    secret = tmp_path / "password"
    secret.write_text("p\n", encoding="utf-8")
    words = ["reconcile", str(folder), "--api", url, "--password-file", str(secret)]
    clean = CliRunner().invoke(app, words)
    assert clean.exit_code == 0, clean.output
    assert clean.output.splitlines()[-1] == "clean"
    shelf.readings["E002", "LI-301"].pop()
    defective = CliRunner().invoke(app, words)
    assert defective.exit_code == 1
    assert "E002/LI-301" in defective.output
    assert defective.output.splitlines()[-1] == "not clean"
