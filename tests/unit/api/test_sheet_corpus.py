"""Sheets that are wrong, forged or made to break a reader: cases 104 to 112 of the import corpus.

What comes out is either the points as they were meant or one sentence with the line; never a guess.
"""

from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from services.api import sheet as sheets
from services.api.point_sheet import Sheet
from services.api.sheet import BadSheet, neutral, restored
from services.api.workbook import workbook_rows, write_workbook
from services.api.workbook_apart import Table, read_apart, write_apart
from services.api.workbook_extent import MAX_COLUMNS
from tests.living.sheet import read_sheet
from tests.living.workbook import book, inline, repacked, saved, sheet_xml

HEADER = "tag,kind,unit"
ROW = "T-1,level,m"


def read(text: str | bytes) -> Sheet:
    return read_sheet(text.encode() if isinstance(text, str) else text, "north")


def moment(*parts: int) -> datetime:
    """As a workbook has it: without an offset."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def tags(sheet: Sheet) -> list[str]:
    assert sheet.errors == []
    return [point.tag for point in sheet.points.values()]


GOOD = book(["tag", "kind", "unit", "range_high"], ["T-1", "level", "m", 12.5])


def test_104_a_byte_order_mark_is_no_part_of_the_first_header() -> None:
    assert tags(read(f"\ufeff{HEADER}\n{ROW}\n")) == ["T-1"]
    assert tags(read(f"{HEADER}\n{ROW}\n".encode("utf-16"))) == ["T-1"]
    big_endian = b"\xfe\xff" + f"{HEADER}\n{ROW}\n".encode("utf-16-be")
    assert tags(read(big_endian)) == ["T-1"]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
def test_105_a_sheet_in_the_encodings_of_chinese_plants_is_read(encoding: str) -> None:
    sheet = read(f"{HEADER},name\n{ROW},甲区罐组\n".encode(encoding))
    assert [point.name for point in sheet.points.values()] == ["甲区罐组"]
    rare = read(f"{HEADER},name\n{ROW},\U00020000井\n".encode("gb18030"))
    assert [point.name for point in rare.points.values()] == ["\U00020000井"]
    with pytest.raises(BadSheet, match="neither UTF-8 nor GB18030"):
        read(f"{HEADER}\n".encode() + b"\xff\xff\xff")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_106_the_separator_is_found_in_the_header(separator: str) -> None:
    text = f"{HEADER},name\n{ROW},x\n".replace(",", separator)
    assert tags(read(text)) == ["T-1"]
    assert tags(read(text.replace("\n", "\r\n"))) == ["T-1"]
    assert tags(read(f"sep={separator}\r\n{text}")) == ["T-1"]


def test_106_a_line_is_told_as_the_editor_counts_it() -> None:
    sheet = read(f'{HEADER},name\nA,level,m,"two\nlines"\nB,level,m,good\nC,nonsense,m,x\n')
    assert [error.split(":")[0] for error in sheet.errors] == ["Row 2", "Row 5"]
    assert "printable" in sheet.errors[0]


@pytest.mark.parametrize(
    "text",
    [f'{HEADER}\n"T-1,level,m\nT-2,level,m\n', f'{HEADER}\nT-1,"lev"el,m\n'],
    ids=["never closed", "closed in the middle"],
)
def test_106_an_unbalanced_quote_swallows_no_rows(text: str) -> None:
    with pytest.raises(BadSheet, match="Row 2: the sheet is not CSV"):
        read(text)


def test_106_a_field_beyond_the_limit_is_refused_by_its_line() -> None:
    with pytest.raises(BadSheet, match=r"Row 2: .*field larger than field limit"):
        read(f"{HEADER}\n{'x' * 140_000},level,m\n")


def test_107_a_nul_in_a_field_is_refused() -> None:
    for text in (f"{HEADER}\nT\0,level,m\n", f"{HEADER}\nT,level,\0\n", f"{HEADER}\nT,le\0vel,m\n"):
        sheet = read(text)
        assert len(sheet.errors) == 1
        assert sheet.points == {}
    sheet = read(f"{HEADER},range_low\nT,level,m,1\0\n")
    assert "range_low" in sheet.errors[0]


def test_108_more_rows_than_a_sheet_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 50)
    with pytest.raises(BadSheet, match="more than 50 rows"):
        read(HEADER + "\n" + "".join(f"T-{n},level,m\n" for n in range(52)))
    assert len(tags(read(HEADER + "\n" + "".join(f"T-{n},level,m\n" for n in range(50))))) == 50


def test_108_one_row_of_many_megabytes_ends_at_the_limit_of_a_field() -> None:
    with pytest.raises(BadSheet, match="Row 1"):
        read("x" * 20_000_000)


def test_108_a_zip_bomb_is_not_unpacked() -> None:
    bomb = repacked(GOOD, xl__worksheets__sheet1_xml=b" " * (200 * 2**20))
    assert len(bomb) < 1_000_000
    with pytest.raises(BadSheet, match="unpacks to more than 192 MiB"):
        read(bomb)


def test_108_a_directory_that_lies_about_sizes_gives_no_more_than_it_says() -> None:
    packed = bytearray(repacked(GOOD, xl__worksheets__sheet1_xml=sheet_xml(inline(1, "x" * 5_000))))
    name = b"xl/worksheets/sheet1.xml"
    entry = packed.rindex(b"PK\x01\x02", 0, packed.rindex(name))
    packed[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    with pytest.raises(BadSheet, match="damaged"):
        read(bytes(packed))


def test_108_a_workbook_of_too_many_parts_is_refused() -> None:
    with pytest.raises(BadSheet, match="unpacks to more"):
        read(repacked(GOOD, **{f"xl__p{n}": b"" for n in range(2_001)}))


def test_108_entities_do_not_grow() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "{"a" * 100}">{levels}]>'
    sheet = sheet_xml(inline(1, "tag", "kind", "&e9;")).decode()
    bomb = sheet.replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{doctype}')
    with pytest.raises(BadSheet, match="damaged"):
        read(repacked(GOOD, xl__worksheets__sheet1_xml=bomb.encode()))


def test_108_macros_links_and_old_formats_are_refused_by_what_they_are() -> None:
    for payload, says in (
        (repacked(GOOD, xl__vbaProject_bin=b"x"), "macros"),
        (repacked(GOOD, xl__externalLinks__externalLink1_xml=b"<x/>"), "other workbooks"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        (GOOD[:300], "no workbook"),
        (repacked(GOOD, xl__workbook_xml=b"<not xml"), "damaged"),
        (repacked(GOOD, xl__worksheets__sheet1_xml=b"<worksheet"), "damaged"),
    ):
        with pytest.raises(BadSheet, match=says):
            read(payload)


@pytest.mark.parametrize("row", [20_002, 1_048_577, 99_999_999_999])
def test_108_a_row_beyond_the_last_costs_nothing_and_is_refused(row: int) -> None:
    xml = sheet_xml(inline(1, "tag", "kind", "unit") + inline(row, "T", "level", "m"), "A1:XFD9")
    payload = repacked(GOOD, xl__worksheets__sheet1_xml=xml)
    with pytest.raises(BadSheet, match=f"more than 20000 rows, A{row} "):
        read(payload)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (inline(30_000, "T-9", "level", "m"), "more than 20000 rows, A30000 holds"),
        ('<row r="3"><c r="CA3" t="inlineStr"><is><t>x</t></is></c></row>', "CA3 holds something"),
        ('<row r="3"><c r="XFD3"><v>1</v></c></row>', "XFD3 holds something"),
        (inline(2, "T-9", "level", "m"), "Row 2 stands behind row 2"),
        (inline(4, "T-9", "level", "m") + inline(3, "T-8", "level", "m"), "Row 3 stands behind"),
        (
            '<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>1</v></c></row>',
            "cells stand in no order",
        ),
    ],
)
def test_108_a_workbook_is_not_imported_half(rows: str, says: str) -> None:
    """A good point stands before what would be left out: the whole is refused."""
    good = inline(1, "tag", "kind", "unit") + inline(2, "T-1", "level", "m")
    with pytest.raises(BadSheet, match=says):
        read(repacked(GOOD, xl__worksheets__sheet1_xml=sheet_xml(good + rows, "A1:C2")))


def test_108_a_second_sheet_that_begins_far_below_is_one() -> None:
    made: Any = Workbook()
    made.active.append(["tag", "kind", "unit"])
    made.active.append(["T-1", "level", "m"])
    made.create_sheet("rest")["A500"] = "T-2"
    with pytest.raises(BadSheet, match="2 sheets"):
        read(saved(made))


def test_108_a_sheet_that_claims_its_last_corner_takes_only_its_rows() -> None:
    xml = sheet_xml(
        inline(1, "tag", "kind", "unit") + inline(2, "T-1", "level", "m"), "A1:XFD1048576"
    )
    assert tags(read(repacked(GOOD, xl__worksheets__sheet1_xml=xml))) == ["T-1"]
    wide = book(["tag", "kind", "unit", *[None] * MAX_COLUMNS, "more"])
    with pytest.raises(BadSheet, match="more than 64 columns"):
        read(wide)
    xml = sheet_xml(f'<row r="1"><c r="XFD1" s="0"/></row>{inline(2, "tag")}', "A1:A2")
    with pytest.raises(BadSheet, match="more than 64 columns"):
        read(repacked(GOOD, xl__worksheets__sheet1_xml=xml))


@pytest.mark.parametrize(
    "cell", ["1,000.5", "1.000,5", "5E", "--5", "1_000", "0x10", "1e400", "nan", "inf", "½", "1 5"]
)
def test_109_a_number_that_could_be_two_numbers_is_refused(cell: str) -> None:
    sheet = read(f"tag;kind;unit;range_low\nT;level;m;{cell}\n")
    assert len(sheet.errors) == 1
    assert sheet.errors[0].startswith("Row 2: range_low:")


@pytest.mark.parametrize(
    ("cell", "number"),
    [("１２", 12.0), ("－１．５", -1.5), ("+3", 3.0), (".5", 0.5), ("1E2", 100.0)],
)
def test_109_a_number_in_full_width_digits_is_that_number(cell: str, number: float) -> None:
    [point] = read(f"tag;kind;unit;range_low\nT;level;m;{cell}\n").points.values()
    assert point.range_low == number


@pytest.mark.parametrize("cell", ["01/02/26", "45000", "1", "2026-02-30", "31.01.2026", "2026-1"])
def test_109_a_day_that_could_be_another_is_refused(cell: str) -> None:
    sheet = read(f"tag,kind,unit,calibrated_on\nT,level,m,{cell}\n")
    assert len(sheet.errors) == 1
    assert sheet.errors[0].startswith("Row 2: calibrated_on:")


@pytest.mark.parametrize(
    "cell", ["2026-01-31", "2026/1/31", "2026.1.31", "2026年1月31日", "２０２６－１－３１"]
)
def test_109_a_day_with_its_year_first_is_that_day(cell: str) -> None:
    [point] = read(f"tag,kind,unit,calibrated_on\nT,level,m,{cell}\n").points.values()
    assert point.calibrated_on == date(2026, 1, 31)


def test_109_a_workbooks_own_dates_are_read_and_its_serial_numbers_are_not() -> None:
    header = ["tag", "kind", "unit", "calibrated_on"]
    [point] = read(book(header, ["T", "level", "m", moment(2026, 1, 31)])).points.values()
    assert point.calibrated_on == date(2026, 1, 31)
    # Day 60 of 1900 never was; a bare number is no day, whatever leap years a program believes in.
    for serial in (45_000, 60, 45_000.5):
        [error] = read(book(header, ["T", "level", "m", serial])).errors
        assert error.startswith("Row 2: calibrated_on:")
    [error] = read(book(header, ["T", "level", "m", moment(2026, 1, 31, 12)])).errors
    assert "calibrated_on" in error
    [error] = read(book(header, [moment(2026, 1, 2), "level", "m", None])).errors
    assert error == "Row 2: tag: it holds the date 2026-01-02: format the column as text."


def test_109_a_percentage_in_a_workbook_is_another_number_than_it_shows() -> None:
    with pytest.raises(BadSheet, match="Row 2: D2 is shown as a percentage, and 1 is stored"):
        read(book(["tag", "kind", "unit", "range_high"], ["T", "level", "m", 1], D2="0%"))


def test_110_headers_may_be_in_any_order_and_in_chinese_but_not_twice() -> None:
    assert tags(read("unit,tag,kind\nm,T-1,level\n")) == ["T-1"]
    sheet = read(
        "位号,监测类型,单位,量程上限（m）,检定日期,重要度\nT-1,液位,m,12,2026年1月31日,高\n"
    )
    [point] = sheet.points.values()
    assert (point.kind, point.range_high, point.criticality) == ("level", 12.0, "high")
    assert tags(read("ＴＡＧ,Kind,UNIT\nT-1,level,m\n")) == ["T-1"]
    for header in ("tag,kind,unit,tag", "tag,kind,unit,位号", "tag,kind,unit,TAG"):
        with pytest.raises(BadSheet, match="twice"):
            read(f"{header}\n")
    with pytest.raises(BadSheet, match="'colour' is not known"):
        read("tag,kind,unit,colour\n")
    with pytest.raises(BadSheet, match="no column unit"):
        read("tag,kind\n")


def test_111_a_formula_is_not_taken_for_its_value() -> None:
    sheet = read(f'{HEADER},name\nT,level,m,"=HYPERLINK(""http://x"")"\n')
    assert sheet.errors == ["Row 2: name: it holds a formula: put its value there."]
    with pytest.raises(BadSheet, match="Row 2: D2 holds a formula"):
        read(book(["tag", "kind", "unit", "range_high"], ["T", "level", "m", "=1+1"]))
    with pytest.raises(BadSheet, match="Row 2: D2 holds the error #REF!"):
        read(book(["tag", "kind", "unit", "name"], ["T", "level", "m", "#REF!"]))


DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_111_what_a_spreadsheet_would_run_leaves_with_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert restored(neutral(text)) == text


def test_111_an_exported_workbook_holds_texts_only() -> None:
    made = write_workbook(
        ["tag", "name"], [["T", text] for text in DANGEROUS if text.isprintable()]
    )
    rows = [cells for _, cells in workbook_rows(made)]
    assert [str(cells[1])[0] for cells in rows[1:]] == ["'"] * len(rows[1:])
    plain = write_workbook(["tag", "kind", "unit", "range_low"], [["T-1", "level", "m", -1.5]])
    [point] = read(plain).points.values()
    assert (point.tag, point.range_low) == ("T-1", -1.5)


def test_112_every_wrong_row_is_told_with_its_line() -> None:
    text = (
        f"{HEADER},range_low,range_high,lon,lat,bump_tested_on,bump_test_due_on\n"
        "A,level,m,0,1,,,,\n"
        "A,level,m,0,1,,,,\n"
        "\n"
        "B,gas,m,,,,,,\n"
        "C,temperature,ppm,,,,,,\n"
        "D,level,m,5,1,,,,\n"
        "E,level,m,,,107.5,,,\n"
        "F,level,m,,,,,2026-02-01,2026-02-01\n"
        "G,level,m,,,,,,,9\n"
        "H,level,m,,,181,38,,\n"
    )
    for sheet in (read(text), read(text.replace("\n", "\r\n"))):
        assert list(sheet.points) == [2]
        assert [error.split(":")[0] for error in sheet.errors] == [
            f"Row {n}" for n in (3, 5, 6, 7, 8, 9, 10, 11)
        ]
    for error, field in zip(
        sheet.errors,
        ["tag", "kind", "unit", "range_high", "lat", "bump_test_due_on", "it has 10", "lon"],
        strict=True,
    ):
        assert error.split(": ")[1].startswith(field)
    assert "ppm measures a share of the volume" in sheet.errors[2]


def test_112_a_workbook_of_two_filled_sheets_is_not_guessed_at() -> None:
    made: Any = Workbook()
    made.active.append(["tag", "kind", "unit"])
    made.active.append(["T-1", "level", "m"])
    made.create_sheet("empty")
    assert tags(read(saved(made))) == ["T-1"]
    made.create_sheet("more").append(["x"])
    with pytest.raises(BadSheet, match="2 sheets"):
        read(saved(made))
    with pytest.raises(BadSheet, match="empty"):
        read(saved(Workbook()))


def test_a_number_that_a_workbook_made_of_a_name_is_that_name_again() -> None:
    [point] = read(book(["tag", "kind", "unit"], [101, "level", "m"])).points.values()
    assert point.tag == "101"
    assert [point.range_high for point in read(GOOD).points.values()] == [12.5]


async def test_a_process_of_its_own_reads_and_writes_the_same() -> None:
    header, row = (
        ["tag", "kind", "unit", "calibrated_on"],
        ["T-1", "level", "m", moment(2026, 1, 31)],
    )
    payload = book(header, row)
    assert await read_apart(payload) == list(workbook_rows(payload))
    with pytest.raises(BadSheet, match="Row 2: A2 holds a formula"):
        await read_apart(book(header, ["=1", "level", "m", None]))
    made = await write_apart(Table(["tag", "height_m"], [["-T", -1.5]]))
    assert list(workbook_rows(made)) == [(1, ["tag", "height_m"]), (2, ["'-T", "-1.5"])]
