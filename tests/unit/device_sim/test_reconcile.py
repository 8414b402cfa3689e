"""The truth against a platform's answers: clean when all is there, and each defect found by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.stream import run_headless
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.expectation import Occurrence, expected
from device_sim.truth.ledger import BadTruth, Ledger
from device_sim.truth.reconciling import Detection, Findings, Stored, compare_alarms
from device_sim.truth.record import Record, read_record
from device_sim.truth.table import table
from tests.unit.device_sim.shelf import AFTER_MS, MADE_MS, SECONDS, Shelf, trial, written
from tests.unit.device_sim.story import tell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("truth") / "t")


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return read_record(folder)


def test_a_platform_that_has_it_all_is_clean(record: Record) -> None:
    findings = Shelf(record).against(record)
    assert findings.clean
    assert findings.told == findings.stored == record.manifest["counts"]["readings"]
    assert findings.expected == findings.found == 1
    assert (set(findings.late_ms), set(findings.delays_ms)) == ({AFTER_MS}, {MADE_MS})
    (cause,) = findings.by_cause.values()
    assert cause is not None
    assert 0 < cause.due_ms < 20_000
    assert cause.took_ms == cause.due_ms + MADE_MS
    told = "\n".join(table(findings))
    assert f"due after {cause.due_ms / 1000:.1f} s; there after" in told
    assert "made after they were due  0.095 s, 0.095 s" in told


def test_a_run_faster_than_life_says_that_lateness_is_not_measured(record: Record) -> None:
    for speed, why in ((200.0, "at ×200 nothing leaves"), (None, "nothing was sent")):
        fast = replace(record, manifest={**record.manifest, "speed": speed})
        findings = Shelf(fast).against(fast, within_ms=1)
        assert findings.clean, "what is not measured is not judged"
        rows = {line[:26].strip(): line[26:] for line in table(findings)}
        for name in ("late, median and worst", "made after they were due"):
            assert rows[name].startswith("not measured")
            assert why in rows[name]
        assert "not measured" in rows["cause 1 leak"]
        assert rows["cause 1 leak"].startswith("due after")


def test_an_alarm_that_is_made_late_is_said_to_be_and_judged_where_that_is_asked(
    record: Record,
) -> None:
    shelf = Shelf(record)
    first = shelf.alarms[0]
    assert first.noted_at is not None
    shelf.alarms[0] = replace(first, noted_at=first.noted_at + 4_000)
    assert shelf.against(record).clean
    findings = shelf.against(record, within_ms=2_000)
    assert not findings.clean
    assert [after for _, after in findings.late] == [4_000 + MADE_MS]
    assert "later than it may be" in "\n".join(table(findings))


def test_an_alarm_that_never_became_red_is_a_missed_escalation(record: Record) -> None:
    shelf = Shelf(record)
    (first,) = shelf.alarms
    shelf.alarms = [replace(first, condition="H", grade=first.grade + 1)]
    findings = shelf.against(record)
    assert not findings.clean
    assert (findings.missed, len(findings.not_escalated)) == ([], 1)
    rows = [line for line in table(findings) if line.startswith("missed escalation ")]
    assert f"worst is HH, grade {first.grade}; the alarm had H, grade {first.grade + 1}" in rows[0]
    (wanted,) = expected(record, PHYSICAL_PARK)
    lower, findings = replace(wanted, condition="H", grade=first.grade + 1), Findings()
    compare_alarms(findings, record, [lower], [first])
    assert len(findings.over_escalated) == 1
    assert not findings.clean


def test_an_alarm_that_ends_too_early_or_never_does_not_agree(record: Record) -> None:
    shelf = Shelf(record)
    (first,) = shelf.alarms
    assert first.ended_at is not None
    for ended_at in (None, first.ended_at - 11_000):
        shelf.alarms = [replace(first, ended_at=ended_at)]
        findings = shelf.against(record)
        assert not findings.clean
        assert "ended at another time" in "\n".join(table(findings))
    shelf.alarms = [replace(first, ended_at=first.ended_at + 1_000)]
    assert shelf.against(record).clean


def test_what_stands_to_the_end_may_not_end_before_it(record: Record) -> None:
    (wanted,), (alarm,) = expected(record, PHYSICAL_PARK), Shelf(record).alarms
    standing, over = replace(wanted, ended_at=None), record.last_left()
    for ended_at, clean in (
        (None, True), (over + 60_000, True), (over - 10_000, True),
        (over - 10_001, False), (alarm.raised_at + 1_000, False),
    ):  # fmt: skip
        findings = Findings()
        compare_alarms(findings, record, [standing], [replace(alarm, ended_at=ended_at)])
        assert (findings.clean, len(findings.ended_otherwise)) == (clean, 0 if clean else 1)


def test_a_reading_that_comes_back_with_another_quality_is_another(record: Record) -> None:
    shelf = Shelf(record)
    rows = shelf.readings["E001", "GT-102"]
    rows[5] = replace(rows[5], quality="uncertain")
    findings = shelf.against(record)
    assert (len(findings.lost), findings.invented) == (1, 1)


def test_a_flood_is_told_as_it_was_expected(tmp_path: Path) -> None:
    scenario = trial("alarm_flood")
    with Ledger(tmp_path / "t") as ledger:
        run_headless(scenario, 1, PERSONAS["native"], 700, ledger)
        ledger.seal(scenario, scenario.start_ms, 700, {"seed": 1})
    record = read_record(tmp_path / "t")
    shelf = Shelf(record)
    findings = shelf.against(record)
    assert findings.clean
    (flood,) = findings.floods_heard
    assert findings.floods_heard == findings.floods_expected
    assert flood.most == findings.most_heard == findings.most_expected > 100
    shelf.alarms = shelf.alarms[:8]
    quiet = shelf.against(record)
    assert (quiet.floods_heard, len(quiet.floods_expected)) == ([], 1)
    assert "0 of 1 expected" in "\n".join(table(quiet))


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
    (detection,) = findings.by_cause.values()
    assert isinstance(detection, Detection)
    # Only what happens in the plant can be detected; the leak begins at 900 s.
    assert set(findings.by_cause) == {"1 leak"}
    assert 5_000 < detection.due_ms < 15_000


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
        "HH",
        1,
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
