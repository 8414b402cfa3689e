"""A plant that falls silent is an alarm before the operator, and no flood of them."""

import time

import pytest
from playwright.sync_api import expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

POINTS = ("GT-1", "GT-2", "GT-3")
EIGHT_HOURS_MS = 8 * 3_600_000


@pytest.mark.patient
def test_a_silent_plant_is_one_alarm_and_is_over_when_it_speaks(
    park: Park, store: Store, console: Console
) -> None:
    enterprise = park.enterprise("SILENT")
    gateway = enterprise.gateway()
    for tag in POINTS:
        enterprise.point(tag, "combustible_gas", "%LEL", period_s=1)
    enterprise.in_force()
    with Live(park.admin) as live:
        for _ in range(3):
            send(gateway, dict.fromkeys(POINTS, 3))
            time.sleep(0.5)
        heard = time.monotonic()
        raised = live.wait(
            lambda h: is_about(h.message, "raised", enterprise.code), 20.0, "silence"
        )
        assert 9.0 <= raised.at - heard <= 13.0
        alarm = raised.message["alarm"]
        assert alarm["subject"] == {"type": "enterprise", "id": enterprise.code}
        assert (alarm["tag"], alarm["point_id"], alarm["limit"]) == (None, None, None)
        assert (alarm["condition"], alarm["grade"]) == ("offline", 1)
        assert "3" in alarm["message"]["text"]
        assert alarm["message"]["params"]["points"] == len(POINTS)
        row = console.row(alarm["id"])
        expect(row).to_contain_text("全部 1 个网关失联")
        expect(row).to_contain_text(f"企业 {enterprise.code}")
        row.click()
        console.picture("silent-zh")
        console.in_english()
        expect(row).to_contain_text("All gateways silent (1); 3 points depend on them")
        console.picture("silent-en")
        console.page.keyboard.press("a")
        expect(row).to_have_attribute("data-state", "acknowledged", timeout=5_000)

        send(gateway, dict.fromkeys(POINTS, 3))
        live.wait(lambda h: is_about(h.message, "cleared", enterprise.code), 5.0, "its end")
        told = [event["event"] for event in live.events(enterprise.code)]
    assert told == ["raised", "acknowledged", "cleared"]
    eventually(
        lambda: [event for event, _ in store.journal(alarm["id"])] == told, 10.0, "the journal"
    )
    (listed,) = enterprise.alarms(subject="enterprise")
    assert listed["id"] == alarm["id"]
    assert enterprise.alarms(subject="point") == []


def test_a_clock_eight_hours_ahead_is_an_alarm_of_its_gateway(park: Park) -> None:
    enterprise = park.enterprise("CLOCK")
    gateway = enterprise.gateway("gw-7")
    enterprise.point("GT-1", "combustible_gas", "%LEL", period_s=1)
    enterprise.in_force()
    with Live(park.admin) as live:
        for _ in range(13):
            send(gateway, {"GT-1": 3}, ts=now_ms() + EIGHT_HOURS_MS)
            time.sleep(0.9)
        raised = live.wait(lambda h: is_about(h.message, "raised", enterprise.code), 10.0, "clock")
        alarm = raised.message["alarm"]
        assert alarm["subject"] == {"type": "gateway", "id": "gw-7"}
        assert (alarm["condition"], alarm["grade"], alarm["tag"]) == ("clock", 3, None)
        send(gateway, {"GT-1": 3}, ts=now_ms())
        live.wait(lambda h: is_about(h.message, "returned", enterprise.code), 5.0, "its end")
    assert {each["condition"] for each in enterprise.alarms()} == {"clock"}


def is_about(message: dict[str, object], event: str, enterprise: str) -> bool:
    """Whether a live message tells this of an alarm of the enterprise."""
    alarm = message.get("alarm")
    return (
        message.get("event") == event
        and isinstance(alarm, dict)
        and alarm.get("enterprise") == enterprise
    )


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000
