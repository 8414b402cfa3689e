"""A detector's calibration or bump test over REST: who begins it, for how long, and its end."""

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.park import Json

TEST: Json = {"kind": "bump_test", "minutes": 30, "reason": "季度功能测试"}


@pytest.fixture
def works(api: Api) -> str:
    code = api.enterprise()
    for tag in ("GT-1", "GT-2"):
        api.point(code, tag, kind="combustible_gas", unit="%LEL")
    api.point(code, "ESD-1", kind="interlock")
    return code


def test_an_enterprise_begins_and_ends_it_and_nobody_elses(api: Api, works: str) -> None:
    owner, address = api.person("enterprise", works), f"/points/{works}/GT-1/maintenance"
    begun = owner.tell(address, TEST, status=201)["maintenance"]
    assert (begun["kind"], begun["grade"], begun["reason"]) == ("bump_test", 3, "季度功能测试")
    assert begun["approved_by"] is None
    listed = [
        each["tag"] for each in api.admin.items("/points", enterprise=works, maintenance=True)
    ]
    assert listed == ["GT-1"]
    again = owner.http.post(address, json=TEST)
    refused(again, 409, "conflict", "already; end that first")
    regulator = api.person("regulator")
    refused(regulator.http.post(address, json=TEST), 403, "forbidden")
    refused(regulator.http.delete(address), 403, "forbidden")
    foreigner = api.person("enterprise", api.enterprise())
    refused(foreigner.http.post(address, json=TEST), 404, "not-found")
    refused(foreigner.http.delete(address), 404, "not-found")
    operator = api.person("operator")
    over = operator.http.delete(address, params={"reason": "提前完成"})
    assert (over.status_code, over.json()["maintenance"]) == (200, None)
    refused(operator.http.delete(address), 409, "conflict", "in no calibration or bump test")
    last, first, _ = regulator.items(f"/points/{works}/GT-1/history")
    assert (first["reason"], first["before"]) == ("季度功能测试", {"maintenance": None})
    assert first["after"]["maintenance"]["by"].startswith("enterprise-")
    assert last["reason"] == "提前完成"
    assert last["changed_by"].startswith("operator-")
    assert last["after"]["maintenance"]["until"] < first["after"]["maintenance"]["until"]


@pytest.mark.parametrize(
    ("tag", "more", "status", "word"),
    [
        ("GT-1", {"minutes": 241}, 422, "minutes"),
        ("GT-1", {"minutes": 0}, 422, "minutes"),
        ("GT-1", {"grade": 1}, 422, "grade"),
        ("GT-1", {"kind": "holiday"}, 422, "kind"),
        ("GT-1", {"reason": ""}, 422, "reason"),
        ("ESD-1", {}, 409, "is an interlock"),
        ("NONE", {}, 404, "no such point"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_begins(
    api: Api, works: str, tag: str, more: Json, status: int, word: str
) -> None:
    kinds = {422: "invalid", 409: "not-possible", 404: "not-found"}
    answer = api.admin.http.post(f"/points/{works}/{tag}/maintenance", json=TEST | more)
    refused(answer, status, kinds[status], word)
    assert api.admin.items("/points", enterprise=works, maintenance=True) == []


def test_the_orange_grade_needs_a_second_person(api: Api, works: str) -> None:
    operator, address = api.person("operator"), f"/points/{works}/GT-2/maintenance"
    asked = operator.tell(address, TEST | {"grade": 2}, status=202)["approval"]
    assert (asked["action"], asked["grade"]) == ("maintain_point", 2)
    assert asked["subject"] == {"type": "point", "id": "GT-2"}
    assert api.admin.ask(f"/points/{works}/GT-2")["maintenance"] is None
    supervisor = api.person("supervisor")
    own = supervisor.tell(address, TEST | {"grade": 2}, status=202)["approval"]
    refused(
        supervisor.http.post(f"/approvals/{own['id']}/approve", json={}),
        403,
        "forbidden",
        "Another",
    )
    supervisor.tell(f"/approvals/{asked['id']}/approve")
    begun = supervisor.ask(f"/points/{works}/GT-2")["maintenance"]
    assert begun["by"].startswith("operator-")
    assert begun["approved_by"].startswith("supervisor-")
    late = api.admin.http.post(f"/approvals/{own['id']}/approve", json={})
    refused(late, 409, "conflict", "already; end that first")
