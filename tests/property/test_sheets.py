"""What is true of every sheet: what was given out comes in again, and no cell of it runs."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.api.point_body import NewPoint
from services.api.point_plan import plan, plan_groups
from services.api.point_sheet import COLUMNS, Mode, sheet_row
from services.api.sheet import BadSheet, neutral, plain_day, restored
from services.api.workbook import write_workbook
from services.domain.point import PointKind, Reporting
from services.domain.point_file import PointFile
from services.store.detector_group import RegisteredGroup
from services.store.point_row import point_from
from services.store.register import Place
from tests.living.sheet import read_sheet

STARTS = st.sampled_from(["", "=", "+", "-", "@", "'", "＝", "＠", "''=", '"', ";", "\u3000"])
TEXTS = st.builds(
    lambda start, rest: (start + rest).strip(),
    STARTS,
    # What can be printed: of all characters most cannot, and drawing them would be drawing in vain.
    st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "),
        max_size=20,
    ),
).filter(lambda text: bool(text) and text.isprintable() and text == text.strip())
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@st.composite
def points(draw: st.DrawFn) -> NewPoint:
    return NewPoint(
        enterprise="north",
        tag=draw(TEXTS),
        kind=draw(st.sampled_from(PointKind)),
        unit=draw(st.sampled_from(["%", "个", "=x", "-"])),
        name=draw(st.none() | TEXTS),
        substance=draw(st.sampled_from([None, "67-56-1", "甲醇", "CH4"])),
        equipment=draw(st.none() | TEXTS),
        range_low=draw(st.none() | NUMBERS),
        lon=(position := draw(st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90))))
        and position[0],
        lat=position and position[1],
        height_m=draw(st.none() | st.floats(-1_000, 1_000)),
        reporting=draw(st.sampled_from(Reporting)),
        calibrated_on=draw(st.none() | st.dates(date(1950, 1, 1), date(2200, 12, 31))),
    )


NOW = datetime(2026, 3, 1, tzinfo=UTC)
FILE = ("height_m", "criticality", "converted_from", "calibrated_on", "calibration_due_on",
        "bump_tested_on", "bump_test_due_on")  # fmt: skip


def registered(point: NewPoint, number: int = 1) -> dict[str, Any]:
    """As the table has it."""
    return point.model_dump() | {"converted_from": None, "id": number, "created_at": NOW}


def given_out(point: NewPoint, *groups: str, form: str = "csv") -> bytes:
    columns = registered(point)
    file = PointFile(*(columns[name] for name in FILE))
    place = Place(point_from(columns), point.lon, point.lat, NOW, point.equipment, file)
    row = sheet_row(place, groups)
    if form == "xlsx":
        return write_workbook(COLUMNS, [row])
    cells = [neutral(v) if isinstance(v, str) else v for v in row]
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, cells])
    return out.getvalue().encode("utf-8-sig")


def refusals(payload: bytes) -> list[str]:
    """The sentences about a sheet; none where it holds points and nothing else."""
    try:
        return read_sheet(payload, "north").errors
    except BadSheet as error:
        return [str(error)]


@given(st.text())
def test_a_neutral_text_is_what_it_was_and_begins_no_formula(text: str) -> None:
    assert restored(neutral(text)) == text
    assert neutral(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")


@given(points())
def test_a_point_that_is_given_out_comes_in_as_it_was(point: NewPoint) -> None:
    sheet = read_sheet(given_out(point), None)
    assert sheet.errors == []
    assert list(sheet.points.values()) == [point]


@pytest.mark.parametrize("mode", [Mode.UPDATE, Mode.BOTH])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=60)
@given(points(), st.lists(st.sampled_from(["A", "GDS-1", "-", "0_"]), unique=True))
def test_a_sheet_that_was_given_out_changes_nothing(
    form: str, mode: Mode, point: NewPoint, codes: list[str]
) -> None:
    sheet = read_sheet(given_out(point, *sorted(codes), form=form), None, mode=mode)
    made = plan(sheet, {("north", point.tag): registered(point)}, mode)
    groups = {
        ("north", code): RegisteredGroup(
            "north", code, code, None, "mixed", "wang", NOW, [point.tag] if code in codes else []
        )
        for code in ("A", "GDS-1", "-", "0_", "other")
    }
    plan_groups(made, sheet, groups, lambda *_: None, "li", NOW)
    assert sheet.errors == []
    assert [line.action for line in made.lines(10)] == ["unchanged"]
    assert (made.new, made.changes, made.groups) == ({}, {}, [])


@settings(max_examples=100)
@given(points(), points())
def test_the_columns_of_a_sheet_make_one_point_of_another(one: NewPoint, other: NewPoint) -> None:
    told = other.model_copy(update={"tag": one.tag})
    sheet = read_sheet(given_out(told), None, mode=Mode.UPDATE)
    made = plan(sheet, {("north", one.tag): registered(one)}, Mode.UPDATE)
    assert sheet.errors == []
    [change] = made.known.values()
    assert dict(change.after) == registered(told)
    [line] = made.lines(10)
    before, after = registered(one), registered(told)
    moved = {name for name in before if before[name] != after[name]}
    assert set(line.after or {}) == set(line.before or {}) == moved


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_rubbish_is_refused_by_a_sentence_and_breaks_nothing(payload: bytes) -> None:
    for head in (b"", b"tag,kind,unit\n"):
        assert all(text.endswith(".") for text in refusals(head + payload))


@given(st.dates())
def test_a_day_is_read_however_it_is_written_with_its_year_first(day: object) -> None:
    year, month, date = str(day).split("-")
    for text in (f"{year}/{int(month)}/{int(date)}", f"{year}年{int(month)}月{int(date)}日"):
        assert plain_day(text) == str(day)
