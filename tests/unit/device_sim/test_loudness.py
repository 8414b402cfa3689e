"""An alarm that called nobody is no answer, but where its reading came late or a drill was on."""

from dataclasses import replace
from pathlib import Path

import pytest

from device_sim.truth.record import Record, Told, read_record
from device_sim.truth.table import table
from tests.unit.device_sim.shelf import Shelf, written


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder: Path = tmp_path_factory.mktemp("truth")
    return read_record(written(folder / "t"))


@pytest.mark.parametrize("mark", ["historical", "exercise"])
def test_an_alarm_that_never_sounded_is_not_clean(record: Record, mark: str) -> None:
    shelf = Shelf(record)
    drilled = mark == "exercise"
    shelf.alarms = [
        replace(each, historical=not drilled, exercise=drilled) for each in shelf.alarms
    ]
    findings = shelf.against(record)
    assert (findings.missed, len(findings.silent), findings.clean) == ([], 1, False)
    why = "an exercise" if drilled else mark
    assert any(f"listed as {why}" in line for line in table(findings))


def test_in_a_drill_it_may_be_marked(record: Record) -> None:
    drill = replace(record, manifest={**record.manifest, "exercise": True})
    shelf = Shelf(drill)
    shelf.alarms = [replace(each, exercise=True) for each in shelf.alarms]
    assert shelf.against(drill).clean


@pytest.mark.parametrize("speed", [1.0, 200.0])
@pytest.mark.parametrize(("behind_s", "clean"), [(120, False), (121, True)])
def test_what_left_two_minutes_behind_its_point_may_be_historical(
    record: Record, speed: float, behind_s: int, clean: bool
) -> None:
    (alarm,) = Shelf(record).alarms
    said = record.told[alarm.point]
    newest = Told(alarm.raised_at + behind_s * 1000, 0.0, "good", alarm.raised_at - 1)
    if speed <= 1.0:
        newest = replace(newest, left_at=newest.measured_at)
    # All at and after the beginning leaves behind that one, in the order that it had.
    by_s = 0 if speed > 1.0 else behind_s * 1000 + 1
    late = [
        replace(each, left_at=each.left_at + by_s) if each.measured_at >= alarm.raised_at else each
        for each in said
    ]
    order = sorted([*late, newest], key=lambda each: each.left_at)
    manifest = {**record.manifest, "speed": speed}
    held = replace(record, told={**record.told, alarm.point: order}, manifest=manifest)
    shelf = Shelf(held)
    shelf.alarms = [replace(each, historical=True) for each in shelf.alarms]
    findings = shelf.against(held)
    assert (findings.clean, len(findings.silent)) == (clean, 0 if clean else 1)


def test_what_is_a_day_old_may_be_historical(record: Record) -> None:
    day = 86_400_001
    told = {
        point: [replace(each, left_at=each.left_at + day) for each in said]
        for point, said in record.told.items()
    }
    held = replace(record, told=told)
    shelf = Shelf(held)
    shelf.alarms = [replace(each, historical=True) for each in shelf.alarms]
    assert shelf.against(held).clean
