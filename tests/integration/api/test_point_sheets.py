"""Points by the sheet over REST: tried, taken whole or not at all, and given out again."""

import csv
import io
from datetime import date
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from services.api.workbook import write_workbook
from services.api.workbook_kind import MEDIA_TYPE
from services.domain.due import APART, DueKind
from services.store.due_list import due_on
from tests.integration.api.conftest import Api
from tests.integration.api.test_enterprise_file import filed
from tests.integration.api.test_register import refused
from tests.living.park import Json

CSV = {"Content-Type": "text/csv"}
XLSX = {"Content-Type": MEDIA_TYPE}


def tags(api: Api, code: str) -> list[str]:
    return [each["tag"] for each in api.admin.items("/points", enterprise=code)]


def test_a_rehearsal_says_what_would_happen_and_stores_nothing(api: Api) -> None:
    code = api.enterprise()
    path = f"/points/import?enterprise={code}&dry_run=true"
    good = "位号,类型,单位\nA,液位,m\nB,液位,m\n".encode("gb18030")
    tried = api.admin.http.post(path, content=good, headers=CSV)
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    assert [line["action"] for line in tried.json()["lines"]] == ["new", "new"]
    assert (tried.json()["would_create"], tried.json()["would_update"]) == (2, 0)
    assert tags(api, code) == []
    api.point(code, "B")
    again = api.admin.http.post(path, content=good, headers=CSV)
    refused(again, 422, "invalid", "Nothing was imported", "Row 3: tag: B is registered already")
    wrong = b"tag,kind,unit\nC,level,ppm\nD,level,m\n"
    refused(api.admin.http.post(path, content=wrong, headers=CSV), 422, "invalid", "Row 2: unit")
    operator = api.person("operator")
    refused(operator.http.post(path, content=good, headers=CSV), 403, "forbidden")


def test_half_a_good_sheet_is_none_and_every_wrong_row_is_told(api: Api) -> None:
    """Case 112 of the import corpus, from the front door to the table."""
    code = filed(api)
    rows: list[list[Any]] = [
        ["tag", "kind", "unit", "lon", "lat", "gateway"],
        ["GOOD", "level", "m", 107.45, 38.21, None],
        ["OUT", "level", "m", 107.55, 38.21, None],
        ["ALSO-GOOD", "level", "m", None, None, None],
    ]
    path = f"/points/import?enterprise={code}"
    book = write_workbook(rows[0], rows[1:])
    answer = api.admin.http.post(path, content=book, headers=XLSX)
    refused(answer, 422, "invalid", "Nothing was imported", "Row 3: lon", f"area of {code}")
    rows[2][3] = 107.46
    rows[3][5] = "nowhere"
    book = write_workbook(rows[0], rows[1:])
    refused(api.admin.http.post(path, content=book, headers=XLSX), 422, "invalid", "Row 4: gateway")
    assert tags(api, code) == []
    rows[3][5] = None
    book = write_workbook(rows[0], rows[1:])
    done = api.admin.http.post(path, content=book, headers=XLSX)
    assert (done.status_code, done.json()) == (201, {"created": 3, "updated": 0, "unchanged": 0})
    bad = api.admin.http.post(path, content=book[:200], headers=XLSX)
    refused(bad, 422, "invalid", "no workbook")


def test_what_is_told_of_a_point_is_kept_and_its_history_too(api: Api) -> None:
    code = api.enterprise()
    told = {
        "height_m": 0.5,
        "criticality": "high",
        "calibrated_on": "2026-01-31",
        "calibration_due_on": "2099-01-31",
        "bump_test_due_on": "2099-02-28",
        "equipment": "V-101",
    }
    made = api.point(code, "GT-1", kind="combustible_gas", unit="%LEL", **told)
    assert {name: made[name] for name in told} == told
    assert (made["unit_ucum"], made["converted_from"]) == ("%{LEL}", None)
    address = f"/points/{code}/GT-1"
    for change, field in (
        ({"unit": "MPa"}, "unit"),
        ({"calibrated_on": "2099-01-31"}, "calibration_due_on"),
        ({"calibrated_on": "2098-01-31"}, "calibrated_on"),
        ({"bump_tested_on": "2099-01-31"}, "bump_tested_on"),
        ({"lon": 107.5}, "lat"),
        ({"height_m": 5000}, "height_m"),
        ({"criticality": "very"}, "criticality"),
        ({"calibrated_on": "45000"}, "calibrated_on"),
    ):
        wrong = api.admin.http.patch(address, json=change | {"name": "changed"})
        refused(wrong, 422, "invalid", field)
        assert wrong.json()["errors"][0]["field"] == field
    assert api.admin.ask(address) == made
    supervisor = api.person("supervisor")
    done = supervisor.http.patch(
        address, json={"criticality": "low", "equipment": None, "unit": "%LEL"}
    )
    assert done.status_code == 200
    turned = {"enterprise": code, "tag": "LT-9", "kind": "level", "unit": "m"}
    wrong = api.admin.http.post("/points", json=turned | {"range_low": 5, "range_high": 1})
    refused(wrong, 422, "invalid", "range_high: it must be above range_low")
    assert wrong.json()["errors"][0]["field"] == "range_high"
    ahead = {"kind": "level", "unit": "m", "calibrated_on": "2199-01-01"}
    new = api.admin.http.post("/points", json={"enterprise": code, "tag": "LT-9", **ahead})
    refused(new, 422, "invalid", "calibrated_on: 2199-01-01 lies ahead", "today is")
    path = f"/points/import?enterprise={code}&mode=both"
    rows = b"tag,kind,unit,calibrated_on\nLT-9,level,m,2199-01-01\n"
    sheet = api.admin.http.post(path, content=rows, headers=CSV)
    refused(sheet, 422, "invalid", "Row 2: calibrated_on: 2199-01-01 lies ahead")
    rows = b"tag,bump_tested_on\nGT-1,2099-01-01\n"
    sheet = api.admin.http.post(path, content=rows, headers=CSV)
    refused(sheet, 422, "invalid", "Row 2: bump_tested_on: 2099-01-01 lies ahead")
    second, first = api.admin.items(f"{address}/history")
    assert (first["changed_by"], first["before"]) == ("admin", None)
    assert first["after"] == {
        "kind": "combustible_gas",
        "unit": "%LEL",
        "reporting": "periodic",
        **told,
    }
    assert second["changed_by"].startswith("supervisor-")
    assert second["before"] == {"criticality": "high", "equipment": "V-101"}
    assert second["after"] == {"criticality": "low", "equipment": None}
    other = api.person("enterprise", api.enterprise())
    refused(other.http.get(f"{address}/history"), 404, "not-found")


def test_positions_of_a_chinese_map_are_converted_and_marked_where_the_import_says_so(
    api: Api,
) -> None:
    code = api.enterprise()
    sheet = b"tag,kind,unit,lon,lat\nA,level,m,121.531541859215,31.17530398364597\nB,level,m,,\n"
    path = f"/points/import?enterprise={code}"
    done = api.admin.http.post(f"{path}&coordinates=gcj02", content=sheet, headers=CSV)
    assert done.json() == {"created": 2, "updated": 0, "unchanged": 0}
    found = api.admin.ask(f"/points/{code}/A")
    assert (found["lon"], found["lat"]) == pytest.approx((121.5272106, 31.1774276), abs=1e-7)
    assert found["converted_from"] == "gcj02"
    assert api.admin.ask(f"/points/{code}/B")["converted_from"] is None
    [made] = api.admin.items(f"/points/{code}/A/history")
    assert made["after"]["converted_from"] == "gcj02"
    same = {"lon": found["lon"], "lat": found["lat"], "name": "x"}
    assert api.admin.http.patch(f"/points/{code}/A", json=same).json()["converted_from"] == "gcj02"
    moved = api.admin.http.patch(f"/points/{code}/A", json={"lon": 121.5, "lat": 31.0}).json()
    assert moved["converted_from"] is None
    odd = api.admin.http.post(f"{path}&coordinates=bd09", content=sheet, headers=CSV)
    refused(odd, 422, "invalid", "coordinates")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_given_out_cannot_run_and_is_taken_in_again_as_it_was(api: Api, form: str) -> None:
    """Cases 40 and 111 of the import corpus."""
    code, other = api.enterprise(), api.enterprise()
    api.point(
        code,
        "-GT,1;甲",
        kind="combustible_gas",
        unit="%LEL",
        range_low=-1.5,
        range_high=100,
        name='=HYPERLINK("http://x","y")',
        name_en="@SUM(A1)",
        substance="67-56-1",
        equipment="'quoted",
        height_m=0.5,
        criticality="medium",
        lon=107.45,
        lat=38.21,
        calibrated_on="2026-01-31",
        period_s=1,
        reporting="on_change",
    )
    api.point(code, "T-2")
    sheet = api.admin.http.get("/points/export", params={"enterprise": code, "format": form})
    assert sheet.status_code == 200
    assert sheet.headers["content-disposition"] == f'attachment; filename="points.{form}"'
    cells = _cells(sheet.content, form)
    assert not [cell for row in cells for cell in row if cell[:1] in ("=", "@", "+")]
    assert [row[1] for row in cells] == ["tag", "'-GT,1;甲", "T-2"]
    moved = _replaced(sheet.content, form, code, other)
    headers = CSV if form == "csv" else XLSX
    done = api.admin.http.post("/points/import", content=moved, headers=headers)
    assert done.json() == {"created": 2, "updated": 0, "unchanged": 0}, done.text
    for before, after in zip(
        api.admin.items("/points", enterprise=code),
        api.admin.items("/points", enterprise=other),
        strict=True,
    ):
        assert _told(after) == _told(before)


def test_an_enterprise_is_given_only_its_own_points(api: Api) -> None:
    mine, other = api.enterprise(), api.enterprise()
    api.point(mine, "MINE")
    api.point(other, "OTHER")
    own = api.person("enterprise", mine)
    for asked in ({}, {"enterprise": other}):
        text = own.http.get("/points/export", params=asked).text
        assert "OTHER" not in text
    assert "MINE" in own.http.get("/points/export").text


async def test_of_many_due_points_the_first_few_are_told_with_their_number(api: Api) -> None:
    code = api.enterprise()
    rows = "".join(f"D-{n:02},level,m,2026-01-{n + 1:02},\n" for n in range(12))
    sheet = f"tag,kind,unit,calibration_due_on,bump_test_due_on\n{rows}B,level,m,,2026-01-05\n"
    path = f"/points/import?enterprise={code}"
    assert api.admin.http.post(path, content=sheet.encode(), headers=CSV).json() == {
        "created": 13,
        "updated": 0,
        "unchanged": 0,
    }
    url = api.engines.api_url()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for day, count in ((date(2026, 1, 12), 12), (date(2026, 1, 3), 3), (date(2025, 12, 31), 0)):
            found = [d for d in await due_on(connection, day) if d.enterprise == code]
            late = [d for d in found if d.what is DueKind.CALIBRATION]
            assert [d.tag for d in late] == [f"D-{n:02}" for n in range(min(count, APART))]
            assert {d.count for d in late} == ({count} if count else set())
        bump = [
            d.tag for d in await due_on(connection, date(2026, 1, 5)) if d.what == "bump_test_due"
        ]
        assert "B" in bump


def _told(point: Json) -> Json:
    return {
        name: told for name, told in point.items() if name not in ("id", "enterprise", "created_at")
    }


def _cells(payload: bytes, form: str) -> list[list[str]]:
    if form == "csv":
        assert payload.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(payload.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(payload)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    return [["" if c.value is None else str(c.value) for c in row] for row in sheet.iter_rows()]


def _replaced(payload: bytes, form: str, old: str, new: str) -> bytes:
    if form == "csv":
        return payload.replace(old.encode(), new.encode())
    book = load_workbook(io.BytesIO(payload))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
