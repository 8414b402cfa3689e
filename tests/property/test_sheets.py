"""What is true of every sheet: what was given out comes in again, and no cell of it runs."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from services.api.point_body import NewPoint
from services.api.point_sheet import COLUMNS, read_sheet
from services.api.sheet import BadSheet, neutral, plain_day, restored
from services.domain.point import PointKind, Reporting

STARTS = st.sampled_from(["", "=", "+", "-", "@", "'", "＝", "＠", "''=", '"', ";", "\u3000"])
TEXTS = st.builds(
    lambda start, rest: (start + rest).strip(),
    STARTS,
    st.text(st.characters(codec="utf-8"), max_size=20),
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
        substance=draw(st.none() | TEXTS),
        equipment=draw(st.none() | TEXTS),
        range_low=draw(st.none() | NUMBERS),
        height_m=draw(st.none() | st.floats(-1_000, 1_000)),
        reporting=draw(st.sampled_from(Reporting)),
        calibrated_on=draw(st.none() | st.dates()),
    )


def given_out(point: NewPoint) -> bytes:
    told = point.model_dump(mode="json")
    cells = [neutral(v) if isinstance(v, str) else v for v in (told[name] for name in COLUMNS)]
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
