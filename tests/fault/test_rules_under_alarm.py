"""Rules change, values turn bad and the engine dies while an alarm stands or is about to."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.living.crossing import epoch_ms
from tests.living.field import send
from tests.living.kill import kill, recover
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import IN_FORCE_S, Enterprise, Gateway, Json, Park
from tests.living.stack import Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.patient]

DELAY_S = 8.0


@pytest.fixture
def works(park: Park) -> tuple[Enterprise, Gateway]:
    """An enterprise with a gateway and a point that has no rule yet."""
    enterprise = park.enterprise("RULE")
    gateway = enterprise.gateway()
    enterprise.point("GT-1", "combustible_gas", "%LEL")
    return enterprise, gateway


def test_a_limit_that_moves_away_withdraws_the_alarm(
    park: Park, store: Store, works: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = works
    rule = enterprise.rule("GT-1", "H", 25, 2)
    enterprise.in_force()
    with Live(park.admin) as live:
        alarm = stands(live, enterprise, gateway, 30)
        put(park, rule, limit=28.0)
        gone = live.wait_event("withdrawn", enterprise.code, "GT-1", IN_FORCE_S, limit=25.0)
        assert gone.message["alarm"]["id"] == alarm["id"]
        new = live.wait_event("raised", enterprise.code, "GT-1", IN_FORCE_S, limit=28.0)
        second = new.message["alarm"]["id"]
        assert second != alarm["id"], "still reached: another occurrence"
        put(park, rule, limit=60.0)
        gone = live.wait_event("withdrawn", enterprise.code, "GT-1", IN_FORCE_S, limit=28.0)
        assert gone.message["alarm"]["id"] == second
        send(gateway, {"GT-1": 59}, ts=now_ms())
        send(gateway, {"GT-1": 61}, ts=now_ms())
        again = live.wait_event("raised", enterprise.code, "GT-1", 2.0, limit=60.0)
        third = again.message["alarm"]["id"]
        assert third not in (alarm["id"], second)
    closed = {a["id"]: a["closed_as"] for a in enterprise.alarms()}
    assert closed == {alarm["id"]: "withdrawn", second: "withdrawn", third: None}
    eventually(
        lambda: [event for event, _ in store.journal(alarm["id"])][-1:] == ["withdrawn"],
        10.0,
        "the withdrawal in the journal",
    )


def test_a_deleted_rule_withdraws_the_alarm(
    park: Park, store: Store, works: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = works
    rule = enterprise.rule("GT-1", "H", 25, 2)
    enterprise.in_force()
    with Live(park.admin) as live:
        alarm = stands(live, enterprise, gateway, 30)
        park.admin.remove(f"/rules/{rule['id']}")
        live.wait_event("withdrawn", enterprise.code, "GT-1", IN_FORCE_S)
        send(gateway, {"GT-1": 99}, ts=now_ms())
        time.sleep(1.0)
        assert [e["event"] for e in live.events(enterprise.code)] == ["raised", "withdrawn"]
    (closed,) = enterprise.alarms()
    assert (closed["id"], closed["closed_as"]) == (alarm["id"], "withdrawn")
    eventually(
        lambda: [event for event, _ in store.journal(alarm["id"])] == ["raised", "withdrawn"],
        10.0,
        "the withdrawal in the journal",
    )


def test_a_rule_that_has_an_end_dies_by_itself_and_withdraws_the_alarm(
    park: Park, works: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = works
    end = datetime.now(UTC) + timedelta(seconds=IN_FORCE_S + 3.0)
    enterprise.rule("GT-1", "H", 25, 2, owner="P-7", valid_until=end.isoformat())
    enterprise.in_force()
    with Live(park.admin) as live:
        alarm = stands(live, enterprise, gateway, 30)
        gone = live.wait_event("withdrawn", enterprise.code, "GT-1", 6.0)
        assert gone.message["alarm"]["id"] == alarm["id"]
        assert datetime.fromisoformat(gone.message["alarm"]["cleared_at"]) >= end.replace(
            microsecond=end.microsecond // 1000 * 1000
        )
        send(gateway, {"GT-1": 40}, ts=now_ms())
    assert [each["id"] for each in enterprise.alarms()] == [alarm["id"]]


def test_a_new_rule_is_judged_at_once_against_the_newest_value(
    park: Park, works: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = works
    enterprise.in_force()
    with Live(park.admin) as live:
        send(gateway, {"GT-1": 30}, ts=now_ms())
        time.sleep(0.5)
        enterprise.rule("GT-1", "H", 25, 2)
        raised = live.wait_event("raised", enterprise.code, "GT-1", IN_FORCE_S)
        alarm = raised.message["alarm"]
        assert (alarm["limit"], alarm["value"], alarm["grade"]) == (25.0, 30.0, 2)


def test_bad_quality_ends_nothing(park: Park, works: tuple[Enterprise, Gateway]) -> None:
    enterprise, gateway = works
    enterprise.rule("GT-1", "H", 25, 2)
    enterprise.in_force()
    with Live(park.admin) as live:
        alarm = stands(live, enterprise, gateway, 30)
        for value in ({"v": 3, "q": "bad"}, None):
            send(gateway, {"GT-1": value}, ts=now_ms())
        time.sleep(1.5)
        assert [e["event"] for e in live.events(enterprise.code)] == ["raised"]
        (standing,) = enterprise.alarms()
        assert standing["state"] == "unacknowledged"
        send(gateway, {"GT-1": 3}, ts=now_ms())
        live.wait_event("returned", enterprise.code, "GT-1", 2.0, id=alarm["id"])


def test_a_delay_that_a_kill_interrupts_ends_at_its_true_time(
    stack: Stack, park: Park, store: Store, works: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = works
    enterprise.rule("GT-1", "HH", 50, 1, on_delay_s=DELAY_S)
    enterprise.in_force()
    crossed = now_ms()
    with Live(park.admin) as live:
        send(gateway, {"GT-1": 60}, ts=crossed)
        time.sleep(1.0)
        recover(stack, "alerts", kill(stack, "alerts"))
        left = (crossed - now_ms()) / 1000 + DELAY_S
        assert left > 0, "the engine was away for the whole of the delay"
        assert enterprise.alarms() == []
        eventually(lambda: enterprise.alarms() != [], left + 2.0, "the alarm after its delay")
        (alarm,) = enterprise.alarms()
        assert epoch_ms(alarm["raised_at"]) == crossed + DELAY_S * 1000
        assert alarm["historical"] is False
        raised = live.wait_event("raised", enterprise.code, "GT-1", 1.0)
        assert raised.message["alarm"]["id"] == alarm["id"]
    eventually(
        lambda: store.journal(alarm["id"]) == [("raised", crossed + DELAY_S * 1000)],
        10.0,
        "the alarm in the journal at its true time",
    )


def stands(live: Live, enterprise: Enterprise, gateway: Gateway, value: float) -> Json:
    """An alarm that a value raised."""
    send(gateway, {"GT-1": value}, ts=now_ms())
    raised = live.wait_event("raised", enterprise.code, "GT-1", 2.0)
    alarm: Json = raised.message["alarm"]
    return alarm


def put(park: Park, rule: Json, **changes: Any) -> None:
    """The rule again, with something else in it."""
    names = ("kind", "enterprise", "tag", "condition", "limit", "grade")
    body = {name: rule[name] for name in names} | changes
    answer = park.admin.http.put(f"/rules/{rule['id']}", json=body)
    assert answer.status_code == 200, answer.text


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000
