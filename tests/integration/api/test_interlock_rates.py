"""Use rates over REST that nobody can make better alone: versions, removal, switches of inputs."""

import pytest

from services.runtime.clock import to_datetime
from tests.integration.api.conftest import Api
from tests.integration.api.test_interlocks import (
    CAUSES,
    HOUR_MS,
    ask_for,
    made,
    now,
    record,
    registered_long_ago,
    states,
)
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

ONE: Json = {"voting": "1oo1", "causes": [CAUSES[0] | {"state_tag": "HS-1"}]}


def test_what_a_loop_counted_stays_whatever_becomes_of_it(api: Api) -> None:
    """Out for seven of ten hours: neither another point nor its removal makes that better."""
    code = api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    other = api.point(code, "ESD-9", kind="interlock", unit="1")
    made(api, code)
    registered_long_ago(api, code)
    begun = now() - 10 * HOUR_MS
    states(api, code, point["id"], (begun, 0), (begun + 3 * HOUR_MS, 3))
    states(api, code, other["id"], (begun, 0))
    span = {"start": to_datetime(begun).isoformat(), "enterprise": code}
    address, rates = f"/interlocks/{code}/ESD-1", f"/statistics/interlocks/{code}/ESD-1"
    plant = api.person("enterprise", code)
    for body in ({"state_tag": "ESD-9"}, {"fitted": False}, {"required": False}):
        (field,) = body
        refused(plant.http.patch(address, json=body), 403, "forbidden", f"{field}: ", "supervisor")
    refused(plant.http.delete(address, params={"reason": "拆除"}), 403, "forbidden", "supervisor")
    assert plant.http.patch(address, json={"sil": 3}).status_code == 200

    def use() -> Json:
        found = api.admin.ask("/statistics/interlocks", **span)
        assert found["park"]["over_time"] == found["enterprises"][0]["over_time"]
        (lowest,) = found["lowest"]
        own = api.admin.ask(rates, start=span["start"])["loop"]
        assert own["over_time"] == pytest.approx(lowest["over_time"], abs=0.01)
        assert own["over_time"]["rate"] == pytest.approx(0.3, abs=0.005)
        return {**own, "loops": found["park"]["loops"]}

    assert use()["registered"] is True
    assert api.admin.http.patch(address, json={"state_tag": "ESD-9"}).status_code == 200
    assert use()["loops"] == 1
    assert api.admin.http.delete(address, params={"reason": "装置拆除"}).status_code == 204
    gone = use()
    assert (gone["registered"], gone["loops"]) == (False, 0)
    made(api, code, state_tag="ESD-9")
    assert use()["registered"] is True


def test_a_loop_that_was_taken_out_keeps_its_record_and_who_did_it(api: Api) -> None:
    code, elsewhere = api.enterprise(), api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    states(api, code, point["id"], (now() - HOUR_MS, 0), (now() - HOUR_MS // 2, 1))
    supervisor = api.person("supervisor")
    address = f"/interlocks/{code}/ESD-1"
    assert supervisor.http.delete(address, params={"reason": "装置拆除"}).status_code == 204
    plant = api.person("enterprise", code)
    (removal,) = plant.items("/interlocks/removed")
    assert (removal["tag"], removal["removed"], removal["reason"], removal["changed_by"]) == (
        "ESD-1", True, "装置拆除", supervisor.ask("/me")["username"])  # fmt: skip
    assert [e["removed"] for e in plant.items(f"{address}/versions")] == [True, False]
    assert plant.ask(f"{address}/trips")["total"] == 1
    spells = plant.items(f"{address}/states")
    assert [e["state"] for e in spells] == ["in_service", "tripped", None]
    stranger = api.person("enterprise", elsewhere)
    assert stranger.items("/interlocks/removed") == []
    for path in (f"{address}/versions", f"{address}/trips", f"/statistics{address}"):
        refused(stranger.http.get(path), 404, "not-found")
    made(api, code)
    assert api.admin.items("/interlocks/removed", enterprise=code) == []


def test_the_switch_of_an_input_counts_and_has_to_be_back_before_anything_is_verified(
    api: Api,
) -> None:
    code = api.enterprise()
    whole = api.point(code, "ESD-1", kind="interlock", unit="1")
    switch = api.point(code, "HS-1", kind="interlock", unit="1")
    made(api, code, **ONE)
    address = f"/interlocks/{code}/ESD-1"
    bypass = ask_for(api.admin, code, cause=None)
    first, second = api.person("supervisor"), api.person("supervisor")
    for each in (first, second):
        each.tell(f"/bypasses/{bypass['id']}/approve", {})
    api.admin.tell(f"/bypasses/{bypass['id']}/restore", {})
    api.engine.values({whole["id"]: (now(), 0.0, 0), switch["id"]: (now(), 3.0, 0)})
    eventually(lambda: api.admin.ask(address)["inputs_out"] == ["LT-1A"], 10.0, "it is seen")
    shown = api.admin.ask(address)
    assert (shown["state"], shown["in_service"]) == ("in_service", False)
    at_once = api.admin.ask(f"/statistics/interlocks/{code}/ESD-1")["now"]
    assert (at_once["rate"], at_once["out"]) == (0.0, 1)
    verify = f"/bypasses/{bypass['id']}/verify"
    refused(first.http.post(verify), 409, "conflict", "bypass_maintenance")
    api.engine.values({switch["id"]: (now(), 0.0, 0)})
    eventually(lambda: api.admin.ask(address)["in_service"] is True, 10.0, "it is back")
    assert first.tell(verify, {})["state"] == "verified"


def test_the_use_over_time_looks_at_the_switches_of_inputs(api: Api) -> None:
    code = api.enterprise()
    whole = api.point(code, "ESD-1", kind="interlock", unit="1")
    switch = api.point(code, "HS-1", kind="interlock", unit="1")
    made(api, code, **ONE)
    registered_long_ago(api, code)
    begun = now() - 10 * HOUR_MS
    states(api, code, whole["id"], (begun, 0))
    states(api, code, switch["id"], (begun, 0), (begun + 6 * HOUR_MS, 3), (begun + 8 * HOUR_MS, 0))
    end = to_datetime(begun + 10 * HOUR_MS).isoformat()
    span = {"start": to_datetime(begun).isoformat(), "end": end}
    over = api.admin.ask(f"/statistics/interlocks/{code}/ESD-1", **span)["loop"]["over_time"]
    assert (over["rate"], over["out"]) == (pytest.approx(0.8), pytest.approx(2))


def test_the_time_of_a_silent_gateway_is_time_that_nobody_knows(api: Api) -> None:
    """Its last word was that it is in service; two of ten hours nobody could have told otherwise."""
    code = api.enterprise()
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw1"}, status=201)
    point = api.point(
        code, "ESD-1", kind="interlock", unit="1", gateway="gw1", reporting="on_change"
    )
    made(api, code)
    registered_long_ago(api, code)
    begun = now() - 10 * HOUR_MS
    states(api, code, point["id"], (begun, 0))
    with record(api) as superuser:
        for kind, hours in (("gateway_offline", 4), ("gateway_online", 6)):
            at = to_datetime(begun + hours * HOUR_MS)
            superuser.execute(
                "INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)"
                " VALUES (%s, 'gw1', %s, %s, %s, '', 1)",
                (code, at, at, kind),
            )
    span = {"start": to_datetime(begun).isoformat(),
            "end": to_datetime(begun + 10 * HOUR_MS).isoformat()}  # fmt: skip
    over = api.admin.ask(f"/statistics/interlocks/{code}/ESD-1", **span)["loop"]["over_time"]
    assert (over["in_service"], over["unknown"]) == pytest.approx((8, 2), abs=1e-3)
    assert (over["rate"], over["at_least"]) == (1.0, pytest.approx(0.8, abs=1e-3))
    spells = api.admin.items(f"/interlocks/{code}/ESD-1/states", start=span["start"])
    assert [e["state"] for e in spells] == ["in_service", None, "in_service"]
