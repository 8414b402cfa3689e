"""What waits for a second person: how much of it, and on which version of a rule it was tried."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.api.waiting_room import MOST
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

FILL = (
    "INSERT INTO approval (enterprise, id, action, alarm_id, reason, minutes, applicant,"
    " applied_at, expires_at) SELECT %s, %s || n, 'shelve', 'a', '检修', 30, 'wang', %s, %s"
    " FROM generate_series(1, %s) AS n"
)
"""Of an enterprise, with a beginning of the ids: since when, until when, how many."""


@pytest.fixture
def works(api: Api) -> str:
    code = api.enterprise()
    api.point(code, "LI-1")
    return code


def limit(works: str, **more: object) -> Json:
    return {
        "enterprise": works, "tag": "LI-1", "condition": "H", "limit": 80, "grade": 3,
        "reason": "检修", **more,
    }  # fmt: skip


def test_beyond_so_many_that_wait_nothing_more_is_asked(api: Api, works: str) -> None:
    owner = api.person("enterprise", works)
    alarm = api.engine.raises(8301, works, grade=3)
    eventually(lambda: api.admin.items("/alarms", enterprise=works), 5.0, "it is listed")
    now = datetime.now(UTC)
    with psycopg.connect(api.engines.superuser_url) as connection:
        over = (now - timedelta(hours=1), now - timedelta(minutes=30))
        connection.execute(FILL, (works, "over", *over, MOST))
        connection.execute(FILL, (works, "now", now, now + timedelta(minutes=30), MOST - 1))
    last = owner.tell("/rules", limit(works), status=202)["approval"]
    told = f"{works} has {MOST} applications and proposals that wait"
    refused(owner.http.post("/rules", json=limit(works, condition="HH")), 409, "conflict", told)
    shelve = f"/alarms/{alarm.id}/shelve"
    body = {"minutes": 30, "reason": "检修"}
    refused(owner.http.post(shelve, json=body), 409, "conflict", told)
    api.admin.tell(f"/approvals/{last['id']}/refuse")
    assert owner.tell(shelve, body, status=202)["approval"]["state"] == "pending"


def test_a_proposal_for_a_version_that_is_no_more_is_refused_and_waits(
    api: Api, works: str
) -> None:
    owner, supervisor = api.person("enterprise", works), api.person("supervisor")
    made = api.admin.register("/rules", limit(works))
    address = f"/rules/{made['id']}"
    change = owner.http.put(address, json=limit(works, limit=90)).json()["approval"]
    leave = owner.http.delete(address, params={"reason": "已拆除"}).json()["approval"]
    assert api.admin.http.put(address, json=limit(works, limit=70, grade=2)).status_code == 200
    for asked in (change, leave):
        answer = supervisor.http.post(f"/approvals/{asked['id']}/approve", json={})
        refused(
            answer, 409, "conflict", "is in version 2 now, and this was proposed for its version 1"
        )
    standing = api.admin.ask(address)
    assert (standing["version"], standing["limit"], standing["valid_to"]) == (2, 70, None)
    waiting = api.admin.items("/approvals", enterprise=works, pending=True)
    assert {each["id"] for each in waiting} == {change["id"], leave["id"]}

    again = owner.http.put(address, json=limit(works, limit=75)).json()["approval"]
    supervisor.tell(f"/approvals/{again['id']}/approve")
    assert (api.admin.ask(address)["version"], api.admin.ask(address)["limit"]) == (3, 75)
