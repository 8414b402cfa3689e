"""Sheets that change points, and points that enterprises propose, over REST and on the database."""

import pytest

from services.api.workbook_kind import MEDIA_TYPE
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.park import Door, Json

CSV = {"Content-Type": "text/csv"}
XLSX = {"Content-Type": MEDIA_TYPE}


def sent(api: Api, works: str, text: str, **query: str | bool) -> Json:
    answer = api.admin.http.post(
        "/points/import",
        content=text.encode(),
        headers=CSV,
        params={"enterprise": works, "mode": "update", **query},
    )
    assert answer.status_code in (200, 201), answer.text
    told: Json = answer.json()
    return told


@pytest.fixture
def works(api: Api) -> str:
    code = api.enterprise()
    gas = {"kind": "combustible_gas", "unit": "%LEL", "substance": "methane", "range_high": 100}
    for tag in ("GT-1", "GT-2", "GT-3"):
        api.point(code, tag, **gas)
    body = {"enterprise": code, "code": "A", "name": "罐区", "kind": "gas", "members": ["GT-1"]}
    api.admin.register("/groups", body)
    return code


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_given_out_and_taken_in_again_changes_nothing(
    api: Api, works: str, form: str
) -> None:
    before = api.admin.items("/points", enterprise=works)
    sheet = api.admin.http.get("/points/export", params={"enterprise": works, "format": form})
    for mode in ("update", "both"):
        answer = api.admin.http.post(
            f"/points/import?mode={mode}",
            content=sheet.content,
            headers=CSV if form == "csv" else XLSX,
        )
        assert answer.json() == {"created": 0, "updated": 0, "unchanged": 3}
    assert api.admin.items("/points", enterprise=works) == before
    assert len(api.admin.items(f"/points/{works}/GT-1/history")) == 1


def test_a_sheet_changes_points_and_groups_says_so_before_and_keeps_what_was(
    api: Api, works: str
) -> None:
    text = "位号,设备,重要度,探测器组\nGT-1,V-101,高,\nGT-2,V-101,,A\nGT-3,,,\n"
    tried = sent(api, works, text, dry_run=True)
    assert (tried["would_create"], tried["would_update"], tried["unchanged"]) == (0, 2, 1)
    assert tried["left_off"] == 0
    first, second, third = tried["lines"]
    assert first == {
        "row": 2,
        "enterprise": works,
        "tag": "GT-1",
        "action": "changed",
        "before": {"equipment": None, "criticality": None, "groups": "A"},
        "after": {"equipment": "V-101", "criticality": "high", "groups": ""},
    }
    assert (second["before"]["groups"], second["after"]["groups"]) == ("", "A")
    assert (third["action"], third["before"], third["after"]) == ("unchanged", None, None)
    assert api.admin.ask(f"/groups/{works}/A")["members"] == ["GT-1"]
    assert api.admin.ask(f"/points/{works}/GT-1")["equipment"] is None

    done = sent(api, works, text, reason="春季检修后核对")
    assert done == {"created": 0, "updated": 2, "unchanged": 1}
    assert api.admin.ask(f"/groups/{works}/A")["members"] == ["GT-2"]
    assert api.admin.ask(f"/points/{works}/GT-1")["criticality"] == "high"
    regulator = api.person("regulator")
    newest, _ = regulator.items(f"/points/{works}/GT-1/history")
    assert newest["before"] == {"equipment": None, "criticality": None}
    assert newest["after"] == {"equipment": "V-101", "criticality": "high"}
    assert newest["reason"] == "春季检修后核对"


def test_one_wrong_row_and_nothing_of_the_sheet_is_done(api: Api, works: str) -> None:
    path = f"/points/import?enterprise={works}&mode=both"
    for text, told in (
        ("tag,kind,unit,gateway\nGT-1,,,\nNEW,level,m,nowhere\n", "Row 3: gateway"),
        ("tag,name,gateway\nGT-1,新名,\nGT-2,x,nowhere\n", "Row 3: gateway: nowhere"),
        ("tag,name,groups\nGT-1,新名,A\nGT-2,x,B\n", f"Row 3: groups: {works} has no group B"),
    ):
        answer = api.admin.http.post(path, content=text.encode(), headers=CSV)
        refused(answer, 422, "invalid", "Nothing was imported", told)
    limit = {"enterprise": works, "tag": "GT-2", "condition": "HH", "limit": 50, "grade": 1}
    api.admin.register("/rules", limit)
    for text, told in (
        (
            "tag,kind,unit\nGT-3,toxic_gas,ppm\nGT-2,toxic_gas,ppm\n",
            "Row 3: kind: GT-2 has readings, rules",
        ),
        ("tag,name,substance\nGT-1,新名,\nGT-2,,\n", "Row 3: reason: the HH limit in force, 50"),
    ):
        answer = api.admin.http.post(path, content=text.encode(), headers=CSV)
        refused(answer, 422, "invalid", told)
    assert {each["name"] for each in api.admin.items("/points", enterprise=works)} == {None}
    assert sent(api, works, "tag,substance\nGT-2,\n", reason="已停用")["updated"] == 1
    assert api.admin.items(f"/points/{works}/GT-2/history")[0]["reason"] == "已停用"


def proposed(owner: Door, path: str, body: Json, verb: str = "POST") -> Json:
    answer = owner.http.request(verb, path, json=body)
    assert answer.status_code == 202, answer.text
    told: Json = answer.json()["approval"]
    return told


def test_an_enterprise_proposes_a_point_and_a_supervisor_registers_it(api: Api, works: str) -> None:
    owner, supervisor = api.person("enterprise", works), api.person("supervisor")
    body = {"enterprise": works, "tag": "LT-9", "kind": "level", "unit": "m", "range_high": 12}
    refused(owner.http.post("/points", json=body), 422, "invalid", "reason: it is missing")
    wrong = body | {"unit": "ppm", "reason": "新建储罐"}
    refused(owner.http.post("/points", json=wrong), 422, "invalid", "unit")
    again = body | {"tag": "GT-1", "reason": "新建储罐"}
    refused(owner.http.post("/points", json=again), 409, "conflict", "registered already")
    other = api.enterprise()
    foreign = body | {"enterprise": other, "reason": "x"}
    nobody = body | {"enterprise": "nobody", "reason": "x"}
    answers = [owner.http.post("/points", json=each).json() for each in (foreign, nobody)]
    assert answers[0]["detail"].replace(other, "nobody") == answers[1]["detail"]

    asked = proposed(owner, "/points", body | {"reason": "新建储罐"})
    assert (asked["action"], asked["subject"]) == ("create_point", {"type": "point", "id": "LT-9"})
    refused(owner.http.get(f"/points/{works}/LT-9"), 404, "not-found")
    refused(owner.http.post(f"/approvals/{asked['id']}/approve", json={}), 403, "forbidden")
    foreigner = api.person("enterprise", other)
    assert foreigner.items("/approvals") == []
    [seen] = api.person("regulator").items("/approvals", enterprise=works)
    assert (seen["reason"], seen["proposal"]["range_high"]) == ("新建储罐", 12)
    supervisor.tell(f"/approvals/{asked['id']}/approve")
    assert supervisor.ask(f"/points/{works}/LT-9")["range_high"] == 12
    [made] = supervisor.items(f"/points/{works}/LT-9/history")
    assert made["changed_by"].startswith("enterprise-")
    assert made["reason"] == "新建储罐"


def test_a_change_that_is_proposed_holds_for_what_the_point_was(api: Api, works: str) -> None:
    owner, supervisor = api.person("enterprise", works), api.person("supervisor")
    address = f"/points/{works}/GT-1"
    limit = {"enterprise": works, "tag": "GT-1", "condition": "HH", "limit": 50, "grade": 1}
    api.admin.register("/rules", limit)
    refused(
        supervisor.http.patch(address, json={"substance": None}), 422, "invalid", "reason: the HH"
    )
    change = {"period_s": 30, "criticality": "low", "reason": "改为慢扫描"}
    asked = proposed(owner, address, change, "PATCH")
    assert asked["before"] == {"period_s": None, "criticality": None}
    late = proposed(owner, address, {"period_s": 60, "reason": "再慢"}, "PATCH")
    assert api.admin.ask(address)["period_s"] is None
    # What else of it changes does not matter; what was proposed to change does.
    assert api.admin.http.patch(address, json={"name": "罐区 1"}).status_code == 200
    supervisor.tell(f"/approvals/{asked['id']}/approve")
    assert (api.admin.ask(address)["period_s"], api.admin.ask(address)["name"]) == (30, "罐区 1")
    answer = supervisor.http.post(f"/approvals/{late['id']}/approve", json={})
    refused(answer, 409, "conflict", "period_s of GT-1 was changed after this was proposed")
    supervisor.tell(f"/approvals/{late['id']}/refuse")
    assert api.admin.ask(address)["period_s"] == 30
    elsewhere = api.enterprise()
    api.point(elsewhere, "X")
    foreign = owner.http.patch(f"/points/{elsewhere}/X", json=change)
    refused(foreign, 404, "not-found")


def test_an_enterprise_proposes_a_sheet_of_its_own_points(api: Api, works: str) -> None:
    owner, supervisor = api.person("enterprise", works), api.person("supervisor")
    other = api.enterprise()
    api.point(other, "X")
    path = f"/points/import?enterprise={works}&mode=both"
    good = b"tag,kind,unit,equipment\nGT-1,,,V-9\nLT-7,level,m,V-9\nGT-2,,,\n"
    refused(owner.http.post(path, content=good, headers=CSV), 422, "invalid", "reason: it is")
    path += "&reason=扩建"
    foreign = f"enterprise,tag,name\n{other},X,x\n".encode()
    nobody = b"enterprise,tag,name\nnobody,X,x\n"
    told = [owner.http.post(path, content=each, headers=CSV).json() for each in (foreign, nobody)]
    assert told[0]["detail"].replace(other, "nobody") == told[1]["detail"]
    grouped = b"tag,groups\nGT-2,A\n"
    refused(owner.http.post(path, content=grouped, headers=CSV), 422, "invalid", "groups")
    idle = b"tag,equipment\nGT-2,\n"
    refused(owner.http.post(path, content=idle, headers=CSV), 422, "invalid", "rows", "1 to 200")
    tried = owner.http.post(f"{path}&dry_run=true", content=good, headers=CSV)
    assert (tried.status_code, tried.json()["would_update"]) == (200, 1)

    answer = owner.http.post(path, content=good, headers=CSV)
    assert answer.status_code == 202, answer.text
    asked = answer.json()["approval"]
    assert asked["subject"] == {"type": "enterprise", "id": works}
    assert [(row["tag"], row["before"]) for row in asked["proposal"]["rows"]] == [
        ("LT-7", None),
        ("GT-1", {"equipment": None}),
    ]
    assert api.admin.ask(f"/points/{works}/GT-1")["equipment"] is None
    supervisor.tell(f"/approvals/{asked['id']}/approve")
    assert api.admin.ask(f"/points/{works}/GT-1")["equipment"] == "V-9"
    [made] = supervisor.items(f"/points/{works}/LT-7/history")
    assert made["reason"] == "扩建"
    assert made["changed_by"].startswith("enterprise-")


def test_the_unit_of_a_redundant_point_stays_while_it_is_redundant(api: Api, works: str) -> None:
    pair = {"enterprise": works, "code": "P", "name": "双重", "kind": "redundant"}
    api.admin.register("/groups", pair | {"members": ["GT-2", "GT-3"]})
    change = {"unit": "vol%", "reason": "x"}
    answer = api.admin.http.patch(f"/points/{works}/GT-3", json=change)
    refused(answer, 409, "conflict", "unit: GT-3 is redundant in the group P")
    path = f"/points/import?enterprise={works}&mode=update"
    sheet = b"tag,unit\nGT-1,vol%\nGT-3,vol%\n"
    refused(api.admin.http.post(path, content=sheet, headers=CSV), 422, "invalid", "Row 3: unit")
    assert api.admin.ask(f"/points/{works}/GT-1")["unit"] == "%LEL"
