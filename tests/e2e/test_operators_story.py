"""An operator's shift by keyboard alone: the sound armed, an alarm heard, looked at, acknowledged (while
somebody else tries to, too) and shelved, and the shift handed over."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Gateway, Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

LIMIT_TO_TABS = 40


def person(park: Park, role: str = "operator") -> Json:
    """Somebody new, by name and password."""
    new = {"username": f"{role}.{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
    park.admin.register("/users", new | {"role": role, "enterprise": None})
    return new


def tab_to(page: Page, testid: str) -> None:
    """As long as it takes, and no longer than a reasonable page has stops."""
    wanted = page.get_by_test_id(testid)
    for _ in range(LIMIT_TO_TABS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{testid} is not reached by Tab")


def both_acknowledge(first: Console, second: Console, enterprise: Enterprise, who: str) -> None:
    """Both press the key before either is answered; the second's line is the slower one. The first
    wins, and the second sees who did it."""
    held: list[Route] = []
    second.page.route("**/acknowledge", lambda route: held.append(route))
    second.page.get_by_test_id("alarm-filter").fill(enterprise.code)
    second.rows_of("LT-8014").click()
    with second.page.expect_request("**/acknowledge"):
        second.page.keyboard.press("a")
    first.page.keyboard.press("a")
    for screen in (first, second):
        expect(screen.rows_of("LT-8014")).to_have_attribute("data-state", "acknowledged")
    held[0].continue_()
    expect(second.page.get_by_test_id("notice")).to_contain_text(f"已由 {who} 确认")
    second.picture("acknowledged-by-another-zh")
    (alarm,) = enterprise.alarms()
    assert alarm["acknowledged_by"] == who
    events = [each["event"] for each in enterprise.door.items(f"/alarms/{alarm['id']}/journal")]
    assert events.count("acknowledged") == 1
    second.close()


def narrow_to(page: Page, words: str) -> None:
    """Only what bears these words is on the list."""
    for key in ("/", *words, "Escape"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("alarm-filter")).to_have_value(words)
    expect(page).to_have_url(re.compile(f"words={words}"))


def acknowledge_in_sight(screen: Console, gateway: Gateway) -> None:
    page = screen.page
    send(gateway, {"LT-8015": 85})
    row = screen.rows_of("LT-8015")
    expect(row).to_have_attribute("data-state", "unacknowledged")
    page.keyboard.press("Shift+A")
    expect(page.get_by_test_id("batch-counts").locator("[data-grade='2']")).to_have_attribute(
        "data-count", "1"
    )
    expect(page.get_by_test_id("batch-note")).to_be_focused()
    for language in ("en", "zh"):
        # Beside the dialog everything is out of reach: the switch is turned as the code would.
        page.evaluate("() => document.querySelector('[data-testid=lang-switch]').click()")
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
        assert violations(page) == []
        screen.picture(f"batch-acknowledge-{language}")
    expect(page.get_by_test_id("batch-note")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("data-state", "acknowledged")
    expect(page.get_by_test_id("batch-dialog")).to_have_count(0)


def test_a_shift_by_keyboard_alone(stack: Stack, park: Park, browser: Browser) -> None:
    enterprise = park.enterprise("SHIFT")
    gateway = enterprise.gateway()
    for tag, name, grade in (("LT-8014", "甲醇储罐液位", 3), ("LT-8015", "乙醇储罐液位", 2)):
        enterprise.point(tag, "level", "%", name=name)
        enterprise.rule(tag, "H", 80, grade)
    enterprise.in_force()
    mine, next_shift = person(park), person(park)
    screen = Console(browser, stack.url, 1366, 768)
    page, keys = screen.page, screen.page.keyboard
    page.goto(stack.url)
    expect(page.get_by_test_id("username")).to_be_focused()
    keys.type(mine["username"])
    keys.press("Tab")
    keys.type(mine["password"])
    keys.press("Enter")
    expect(page.get_by_test_id("alarm-list")).to_be_visible()
    tab_to(page, "arm-sound")
    keys.press("Enter")
    sound = page.get_by_test_id("sound")
    expect(sound).to_have_attribute("data-armed", "true")

    send(gateway, {"LT-8014": 85})
    narrow_to(page, enterprise.code)
    row = screen.rows_of("LT-8014")
    expect(row).to_have_attribute("data-state", "unacknowledged")
    expect(page.get_by_test_id("silence")).to_be_enabled()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_test_id("point-page")).to_contain_text("甲醇储罐液位")
    keys.press("1")
    narrow_to(page, enterprise.code)
    expect(row).to_be_visible()
    keys.press("ArrowDown")
    other = Console(browser, stack.url, 1366, 768)
    other.sign_in(next_shift["username"], next_shift["password"])
    both_acknowledge(screen, other, enterprise, mine["username"])
    keys.press("h")
    expect(page.get_by_test_id("shelf-reason")).to_be_focused()
    keys.type("检尺核对")
    keys.press("Enter")
    expect(row).to_have_attribute("data-state", "shelved")
    acknowledge_in_sight(screen, gateway)

    keys.press("7")
    expect(page.get_by_test_id("handover-off-list")).to_contain_text("检尺核对")
    keys.press("n")
    expect(page.get_by_test_id("handover-note")).to_be_focused()
    keys.type("LT-8014 已搁置，接班后复核。")
    tab_to(page, "handover-give-go")
    keys.press("Enter")
    expect(page.get_by_test_id("handover-take")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_test_id("handover-username")).to_be_focused()
    keys.type(next_shift["username"])
    keys.press("Tab")
    keys.type(next_shift["password"])
    keys.press("Enter")
    signed = page.get_by_test_id("handover-signatures")
    expect(signed).to_have_attribute("data-state", "signed")
    expect(signed).to_contain_text(mine["username"])
    expect(signed).to_contain_text(next_shift["username"])
    screen.close()
