"""The main job: a gas reading leaves a gateway and stands as an alarm before the operator."""

import time

import pytest
from playwright.sync_api import expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.serial]


def test_a_gas_reading_is_one_red_alarm_on_every_screen_within_a_second(
    park: Park, store: Store, console: Console
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    with Live(park.admin) as live:
        sent, sent_wall_ms = time.monotonic(), time.time() * 1000
        send(gateway, {"GT-101": 55})
        raised = live.wait_event("raised", enterprise.code, "GT-101", 5.0)
        alarm = raised.message["alarm"]
        row = console.row(alarm["id"])
        expect(row).to_be_visible(timeout=5_000)
        assert raised.at - sent <= 1.0
        assert console.row_seen_at(alarm["id"]) - sent_wall_ms <= 1_000

        assert (alarm["grade"], alarm["condition"], alarm["limit"]) == (1, "HH", 50)
        assert (alarm["value"], alarm["unit"], alarm["state"]) == (55, "%LEL", "unacknowledged")
        assert alarm["historical"] is False
        expect(row).to_have_attribute("data-grade", "1")
        expect(row).to_have_attribute("data-state", "unacknowledged")
        expect(row).to_contain_text("1")
        expect(row).to_contain_text("重大")
        expect(console.rows_of("GT-101")).to_have_count(1)

        row.click()
        console.page.keyboard.press("a")
        expect(row).to_have_attribute("data-state", "acknowledged", timeout=5_000)
        live.wait_event("acknowledged", enterprise.code, "GT-101", 5.0)
        (listed,) = enterprise.alarms()
        assert listed["state"] == "acknowledged"
        assert listed["acknowledged_by"] == "admin"

        send(gateway, {"GT-101": 5})
        live.wait_event("cleared", enterprise.code, "GT-101", 5.0, closed_as="cleared")
        expect(row).to_have_count(0, timeout=5_000)
        told = [event["event"] for event in live.events(enterprise.code)]
        assert told == ["raised", "acknowledged", "cleared"]
    eventually(
        lambda: [event for event, _ in store.journal(alarm["id"])] == told, 10.0, "the journal"
    )
    assert store.alarm_count(enterprise.code) == 1
    readings = enterprise.door.items(f"/points/{enterprise.code}/GT-101/readings", resolution="raw")
    assert sorted(reading["value"] for reading in readings) == [5, 55]


def test_an_alarm_escalates_and_comes_down_as_one_occurrence(park: Park) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-7")
    enterprise.in_force()
    with Live(park.admin) as live:
        for value, event, grade in (
            (30, "raised", 2),
            (60, "escalated", 1),
            (40, "deescalated", 2),
            (3, "returned", 2),
        ):
            sent = time.monotonic()
            send(gateway, {"GT-7": value})
            heard = live.wait_event(event, enterprise.code, "GT-7", 5.0)
            assert heard.at - sent <= 1.0
            assert heard.message["alarm"]["grade"] == grade
        ids = {event["alarm"]["id"] for event in live.events(enterprise.code)}
    assert len(ids) == 1
    (alarm,) = enterprise.alarms()
    assert alarm["state"] == "returned_unacknowledged"
