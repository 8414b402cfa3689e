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
