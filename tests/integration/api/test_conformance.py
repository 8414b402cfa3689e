"""The test-bench over REST: who may use it, what it refuses, and what becomes of a run. The whole way
with gateways on it is in `tests/e2e/test_conformance.py`."""

import hashlib
import json
import time

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import Api, running_api
from tests.integration.api.test_register import refused
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json

SHORT = {"duration_s": 5, "cut_s": 1}


def bench(enterprise: str, gateway: str = "gw1") -> str:
    return f"/enterprises/{enterprise}/gateways/{gateway}/conformance"


def place(api: Api, *more: str) -> str:
    """An enterprise with a gateway or more, and two points; one of them has a limit."""
    code = api.enterprise()
    for gateway in ("gw1", *more):
        api.admin.tell(f"/enterprises/{code}/gateways", {"code": gateway}, status=201)
    api.point(code, "LI-1")
    api.point(code, "LI-2")
    limit = {"kind": "limit", "enterprise": code, "tag": "LI-1", "condition": "H"}
    api.admin.tell("/rules", limit | {"limit": 80, "grade": 3}, status=201)
    return code


def finished(door: Door, path: str, number: int) -> Json:
    def look() -> Json:
        found: Json = door.ask(f"{path}/{number}")
        return found if found["outcome"] != "running" else {}

    return eventually(look, 40.0, "the run is over")


def ask(door: Door, path: str, body: Json) -> httpx2.Response:
    return door.http.post(path, json=body)


def test_a_run_without_a_gateway_ends_by_itself_and_is_a_record(api: Api) -> None:
    code = place(api)
    path = bench(code)
    begun = api.admin.tell(path, SHORT | {"test_tag": "LI-1"}, status=202)
    assert (begun["outcome"], begun["phase"]) == ("running", "listening")
    assert {item["mark"] for item in begun["items"]} == {"pending"}

    found = finished(api.admin, path, begun["id"])
    marks = {item["item"]: (item["mark"], item["code"]) for item in found["items"]}
    assert marks.pop("credentials") == ("failed", "never_seen")
    assert set(marks.values()) == {("not_tried", "nothing_heard")}
    assert (found["outcome"], found["phase"]) == ("failed", "finished")
    assert hashlib.sha256(found["record"].encode()).hexdigest() == found["sha256"]
    assert json.loads(found["record"])["outcome"] == "failed"

    in_chinese = api.admin.ask(f"{path}/{begun['id']}", lang="zh")
    in_english = api.admin.ask(f"{path}/{begun['id']}", lang="en")
    assert "从未连接" in in_chinese["items"][0]["text"]
    assert "never connected" in in_english["items"][0]["text"]
    (listed,) = api.admin.items(path)
    assert (listed["id"], listed["record"], listed["sha256"]) == (
        begun["id"],
        None,
        found["sha256"],
    )
    changes = {
        "UPDATE conformance SET outcome = 'passed'": psycopg.errors.RaiseException,
        "DELETE FROM conformance": psycopg.errors.InsufficientPrivilege,
    }
    for statement, refusal in changes.items():
        with (
            psycopg.connect(api.engines.api_url()) as connection,
            pytest.raises(refusal),
        ):
            connection.execute(f"{statement} WHERE enterprise = %s", (code,))


def test_its_point_is_under_test_as_long_as_the_run_goes_on(api: Api) -> None:
    code = place(api)
    begun = api.admin.tell(bench(code), SHORT | {"test_tag": "LI-1"}, status=202)
    question = "SELECT tag, exercise_until FROM point WHERE enterprise = %s AND exercise_from = %s"
    with psycopg.connect(api.engines.api_url()) as connection:
        ((tag, until),) = connection.execute(question, (code, begun["started_at"])).fetchall()
    found = finished(api.admin, bench(code), begun["id"])
    assert tag == "LI-1"
    assert until.timestamp() - time.time() < 5
    assert found["ends_at"] <= found["finished_at"]


def test_one_gateway_is_tried_once_at_a_time_and_its_neighbour_beside_it(api: Api) -> None:
    code = place(api, "gw2")
    api.admin.tell(bench(code), SHORT, status=202)
    refused(ask(api.admin, bench(code), SHORT), 409, "conflict", "tried already")
    api.admin.tell(bench(code, "gw2"), SHORT, status=202)
    assert [len(api.admin.items(bench(code, each))) for each in ("gw1", "gw2")] == [1, 1]


def test_a_point_that_cannot_be_tested_is_refused(api: Api) -> None:
    code = place(api)
    for body, status, word in (
        (SHORT | {"test_tag": "NOT-THERE"}, 422, "no such point"),
        (SHORT | {"test_tag": "LI-2"}, 422, "no limit"),
        ({"duration_s": 8, "cut_s": 3}, 422, "a quarter"),
        ({"duration_s": 4}, 422, "duration_s"),
    ):
        answer = ask(api.admin, bench(code), body)
        assert answer.status_code == status, answer.text
        assert word in answer.text
    api.engine.raises(990_001, code, tag="LI-1")
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 5.0, "the alarm is there")
    answer = ask(api.admin, bench(code), SHORT | {"test_tag": "LI-1"})
    refused(answer, 409, "conflict", "open alarm")
    assert api.admin.items(bench(code)) == []


def test_who_may_start_it_and_who_only_sees_it(api: Api) -> None:
    code, elsewhere = place(api), place(api)
    own, stranger = api.person("enterprise", code), api.person("enterprise", elsewhere)
    for role in ("operator", "inspector", "regulator"):
        refused(ask(api.person(role), bench(code), SHORT), 403, "forbidden")
    refused(ask(stranger, bench(code), SHORT), 404, "not-found")
    refused(ask(own, bench(code, "nobody"), SHORT), 404, "not-found")
    begun = own.tell(bench(code), SHORT, status=202)
    refused(stranger.http.get(f"{bench(code)}/{begun['id']}"), 404, "not-found")
    refused(stranger.http.get(f"{bench(elsewhere)}/{begun['id']}"), 404, "not-found")
    seen = api.person("regulator").ask(f"{bench(code)}/{begun['id']}")
    assert seen["asked_by"].startswith("enterprise-")


def test_a_run_whose_api_stops_is_interrupted(api: Api) -> None:
    code = place(api)
    with running_api(api.engines) as (url, _):
        eventually(
            lambda: httpx2.get(f"{url}/readyz", verify=NO_TLS).status_code == 200,
            20.0,
            "the second is ready",
        )
        password = api.engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
        second = Door(url, "admin", password)
        begun = second.tell(bench(code), {"duration_s": 60}, status=202)
        second.close()
    found = api.admin.ask(f"{bench(code)}/{begun['id']}")
    assert (found["outcome"], found["record"]) == ("interrupted", None)
    assert found["finished_at"] is not None
    again = api.admin.tell(bench(code), SHORT, status=202)
    assert [each["id"] for each in api.admin.items(bench(code))] == [again["id"], begun["id"]]
