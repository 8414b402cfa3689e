"""The file of an enterprise over REST: whole or not at all, told only to whom it may, and kept."""

import secrets
from typing import Any

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused

SQUARE = [[107.44, 38.20], [107.46, 38.20], [107.46, 38.22], [107.44, 38.22], [107.44, 38.20]]
AREA = {"type": "Polygon", "coordinates": [SQUARE]}
BAY = [[107.44, 38.20], [107.46, 38.20], [107.46, 38.22], [107.455, 38.22], [107.455, 38.21],
       [107.445, 38.21], [107.445, 38.22], [107.44, 38.22], [107.44, 38.20]]  # fmt: skip
"""An area with a bay in the north; a zone over both of its arms has its corners in it."""
OVER = [[107.442, 38.215], [107.458, 38.215], [107.458, 38.218], [107.442, 38.218],
        [107.442, 38.215]]  # fmt: skip
CHIEF = {"role": "chief", "name": "王建国", "phone": "0477-555 0101"}
LICENCE = {
    "kind": "safety_production",
    "number": "(蒙)WH安许证字[2026]001",
    "valid_from": "2026-01-01",
    "valid_until": "2029-01-01",
}
FILE: dict[str, Any] = {
    "address": "鄂托克前旗上海庙镇能源化工园区",
    "area": AREA,
    "contacts": [CHIEF, {"role": "duty", "name": "值班室", "phone": "0477-555 0110"}],
    "licences": [LICENCE, {"kind": "emission", "number": "P-1", "valid_until": "2020-06-30"}],
    "substances": [{"name": "液氯", "cas": "7782-50-5", "quantity_t": 5}],
    "staff_on_site": 320,
    "zones": [{"code": "TF-1", "name": "罐区", "area": AREA}],
}


def national() -> str:
    return f"{secrets.randbelow(10**11):011}"


def filed(api: Api, **more: object) -> str:
    code = f"E-{secrets.token_hex(4)}"
    api.admin.tell("/enterprises", {"code": code, "name": "企业", **FILE, **more}, status=201)
    return code


def changed(api: Api, code: str, **change: object) -> httpx2.Response:
    return api.admin.http.patch(f"/enterprises/{code}", json=change)


def test_a_file_is_kept_as_it_was_told_and_says_what_has_expired(api: Api) -> None:
    eleven = national()
    code = filed(api, national_code=eleven, name_en="North works")
    file = api.admin.ask(f"/enterprises/{code}")
    assert (file["national_code"], file["name_en"]) == (eleven, "North works")
    assert {name: file[name] for name in ("address", "area", "contacts", "staff_on_site")} == {
        name: FILE[name] for name in ("address", "area", "contacts", "staff_on_site")
    }
    assert [each["state"] for each in file["licences"]] == ["valid", "expired"]
    assert {each["name"]: each["known"] for each in file["substances"]} == {
        each["name"]: True for each in FILE["substances"]
    }
    assert file["zones"][0] == {"code": "TF-1", "name": "罐区", "name_en": None, "area": AREA}
    [listed] = [e for e in api.admin.items("/enterprises") if e["code"] == code]
    assert "contacts" not in listed, "lists hold no personal data"
    own = national()
    api.admin.tell("/enterprises", {"code": own, "name": "十一位"}, status=201)
    assert api.admin.ask(f"/enterprises/{own}")["national_code"] == own
    refused(changed(api, code, national_code=own), 409, "conflict", "national_code", own)
    plant = api.person("enterprise", code)
    told = plant.http.patch(f"/enterprises/{code}", json={"national_code": own})
    refused(told, 409, "conflict", "national_code: another enterprise has it already")
    assert own not in told.text
    again = {"code": f"E-{secrets.token_hex(4)}", "name": "x", "national_code": eleven}
    refused(api.admin.http.post("/enterprises", json=again), 409, "conflict", code)
    assert not [e for e in api.admin.items("/enterprises") if e["code"] == again["code"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"licences": [LICENCE | {"valid_until": "2025-12-31"}]}, "licences.0.valid_until"),
        ({"licences": [LICENCE, LICENCE]}, "licences.1.number"),
        ({"licences": [LICENCE | {"valid_from": "01/02/26"}]}, "licences.0.valid_from"),
        ({"contacts": [CHIEF | {"phone": "call me"}]}, "contacts.0.phone"),
        ({"contacts": [CHIEF | {"role": "king"}]}, "contacts.0.role"),
        ({"substances": [{"name": "x", "cas": "7782-50-6"}]}, "substances.0.cas"),
        ({"substances": [{"name": "x", "quantity_t": -1}]}, "substances.0.quantity_t"),
        ({"substances": [{"name": "甲醇"}, {"name": "固化剂 B-7"}]}, "substances.1.name"),
        ({"substances": [{"name": "固化剂 B-7", "cas": "7732-18-5"}]}, "substances.0.cas"),
        ({"substances": [{"name": "固化剂 B-7", "class": "W99"}]}, "substances.0.class"),
        ({"substances": [{"name": "氯", "cas": "67-63-0"}]}, "substances.0.cas"),
        ({"staff_on_site": -1}, "staff_on_site"),
        ({"staff_on_site": 1.5}, "staff_on_site"),
        ({"national_code": "123"}, "national_code"),
        ({"area": {"type": "Point", "coordinates": [1, 2]}}, "area.type"),
        ({"area": {"type": "Polygon", "coordinates": [SQUARE[:-1]]}}, "area.coordinates"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
         "area.coordinates"),
        ({"zones": [{"code": "A", "name": "x"}, {"code": "A", "name": "y"}]}, "zones.1.code"),
        (
            {
                "area": {"type": "Polygon", "coordinates": [BAY]},
                "zones": [
                    {"code": "A", "name": "x", "area": {"type": "Polygon", "coordinates": [OVER]}}
                ],
            },
            "zones.0.area",
        ),
        ({"substances": [{"name": "氯", "cas": "7782-50-5"}] * 2}, "substances.1.name"),
        (
            {
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[108, 39], [108.01, 39], [108.01, 39.01], [108, 39]]],
                }
            },
            "zones.0.area",
        ),
        ({"name": None}, "name"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_path_and_nothing_of_it_is_stored(
    api: Api, change: dict[str, object], field: str
) -> None:
    code = filed(api)
    before = api.admin.ask(f"/enterprises/{code}")
    answer = changed(api, code, address="elsewhere", **change)
    refused(answer, 422, "invalid", field)
    assert answer.json()["errors"][0]["field"] == field
    assert api.admin.ask(f"/enterprises/{code}") == before
    assert len(api.admin.items(f"/enterprises/{code}/history")) == 1
    new = {"code": f"E-{secrets.token_hex(4)}", "name": "x", **FILE, **change}
    refused(api.admin.http.post("/enterprises", json=new), 422, "invalid", field)


def test_a_product_that_nobody_can_look_up_is_declared_by_its_class_and_never_silently(
    api: Api,
) -> None:
    code = filed(api)
    told = changed(api, code, substances=[{"name": "固化剂 B-7"}, {"name": "底漆 9"}])
    refused(told, 422, "invalid", "substances.0.name: nobody knows 固化剂 B-7", "CAS", "`class`")
    assert [each["field"] for each in told.json()["errors"]] == [
        "substances.0.name", "substances.1.name",
    ]  # fmt: skip
    products = [
        {"name": "甲醇"},
        {"name": "固化剂 B-7", "class": "W5.3", "quantity_t": 12},
        {"name": "尿素", "cas": "57-13-6", "class": "other"},
    ]
    kept = changed(api, code, substances=products).json()["substances"]
    assert [(each["known"], each["class"]) for each in kept] == [
        (True, None), (False, "W5.3"), (False, "other"),
    ]  # fmt: skip
    newest = api.admin.items(f"/enterprises/{code}/history")[0]
    assert newest["after"] == {"substances": products}


def test_what_stood_in_a_file_before_products_were_declared_hinders_no_other_change(
    api: Api,
) -> None:
    code = filed(api)
    old = '[{"name": "固化剂 B-7"}]'
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute(
            "UPDATE enterprise SET file = file || jsonb_build_object('substances', %s::jsonb)"
            " WHERE code = %s",
            (old, code),
        )
    answer = changed(api, code, staff_on_site=7)
    assert answer.status_code == 200, answer.text
    (kept,) = answer.json()["substances"]
    assert (kept["name"], kept["known"], kept["class"]) == ("固化剂 B-7", False, None)
    again = changed(api, code, substances=[{"name": "固化剂 B-7"}])
    refused(again, 422, "invalid", "substances.0.name")


def test_the_history_tells_who_changed_what_and_when(api: Api) -> None:
    code = filed(api)
    supervisor = api.person("supervisor")
    moved = [CHIEF | {"name": "李红"}]
    told = supervisor.http.patch(
        f"/enterprises/{code}", json={"contacts": moved, "staff_on_site": 300, "address": None}
    )
    assert told.status_code == 200, told.text
    assert told.json()["address"] is None
    same = supervisor.http.patch(f"/enterprises/{code}", json={"staff_on_site": 300})
    assert same.status_code == 200
    first, second = reversed(api.admin.items(f"/enterprises/{code}/history"))
    assert (first["changed_by"], first["before"]) == ("admin", None)
    assert first["after"]["licences"][0]["number"] == LICENCE["number"]
    assert second["changed_by"].startswith("supervisor-")
    assert second["before"] == {
        "contacts": FILE["contacts"],
        "staff_on_site": 320,
        "address": FILE["address"],
    }
    assert second["after"] == {"contacts": moved, "staff_on_site": 300, "address": None}
    assert first["at"] < second["at"]
    assert len(api.admin.items(f"/enterprises/{code}/history", limit=1)) == 2


def test_nobody_may_write_history_anew(api: Api) -> None:
    filed(api)
    with psycopg.connect(api.engines.services["api"]["PARKWATCH_DATABASE_URL"]) as connection:
        for statement in (
            "UPDATE register_change SET changed_by = 'me'",
            "DELETE FROM register_change",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_an_enterprise_keeps_its_own_file_and_sees_no_other(api: Api) -> None:
    mine, other = filed(api), filed(api)
    own = api.person("enterprise", mine)
    assert own.ask(f"/enterprises/{mine}")["contacts"] == FILE["contacts"]
    assert own.http.patch(f"/enterprises/{mine}", json={"staff_on_site": 5}).status_code == 200
    assert [e["code"] for e in own.items("/enterprises")] == [mine]
    assert len(own.items(f"/enterprises/{mine}/history")) == 2
    unknown = own.http.get("/enterprises/no-such-one").json()
    for path in (f"/enterprises/{other}", f"/enterprises/{other}/history"):
        answer = own.http.get(path)
        assert (answer.status_code, answer.json()) == (404, unknown)
    refused(own.http.patch(f"/enterprises/{other}", json={"staff_on_site": 5}), 404, "not-found")
    for role in ("operator", "inspector", "regulator"):
        person = api.person(role)
        assert person.ask(f"/enterprises/{mine}")["contacts"][0]["name"] == "王建国"
        refused(person.http.patch(f"/enterprises/{mine}", json={"name": "x"}), 403, "forbidden")


def test_a_point_stands_inside_its_enterprise_and_an_area_holds_its_points(api: Api) -> None:
    code = filed(api)
    api.point(code, "IN", lon=107.45, lat=38.21)
    api.point(code, "FENCE", lon=107.46, lat=38.21)
    api.point(code, "NOWHERE")
    point = {"enterprise": code, "tag": "OUT", "kind": "level", "unit": "%"}
    told = api.admin.http.post("/points", json=point | {"lon": 107.47, "lat": 38.21})
    refused(told, 422, "invalid", "lon: [107.47, 38.21] lies 876 m outside of the area", code)
    moved = api.admin.http.patch(f"/points/{code}/IN", json={"lon": 38.21, "lat": 70.0})
    refused(moved, 422, "invalid", "lon", "km outside", "WGS 84")
    swapped = api.admin.http.patch(f"/points/{code}/IN", json={"lon": 38.21, "lat": 107.45})
    refused(swapped, 422, "invalid", "lat")
    smaller = [[107.44, 38.20], [107.445, 38.20], [107.445, 38.22], [107.44, 38.20]]
    area = {"type": "Polygon", "coordinates": [smaller]}
    refused(changed(api, code, area=area, zones=[]), 422, "invalid", "area", "FENCE")
    assert api.admin.ask(f"/enterprises/{code}")["area"] == AREA
    assert changed(api, code, area=None).status_code == 200
    api.admin.tell("/points", point | {"lon": 107.47, "lat": 38.21}, status=201)
