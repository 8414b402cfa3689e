"""Exported sheets as programs see them that share nothing with what wrote them (S33)."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from services.api.list_columns import Column, row
from services.api.workbook import write_workbook
from tests.living.office import fetched
from tests.unit.api.test_sheet_corpus import DANGEROUS

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_s33_another_reader_sees_texts_and_numbers_and_no_formula() -> None:
    """What the file itself says, by the standard library alone: `t` of a cell is what any program
    goes by, and a formula would be an `f` in it."""
    texts = [text for text in DANGEROUS if text.isprintable()]
    made = write_workbook(["name", "low"], [[text, -1.5] for text in texts])
    with zipfile.ZipFile(io.BytesIO(made)) as book_file:
        names = book_file.namelist()
        sheets = [book_file.read(name) for name in names if "worksheets/sheet" in name]
        shared = [
            "".join(part.text or "" for part in entry.iter(f"{SHEET}t"))
            for name in names
            if name.endswith("sharedStrings.xml")
            for entry in ElementTree.fromstring(book_file.read(name)).iter(f"{SHEET}si")
        ]
    cells = [cell for sheet in sheets for cell in ElementTree.fromstring(sheet).iter(f"{SHEET}c")]
    assert not [cell for cell in cells if cell.find(f"{SHEET}f") is not None]
    told = [(cell.get("t", "n"), cell) for cell in cells]
    numbers = [float(cell.findtext(f"{SHEET}v") or "x") for kind, cell in told if kind == "n"]
    assert numbers == [-1.5] * len(texts), "a negative number stays a number"
    words = {
        shared[int(cell.findtext(f"{SHEET}v") or "x")]
        if kind == "s"
        else "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
        for kind, cell in told
        if kind in ("s", "inlineStr")
    }
    assert words == {"name", "low", *(f"'{text}" for text in texts)}
    assert {kind for kind, _ in told} <= {"n", "s", "inlineStr"}
    assert not [name for name in names if "vba" in name or "external" in name.lower()]


def test_s33_openpyxl_finds_texts_and_numbers_and_no_formula() -> None:
    texts = [text for text in DANGEROUS if text.isprintable()]
    made = write_workbook(["name", "low"], [[text, -1.5] for text in texts])
    _, *rows = load_workbook(io.BytesIO(made))["points"].iter_rows()
    assert [(name.data_type, low.data_type) for name, low in rows] == [("s", "n")] * len(texts)
    assert [(name.value, low.value) for name, low in rows] == [(f"'{text}", -1.5) for text in texts]


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_s33_libreoffice_computes_nothing_of_it(tmp_path: Path) -> None:
    office, texts = fetched(), [text for text in DANGEROUS if text.isprintable()]
    # As any list is given with `format=csv`.
    columns = (Column(("name",)), Column(("low",)))
    lines = [row({"name": text, "low": -1.5}, columns) for text in texts]
    made = {
        "xlsx": write_workbook(["name", "low"], [[text, -1.5] for text in texts]),
        "csv": as_csv([["name", "low"], *lines]),
    }
    for kind, content in made.items():
        assert office.cells(content, kind, tmp_path) == [
            ("string", "name"), ("string", "low"),
            *(each for text in texts for each in (("string", f"'{text}"), ("float", "-1.5"))),
        ]  # fmt: skip
    armed = as_csv([["=1+1", "-1.5"]])
    assert office.cells(armed, "csv", tmp_path)[0] == ("float", "2"), "it does compute"


def as_csv(rows: Sequence[Sequence[object]]) -> bytes:
    told = io.StringIO()
    csv.writer(told).writerows(rows)
    return told.getvalue().encode()
