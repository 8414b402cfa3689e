"""Parquet is read as CSV is: the same rows, the same refusals, in either layout."""

import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.recording.csv_file import open_csv
from device_sim.recording.long_layout import Single
from device_sim.recording.parquet_file import ParquetRecording
from device_sim.recording.row import BadRecording, Row, extent_of
from device_sim.recording.source import open_recording
from device_sim.recording.stored import write
from tests.living.engines import recording

AT = datetime(2026, 1, 5, tzinfo=UTC)
AT_MS = 1_767_571_200_000
STAMP = "2026-01-05T00:00:00.000Z"


def _file(folder: Path, **columns: list[Any]) -> ParquetRecording:
    path = folder / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return ParquetRecording(path)


def test_numbers_booleans_and_states_of_any_type(tmp_path: Path) -> None:
    east = AT.astimezone(timezone(timedelta(hours=8))) + timedelta(milliseconds=250)
    file = _file(
        tmp_path, measured_at=[AT, east], A=[1, None], B=[Decimal("2.50"), Decimal("3")],
        C=[True, None], D=[None, "tripped"],
    )  # fmt: skip
    assert list(file.rows()) == [
        Row(AT_MS, {"A": 1.0, "B": 2.5, "C": True}),
        Row(AT_MS + 250, {"B": 3.0, "D": "tripped"}),
    ]
    assert extent_of(file).readings == 5


@pytest.mark.parametrize(
    ("cells", "told"),
    [({"measured_at": [AT], "A": [float("nan")]}, "row 1: column A: nan is neither"),
     ({"measured_at": [AT], "A": ["oops"]}, "row 1: column A: 'oops' is neither"),
     ({"measured_at": [AT.replace(tzinfo=None)], "A": [1]}, "column measured_at: .* no time zone"),
     ({"measured_at": [1], "A": [1]}, "column measured_at: 1 is not a time"),
     ({"A": [1]}, "the first column must be named measured_at"),
     ({"measured_at": [AT]}, "there is no tag"),
     ({"measured_at": [], "A": []}, "there is no row"),
     ({"measured_at": [AT], "tag": ["A"], "value": [1.0], "quality": ["odd"]}, "quality 'odd'")],
)  # fmt: skip
def test_what_cannot_be_played_is_named(
    tmp_path: Path, cells: dict[str, list[Any]], told: str
) -> None:
    with pytest.raises(BadRecording, match=told):
        extent_of(_file(tmp_path, **cells))


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_readings_one_a_row_become_messages_with_their_quality(tmp_path: Path, name: str) -> None:
    singles = [
        Single(AT_MS, "A", 1.5), Single(AT_MS, "B", "tripped", "uncertain"),
        Single(AT_MS, "A", 2.0), Single(AT_MS, "B", None, "bad"),
        Single(AT_MS + 1, "A", 3.0, "bad"),
    ]  # fmt: skip
    path = tmp_path / name
    stamps = {AT_MS: STAMP, AT_MS + 1: STAMP.replace(".000", ".001")}
    assert write(path, iter(singles), stamps.__getitem__) == 5
    source = open_recording(path)
    assert not hasattr(source, "messages")
    assert list(source.rows()) == [
        Row(AT_MS, {"A": 1.5, "B": "tripped"}, {"B": "uncertain"}),
        Row(AT_MS, {"A": 2.0}),
        Row(AT_MS + 1, {"A": 3.0}, {"A": "bad"}),
    ]


def test_a_real_plants_bad_day_is_the_same_from_both(tmp_path: Path) -> None:
    """3,018 instants of 22 variables: the same hash from the CSV and from its Parquet."""
    csv = open_csv(recording())
    rows = list(csv.rows())
    tags = list(rows[0].values)
    columns: dict[str, list[Any]] = {
        "measured_at": [AT + timedelta(milliseconds=row.measured_ms - AT_MS) for row in rows]
    }
    columns |= {tag: [row.values.get(tag) for row in rows] for tag in tags}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "x.parquet", row_group_size=700)
    words = ["--enterprise", "E1", "--gateway", "G1", "--hash"]
    hashes = {
        CliRunner().invoke(app, ["replay", str(path), *words]).output
        for path in (recording(), tmp_path / "x.parquet")
    }
    assert len(hashes) == 1
    assert len(hashes.pop().strip()) == 64


def test_without_its_library_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, measured_at=[AT], A=[1]).path
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    words = ["replay", str(path), "--enterprise", "E1", "--gateway", "G1", "--hash"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "pyarrow, which is not installed: install the extra parquet" in result.output
