"""The register kept from the console by keyboard, and who may only look at it."""

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.patient]

SHEET = "tag,kind,unit,range_low,range_high\n"
SCREENS = {
    "park": "park-figures", "alarms": "alarm-list",
    "alarms/all": "alarm-list", "alarms/off-board": "off-board-list",
    "alarms/approvals": "approval-list", "alarms/interlocks": "interlock-list",
    "alarms/statistics": "heat-map", "alarms/handover": "handover-off",
    "alarms/setup": "suppression-list", "points": "point-list",
    "connections": "gateway-list",
    "connections/dead-letters": "letter-list", "connections/tags": "tag-list",
    "sources": "source-list",
    "register": "enterprise-list", "register/sources": "register-source-list",
    "register/points": "register-point-list", "register/places": "place-list",
}  # fmt: skip
"""By what each screen is there once it is read."""
OF_ALL = (
    "park", "alarms/all", "alarms/statistics", "alarms/handover", "points", "connections",
    "sources", "register", "register/sources", "register/points",
)  # fmt: skip
"""Screens that would name another enterprise."""
READING = (
    "Close", "Closer", "Whole park", "Wider", "Alarm grade", "Four-colour risk", "Show more",
    "Print", "As it stands now (not handed over)", "Suppression by design", "Shelving policy", "Detector groups", "Removed rules",
)  # fmt: skip
"""All that may be pressed by somebody who changes nothing."""
LOOP: Json = {
    "tag": "ESD-1", "name": "可燃气联锁", "name_en": "Gas trip", "voting": "1oo1",
    "causes": [{"tag": "GT-1", "limit": 60}], "effects": [{"tag": "XV-1", "action": "close"}],
}  # fmt: skip
"""Nobody hears how it stands in the field."""
READ_AGAIN_MS = 15_000
"""A screen reads the register every 5 s."""
PRESSED = """() => [...document.querySelectorAll('main button, main [type=submit]')]
  .filter(each => each.offsetParent !== null && !each.matches('[data-row], [data-object]'))
  .filter(each => !each.matches('[data-testid^=group]') && !each.closest('[data-testid=groups]'))
  .map(each => (each.getAttribute('aria-label') ?? each.textContent).trim())"""
"""Groups are a way to look at the list, and stand there by themselves in a flood, be it of another proof."""


def test_the_register_is_kept_by_keyboard_and_says_what_is_wrong_at_its_field(
    stack: Stack, park: Park, browser: Browser, tmp_path: Path
) -> None:
    enterprise = park.enterprise("REG")
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    page.keyboard.press("r")
    expect(page.get_by_test_id("enterprise-list")).to_be_visible()
    page.goto(f"{stack.url}/#/register/sources")
    expect(page.get_by_test_id("register-source-list")).to_be_visible()
    page.keyboard.press("n")
    fill(page, "enterprise", enterprise.code)
    for name, value in {
        "code": "HS-1", "name": "液氯储存", "unit_type": "storage", "exposed_people": "60",
        "substances.0.cas": "7782-50-6", "substances.0.quantity_t": "5",
    }.items():  # fmt: skip
        fill(page, name, value)
    page.keyboard.press("Enter")
    wrong = page.get_by_test_id("rule-substances.0.cas-wrong")
    expect(wrong).to_contain_text("校验位不符")
    expect(page.get_by_test_id("rule-substances.0.cas")).to_be_focused()
    assert violations(page) == []
    screen.picture("register-source-wrong-zh-1366x768")
    fill(page, "substances.0.cas", "7782-50-5")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("record-history")).to_contain_text("admin")
    expect(page.get_by_test_id("source-working")).to_contain_text("= 1")
    assert violations(page) == []
    import_points(page, stack, enterprise.code, tmp_path)
    screen.picture("register-sheet-zh-1366x768")
    page.goto(f"{stack.url}/#/register/points/{enterprise.code}/TI-1")
    expect(page.get_by_test_id("record-limits")).to_be_visible()
    page.keyboard.press("e")
    fill(page, "range_high", "150")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("record-history")).to_contain_text("150")
    assert park.admin.ask(f"/points/{enterprise.code}/TI-1")["range_high"] == 150
    register_a_place_and_a_derived_point(page, stack, enterprise.code)
    page.goto(f"{stack.url}/#/admin")
    page.get_by_test_id("admin-system").press("Enter")
    expect(page.locator('[data-part="database"]')).to_have_attribute("data-ok", "true")
    expect(page.get_by_test_id("system-versions")).to_contain_text("TimescaleDB")
    assert violations(page) == []
    screen.close()


def import_points(page: Page, stack: Stack, code: str, folder: Path) -> None:
    """A sheet with a wrong line is refused by its number; mended, it is tried, then stored."""
    sheet = folder / "points.csv"
    sheet.write_text(f"{SHEET}TI-1,temperature,Cel,0,100\nTI-2,temperature,ppm,0,100\n")
    page.goto(f"{stack.url}/#/register/import")
    page.get_by_test_id("sheet-file").set_input_files(sheet)
    page.locator("select").nth(1).select_option(code)
    page.get_by_test_id("sheet-look").press("Enter")
    fault = page.locator('[data-testid="sheet-faults"] [data-row-number="3"]')
    expect(fault).to_contain_text("单位")
    expect(page.get_by_test_id("sheet-store")).to_be_disabled()
    assert violations(page) == []
    sheet = folder / "mended.csv"
    sheet.write_text(f"{SHEET}TI-1,temperature,Cel,0,100\nTI-2,temperature,Cel,0,100\n")
    page.get_by_test_id("sheet-file").set_input_files(sheet)
    page.get_by_test_id("sheet-look").press("Enter")
    expect(page.get_by_test_id("sheet-line")).to_have_count(2)
    assert violations(page) == []
    page.get_by_test_id("sheet-store").press("Enter")
    expect(page.get_by_test_id("sheet-sentence")).to_contain_text("新增 2 个")


def test_a_regulator_only_reads_and_an_enterprise_sees_only_its_own(
    stack: Stack, park: Park, browser: Browser
) -> None:
    mine, other = park.enterprise("MINE"), park.enterprise("OTHER")
    gateways = [each.gateway() for each in (mine, other)]
    for each in (mine, other):
        each.gas_detector("GT-1")
    mine.door.register("/interlocks", {"enterprise": mine.code, **LOOP})
    other.in_force()
    for gateway in gateways:
        send(gateway, {"GT-1": 30})
    reader = signed_in(browser, park, "regulator")
    for name, there in SCREENS.items():
        shown(reader.page, stack, name, there)
        assert set(reader.page.evaluate(PRESSED)) <= set(READING), name
    reader.page.goto(f"{stack.url}/#/alarms")
    reader.page.get_by_test_id("alarm-filter").fill(mine.code)
    reader.rows_of("GT-1").click()
    assert reader.page.evaluate(PRESSED) == []
    open_loop(reader.page, stack, mine.code)
    expect(reader.page.get_by_text("No bypass of this loop is open.")).to_be_visible()
    assert reader.page.evaluate(PRESSED) == ["Close"]
    reader.close()
    owner = signed_in(browser, park, "enterprise", mine.code)
    expect(owner.rows_of("GT-1")).to_have_count(1)
    for name in OF_ALL:
        shown(owner.page, stack, name, SCREENS[name])
        assert other.code not in owner.page.locator("body").inner_text(), name
    a_bypass_lives(browser, park, owner, mine.code)
    owner.close()


def a_bypass_lives(browser: Browser, park: Park, owner: Console, code: str) -> None:
    """Its enterprise applies, two supervisors approve; it is restored, and another verifies that."""
    page = owner.page
    open_loop(page, park.stack, code)
    page.get_by_test_id("bypass-apply").press("Enter")
    fill(page, "kind", "maintenance")
    for name, value in {
        "reason": "detector drifts", "measures": "portable detector on the spot", "hours": "30",
    }.items():  # fmt: skip
        fill(page, name, value)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rule-risk_assessment")).to_be_focused()
    fill(page, "risk_assessment", "LOPA 14: closed by hand within a minute")
    page.get_by_test_id("rule-hours").press("Enter")
    expect(page.get_by_test_id("rule-hours-wrong")).to_contain_text("at most 24 h")
    assert violations(page) == []
    owner.picture("bypass-application-en-1366x768")
    fill(page, "hours", "2")
    page.keyboard.press("Enter")
    now = page.get_by_test_id("bypass-now")
    expect(now).to_have_attribute("data-bypass", "applied")
    (made,) = park.admin.items("/bypasses", enterprise=code)
    assert (made["hours"], made["measures"]) == (2, ["portable detector on the spot"])
    park.person("supervisor").tell(f"/bypasses/{made['id']}/approve")

    other = signed_in(browser, park, "supervisor", english=False)
    open_loop(other.page, park.stack, code)
    act(other.page, "approve")
    expect(other.page.get_by_test_id("bypass-now")).to_have_attribute("data-bypass", "in_force")
    expect(other.page.get_by_test_id("bypass-countdown")).to_contain_text("1:59")
    assert violations(other.page) == []
    other.picture("bypass-in-force-zh-1366x768")
    act(page, "restore")
    expect(now).to_have_attribute("data-bypass", "restored")
    other.page.get_by_test_id("theme-switch").press("Enter")
    act(other.page, "verify")
    # Nobody hears the loop: the api wants to know how it was seen.
    expect(other.page.get_by_test_id("rule-note-wrong")).to_contain_text("现场状态未知")
    assert violations(other.page) == []
    other.picture("bypass-verify-zh-dark-1366x768")
    fill(other.page, "note", "现场确认旁路开关已复位")
    other.page.keyboard.press("Enter")
    kept = other.page.locator('[data-testid="bypass-earlier"] [data-bypass="verified"]')
    expect(kept.first).to_be_visible()
    kept.locator("summary").first.press("Enter")
    expect(other.page.locator('[data-step="verify"]')).to_contain_text("现场确认旁路开关已复位")
    assert violations(other.page) == []
    other.picture("bypass-register-zh-dark-1366x768")
    assert park.admin.ask(f"/bypasses/{made['id']}")["state"] == "verified"
    other.close()


def open_loop(page: Page, stack: Stack, code: str) -> None:
    """What is told of the loop of an enterprise, beside the list."""
    page.goto(f"{stack.url}/#/alarms/interlocks")
    row = page.get_by_test_id("interlock-row").filter(has_text=code)
    row.locator("[data-row]").press("Enter")
    expect(page.get_by_test_id("loop-pane")).to_be_visible()


def act(page: Page, name: str) -> None:
    """Press for an act as soon as it is open, and send what is asked without a word more."""
    button = page.get_by_test_id(f"bypass-{name}")
    expect(button).to_be_enabled(timeout=READ_AGAIN_MS)
    button.press("Enter")
    page.get_by_test_id("rule-note").press("Enter")


def signed_in(
    browser: Browser, park: Park, role: str, enterprise: str | None = None, *, english: bool = True
) -> Console:
    username, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    body: Json = {"username": username, "password": password, "role": role}
    park.admin.register("/users", body | ({"enterprise": enterprise} if enterprise else {}))
    screen = Console(browser, park.stack.url, 1366, 768).sign_in(username, password)
    if english:
        screen.in_english()
    return screen


def shown(page: Page, stack: Stack, name: str, there: str) -> None:
    page.goto(f"{stack.url}/#/{name}")
    expect(page.get_by_test_id(there).first).to_be_visible()


def register_a_place_and_a_derived_point(page: Page, stack: Stack, enterprise: str) -> None:
    page.goto(f"{stack.url}/#/register/places")
    expect(page.get_by_test_id("place-list")).to_be_visible()
    page.keyboard.press("n")
    for name, value in {
        "enterprise": enterprise, "kind": "road", "name": "经一路", "code": "RD-1",
        "geometry": "107.44 38.21", "points": "TI-1",
    }.items():  # fmt: skip
        fill(page, name, value)
    page.keyboard.press("Enter")
    # Where it is: a road is no spot.
    expect(page.get_by_test_id("rule-geometry-wrong")).to_be_visible()
    fill(page, "geometry", "107.44 38.21\n107.46 38.21")
    page.get_by_test_id("rule-points").press("Enter")
    expect(page.get_by_test_id("record-history")).to_contain_text("admin")
    page.goto(f"{stack.url}/#/register/points")
    page.get_by_test_id("new-derived").press("Enter")
    for name, value in {
        "enterprise": enterprise, "tag": "TD-1", "kind": "temperature",
        "formula.inputs": "t1 = TI-1", "formula.expression": "t1 - 1.0",
    }.items():  # fmt: skip
        fill(page, name, value)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("record-facts")).to_contain_text("t1 = TI-1")
    assert violations(page) == []


def fill(page: Page, name: str, value: str) -> None:
    field = page.get_by_test_id(f"rule-{name}")
    if field.evaluate("each => each.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
        field.focus()
