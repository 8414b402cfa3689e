"""The truth of a run in files: every reading, every departure, every cause, sealed at the end."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import Scenario, parse
from device_sim.fleet.stream import Stream
from device_sim.truth.ledger import BadTruth, Ledger, dated

TEXT = """name: trial
title: 试验
title_en: Trial
start: 2026-01-05T00:00:00Z
duration_s: 60
park: physical
exercise: true
timeline:
  - {cause: leak, at: V-301 flange, at_s: 5, every_s: 20, hole_mm: 1}
  - {cause: loss, gateways: [E001/G01], at_s: 10, until_s: 30, share: 0.5}
  - {cause: duplicate, gateways: [E002/*], at_s: 0, share: 0.3}
  - {cause: nan, gateways: [E001/G02], at_s: 0, share: 0.5}
  - {cause: offline, gateways: [E001/MET], at_s: 40, until_s: 99}
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sealed(folder: Path) -> tuple[Scenario, list[tuple[str, bytes]]]:
    """A run with its truth in a folder; what went over the wire."""
    scenario = parse(TEXT, "trial.yaml")
    with Ledger(folder) as ledger:
        flow = Stream(scenario, 3, "b0", PERSONAS["native"], ledger)
        wire = [
            (said.topic, said.payload)
            for second in range(60)
            for _, said in flow.tick(scenario.start_ms + second * 1000)
        ]
        flow.finish(scenario.start_ms + 60_000)
        ledger.seal(scenario, scenario.start_ms, 60, {"seed": 3})
    return scenario, wire


def test_what_the_files_say_is_what_went_over_the_wire(tmp_path: Path) -> None:
    _, wire = sealed(tmp_path / "truth")
    readings = rows(tmp_path / "truth/readings.csv")
    departures = rows(tmp_path / "truth/departures.csv")
    leaving = [each for each in departures if int(each["bytes"])]
    assert [len(payload) for _, payload in wire] == [int(each["bytes"]) for each in leaving]
    told: dict[str, dict[str, str]] = {}
    for each in readings:
        told.setdefault(each["message"], {})[each["tag"]] = each["value"]
    for (topic, payload), departure in zip(wire, leaving, strict=True):
        body = json.loads(payload)
        assert topic == f"pw/v1/{departure['enterprise']}/{departure['gateway']}/telemetry"
        assert (body["boot"], body["seq"]) == (departure["boot"], int(departure["seq"]))
        assert set(body["values"]) == set(told[departure["message"]])
    assert {each["message"] for each in departures} == set(told)


def test_the_manifest_counts_and_seals_them(tmp_path: Path) -> None:
    sealed(tmp_path / "truth")
    manifest = json.loads((tmp_path / "truth/truth.json").read_text(encoding="utf-8"))
    departures = rows(tmp_path / "truth/departures.csv")
    fates = Counter(each["fate"] for each in departures)
    counts = manifest["counts"]
    assert {name: counts[name] for name in fates} == dict(fates)
    assert counts["lost"] > 0 < counts["again"]
    assert counts["waiting"] == 4  # the weather station speaks every 5 s
    assert counts["readings"] == len(rows(tmp_path / "truth/readings.csv"))
    assert manifest["exercise"] is True
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((tmp_path / "truth" / name).read_bytes()).hexdigest() == digest


def test_every_cause_is_there_with_its_true_times(tmp_path: Path) -> None:
    scenario, _ = sealed(tmp_path / "truth")
    text = (tmp_path / "truth/causes.jsonl").read_text(encoding="utf-8")
    causes = [json.loads(line) for line in text.splitlines()]
    assert causes == dated(scenario, scenario.start_ms, 60)
    leaks = [each for each in causes if each["cause"] == "leak"]
    assert [(each["from"] - scenario.start_ms) // 1000 for each in leaks] == [5, 25, 45]
    assert [each["id"] for each in leaks] == ["1.1", "1.2", "1.3"]
    assert leaks[0]["what"] == {"at": "V-301 flange", "hole_mm": 1.0}
    (lost,) = [each for each in causes if each["cause"] == "loss"]
    assert lost["until"] - lost["from"] == 20_000


def test_a_leak_ends_where_its_rates_come_to_nothing_for_good() -> None:
    def until(rates: str) -> list[int | None]:
        line = f"  - {{cause: leak, at: V-301 flange, at_s: 5, every_s: 20, {rates}}}\n"
        scenario = parse(TEXT.split("  - ")[0] + line, "trial.yaml")
        return [
            None if each["until"] is None else (each["until"] - each["from"]) // 1000
            for each in dated(scenario, scenario.start_ms, 45)
        ]

    assert until("rate_kg_s: [[0, 0], [2, 1], [4, 0], [6, 1], [9, 0], [12, 0]]") == [9, 9]
    assert until("rate_kg_s: [[0, 0], [2, 1]]") == [None, None]
    assert until("hole_mm: 1") == [None, None]


def test_what_went_into_the_air_is_there_second_by_second(tmp_path: Path) -> None:
    scenario, _ = sealed(tmp_path / "truth")
    released = rows(tmp_path / "truth/releases.csv")
    assert {(each["source"], each["substance"]) for each in released} == {
        ("V-301 flange", "chlorine")
    }
    seconds = [(int(each["at"]) - scenario.start_ms) // 1000 for each in released]
    assert seconds == list(range(5, 60))
    # 1 mm of liquid chlorine, once, twice, and three times.
    rates = [float(each["kg_s"]) for each in released]
    assert (
        rates[0] == pytest.approx(rates[25] / 2, rel=0.01) == pytest.approx(rates[45] / 3, rel=0.01)
    )
    manifest = json.loads((tmp_path / "truth/truth.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["releases"] == len(released)
    assert "releases.csv" in manifest["sha256"]


def test_values_that_nobody_can_use_say_why(tmp_path: Path) -> None:
    sealed(tmp_path / "truth")
    spoilt = [each for each in rows(tmp_path / "truth/readings.csv") if each["refusable"]]
    assert spoilt
    assert {(each["value"], each["refusable"]) for each in spoilt} == {("NaN", "nan")}
    assert {each["gateway"] for each in spoilt} == {"G02"}


def test_a_folder_that_holds_another_truth_is_refused(tmp_path: Path) -> None:
    sealed(tmp_path / "truth")
    with pytest.raises(BadTruth, match="already holds the truth"):
        Ledger(tmp_path / "truth")


def test_without_its_end_there_is_no_manifest(tmp_path: Path) -> None:
    with Ledger(tmp_path / "truth"):
        pass
    assert not (tmp_path / "truth/truth.json").exists()


def test_the_command_writes_the_truth_of_what_it_hashes(tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(TEXT, encoding="utf-8")
    words = ["run", str(file), "--hash", "--truth", str(tmp_path / "t")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "t/truth.json").read_text(encoding="utf-8"))
    assert manifest["stream_sha256"] in result.output
    again = CliRunner().invoke(app, words)
    assert again.exit_code == 2
    assert "another folder" in again.output


def test_another_process_with_another_hash_seed_tells_the_same(tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(TEXT, encoding="utf-8")
    hashes = set()
    for salt in ("1", "4711"):
        run = subprocess.run(
            [sys.executable, "-m", "device_sim", "run", str(file), "--hash", "--seed", "5"],
            env=os.environ | {"PYTHONHASHSEED": salt},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        hashes.add(run.stdout.strip())
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64
