"""A rule that has an end and an owner, over REST and on the real database."""

from datetime import UTC, datetime, timedelta

from tests.integration.api.conftest import Api
from tests.living.outcome import eventually


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_rule_is_gone_from_the_list_at_its_end_and_its_place_is_free(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "GT-1")
    body = {"enterprise": code, "tag": "GT-1", "condition": "H", "limit": 25, "grade": 2}
    made = api.admin.register("/rules", body | {"owner": "作业票 P-7", "valid_until": soon(1.5)})
    assert (made["owner"], made["valid_to"]) == ("作业票 P-7", None)
    assert made["valid_until"] is not None
    assert [rule["id"] for rule in api.admin.items("/rules", enterprise=code)] == [made["id"]]

    eventually(lambda: not api.admin.items("/rules", enterprise=code), 10.0, "its end")
    ended = api.admin.ask(f"/rules/{made['id']}")
    assert ended["valid_to"] == made["valid_until"]
    assert api.admin.http.delete(f"/rules/{made['id']}").status_code == 404
    next_one = api.admin.register("/rules", body)
    assert (next_one["owner"], next_one["valid_until"]) == (None, None)


def test_an_end_that_is_over_is_refused(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "GT-1")
    body = {"enterprise": code, "tag": "GT-1", "condition": "H", "limit": 25, "grade": 2}
    for end in (soon(-1), "2026-01-01T00:00:00"):
        answer = api.admin.http.post("/rules", json=body | {"valid_until": end})
        assert answer.status_code == 422
        assert "valid_until" in answer.json()["detail"]
    assert api.admin.items("/rules", enterprise=code) == []


def test_who_ended_which_rule_of_a_point_is_listed_the_last_first(api: Api) -> None:
    code, other = api.enterprise(), api.enterprise()
    for where in (code, other):
        api.point(where, "LT-1", kind="level", unit="%")
        api.point(where, "XS-1", kind="switch", unit="state")
    limit = {"enterprise": code, "tag": "LT-1", "condition": "H", "limit": 80, "grade": 3}
    rate = {"kind": "rate", "enterprise": code, "tag": "LT-1", "limit_per_min": 2, "grade": 2}
    off = {
        "enterprise": code, "name": "停车", "reason": "停车", "targets": [{"tag": "LT-1"}],
        "condition": {"kind": "state", "tag": "XS-1", "states": ["off"]},
    }  # fmt: skip
    made = [
        f"/rules/{api.admin.register('/rules', limit)['id']}",
        f"/rules/{api.admin.register('/rules', rate)['id']}",
        f"/suppressions/{api.admin.register('/suppressions', off)['id']}",
    ]
    api.admin.http.put(made[0], json=limit | {"kind": "limit", "limit": 85})
    assert api.admin.items("/ended-rules", enterprise=code) == [], "another version is no end"
    for number, address in enumerate(made):
        api.admin.remove(f"{address}?reason=R{number}")
    listed = api.admin.items("/ended-rules", enterprise=code, tag="LT-1", limit=1)
    told = [(e["sort"], e["kind"], e["limit"], e["name"], e["ended_reason"]) for e in listed]
    assert told == [
        ("suppression", "state", None, "停车", "R2"),
        ("detector", "rate", None, None, "R1"),
        ("limit", "H", 85, None, "R0"),
    ]
    assert {each["ended_by"] for each in listed} == {"admin"}
    assert (listed[2]["version"], listed[2]["grade"], listed[2]["tag"]) == (2, 3, "LT-1")
    of_switch = api.admin.items("/ended-rules", enterprise=code, tag="XS-1")
    assert [each["sort"] for each in of_switch] == ["suppression"]
    stranger = api.person("enterprise", other)
    assert stranger.items("/ended-rules") == stranger.items("/ended-rules", enterprise=code) == []
    stranger.close()
    wrong = api.admin.http.get("/ended-rules", params={"cursor": "WyJ4IiwieSJd"})
    assert (wrong.status_code, "cursor" in wrong.json()["detail"]) == (422, True)
