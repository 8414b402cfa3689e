"""Rules that are more than a limit, from REST to the screen: in force, changed, killed, ended."""

import time

import pytest

from tests.living.field import send
from tests.living.kill import kill, recover
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import IN_FORCE_S, Enterprise, Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.patient]


def put(park: Park, rule: Json, **changes: object) -> Json:
    answer = park.admin.http.put(f"/rules/{rule['id']}", json=rule | changes)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    return changed


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_a_rate_and_an_expression_alarm_change_outlive_the_engine_and_end(
    stack: Stack, park: Park
) -> None:
    works = park.enterprise("DET")
    gateway = works.gateway()
    works.point("TI-1", "temperature", "Cel")
    works.point("GT-1", "combustible_gas", "%LEL")
    works.point("XV-1", "valve", "state")
    fast = park.admin.register(
        "/rules",
        {"kind": "rate", "enterprise": works.code, "tag": "TI-1", "limit_per_min": 60,
         "span_s": 2, "grade": 2},
    )  # fmt: skip
    open_in_gas = park.admin.register(
        "/rules",
        {"kind": "expression", "enterprise": works.code, "tag": "GT-1", "grade": 3,
         "text": "gas > 20.0 && valve == 'open'",
         "variables": {"gas": "GT-1", "valve": "XV-1"}},
    )  # fmt: skip
    works.in_force()

    with Live(park.admin) as live:
        begun = now_ms() - 2_000
        send(gateway, {"TI-1": 20, "GT-1": 30, "XV-1": "closed"}, ts=begun)
        send(gateway, {"TI-1": 30, "XV-1": "open"}, ts=begun + 2_000)
        rises = live.wait_event(
            "raised", works.code, "TI-1", 2.0, condition="rate", rule=fast["id"], rule_version=1
        ).message["alarm"]
        assert (rises["grade"], rises["limit"]) == (2, None)
        assert "每分钟 300 Cel" in rises["message"]["text"]
        holds = live.wait_event(
            "raised", works.code, "GT-1", 2.0, condition="expression", rule=open_in_gas["id"]
        ).message["alarm"]

        put(park, fast, limit_per_min=6000)
        gone = live.wait_event("withdrawn", works.code, "TI-1", IN_FORCE_S, rule=fast["id"])
        assert gone.message["alarm"]["id"] == rises["id"]
        put(park, open_in_gas, grade=1)
        worse = live.wait_event("escalated", works.code, "GT-1", IN_FORCE_S, rule_version=2)
        assert (worse.message["alarm"]["id"], worse.message["alarm"]["grade"]) == (holds["id"], 1)

    recover(stack, "alerts", kill(stack, "alerts"))
    # The push begins anew with the engine: from here on the list tells.
    begun = now_ms()
    send(gateway, {"GT-1": 10}, ts=begun)
    returned = {holds["id"]: ("returned_unacknowledged", None)}
    become(works, "GT-1", returned, "its return after the kill")
    send(gateway, {"GT-1": 40}, ts=begun + 1)
    eventually(lambda: len(states(works, "GT-1")) == 2, 10.0, "the next one")
    (again,) = (each for each in works.alarms() if each["closed_as"] is None)
    assert (again["state"], again["rule_version"], again["superseded"]) == ("unacknowledged", 2, 1)
    park.admin.remove(f"/rules/{open_in_gas['id']}")
    eventually(
        lambda: states(works, "GT-1")[again["id"]] == ("normal", "withdrawn"),
        IN_FORCE_S,
        "its withdrawal",
    )
    assert states(works, "TI-1") == {rises["id"]: ("normal", "withdrawn")}


def become(works: Enterprise, tag: str, wanted: dict[str, tuple[str, None]], what: str) -> None:
    """Wait for these states of a point's alarms; a failure says which there were."""
    seen: list[object] = []

    def look() -> bool:
        found = states(works, tag)
        seen[:] = [found]
        return found == wanted

    try:
        eventually(look, 10.0, what)
    except AssertionError as error:
        raise AssertionError(f"{error}: {seen} and not {wanted}") from None


def states(works: Enterprise, tag: str) -> dict[str, tuple[str, str | None]]:
    """State and end of each alarm of a point, by its number."""
    alarms = works.alarms(tag=tag)
    return {each["id"]: (each["state"], each["closed_as"]) for each in alarms}
