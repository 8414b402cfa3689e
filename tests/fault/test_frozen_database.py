"""An alarm does not wait for the database, and nothing that happened meanwhile is lost."""

import time
from collections import Counter
from datetime import datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import Flow
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.stack import Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.serial]

SHORT_S, LONG_S = 15.0, 60.0
TAGS = [f"TI-{number}" for number in range(1, 21)]
EVERY_S = 0.1  # 20 tags ten times a second: 200 readings a second


def epoch_ms(text: str) -> int:
    """RFC 3339 to epoch ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("outage_s", [SHORT_S, pytest.param(LONG_S, marks=pytest.mark.long)])
def test_an_alarm_sounds_and_is_acknowledged_while_the_database_is_frozen(
    stack: Stack, park: Park, store: Store, browser: Browser, outage_s: float
) -> None:
    enterprise = park.enterprise()
    flowing, gas = enterprise.gateway("flow"), enterprise.gateway("gas")
    for tag in TAGS:
        enterprise.point(tag, "temperature", "Cel")
        enterprise.rule(tag, "HH", 500, 1)
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    operator = park.person("operator")
    screen = Console(browser, stack.url).sign_in("admin", stack.admin_password)

    with Live(operator) as live, Flow(flowing, TAGS, EVERY_S) as flow, Flow(gas, []) as detector:
        time.sleep(2.0)
        with stack.frozen_database():
            frozen_at = time.monotonic()
            screen.expect_bar("database", within_s=30.0)
            time.sleep(max(0.0, frozen_at + outage_s - time.monotonic()))
            sent = time.monotonic()
            ts = detector.also({"GT-101": 55.0})
            raised = live.wait_event("raised", enterprise.code, "GT-101", 10.0)
            assert raised.at - sent <= 1.0
            alarm = raised.message["alarm"]
            assert alarm["recorded"] is False
            assert alarm["historical"] is False
            row = screen.row(alarm["id"])
            expect(row).to_be_visible(timeout=2_000)
            before_ms = time.time() * 1000
            answered = operator.tell(f"/alarms/{alarm['id']}/acknowledge", {"note": "我去看"})
            after_ms = time.time() * 1000
            assert answered["state"] == "acknowledged"
            expect(row).to_have_attribute("data-state", "acknowledged", timeout=2_000)
            screen.expect_bar("database", within_s=1.0)
        time.sleep(1.0)
    screen.expect_healthy(within_s=60.0)
    screen.close()

    sent_readings = Counter(flow.sent + detector.sent)
    assert len(flow.sent) >= 200 * outage_s * 0.9, "too little flowed to prove anything"
    eventually(
        lambda: store.reading_count(enterprise.code) >= sent_readings.total(),
        60.0,
        f"{sent_readings.total()} readings stored",
        every_s=1.0,
    )
    assert Counter(store.readings(enterprise.code)) == sent_readings

    eventually(lambda: len(store.journal(alarm["id"])) >= 2, 30.0, "the journal of the outage")
    (first, raised_ms), (second, acknowledged_ms) = store.journal(alarm["id"])
    assert (first, raised_ms) == ("raised", ts)
    assert second == "acknowledged"
    assert before_ms - 5 <= acknowledged_ms <= after_ms + 5
    assert store.alarm_count(enterprise.code) == 1

    (listed,) = enterprise.alarms()
    assert listed["id"] == alarm["id"]
    assert epoch_ms(listed["raised_at"]) == ts
    assert epoch_ms(listed["acknowledged_at"]) == acknowledged_ms
    assert listed["acknowledged_by"].startswith("operator-")
    assert [event["event"] for event in live.events(enterprise.code)] == ["raised", "acknowledged"]
