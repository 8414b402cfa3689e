"""Hazard sources over REST: registered, graded, kept in versions, shown with grade and risk."""

import secrets
import time

import httpx2
import msgspec
import pytest

from services.wire.bus import AlarmItem
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Door, Json

CHLORINE: Json = {"cas": "7782-50-5", "quantity_t": 5}
AMMONIA: Json = {"cas": "7664-41-7", "quantity_t": 5}


def source(enterprise: str, code: str = "HS-1", **more: object) -> Json:
    """The vector of the standard: S 1.5, alpha 1.5, R 7.5, level 4."""
    return {
        "enterprise": enterprise,
        "code": code,
        "name": "液氯储存",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [CHLORINE, AMMONIA],
        **more,
    }


def status(door: Door, enterprise: str, code: str = "HS-1", **more: str) -> Json:
    found: Json = door.ask(f"/hazard-sources/{enterprise}/{code}/status", **more)
    return found


def over(item: AlarmItem) -> AlarmItem:
    """The same alarm, at its end."""
    return msgspec.structs.replace(item, closed_as="cleared", state="normal")


def now() -> int:
    return time.time_ns() // 1_000_000


def test_a_source_is_graded_with_its_working(api: Api) -> None:
    code = api.enterprise()
    made = api.admin.tell("/hazard-sources", source(code), status=201)
    assert (made["s"], made["r"], made["level"], made["version"]) == (1.5, 7.5, 4, 1)
    working = made["working"]
    assert working["formula_s"] == "S = 5/5 + 5/10 = 1.5"
    assert working["formula_r"] == "R = 1.5×(4×5/5 + 2×5/10) = 7.5"
    assert sum(term["share"] for term in working["terms"]) == made["s"]
    assert working["alpha"] * sum(term["weighted"] for term in working["terms"]) == made["r"]
    assert [term["beta_trust"] for term in working["terms"]] == ["read", "read"]
    assert made == api.admin.ask(f"/hazard-sources/{code}/HS-1")
    assert [each["code"] for each in api.admin.items("/hazard-sources", enterprise=code)] == [
        "HS-1"
    ]
    small = source(code, "HS-2", substances=[{"cas": "7782-50-5", "quantity_t": 4}])
    assert api.admin.tell("/hazard-sources", small, status=201)["level"] is None


def test_a_change_grades_anew_and_keeps_the_old_record(api: Api) -> None:
    code = api.enterprise()
    person = {"name": "王主任", "phone": "0512-5555 0101"}
    first = api.admin.tell(
        "/hazard-sources",
        source(code, national_code="32058100123001", responsible={"chief": person}),
        status=201,
    )
    address = f"/hazard-sources/{code}/HS-1"
    change = {"exposed_people": 0, "substances": [{"cas": "7782-50-5", "quantity_t": 500}],
              "reason": "扩容"}  # fmt: skip
    second = api.admin.http.patch(address, json=change).json()
    # S = 500/5 = 100; R = 0.5*4*100 = 200
    assert (second["s"], second["r"], second["level"], second["version"]) == (100, 200, 1, 2)
    assert second["responsible"]["chief"] == person
    assert second["responsible"]["technical"] is None
    assert second["created_at"] == first["created_at"]
    newest, oldest = api.admin.items(f"{address}/versions", limit=1)
    assert (newest["version"], newest["reason"], newest["valid_to"]) == (2, "扩容", None)
    assert oldest["working"] == first["working"]
    assert oldest["valid_to"] == newest["valid_from"]
    emptied = api.admin.http.patch(address, json={"national_code": None}).json()
    assert (emptied["national_code"], emptied["version"], emptied["r"]) == (None, 3, 200)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"substances": []}, "substances"),
        ({"substances": [CHLORINE, {"cas": "7664-41-7", "quantity_t": -5}]}, "substances.1.quantity_t"),
        ({"substances": [{"cas": "7782-50-5", "quantity_t": 1e8}]}, "substances.0.quantity_t"),
        ({"substances": [{"cas": "7782-50-5", "quantity_t": "5"}]}, "substances.0.quantity_t"),
        ({"substances": [{"cas": "7782-50-5"}]}, "substances.0.quantity_t"),
        ({"substances": [{"cas": "7782-50-6", "quantity_t": 5}]}, "substances.0.cas: the check"),
        ({"substances": [{"cas": "7732-18-5", "quantity_t": 5}]}, "substances.0.cas: 7732-18-5"),
        ({"substances": [{"class": "W99", "quantity_t": 5}]}, "substances.0.class"),
        ({"substances": [{"cas": "6484-52-2", "quantity_t": 5}]}, "substances.0.form"),
        ({"substances": [{**CHLORINE, "colour": 1}]}, "substances.0.colour"),
        ({"exposed_people": -1}, "exposed_people"),
        ({"exposed_people": 1.5}, "exposed_people"),
        ({"unit_type": "tank"}, "unit_type"),
        ({"enterprise": "nowhere"}, "nowhere"),
        ({"national_code": "12"}, "national_code"),
        ({"national_code": "ABCDEFGHIJK001"}, "national_code"),
        ({"substances": [{**CHLORINE, "class": "W5.4"}]}, "substances.0.class"),
        ({"substances": [{**CHLORINE, "class": "W5.4", "mixture": "other_class"}]},
         "substances.0.name"),
        ({"substances": [{"class": "W2", "name": "甲胺", "quantity_t": 5}]}, "send its cas 74-89-5"),
        ({"responsible": {"chief": {"name": "a", "phone": "none"}}}, "responsible.chief.phone"),
        ({"filed_on": "2026-02-30"}, "filed_on"),
        ({"filed_on": "2026-02-01", "filing_expires_on": "2025-02-01"}, "filing_expires_on: it"),
        ({"filed_on": "2199-01-01"}, "filed_on: 2199-01-01 lies ahead"),
        ({"lon": 181}, "lon"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_source_is_refused_by_the_path_of_its_field(api: Api, body: Json, word: str) -> None:
    code = api.enterprise()
    refused(api.admin.http.post("/hazard-sources", json=source(code) | body), 422, "invalid", word)
    assert api.admin.items("/hazard-sources", enterprise=code) == []


def test_a_change_is_refused_as_a_new_one_would_be_and_leaves_nothing(api: Api) -> None:
    code = api.enterprise()
    made = api.admin.tell("/hazard-sources", source(code, filed_on="2026-01-01"), status=201)
    address = f"/hazard-sources/{code}/HS-1"
    for body, word in [
        ({"substances": [{"cas": "7782-50-5", "quantity_t": 0}]}, "substances.0.quantity_t"),
        ({"filing_expires_on": "2025-01-01"}, "filing_expires_on"),
        ({"name": None}, "name"),
        ({"code": "HS-9"}, "code"),
    ]:
        refused(api.admin.http.patch(address, json=body), 422, "invalid", word)
    assert api.admin.ask(address) == made
    refused(api.admin.http.patch(f"{address}9", json={}), 404, "not-found", "hazard source")


def test_no_two_have_one_code(api: Api) -> None:
    code, other = api.enterprise(), api.enterprise()
    api.admin.tell("/hazard-sources", source(code, national_code="32058100123001"), status=201)
    again = api.admin.http.post("/hazard-sources", json=source(code))
    refused(again, 409, "conflict", "code", "PATCH")
    twin = source(code, "HS-2", national_code="32058100123001")
    refused(api.admin.http.post("/hazard-sources", json=twin), 409, "conflict", "national_code")
    twin = source(other, "HS-2", national_code="32058100123001")
    refused(api.admin.http.post("/hazard-sources", json=twin), 409, "conflict",
            "national_code: a hazard source of another enterprise")  # fmt: skip
    api.admin.tell("/hazard-sources", source(other), status=201)


def test_a_national_code_begins_with_that_of_its_enterprise(api: Api) -> None:
    code, own = api.enterprise(), f"{secrets.randbelow(10**11):011}"
    filed = api.admin.http.patch(f"/enterprises/{code}", json={"national_code": own})
    assert filed.status_code == 200, filed.text
    strange = "1" * 11 if own != "1" * 11 else "2" * 11
    bad = source(code, national_code=f"{strange}001")
    refused(api.admin.http.post("/hazard-sources", json=bad), 422, "invalid", "national_code", own)
    api.admin.tell("/hazard-sources", source(code, national_code=f"{own}001"), status=201)
    moved = api.admin.http.patch(
        f"/hazard-sources/{code}/HS-1", json={"national_code": f"{strange}001"}
    )
    refused(moved, 422, "invalid", "national_code", own)


def test_a_level_that_rests_on_a_declared_class_says_so(api: Api) -> None:
    code = api.enterprise()
    sure = api.admin.tell("/hazard-sources", source(code), status=201)["working"]
    assert sure["certain"] is True
    water = {
        "cas": "7664-41-7", "class": "J5", "name": "氨水", "quantity_t": 5,
        "mixture": "other_class", "reason": "8 %，鉴定报告 12 号",
    }  # fmt: skip
    doubtful = source(code, "HS-2", substances=[CHLORINE, water])
    working = api.admin.tell("/hazard-sources", doubtful, status=201)["working"]
    assert working["certain"] is False
    assert [(term["doubt"], term["reason"]) for term in working["terms"]] == [
        (None, None),
        ("other_class", "8 %，鉴定报告 12 号"),
    ]


def test_an_enterprise_keeps_its_own_and_sees_no_other(api: Api) -> None:
    mine, other = api.enterprise(), api.enterprise()
    api.admin.tell("/hazard-sources", source(other, "HS-9"), status=201)
    api.point(other, "T-9", hazard_source="HS-9")
    door = api.person("enterprise", mine)
    door.tell("/hazard-sources", source(mine), status=201)
    assert (
        door.http.patch(f"/hazard-sources/{mine}/HS-1", json={"exposed_people": 9})
        .json()["changed_by"]
        .startswith("enterprise")
    )
    foreign = door.http.post("/hazard-sources", json=source(other))
    unknown = door.http.post("/hazard-sources", json=source("nobody"))
    assert foreign.json()["detail"].replace(other, "X") == (
        unknown.json()["detail"].replace("nobody", "X")
    )
    for path in ("HS-9", "HS-9/status", "HS-9/versions", "HS-8/status"):
        refused(door.http.get(f"/hazard-sources/{other}/{path}"), 404, "not-found", "hazard source")
    refused(door.http.patch(f"/hazard-sources/{other}/HS-9", json={}), 404, "not-found")
    assert {each["enterprise"] for each in door.items("/hazard-sources")} == {mine}
    tree = door.ask("/tree")
    assert tree["park"] is None
    assert [each["code"] for each in tree["items"]] == [mine]
    assert door.ask("/tree", enterprise=other)["items"] == []


@pytest.mark.parametrize("role", ["operator", "inspector", "regulator"])
def test_who_does_not_keep_the_register_reads_it(api: Api, role: str) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    door = api.person(role)
    assert status(door, code)["risk_level"] in (1, 2, 3, 4)
    refused(door.http.post("/hazard-sources", json=source(code, "HS-2")), 403, "forbidden")
    refused(door.http.patch(f"/hazard-sources/{code}/HS-1", json={}), 403, "forbidden")
    body = {"weights": door.ask("/risk-index")["weights"], "reason": "a"}
    refused(door.http.put("/risk-index", json=body), 403, "forbidden")


def test_an_alarm_climbs_the_tree_and_comes_down_again(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    gas = api.point(code, "GT-1", kind="toxic_gas", unit="mg/m3", hazard_source="HS-1",
                    equipment="V-301")  # fmt: skip
    esd = api.point(code, "ESD-1", kind="interlock", unit="1", hazard_source="HS-1")
    assert (gas["equipment"], gas["hazard_source_registered"]) == ("V-301", True)
    assert api.point(code, "T-2", hazard_source="HS-7")["hazard_source_registered"] is False
    api.engine.values({gas["id"]: (now(), 2.5, 0), esd["id"]: (now(), 3.0, 0)})
    eventually(lambda: status(api.admin, code)["points_online"] == 2, 10.0, "both are online")
    before = status(api.admin, code)
    assert (before["grade"], before["active"], before["online_rate"]) == (None, 0, 1.0)
    assert [(i["tag"], i["state"], i["out"]) for i in before["interlocks"]] == [
        ("ESD-1", "bypass_maintenance", True)
    ]
    raised = api.engine.raises(7001, code, tag="GT-1", point_id=gas["id"], grade=1)
    eventually(lambda: status(api.admin, code)["grade"] == 1, 5.0, "the grade is there")
    there = status(api.admin, code, lang="zh")
    assert there["risk"]["index"] > before["risk"]["index"]
    assert there["why"]["alarm"] == raised.id
    assert "GT-1" in there["why"]["grade"]
    assert [a["id"] for a in there["alarms"]] == [raised.id]
    factors = {each["factor"]: each["value"] for each in there["risk"]["contributions"]}
    assert factors["static_level"] == 6
    assert factors["interlocks"] == 10
    assert factors["alarms"] >= 40
    assert sum(factors.values()) == pytest.approx(there["risk"]["index"])
    (node,) = api.admin.ask("/tree", enterprise=code)["items"]
    known, unknown = node["hazard_sources"]
    assert (node["grade"], known["grade"], known["equipment"][0]["grade"]) == (1, 1, 1)
    assert known["equipment"][0]["alarming"][0]["tag"] == "GT-1"
    assert (unknown["code"], unknown["registered"], unknown["grade"]) == ("HS-7", False, None)
    assert api.admin.ask("/tree")["park"]["grade"] == 1
    (listed,) = api.admin.items("/hazard-sources", enterprise=code)
    assert (listed["grade"], listed["level"]) == (1, 4)
    api.engine.says("cleared", over(raised))
    eventually(lambda: status(api.admin, code)["grade"] is None, 5.0, "the grade is gone")


def test_what_is_off_the_board_of_the_past_or_a_test_gives_no_grade(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    point = api.point(code, "GT-1", hazard_source="HS-1")
    ways: list[Json] = [{"state": "shelved"}, {"historical": True}, {"exercise": True}]
    for number, how in enumerate(ways):
        api.engine.raises(7100 + number, code, tag="GT-1", point_id=point["id"], **how)
    eventually(lambda: len(status(api.admin, code)["alarms"]) == 3, 5.0, "three alarms are listed")
    found = status(api.admin, code)
    assert (found["grade"], found["active"], found["off_board"]) == (None, 0, 1)
    factors = {each["factor"]: each["value"] for each in found["risk"]["contributions"]}
    assert (factors["alarms"], factors["suppressed"]) == (0, 4)


def test_a_silent_gateway_lifts_the_grade_of_what_hangs_on_it(api: Api) -> None:
    code = api.enterprise()
    for name, gateway in (("HS-1", "gw1"), ("HS-2", "gw2")):
        api.admin.tell(f"/enterprises/{code}/gateways", {"code": gateway}, status=201)
        api.admin.tell("/hazard-sources", source(code, name), status=201)
        api.point(code, f"T-{name}", hazard_source=name, gateway=gateway)
    silent: Json = {"tag": None, "point_id": None, "direction": None, "limit": None, "value": None}
    about: Json = silent | {"rule": "silence", "condition": "offline", "kind": "", "unit": ""}
    api.engine.raises(7301, code, subject_type="gateway", subject_id="gw1", grade=2, **about)
    eventually(lambda: status(api.admin, code)["grade"] == 2, 5.0, "the one behind it")
    assert status(api.admin, code, "HS-2")["grade"] is None
    whole = about | {"subject_type": "enterprise", "subject_id": code, "grade": 3}
    api.engine.raises(7302, code, **whole)
    eventually(lambda: status(api.admin, code, "HS-2")["grade"] == 3, 5.0, "all of them")
    assert status(api.admin, code)["grade"] == 2
    (node,) = api.admin.ask("/tree", enterprise=code)["items"]
    assert (node["grade"], node["active"]) == (2, 2)


def test_a_source_that_no_point_watches_is_not_called_calm(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    found = status(api.admin, code, lang="en")
    assert (found["points"], found["online_rate"]) == (0, None)
    assert found["why"]["note"].startswith("No point watches it")
    factors = {each["factor"]: each["value"] for each in found["risk"]["contributions"]}
    assert factors["offline"] == 20


def test_who_asks_again_is_told_that_nothing_changed(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    point = api.point(code, "T-1", hazard_source="HS-1")
    address = f"/hazard-sources/{code}/HS-1/status"

    def ask(tag: str | None) -> httpx2.Response:
        return api.admin.http.get(address, headers={"If-None-Match": tag} if tag else {})

    api.engine.values({point["id"]: (now(), 1.0, 0)})
    eventually(lambda: status(api.admin, code)["points_online"] == 1, 10.0, "it is online")
    tag = ask(None).headers["etag"]
    assert (ask(tag).status_code, ask(tag).content) == (304, b"")
    api.engine.values({point["id"]: (now(), 2.0, 0)})
    eventually(lambda: status(api.admin, code)["values"][0]["value"] == 2.0, 5.0, "the next value")
    assert ask(tag).status_code == 304
    raised = api.engine.raises(7201, code, tag="T-1", point_id=point["id"], grade=4)
    eventually(lambda: ask(tag).status_code == 200, 5.0, "an alarm is another tag")
    tag = ask(None).headers["etag"]
    api.engine.record(api.engine.model.seq)
    time.sleep(0.5)
    assert ask(tag).status_code == 304
    api.engine.says("cleared", over(raised))
    eventually(lambda: ask(tag).status_code == 200, 5.0, "its end is another tag")
    tag = ask(None).headers["etag"]
    api.admin.http.patch(f"/hazard-sources/{code}/HS-1", json={"exposed_people": 99})
    assert ask(tag).status_code == 200
    assert api.admin.http.get(address, params={"lang": "en"}, headers={"If-None-Match": tag}
                              ).status_code == 200  # fmt: skip


def test_weights_are_set_in_versions_and_count_at_once(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    before = api.admin.ask("/risk-index")
    usual = status(api.admin, code)["risk_level"]
    heavy = before["weights"] | {"static_level": {"1": 90, "2": 80, "3": 75, "4": 72}}
    supervisor = api.person("supervisor")
    answer = supervisor.http.put("/risk-index", json={"weights": heavy, "reason": "演练"})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["version"], made["reason"]) == (before["version"] + 1, "演练")
    found = status(api.admin, code)
    assert (found["risk_level"], found["risk"]["weights_version"]) == (1, made["version"])
    assert api.admin.ask("/risk-index") == made
    back = {"weights": before["weights"], "reason": "恢复"}
    assert api.admin.http.put("/risk-index", json=back).json()["version"] == made["version"] + 1
    assert status(api.admin, code)["risk_level"] == usual > 1
    kept = api.admin.items("/risk-index/versions", limit=1)
    assert [each["version"] for each in kept][:2] == [made["version"] + 1, made["version"]]
    assert kept[1]["weights"] == made["weights"]


@pytest.mark.parametrize(
    ("weights", "word"),
    [
        ({"thresholds": [20, 45, 70]}, "thresholds"),
        ({"alarm": {"1": 1, "2": 2, "3": 3, "4": 4}}, "alarm"),
        ({"alarm": {"1": 40}}, "alarm"),
        ({"bypass": -1}, "weights.bypass"),
        ({"aged_s": 0}, "weights.aged_s"),
        ({"unprotected": ["open"]}, "unprotected"),
    ],
    ids=str,
)
def test_weights_that_make_no_sense_are_refused(api: Api, weights: Json, word: str) -> None:
    known = api.admin.ask("/risk-index")
    body = {"weights": known["weights"] | weights, "reason": "a"}
    refused(api.admin.http.put("/risk-index", json=body), 422, "invalid", word)
    assert api.admin.ask("/risk-index") == known


def test_the_substance_table_says_how_sure_it_is(api: Api) -> None:
    rows = api.admin.items("/hazard-substances")
    chlorine = next(row for row in rows if row["cas"] == "7782-50-5")
    assert (chlorine["critical_t"], chlorine["beta"], chlorine["beta_trust"]) == (5, 4, "read")
    assert {row["danger"] for row in rows if row["cas"] is None} >= {"J1", "W5.3", "W11"}
    assert {row["critical_trust"] for row in rows} == {"restated", "computed"}
    assert {row["cas"] for row in rows if row["critical_trust"] == "computed"} >= {"91-08-7"}
