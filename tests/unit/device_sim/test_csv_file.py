"""A recording is read whole before anything is sent, and a bad cell is named."""

from pathlib import Path

import pytest

from device_sim.recording.csv_file import open_csv
from device_sim.recording.row import BadRecording, Row, extent_of


def _file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "recording.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_rows_keep_their_numbers_states_and_booleans(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        "measured_at,TI-1,ESD-1,FD-1\n2026-01-05T00:00:10.500+08:00,-1.5e1,tripped,true\n",
    )
    assert list(open_csv(file).rows()) == [
        Row(1_767_542_410_500, {"TI-1": -15.0, "ESD-1": "tripped", "FD-1": True})
    ]


def test_an_empty_cell_is_no_reading(tmp_path: Path) -> None:
    file = _file(tmp_path, "measured_at,A,B\n2026-01-05T00:00:00Z,,2\n2026-01-05T00:00:01Z,,\n")
    assert [row.values for row in open_csv(file).rows()] == [{"B": 2.0}, {}]
    extent = extent_of(open_csv(file))
    assert (extent.rows, extent.readings, extent.last_ms) == (2, 1, 1_767_571_201_000)


@pytest.mark.parametrize(
    "cell", ["NaN", "inf", "1e999", "1_000", "1,5", "abc", "0x10", "１２", "--1"]
)
def test_an_unreadable_cell_is_named_with_its_line(tmp_path: Path, cell: str) -> None:
    file = _file(
        tmp_path, f'measured_at,A\n2026-01-05T00:00:00Z,1\n2026-01-05T00:00:01Z,"{cell}"\n'
    )
    with pytest.raises(BadRecording, match=r"line 3: column A: .*number"):
        extent_of(open_csv(file))


@pytest.mark.parametrize(
    "time", ["2026-01-05T00:00:00", "2026-13-05T00:00:00Z", "1767542400", "2026-01-05", "now"]
)
def test_a_time_without_an_offset_or_sense_is_refused(tmp_path: Path, time: str) -> None:
    file = _file(tmp_path, f"measured_at,A\n{time},1\n")
    with pytest.raises(BadRecording, match="line 2: column measured_at"):
        extent_of(open_csv(file))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("time,A\n", "first column"),
        ("measured_at\n", "no tag"),
        ("measured_at,A,A\n", "two columns"),
        ("measured_at,A,\n", "no tag"),
        ("measured_at,A\n", "no row"),
        ("", "first column"),
        ("measured_at,A\n2026-01-05T00:00:00Z,1,2\n", "3 cells"),
    ],
)
def test_a_file_that_is_no_recording_says_why(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadRecording, match=why):
        extent_of(open_csv(_file(tmp_path, text)))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="cannot be read"):
        open_csv(tmp_path / "none.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_as_plants_write_them(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"measured_at{delimiter}储罐液位\r\n2026-01-05T08:00:00+08:00{delimiter}61.5\r\n"
    assert [row.values for row in open_csv(_file(tmp_path, text, encoding)).rows()] == [
        {"储罐液位": 61.5}
    ]
