"""A loop and the points that it names: what shows it stays an interlock, what nobody registered is told."""

from tests.integration.api.conftest import Api
from tests.integration.api.test_interlocks import CAUSES, loop, made
from tests.integration.api.test_register import refused


def test_what_shows_a_loop_stays_an_interlock_or_its_bypass_would_be_watched_no_more(
    api: Api,
) -> None:
    code = api.enterprise()
    for tag in ("ESD-1", "ESD-1A", "ESD-9"):
        api.point(code, tag, kind="interlock", unit="state")
    made(api, code, causes=[{**CAUSES[0], "state_tag": "ESD-1A"}, CAUSES[1]])
    other = {"kind": "analog", "unit": "1"}
    for tag in ("ESD-1", "ESD-1A"):
        answer = api.admin.http.patch(f"/points/{code}/{tag}", json=other)
        refused(answer, 409, "conflict", f"kind: {tag} shows how the loop ESD-1 stands")
        assert api.admin.ask(f"/points/{code}/{tag}")["kind"] == "interlock"
    sheet = f"enterprise,tag,kind,unit\n{code},ESD-1,analog,1\n".encode()
    told = api.admin.http.post("/points/import", params={"mode": "update"}, content=sheet)
    assert told.status_code in (409, 422), told.text
    assert api.admin.ask(f"/points/{code}/ESD-1")["kind"] == "interlock"
    assert api.admin.http.patch(f"/points/{code}/ESD-9", json=other).status_code == 200


def test_what_a_loop_names_and_nobody_registered_is_told_and_left_out_of_what_is_sure(
    api: Api,
) -> None:
    code = api.enterprise()
    api.point(code, "LT-1A")
    first = made(api, code)
    assert first["unregistered"] == ["LT-1B", "XV-1"]
    api.point(code, "LT-1B")
    made(api, code, "ESD-2", effects=[{"tag": "ESD-1", "action": "trip"}])
    shown = {e["tag"]: e["unregistered"] for e in api.admin.items("/interlocks", enterprise=code)}
    assert shown == {"ESD-1": ["XV-1"], "ESD-2": []}
    made(api, code, "ESD-3", causes=[{"tag": "LT-7"}], voting="1oo1")
    (own,) = api.admin.ask("/statistics/interlocks", enterprise=code)["enterprises"]
    assert own["equipment"] == {"required": 3, "fitted": 3, "rate": 1.0}
    assert own["equipment_at_least"] == {"required": 3, "fitted": 2, "rate": 2 / 3}


def test_an_input_votes_within_the_range_of_its_point(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "LT-1A", range_low=0, range_high=100)
    beyond = {"tag": "LT-1A", "condition": "HH", "limit": 1000}
    answer = api.admin.http.post("/interlocks", json=loop(code, causes=[beyond, CAUSES[1]]))
    refused(answer, 422, "invalid", "causes.0.limit: 1000")
    assert api.admin.items("/interlocks", enterprise=code) == []
    made(api, code, causes=[{**beyond, "limit": 100}, CAUSES[1]])
    address = f"/interlocks/{code}/ESD-1"
    changed = api.admin.http.patch(address, json={"causes": [beyond, CAUSES[1]]})
    refused(changed, 422, "invalid", "causes.0.limit: 1000")


def test_an_enterprise_alone_does_not_detach_a_loop_from_the_hazard_source_whose_risk_it_is(
    api: Api,
) -> None:
    code = api.enterprise()
    for name in ("HS-1", "HS-2"):
        source = {
            "enterprise": code,
            "code": name,
            "name": "罐区",
            "unit_type": "storage",
            "exposed_people": 0,
            "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
        }
        api.admin.tell("/hazard-sources", source, status=201)
    made(api, code, hazard_source="HS-1")
    plant = api.person("enterprise", code)
    address = f"/interlocks/{code}/ESD-1"
    for other in (None, "HS-2"):
        answer = plant.http.patch(address, json={"hazard_source": other})
        refused(answer, 403, "forbidden", "hazard_source: you are measured by this")
    assert api.admin.ask(address)["hazard_source"] == "HS-1"
    assert plant.http.patch(address, json={"description": "两路液位"}).status_code == 200
    assert api.admin.http.patch(address, json={"hazard_source": "HS-2"}).status_code == 200
