"""One enterprise never sees another: not in lists, not by address, not in the live push."""

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import publish, send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Door, Enterprise, Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

OWN_SCREENS = (
    ("points", "point-row"),
    ("connections", "gateway-list"),
    ("alarms/handover", "handover"),
    ("register", "enterprise-row"),
)


def furnish(enterprise: Enterprise) -> None:
    """A point, rules, a gateway, a dead letter, an unknown tag."""
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    publish(gateway, "not json")
    send(gateway, {"UNKNOWN-9": 1})
    send(gateway, {"GT-101": 55})


def test_an_enterprises_user_sees_nothing_of_its_neighbour(
    park: Park, store: Store, browser: Browser
) -> None:
    ours, theirs = park.enterprise("A"), park.enterprise("B")
    person = park.person("enterprise", ours.code)
    with Live(person) as mine, Live(park.admin) as everyone:
        furnish(ours)
        furnish(theirs)
        everyone.wait_event("raised", theirs.code, "GT-101", 5.0)
        mine.wait_event("raised", ours.code, "GT-101", 5.0)
        (their_alarm,) = theirs.alarms()
        eventually(lambda: store.alarm_count(theirs.code), 10.0, "their alarm on record")
        their_point = park.admin.ask(f"/points/{theirs.code}/GT-101")["id"]
        for path in (
            "/enterprises",
            "/points",
            "/rules",
            "/alarms",
            "/values",
            "/dead-letters",
            "/unregistered-tags",
        ):
            items = person.items(path)
            assert items, f"{path} shows its own"
            assert {item.get("enterprise", item.get("code")) for item in items} == {ours.code}, path
        assert theirs.code not in person.http.get(f"/alarms?enterprise={theirs.code}").text
        assert "GT-101" not in person.http.get(f"/points?enterprise={theirs.code}").text

        for there, nowhere in (
            (f"/enterprises/{theirs.code}", "/enterprises/nowhere"),
            (f"/enterprises/{theirs.code}/gateways", "/enterprises/nowhere/gateways"),
            (f"/points/{theirs.code}/GT-101", "/points/nowhere/GT-101"),
            (f"/points/{theirs.code}/GT-101/readings", "/points/nowhere/GT-101/readings"),
            (f"/alarms/{their_alarm['id']}/journal", f"/alarms/{'0' * 32}/journal"),
        ):
            theirs_answer, nothing = person.http.get(there), person.http.get(nowhere)
            assert theirs_answer.status_code in (403, 404), there
            assert theirs_answer.status_code == nothing.status_code, there
            assert theirs_answer.json()["type"] == nothing.json()["type"], there
        refused = person.http.post(f"/alarms/{their_alarm['id']}/acknowledge", json={})
        assert refused.status_code in (403, 404)

        everyone.wait(
            lambda heard: heard.type == "values" and their_point in ids(heard.message),
            5.0,
            "their value for the park",
        )
        for heard in mine.heard:
            assert theirs.code not in str(heard.message)
            assert their_point not in ids(heard.message)
    with Live(person) as again:
        assert theirs.code not in str(again.heard[0].message)
        assert their_point not in ids(again.heard[0].message)
    screen = looking(browser, person)
    for name, shown in OWN_SCREENS:
        screen.page.goto(f"{person.url}/#/{name}")
        expect(screen.page.get_by_test_id(shown).first).to_contain_text(ours.code)
        expect(screen.page.locator("body")).not_to_contain_text(theirs.code)
    screen.picture("enterprise-own-site-zh")
    screen.page.goto(f"{person.url}/#/alarms")
    expect(screen.page.get_by_test_id("alarm-row")).to_have_count(1)
    expect(screen.page.get_by_test_id("view-drills")).to_have_count(0)
    screen.picture("enterprise-alarms-zh")
    screen.close()


def looking(browser: Browser, person: Door) -> Console:
    """Their console, as after a reload: signed in already."""
    screen = Console(browser, person.url, 1366, 768)
    screen.context.add_init_script(f"sessionStorage.setItem('parkwatch.token', '{person.token}')")
    screen.page.goto(person.url)
    expect(screen.page.get_by_test_id("alarm-row").first).to_be_visible()
    return screen


def ids(message: dict[str, object]) -> list[int]:
    """The points a message speaks of: columns in `points`, or in the message itself."""
    columns = message.get("points", message)
    found = columns.get("id", []) if isinstance(columns, dict) else []
    return found if isinstance(found, list) else []


def test_a_regulator_reads_and_changes_nothing(park: Park, browser: Browser) -> None:
    enterprise = park.enterprise()
    furnish(enterprise)
    regulator = park.person("regulator")
    found = eventually(
        lambda: regulator.items("/alarms", enterprise=enterprise.code), 5.0, "the alarm"
    )
    for path, body in (
        (f"/alarms/{found[0]['id']}/acknowledge", {}),
        ("/enterprises", {"code": "mine", "name": "mine"}),
        (f"/enterprises/{enterprise.code}/gateways", {"code": "mine"}),
        ("/users", {"username": "mine", "password": "a-long-password", "role": "admin"}),
    ):
        assert regulator.http.post(path, json=body).status_code == 403, path
    screen = looking(browser, regulator)
    screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
    screen.rows_of("GT-101").click()
    screen.page.keyboard.press("a")
    expect(screen.page.get_by_test_id("ack-button")).to_have_count(0)
    screen.picture("regulator-alarms-zh")
    screen.page.keyboard.press("7")
    expect(screen.page.get_by_test_id("handover")).to_contain_text(enterprise.code)
    expect(screen.page.get_by_test_id("handover-give")).to_have_count(0)
    screen.picture("regulator-hand-over-zh")
    screen.close()
    assert enterprise.alarms()[0]["state"] == "unacknowledged"
