"""Bypasses of loops over REST: asked for, approved, made, ended, and who may do which."""

import pytest

from services.domain.point import STATES, PointKind
from tests.integration.api.conftest import Api
from tests.integration.api.test_interlocks import ASKED, CAUSES, ask_for, loop, made, now
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json


def test_a_bypass_goes_through_all_hands(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    plant = api.person("enterprise", code)
    first, second = api.person("supervisor"), api.person("supervisor")
    asked = ask_for(plant, code)
    assert (asked["state"], asked["still_protects"], asked["waits_for"]) == (
        "applied", True, "approval")  # fmt: skip
    address = f"/bypasses/{asked['id']}"
    refused(plant.http.post(f"{address}/approve"), 403, "forbidden")
    assert first.tell(f"{address}/approve", {"note": "同意"})["state"] == "approved_once"
    refused(first.http.post(f"{address}/approve"), 403, "forbidden", "Two persons")
    approved = second.tell(f"{address}/approve", {})
    assert (approved["state"], approved["waits_for"]) == ("in_force", None)
    assert api.admin.ask(f"/interlocks/{code}/ESD-1")["bypass"]["id"] == asked["id"]
    refused(api.admin.http.patch(f"/interlocks/{code}/ESD-1", json={"voting": "2oo2"}), 409,
            "conflict", "is open")  # fmt: skip
    longer = plant.tell(f"{address}/extend", {"hours": 1, "reason": "备件未到"})
    assert (longer["until"], longer["waits_for"]) == (approved["until"], "approval")
    first.tell(f"{address}/approve", {})
    granted = second.tell(f"{address}/approve", {})
    assert granted["extensions"][0]["granted"] is True
    assert granted["until"] > approved["until"]
    restored = plant.tell(f"{address}/restore", {"note": "已恢复"})
    assert (restored["state"], restored["waits_for"]) == ("restored", "verification")
    assert (restored["field_state"], restored["restored"]["field_state"]) == ("unknown", "unknown")
    refused(first.http.post(f"{address}/verify"), 422, "invalid", "note: nobody knows")
    api.engine.values({point["id"]: (now(), 3.0, 0)})
    path = f"/interlocks/{code}/ESD-1"
    eventually(lambda: api.admin.ask(path)["state"] == "bypass_maintenance", 10.0, "it is seen")
    refused(first.http.post(f"{address}/verify"), 409, "conflict", "bypass_maintenance")
    api.engine.values({point["id"]: (now(), 0.0, 0)})
    eventually(lambda: api.admin.ask(path)["in_service"] is True, 10.0, "it is back")
    assert api.admin.ask(address)["field_state"] == "in_service"
    verified = first.tell(f"{address}/verify", {})
    assert (verified["state"], verified["verified"]["by"], verified["verified"]["field_state"]) == (
        "verified",
        first.ask("/me")["username"],
        "in_service",
    )
    acts = [each["act"] for each in api.admin.items(f"{address}/history")]
    assert acts == ["apply", "approve", "approve", "extend", "approve", "approve", "restore",
                    "verify"]  # fmt: skip
    assert api.admin.ask(path)["bypass"] is None
    assert ask_for(plant, code)["state"] == "applied"


def test_a_second_bypass_in_a_voting_group_is_refused(api: Api) -> None:
    code = api.enterprise()
    made(api, code)
    first = ask_for(api.admin, code)
    address = f"/interlocks/{code}/ESD-1/bypass"
    other = api.admin.http.post(address, json=ASKED | {"cause": "LT-1B"})
    refused(other, 409, "conflict", "Only one bypass of a voting group", first["id"])
    supervisor = api.person("supervisor")
    assert supervisor.tell(f"/bypasses/{first['id']}/refuse", {})["state"] == "refused"
    ask_for(api.admin, code, cause="LT-1B")
    found = api.admin.items("/bypasses", enterprise=code, limit=1)
    assert [(each["cause"], each["state"]) for each in found] == [
        ("LT-1B", "applied"), ("LT-1A", "refused")]  # fmt: skip
    assert len(api.admin.items("/bypasses", enterprise=code, open="true")) == 1


@pytest.mark.parametrize("state", ["bypass_maintenance", "removed", "proof_test"])
def test_a_second_input_is_refused_while_the_field_shows_the_first_out_or_under_test(
    api: Api, state: str
) -> None:
    code = api.enterprise()
    switch = api.point(code, "HS-1A", kind="interlock", unit="1")
    made(api, code, causes=[CAUSES[0] | {"state_tag": "HS-1A"}, CAUSES[1]])
    shown = float(STATES[PointKind.INTERLOCK].index(state))
    api.engine.values({switch["id"]: (now(), shown, 0)})
    path = f"/interlocks/{code}/ESD-1"
    eventually(lambda: api.admin.ask(path)["inputs_out"] == ["LT-1A"], 10.0, "it is seen")
    second = api.admin.http.post(f"{path}/bypass", json=ASKED | {"cause": "LT-1B"})
    refused(second, 409, "conflict", "the field shows LT-1A bypassed")
    assert api.admin.items("/bypasses", enterprise=code) == []
    ask_for(api.admin, code)


def test_a_line_that_is_down_is_no_leave_for_a_second_bypass(api: Api) -> None:
    """What the switch showed when it was last heard counts, while nobody knows how it is now."""
    code = api.enterprise()
    whole = api.point(code, "ESD-1", kind="interlock", unit="1")
    switch = api.point(code, "HS-1A", kind="interlock", unit="1")
    made(api, code, causes=[CAUSES[0] | {"state_tag": "HS-1A"}, CAUSES[1]])
    api.engine.values({switch["id"]: (now() - 600_000, 3.0, 0), whole["id"]: (now(), 0.0, 0)})
    path = f"/interlocks/{code}/ESD-1"
    eventually(lambda: api.admin.ask(path)["state"] == "in_service", 10.0, "they are told")
    assert api.admin.ask(path)["inputs_out"] == []
    second = api.admin.http.post(f"{path}/bypass", json=ASKED | {"cause": "LT-1B"})
    refused(second, 409, "conflict", "the field shows LT-1A bypassed")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"hours": 25}, "hours: a maintenance bypass"),
        ({"hours": 0}, "hours"),
        ({"kind": "operational", "hours": 9}, "hours: "),
        ({"measures": []}, "measures"),
        ({"risk_assessment": ""}, "risk_assessment"),
        ({"risk_assessment": " \n  "}, "risk_assessment: it must not be blank"),
        ({"cause": "LT-9"}, "cause: LT-9 is no input"),
        ({"kind": "outage"}, "cause: an outage"),
        ({"kind": "holiday"}, "kind"),
        ({"starts_at": "2020-01-01T00:00:00Z"}, "starts_at: it has to lie ahead"),
    ],
    ids=str,
)
def test_a_bad_application_is_refused_and_leaves_nothing(api: Api, body: Json, word: str) -> None:
    code = api.enterprise()
    made(api, code)
    answer = api.admin.http.post(f"/interlocks/{code}/ESD-1/bypass", json=ASKED | body)
    refused(answer, 422, "invalid", word)
    assert api.admin.items("/bypasses", enterprise=code) == []


def test_who_may_do_what_and_see_whose(api: Api) -> None:
    code, other = api.enterprise(), api.enterprise()
    made(api, code)
    asked = ask_for(api.admin, code)
    stranger = api.person("enterprise", other)
    for address in (f"/interlocks/{code}/ESD-1", f"/bypasses/{asked['id']}",
                    f"/interlocks/{code}/ESD-1/trips"):  # fmt: skip
        refused(stranger.http.get(address), 404, "not-found")
    refused(stranger.http.post(f"/bypasses/{asked['id']}/restore"), 404, "not-found")
    refused(stranger.http.post(f"/interlocks/{code}/ESD-1/bypass", json=ASKED), 404, "not-found")
    assert stranger.items("/interlocks") == []
    assert stranger.items("/bypasses") == []
    assert stranger.ask("/statistics/interlocks")["park"]["loops"] == 0
    for role in ("inspector", "regulator"):
        reader = api.person(role)
        assert reader.ask(f"/bypasses/{asked['id']}")["id"] == asked["id"]
        refused(reader.http.post(f"/bypasses/{asked['id']}/approve"), 403, "forbidden")
        refused(reader.http.post(f"/interlocks/{code}/ESD-1/bypass", json=ASKED), 403, "forbidden")
        refused(reader.http.post("/interlocks", json=loop(code, "ESD-2")), 403, "forbidden")


def test_an_application_sent_twice_is_one(api: Api) -> None:
    code = api.enterprise()
    made(api, code)
    key = {"Idempotency-Key": f"bypass-{code}"}
    address = f"/interlocks/{code}/ESD-1/bypass"
    first = api.admin.http.post(address, json=ASKED, headers=key)
    again = api.admin.http.post(address, json=ASKED, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
