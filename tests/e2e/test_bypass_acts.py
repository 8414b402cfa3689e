"""A bypass is refused, extended and its extension refused and approved, by two people at their consoles."""

import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.park import Enterprise, Json, Park

pytestmark = [pytest.mark.stack, pytest.mark.patient]

READ_AGAIN_MS = 15_000
"""A screen reads the register every 5 s."""
LOOP: Json = {
    "tag": "ESD-1", "name": "可燃气联锁", "name_en": "Gas trip", "voting": "1oo1",
    "causes": [{"tag": "GT-1", "limit": 60}], "effects": [{"tag": "XV-1", "action": "close"}],
}  # fmt: skip
BYPASS: Json = {
    "kind": "maintenance",
    "cause": "GT-1",
    "reason": "探头漂移",
    "risk_assessment": "LOPA 14：现场可手动切断",
    "measures": ["现场便携检测"],
    "hours": 2,
}


def signed_in(browser: Browser, park: Park, role: str, enterprise: str | None) -> Console:
    """Somebody at a console of their own."""
    person: Json = {
        "username": f"{role}-{secrets.token_hex(4)}",
        "password": secrets.token_urlsafe(12),
        "role": role,
    }
    park.admin.register("/users", person | ({"enterprise": enterprise} if enterprise else {}))
    screen = Console(browser, park.stack.url, 1366, 768)
    return screen.sign_in(person["username"], person["password"])


def open_loop(screen: Console, park: Park, code: str) -> Page:
    """What is told of the loop of an enterprise, beside the list."""
    page = screen.page
    page.goto(f"{park.stack.url}/#/alarms/interlocks")
    page.get_by_test_id("interlock-row").filter(has_text=code).locator("[data-row]").press("Enter")
    expect(page.get_by_test_id("loop-pane")).to_be_visible()
    return page


def act(page: Page, name: str, **fields: str) -> None:
    """Press for an act as soon as it is open, fill what is asked, and send it."""
    button = page.get_by_test_id(f"bypass-{name}")
    expect(button).to_be_enabled(timeout=READ_AGAIN_MS)
    button.press("Enter")
    for field, value in fields.items():
        page.get_by_test_id(f"rule-{field}").fill(value)
    page.get_by_test_id("rule-note").press("Enter")


def applied(enterprise: Enterprise, approvals: int, park: Park) -> str:
    """The id of a bypass that was asked for, and approved by so many."""
    path = f"/interlocks/{enterprise.code}/ESD-1/bypass"
    made: str = enterprise.door.register(path, BYPASS)["id"]
    for _ in range(approvals):
        park.person("supervisor").tell(f"/bypasses/{made}/approve")
    return made


def test_a_bypass_is_refused_and_another_is_extended(park: Park, browser: Browser) -> None:
    enterprise = park.enterprise("BYP")
    enterprise.gas_detector("GT-1")
    enterprise.door.register("/interlocks", {"enterprise": enterprise.code, **LOOP})
    enterprise.in_force()
    refused = applied(enterprise, 0, park)
    supervisor = signed_in(browser, park, "supervisor", None)
    theirs = open_loop(supervisor, park, enterprise.code)
    act(theirs, "refuse", note="补偿措施不足")
    earlier = theirs.get_by_test_id("bypass-earlier").locator('[data-bypass="refused"]')
    expect(earlier.first).to_be_attached(timeout=READ_AGAIN_MS)
    its = park.admin.ask(f"/bypasses/{refused}")
    assert (its["state"], its["refused"]["note"]) == ("refused", "补偿措施不足")
    supervisor.picture("bypass-refused-zh-1366x768")

    made = applied(enterprise, 2, park)
    owner = signed_in(browser, park, "enterprise", enterprise.code)
    owner.in_english()
    page = open_loop(owner, park, enterprise.code)
    # Above those that are over.
    now = page.get_by_test_id("bypass-now").first
    expect(now).to_have_attribute("data-bypass", "in_force")
    act(page, "extend", hours="3")
    expect(page.get_by_test_id("rule-note-wrong")).to_be_visible()
    page.get_by_test_id("rule-hours").fill("99")
    page.get_by_test_id("rule-note").fill("spare part is late")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rule-hours-wrong")).to_contain_text("24 h")
    assert violations(page) == []
    owner.picture("bypass-extend-en-1366x768")
    page.get_by_test_id("rule-hours").fill("3")
    page.get_by_test_id("rule-note").press("Enter")
    waits = page.get_by_test_id("extension-waits")
    expect(waits).to_contain_text("3", timeout=READ_AGAIN_MS)

    act(theirs, "refuse", note="先换备件")
    expect(theirs.locator('[data-step="extension_refuse"]')).to_contain_text(
        "先换备件", timeout=READ_AGAIN_MS
    )
    expect(waits).to_have_count(0, timeout=READ_AGAIN_MS)
    expect(now).to_have_attribute("data-bypass", "in_force")

    act(page, "extend", hours="1", note="spare part arrives at noon")
    expect(waits).to_be_visible(timeout=READ_AGAIN_MS)
    park.person("supervisor").tell(f"/bypasses/{made}/approve")
    act(theirs, "approve", note="同意")
    expect(theirs.get_by_test_id("extension-waits")).to_have_count(0, timeout=READ_AGAIN_MS)
    expect(theirs.get_by_test_id("bypass-countdown").first).to_contain_text("2:5")
    assert violations(theirs) == []
    supervisor.picture("bypass-extended-zh-1366x768")
    steps = page.get_by_test_id("bypass-steps").first.locator('[data-step="extension_approve"]')
    expect(steps).to_have_count(2, timeout=READ_AGAIN_MS)
    owner.picture("bypass-extended-en-1366x768")
    owner.close()
    supervisor.close()
