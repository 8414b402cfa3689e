"""Every screen against WCAG 2.2 AA, lit in Chinese and dark in English, and as eyes see it that do
not tell red from green: pictures, kept for looking at."""

import pytest
from playwright.sync_api import Browser, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

SCREENS = (
    "park", "park/wall", "alarms", "alarms/historical", "alarms/all", "alarms/off-board",
    "alarms/approvals", "alarms/interlocks", "alarms/statistics", "alarms/replay",
    "alarms/handover", "alarms/drills", "alarms/setup", "points", "trends", "connections",
    "connections/gaps", "connections/dead-letters", "connections/tags", "connections/events",
    "sources", "register", "register/sources", "register/places", "register/points", "register/import", "admin",
)  # fmt: skip
WALL = "park/wall"
DEFICIENCIES = ("deuteranopia", "protanopia")
# Of these one is shown, and told from the others by its ground alone (WCAG 1.4.11).
CHOICES = (
    ("alarms", "[data-testid=view-current]", "[data-testid=view-all]"),
    ("alarms/replay", "[data-speed][aria-checked=true]", "[data-speed][aria-checked=false]"),
    ("connections", "[data-testid=connections-gateways]", "[data-testid=connections-gaps]"),
    ("register", "main nav [aria-current]", "main nav a:not([aria-current])"),
    ("park", "[data-testid=paint-grade]", "[data-testid=paint-risk]"),
    ("admin", ".sections [aria-pressed=true]", ".sections [aria-pressed=false]"),
    ("alarms/setup", ".sections [aria-pressed=true]", ".sections [aria-pressed=false]"),
    ("trends", ".spans [aria-checked=true]", ".spans [aria-checked=false]"),
)
TOLD_APART = 3.0
# What an empty field asks for is text like any other (WCAG 1.4.3).
FIELD = "[data-testid=alarm-filter]"
READABLE = 4.5
CONTRAST = """
([one, other]) => {
  const light = (choice) => {
    const [place, part] = choice.split('::');
    const drawn = getComputedStyle(document.querySelector(place), part && `::${part}`);
    const [r, g, b] = (part ? drawn.color : drawn.backgroundColor).match(/[\\d.]+/g).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [a, b] = [light(one), light(other)];
  return Math.max(a, b) / Math.min(a, b);
}
"""
GRADES = ((1, "HH", 90), (2, "H", 80), (3, "L", 20), (4, "LL", 10))


def four_grades(park: Park) -> Enterprise:
    """An alarm of each grade."""
    enterprise = park.enterprise("EYES")
    gateway = enterprise.gateway()
    for grade, condition, limit in GRADES:
        enterprise.point(f"LT-{grade}", "level", "%")
        enterprise.rule(f"LT-{grade}", condition, limit, grade)
    enterprise.in_force()
    for grade, condition, limit in GRADES:
        send(gateway, {f"LT-{grade}": limit + (5 if condition[0] == "H" else -5)})
    return enterprise


@pytest.mark.parametrize("dark_in_english", [False, pytest.param(True, marks=pytest.mark.long)])
def test_nothing_on_any_screen_breaks_wcag(
    stack: Stack, park: Park, browser: Browser, dark_in_english: bool
) -> None:
    enterprise = four_grades(park)
    screens = (*SCREENS, f"trends/{enterprise.code}/LT-1")
    screen = Console(browser, stack.url, 1366, 768)
    screen.page.goto(stack.url)
    found = [f"sign-in: {each}" for each in violations(screen.page)]
    screen.sign_in("admin", stack.admin_password)
    if dark_in_english:
        screen.in_english()
        screen.page.get_by_test_id("theme-switch").click()
    for name in screens:
        look_at(screen, stack.url, name, "en-dark" if dark_in_english else "zh")
        found += [f"{name}: {each}" for each in violations(screen.page)]
    assert found == []
    screen.close()


def look_at(screen: Console, url: str, name: str, look: str) -> None:
    """A picture of a screen, kept for looking at; of the wall one as large as a wall."""
    screen.page.goto(f"{url}/#/{name}")
    expect(screen.page.locator("h1")).to_have_count(1)
    screen.page.wait_for_timeout(200)
    # The point's code is another one at each run.
    kept = f"screen-{'trends-of-a-point' if '/LT-' in name else name.replace('/', '-')}-{look}"
    if name != WALL:
        screen.picture(kept)
        return
    screen.page.set_viewport_size({"width": 3840, "height": 2160})
    screen.page.wait_for_timeout(200)
    screen.picture(kept)
    screen.page.set_viewport_size({"width": 1366, "height": 768})


def test_grades_are_told_apart_without_red_and_green(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = four_grades(park)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
    expect(screen.page.get_by_test_id("alarm-row")).to_have_count(4)
    session = screen.context.new_cdp_session(screen.page)
    for deficiency in DEFICIENCIES:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        screen.picture(f"grades-{deficiency}-zh")
    # What the pictures rest on: each grade has a shape and a digit of its own beside its colour.
    marks = screen.page.locator("[data-testid='alarm-row'] svg[role='img']")
    shapes = {marks.nth(n).locator("path").first.get_attribute("d") for n in range(4)}
    digits = {marks.nth(n).text_content() for n in range(4)}
    assert len(shapes) == 4
    assert {each.strip() for each in digits if each} == {"1", "2", "3", "4"}
    screen.close()


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_chosen_is_told_from_the_rest(stack: Stack, browser: Browser, dark: bool) -> None:
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if dark:
        screen.page.get_by_test_id("theme-switch").click()
    for name, chosen, other in CHOICES:
        screen.page.goto(f"{stack.url}/#/{name}")
        expect(screen.page.locator(chosen)).to_have_count(1)
        assert screen.page.evaluate(CONTRAST, [chosen, other]) >= TOLD_APART, name
        if "pressed" in chosen or "paint" in chosen:
            # Not by its ground alone: it is underlined, too.
            lines = "each => getComputedStyle(each).textDecorationLine"
            assert screen.page.locator(chosen).evaluate(lines) == "underline", name
            screen.picture(f"chosen-{name.replace('/', '-')}{'-dark' if dark else ''}")
    screen.close()


@pytest.mark.parametrize("dark", [False, True])
def test_what_an_empty_field_asks_for_can_be_read(
    stack: Stack, browser: Browser, dark: bool
) -> None:
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if dark:
        screen.page.get_by_test_id("theme-switch").click()
    assert screen.page.evaluate(CONTRAST, [FIELD, f"{FIELD}::placeholder"]) >= READABLE
    screen.close()
