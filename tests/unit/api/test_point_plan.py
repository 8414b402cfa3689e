"""What a sheet makes of registered points: which rows change, what they were, what is refused."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.api.point_plan import Plan, columns_of, plan, plan_groups
from services.api.point_sheet import Mode, Sheet
from services.api.sheet import BadSheet
from services.domain.point import Point, PointKind
from services.store.detector_group import RegisteredGroup
from tests.living.sheet import read_sheet

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEVEL = {
    "enterprise": "north", "tag": "LT-1", "id": 1, "kind": "level", "unit": "m", "range_low": 0.0,
    "range_high": 10.0, "substance": "methanol", "hazard_source": None, "gateway": "gw1",
    "name": "液位", "name_en": None, "lon": 107.45, "lat": 38.21, "period_s": 10.0,
    "reporting": "on_change", "equipment": None, "height_m": None, "criticality": None,
    "converted_from": "gcj02", "calibrated_on": date(2026, 1, 31), "calibration_due_on": None,
    "bump_tested_on": None, "bump_test_due_on": None, "created_at": NOW, "exercise_from": None,
    "exercise_until": None,
}  # fmt: skip
GAS = LEVEL | {"tag": "GT-1", "id": 2, "kind": "combustible_gas", "unit": "%LEL"}


def beside(enterprise: str, tag: str) -> Point:
    """A registered point that stands in no row."""
    return Point(sum(tag.encode()), enterprise, tag, PointKind.COMBUSTIBLE_GAS, "%LEL")


def tried(
    text: str, mode: Mode = Mode.UPDATE, coordinates: Any = "wgs84", *groups: RegisteredGroup
) -> tuple[Sheet, Plan]:
    sheet = read_sheet(text.encode(), "north", coordinates, mode)
    known = {("north", str(each["tag"])): each for each in (LEVEL, GAS)}
    made = plan(sheet, known, mode)
    by_key = {(group.enterprise, group.code): group for group in groups}
    plan_groups(made, sheet, by_key, beside, "li", NOW)
    return sheet, made


def group(code: str, *members: str, kind: str = "gas") -> RegisteredGroup:
    return RegisteredGroup("north", code, code, None, kind, "wang", NOW, sorted(members))


def test_only_what_the_header_names_changes_and_what_was_is_told() -> None:
    sheet, made = tried("位号,量程上限,名称\nLT-1,20,液位\nGT-1,,新名\n")
    assert sheet.errors == []
    first, second = made.lines(10)
    assert (first.row, first.tag, first.action) == (2, "LT-1", "changed")
    assert (first.before, first.after) == ({"range_high": 10.0}, {"range_high": 20.0})
    assert second.before == {"range_high": 10.0, "name": "液位"}
    assert second.after == {"range_high": None, "name": "新名"}, "an empty cell empties"
    whole = next(iter(made.changes.values()))
    assert dict(whole.after) == LEVEL | {"range_high": 20.0}


def test_an_empty_cell_says_nothing_of_what_is_never_empty() -> None:
    _, made = tried("tag,kind,unit,reporting\nLT-1,,,\n")
    assert [line.action for line in made.lines(10)] == ["unchanged"]


def test_new_and_registered_rows_stand_in_one_sheet_where_that_is_asked_for() -> None:
    sheet, made = tried("tag,kind,unit\nLT-1,level,mm\nNEW,level,m\nHALF,,\n", Mode.BOTH)
    assert [line.action for line in made.lines(10)] == ["changed", "new"]
    assert made.lines(10)[1].after == {"kind": "level", "unit": "m", "reporting": "periodic"}
    assert sheet.errors == ["Row 4: kind: Field required."]


@pytest.mark.parametrize(
    ("mode", "text", "told"),
    [
        (Mode.UPDATE, "tag,name\nNEW,x\n", "Row 2: tag: NEW is not registered"),
        (Mode.UPDATE, "tag,unit\nLT-1,ppm\n", "Row 2: unit: "),
        (Mode.UPDATE, "tag,range_low\nLT-1,11\n", "Row 2: range_low: it must be below"),
        (Mode.UPDATE, "tag,lat\nLT-1,\n", "Row 2: lat: lon and lat go together"),
        (Mode.UPDATE, "tag,criticality\nLT-1,very\n", "Row 2: criticality: "),
        (Mode.UPDATE, "tag,calibration_due_on\nLT-1,2026-01-01\n", "Row 2: calibration_due_on: "),
        (Mode.UPDATE, "tag,name\nLT-1,x\nLT-1,y\n", "Row 3: tag: LT-1 stands in the sheet twice"),
        (Mode.UPDATE, "tag,name\n,x\n", "Row 2: tag: Field required"),
        (Mode.UPDATE, "tag,groups\nLT-1,A B!\n", "Row 2: groups: 'B!' is no code of a group"),
        (Mode.UPDATE, "tag,groups\nLT-1,A\n", "Row 2: groups: north has no group A"),
    ],
)
def test_what_cannot_be_is_refused_by_its_row_and_field(mode: Mode, text: str, told: str) -> None:
    sheet, _ = tried(text, mode)
    assert [error.startswith(told) for error in sheet.errors] == [True], sheet.errors


def test_a_sheet_that_registers_needs_a_kind_and_a_unit_and_one_that_changes_does_not() -> None:
    with pytest.raises(BadSheet, match="no column kind"):
        read_sheet(b"tag,name\nA,x\n", "north")
    assert read_sheet(b"tag,name\nA,x\n", "north", mode=Mode.UPDATE).errors == []


def test_a_position_stays_converted_until_it_moves() -> None:
    _, same = tried("tag,lon,lat\nLT-1,107.45,38.21\n")
    assert same.changes == {}
    _, moved = tried("tag,lon,lat\nLT-1,107.46,38.21\n")
    assert moved.changes[2].after["converted_from"] is None
    _, given = tried("tag,lon,lat\nLT-1,107.46,38.21\n", Mode.UPDATE, "gcj02")
    after = given.changes[2].after
    assert after["converted_from"] == "gcj02"
    assert after["lon"] == pytest.approx(107.454, abs=5e-3)
    assert after["lon"] != 107.46


@pytest.mark.parametrize("half", ["lon", "lat"])
def test_half_a_position_in_shifted_coordinates_is_no_position(half: str) -> None:
    sheet, made = tried(f"tag,{half}\nLT-1,38.21\n", Mode.UPDATE, "gcj02")
    assert made.changes == {}
    assert sheet.errors == [f"Row 2: {half}: gcj02 moves both at once: send lon and lat."]
    _, plain = tried("tag,lat\nLT-1,38.22\n")
    assert plain.changes[2].after["lat"] == 38.22


def test_a_row_says_in_which_groups_its_point_is_and_in_no_others() -> None:
    a, b, c = group("A", "GT-1"), group("B", "GT-9"), group("C", "GT-1", "GT-9")
    sheet, made = tried("tag,groups\nGT-1,A；B\n", Mode.UPDATE, "wgs84", a, b, c)
    assert sheet.errors == []
    assert {each.code: each.members for each in made.groups} == {
        "B": ["GT-1", "GT-9"],
        "C": ["GT-9"],
    }
    assert {(each.changed_by, each.changed_at) for each in made.groups} == {("li", NOW)}
    [line] = made.lines(10)
    assert (line.action, line.before, line.after) == (
        "changed", {"groups": "A;C"}, {"groups": "A;B"},
    )  # fmt: skip
    _, none = tried("tag,groups\nGT-1,\n", Mode.UPDATE, "wgs84", a)
    assert [each.members for each in none.groups] == [[]]


def test_a_group_that_its_kind_does_not_allow_is_refused_by_the_row() -> None:
    sheet, _ = tried("tag,groups\nLT-1,A\n", Mode.UPDATE, "wgs84", group("A"))
    [told] = sheet.errors
    assert told.startswith("Row 2: groups: A: LT-1 is of the kind level")
    pair = group("P", "GT-1", "GT-9", kind="redundant")
    other = group("Q", "GT-8", "GT-9", kind="redundant")
    sheet, _ = tried("tag,groups\nGT-1,P;Q\n", Mode.UPDATE, "wgs84", pair, other)
    assert any("is redundant in the group" in each for each in sheet.errors), sheet.errors
    sheet, _ = tried("tag,groups\nGT-1,\n", Mode.UPDATE, "wgs84", pair)
    assert "Row 2: groups: P: 2 to 8 points measure the same; this names 1." in sheet.errors


def test_a_new_point_joins_a_group_with_its_registration() -> None:
    text = "tag,kind,unit,groups\nGT-5,toxic_gas,ppm,A\n"
    sheet = read_sheet(text.encode(), "north")
    made = plan(sheet, {}, Mode.CREATE)
    plan_groups(made, sheet, {("north", "A"): group("A")}, lambda *_: None, "li", NOW)
    assert (sheet.errors, made.groups[0].members) == ([], ["GT-5"])


def test_of_more_rows_than_are_shown_those_come_first_that_bring_something() -> None:
    rows = "".join(f"{tag},{top}\n" for tag, top in (("LT-1", 10), ("GT-1", 20), ("NEW", 5)))
    sheet = read_sheet(f"tag,range_high\n{rows}".encode(), "north", mode=Mode.UPDATE)
    made = plan(sheet, {("north", str(each["tag"])): each for each in (LEVEL, GAS)}, Mode.UPDATE)
    assert made.counts() == (0, 1, 1)
    assert [line.tag for line in made.lines(2)] == ["LT-1", "GT-1"]
    assert [line.tag for line in made.lines(1)] == ["GT-1"]


def test_positions_of_chinese_maps_are_converted_where_the_import_says_so() -> None:
    text = b"tag,kind,unit,lon,lat\nT,level,m,121.531541859215,31.17530398364597\nU,level,m,,\n"
    sheet = read_sheet(text, "north", "gcj02")
    first, second = columns_of(plan(sheet, {}, Mode.CREATE), sheet)
    assert (first["lon"], first["lat"]) == pytest.approx((121.5272106, 31.1774276), abs=1e-8)
    assert (first["converted_from"], second["converted_from"]) == ("gcj02", None)
    assert second["lon"] is None
    plain = read_sheet(text, "north")
    first, second = columns_of(plan(plain, {}, Mode.CREATE), plain)
    assert (first["lon"], first["converted_from"]) == (121.531541859215, None)
    assert (second["lon"], second["converted_from"]) == (None, None)
