"""A hazard source through the real stack: an alarm lifts its grade and every grade above it."""

import time

import pytest
from playwright.sync_api import expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.patient]

SEEN_WITHIN_S = 5.0
ANSWER_S = 3.0


def status(enterprise: Enterprise) -> Json:
    """How the one hazard source of this enterprise stands."""
    found: Json = enterprise.door.ask(f"/hazard-sources/{enterprise.code}/HS-1/status")
    return found


def branch(enterprise: Enterprise) -> tuple[int | None, int | None, int | None]:
    """The grades of enterprise, hazard source and equipment, as the tree has them."""
    (node,) = enterprise.door.ask("/tree", enterprise=enterprise.code)["items"]
    (source,) = node["hazard_sources"]
    (vessel,) = source["equipment"]
    return node["grade"], source["grade"], vessel["grade"]


def furnish(park: Park) -> tuple[Enterprise, Gateway]:
    """A chlorine store with a gas detector at a vessel, and an interlock."""
    enterprise = park.enterprise("HS")
    source = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [
            {"cas": "7782-50-5", "quantity_t": 5},
            {"cas": "7664-41-7", "quantity_t": 5},
        ],
        "responsible": {"operating": {"name": "马卫国", "phone": "025-5555 0223"}},
    }
    enterprise.door.register("/hazard-sources", source)
    gateway = enterprise.gateway()
    place = {"hazard_source": "HS-1", "equipment": "V-301", "gateway": "gw1"}
    enterprise.point("GT-1", "toxic_gas", "mg/m3", **place)
    enterprise.rule("GT-1", "H", 1, 2)
    enterprise.rule("GT-1", "HH", 2, 1)
    enterprise.point("ESD-1", "interlock", "1", hazard_source="HS-1", gateway="gw1")
    enterprise.in_force()
    return enterprise, gateway


def test_an_alarm_lifts_the_grades_above_it_and_they_come_down_again(
    stack: Stack, park: Park, console: Console
) -> None:
    enterprise, gateway = furnish(park)
    send(gateway, {"GT-1": 0.1, "ESD-1": "in_service"})
    eventually(lambda: status(enterprise)["interlocks"][0]["state"] == "in_service", 5.0, "calm")
    calm = status(enterprise)
    assert (calm["grade"], calm["level"], calm["r"]) == (None, 4, 7.5)
    assert branch(enterprise) == (None, None, None)

    send(gateway, {"GT-1": 2.5, "ESD-1": "bypass_maintenance"})
    eventually(lambda: status(enterprise)["grade"] == 1, SEEN_WITHIN_S, "the source is red")
    assert branch(enterprise) == (1, 1, 1)
    assert park.admin.ask("/tree")["park"]["grade"] == 1
    eventually(lambda: status(enterprise)["interlocks"][0]["out"], SEEN_WITHIN_S, "the bypass")
    red = status(enterprise)
    factors = {each["factor"]: each["value"] for each in red["risk"]["contributions"]}
    assert factors["alarms"] >= 40
    assert factors["interlocks"] == 10
    assert red["responsible"]["operating"]["name"] == "马卫国"

    console.page.goto(f"{stack.url}/#/sources/{enterprise.code}/HS-1")
    row = console.page.get_by_test_id("source-row").and_(
        console.page.locator('[data-source="HS-1"][data-grade="1"]')
    )
    expect(row.first).to_be_visible(timeout=10_000)
    expect(console.page.get_by_test_id("source-alarms")).to_contain_text("GT-1")
    expect(console.page.get_by_test_id("source-responsible")).to_contain_text("马卫国")
    expect(console.page.get_by_test_id("source-working")).to_contain_text("= 7.5")

    alarms = {alarm["tag"]: alarm for alarm in enterprise.alarms()}
    assert alarms.keys() == {"GT-1", "ESD-1"}
    assert alarms["ESD-1"]["condition"] == "bypass_unapproved"
    with stack.frozen_database():
        assert status(enterprise)["grade"] == 1
        for alarm in alarms.values():
            enterprise.door.tell(f"/alarms/{alarm['id']}/acknowledge", {"note": "见到了"})
        send(gateway, {"GT-1": 0.1, "ESD-1": "in_service"})
        eventually(lambda: status(enterprise)["grade"] is None, SEEN_WITHIN_S, "the grade is gone")
        assert branch(enterprise) == (None, None, None)
        asked = time.monotonic()
        status(enterprise)
        assert time.monotonic() - asked < ANSWER_S
    console.page.goto(f"{stack.url}/#/alarms")
