"""The console at the two sizes of control rooms, in both languages, kept for looking at."""

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

# What a browser puts there for a character it has no picture of is as wide as any other; but text
# that is cut off or a page that must be pushed sideways can be measured.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768)])
def test_the_console_fits_its_screen_in_both_languages(
    stack: Stack, park: Park, browser: Browser, width: int, height: int
) -> None:
    enterprise = park.enterprise("LOOK")
    gateway = enterprise.gateway()
    for number in range(1, 5):
        enterprise.gas_detector(f"GT-{number}")
    enterprise.point("TI-1", "temperature", "Cel", name="反应器温度", name_en="Reactor temperature")
    enterprise.rule("TI-1", "H", 120, 3, deadband=2)
    enterprise.rule("TI-1", "L", 10, 4)
    enterprise.in_force()
    screen = Console(browser, stack.url, width, height).sign_in("admin", stack.admin_password)
    for value in (100, 110, 118, 125, 131):
        send(gateway, {"TI-1": value})
    for number, value in enumerate((55, 30, 60, 26), start=1):
        send(gateway, {f"GT-{number}": value})
    expect(screen.rows_of("GT-4").first).to_be_visible(timeout=5_000)
    size = f"{width}x{height}"
    expect(screen.page.locator("html")).to_have_attribute("lang", "zh-CN")
    screen.picture(f"alarms-zh-{size}")
    assert screen.page.evaluate(OVERFLOW) <= 0
    screen.in_english()
    screen.picture(f"alarms-en-{size}")
    assert screen.page.evaluate(OVERFLOW) <= 0
    screen.rows_of("TI-1").first.click()
    screen.close()
