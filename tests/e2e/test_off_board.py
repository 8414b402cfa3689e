"""Taking an alarm off the board and back, over the whole stack: who may, and what is seen of it."""

import pytest

from tests.living.field import send
from tests.living.live import Live
from tests.living.park import Enterprise, Json, Park

pytestmark = [pytest.mark.stack]


def standing(park: Park, live: Live, grade: int) -> tuple[Enterprise, Json]:
    """An enterprise with one alarm of a grade."""
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.point("LT-1", "level", "%")
    enterprise.rule("LT-1", "H", 80, grade, latch=True, realarm_s=3600)
    enterprise.in_force()
    send(gateway, {"LT-1": 85})
    return enterprise, live.wait_event("raised", enterprise.code, "LT-1", 5.0).message["alarm"]


def count(park: Park, how: str) -> int:
    items: list[Json] = park.admin.ask("/alarms/off-board")["items"]
    found: int = next(each["count"] for each in items if each["how"] == how)
    return found


def test_an_operator_shelves_and_unshelves_and_everybody_sees_it(park: Park) -> None:
    operator, regulator = park.person("operator"), park.person("regulator")
    with Live(park.admin) as live:
        enterprise, alarm = standing(park, live, 4)
        path = f"/alarms/{alarm['id']}"
        before = count(park, "shelved")
        body = {"minutes": 30, "reason": "液位计结冰"}
        assert regulator.http.post(f"{path}/shelve", json=body).status_code == 403
        shelved = operator.tell(f"{path}/shelve", body)
        assert (shelved["state"], shelved["off_board"]["reason"]) == ("shelved", "液位计结冰")
        told = live.wait_event("shelved", enterprise.code, "LT-1", 5.0)
        assert told.message["alarm"]["off_board"] == shelved["off_board"]
        assert count(park, "shelved") == before + 1
        (listed,) = park.admin.items("/alarms", enterprise=enterprise.code, state="shelved")
        assert listed["id"] == alarm["id"]
        again = operator.http.post(f"{path}/shelve", json=body)
        assert (again.status_code, again.json()["type"]) == (409, "/problems/not-possible")
        back = operator.tell(f"{path}/unshelve", {"note": "已除冰"})
        assert (back["state"], back["off_board"]) == ("unacknowledged", None)
        live.wait_event("unshelved", enterprise.code, "LT-1", 5.0)


def test_a_second_person_approves_and_never_the_applicant(park: Park) -> None:
    supervisor, other = park.person("supervisor"), park.person("supervisor")
    operator = park.person("operator")
    with Live(park.admin) as live:
        enterprise, alarm = standing(park, live, 2)
        body = {"minutes": 20, "reason": "标定"}
        path = f"/alarms/{alarm['id']}"
        longer = supervisor.http.post(f"{path}/shelve", json=body | {"minutes": 31})
        assert longer.status_code == 409
        asked = supervisor.tell(f"{path}/shelve", body, status=202)["approval"]
        assert (asked["state"], asked["action"], asked["alarm"]) == (
            "pending",
            "shelve",
            alarm["id"],
        )
        decide = f"/approvals/{asked['id']}"
        assert supervisor.http.post(f"{decide}/approve", json={}).status_code == 403
        assert operator.http.post(f"{decide}/approve", json={}).status_code == 403
        waiting = park.admin.items("/approvals", enterprise=enterprise.code, pending=True)
        assert [each["id"] for each in waiting] == [asked["id"]]
        done = other.tell(f"{decide}/approve", {"note": "同意"})
        assert done["state"] == "approved"
        told = live.wait_event("shelved", enterprise.code, "LT-1", 5.0).message["alarm"]
        off = told["off_board"]
        assert (off["by"], off["approved_by"]) == (asked["applicant"], done["decided_by"])
        assert other.http.post(f"{decide}/refuse", json={}).status_code == 409
        assert park.admin.items("/approvals", enterprise=enterprise.code, pending=True) == []


def test_an_approval_holds_for_an_alarm_that_chatters_and_is_journaled(park: Park) -> None:
    supervisor, operator = park.person("supervisor"), park.person("operator")
    with Live(park.admin) as live:
        enterprise = park.enterprise()
        gateway = enterprise.gateway()
        enterprise.point("LT-1", "level", "%")
        enterprise.rule("LT-1", "H", 80, 2)
        enterprise.in_force()
        send(gateway, {"LT-1": 85})
        first = live.wait_event("raised", enterprise.code, "LT-1", 5.0).message["alarm"]
        asked = operator.tell(
            f"/alarms/{first['id']}/shelve", {"minutes": 20, "reason": "探头结露"}, status=202
        )["approval"]
        operator.tell(f"/alarms/{first['id']}/acknowledge")
        send(gateway, {"LT-1": 10})
        live.wait_event("cleared", enterprise.code, "LT-1", 5.0)
        path = f"/approvals/{asked['id']}/approve"
        nothing = supervisor.http.post(path, json={})
        assert nothing.json()["detail"] == "Nothing of this subject and direction stands now."
        send(gateway, {"LT-1": 90})
        again = live.wait_event("raised", enterprise.code, "LT-1", 5.0, value=90.0)
        second = again.message["alarm"]
        done = supervisor.tell(path, {"note": "已现场核实"})
        assert (done["state"], done["alarm"]) == ("approved", first["id"])
        told = live.wait_event("shelved", enterprise.code, "LT-1", 5.0).message["alarm"]
        assert told["id"] == second["id"] != first["id"]
        off = told["off_board"]
        assert (off["approved_by"], off["approval_note"]) == (done["decided_by"], "已现场核实")
        assert off["policy"] == park.admin.ask("/shelving-policy")["version"]


def test_an_enterprise_proposes_and_may_be_refused(park: Park) -> None:
    with Live(park.admin) as live:
        enterprise, alarm = standing(park, live, 4)
        owner = park.person("enterprise", enterprise.code)
        stranger = park.person("enterprise", park.enterprise().code)
        body = {"minutes": 600, "reason": "检修", "permit": "JX-12"}
        path = f"/alarms/{alarm['id']}"
        assert stranger.http.post(f"{path}/out-of-service", json=body).status_code == 404
        asked = owner.tell(f"{path}/out-of-service", body, status=202)["approval"]
        assert stranger.items("/approvals") == []
        refused = park.admin.tell(f"/approvals/{asked['id']}/refuse", {"note": "未隔离"})
        assert (refused["state"], refused["note"]) == ("refused", "未隔离")
        asked = owner.tell(f"{path}/out-of-service", body, status=202)["approval"]
        park.admin.tell(f"/approvals/{asked['id']}/approve")
        told = live.wait_event("out_of_service", enterprise.code, "LT-1", 5.0).message["alarm"]
        assert told["off_board"]["permit"] == "JX-12"
        assert owner.http.post(f"{path}/return-to-service", json={}).status_code == 403
        back = park.admin.tell(f"{path}/return-to-service")
        assert back["state"] == "unacknowledged"


def test_a_rule_says_that_it_latches_and_asks_again(park: Park) -> None:
    with Live(park.admin) as live:
        enterprise, alarm = standing(park, live, 4)
        assert alarm["latch"] is True
        (rule,) = park.admin.items("/rules", enterprise=enterprise.code)
        assert (rule["latch"], rule["realarm_s"]) == (True, 3600)


def test_grade_one_is_never_shelved(park: Park) -> None:
    with Live(park.admin) as live:
        _, alarm = standing(park, live, 1)
        path = f"/alarms/{alarm['id']}/shelve"
        answer = park.admin.http.post(path, json={"minutes": 1, "reason": "x"})
        assert answer.status_code == 409
        assert answer.json()["detail"] == "An alarm of grade 1 is never shelved."
