"""The console at the two sizes of control rooms, in both languages, kept for looking at."""

import re
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TEMPERATURES = (96, 97, 99, 98, 101, 104, 103, 107, 110, 114, 118, 117, 121, 125, 131, 138)
STEP_MS = 180_000
GASES = (55, 30, 60, 26)


def furnish(park: Park) -> Enterprise:
    """Gas at four detectors and a reactor that grows warm."""
    enterprise = park.enterprise("LOOK")
    gateway = enterprise.gateway()
    # Nowhere where another proof's stands: of two in one place only the upper one can be clicked.
    lon = 106.9 + int(enterprise.code[-8:-4], 16) / 655_360
    lat = 38.2 + int(enterprise.code[-4:], 16) / 655_360
    source = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "name_en": "Chlorine store",
        "unit_type": "storage",
        "exposed_people": 60,
        "lon": lon,
        "lat": lat,
        "substances": [
            {"cas": "7782-50-5", "quantity_t": 5},
            {"cas": "7664-41-7", "quantity_t": 5},
        ],
    }
    enterprise.door.register("/hazard-sources", source)
    enterprise.point("OX-1", "oxygen", "vol%", lon=lon + 0.00008, lat=lat + 0.00006)
    for number in range(1, 1 + len(GASES)):
        enterprise.gas_detector(f"GT-{number}")
    enterprise.point("TI-1", "temperature", "Cel", name="反应器温度", name_en="Reactor temperature")
    enterprise.rule("TI-1", "H", 120, 3, deadband=2)
    enterprise.rule("TI-1", "L", 10, 4)
    enterprise.in_force()
    began = time.time_ns() // 1_000_000 - len(TEMPERATURES) * STEP_MS
    for number, temperature in enumerate(TEMPERATURES):
        send(gateway, {"TI-1": temperature}, ts=began + number * STEP_MS)
    send(gateway, {"OX-1": 20.9})
    for number, gas in enumerate(GASES, start=1):
        send(gateway, {f"GT-{number}": gas})
    return enterprise


def take(screen: Console, name: str) -> None:
    """A picture; nothing may be pushed off the side of the screen."""
    screen.picture(name)
    assert screen.page.evaluate(OVERFLOW) <= 0, f"{name} is wider than the screen"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768)])
def test_the_console_fits_its_screen_in_both_languages(
    stack: Stack, park: Park, browser: Browser, width: int, height: int
) -> None:
    enterprise = furnish(park)
    size = f"{width}x{height}"
    screen = Console(browser, stack.url, width, height)
    screen.page.goto(stack.url)
    expect(screen.page.get_by_test_id("sign-in-form")).to_be_visible()
    expect(screen.page.locator("html")).to_have_attribute("lang", "zh-CN")
    take(screen, f"sign-in-zh-{size}")
    screen.sign_in("admin", stack.admin_password)
    screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
    for language in ("zh", "en"):
        if language == "en":
            screen.in_english()
        expect(screen.rows_of("GT-4")).to_be_visible(timeout=5_000)
        expect(screen.page.get_by_test_id("alarm-row")).to_have_count(5)
        take(screen, f"alarms-{language}-{size}")
        screen.rows_of("TI-1").click()
        take(screen, f"alarm-selected-{language}-{size}")
        screen.page.keyboard.press("Enter")
        expect(screen.page.get_by_test_id("point-page")).to_be_visible()
        expect(screen.page.get_by_test_id("trend")).to_have_attribute(
            "data-count", re.compile(r"^\d\d+$"), timeout=10_000
        )
        take(screen, f"point-{language}-{size}")
        screen.page.go_back()
        screen.page.keyboard.press("Escape")
        screen.page.goto(f"{stack.url}/#/points")
        expect(screen.page.get_by_test_id("point-row").first).to_be_visible()
        take(screen, f"points-{language}-{size}")
        screen.page.goto(f"{stack.url}/#/sources/{enterprise.code}/HS-1")
        expect(screen.page.get_by_test_id("source-working")).to_contain_text("= 7.5")
        take(screen, f"sources-{language}-{size}")
        screen.page.goto(f"{stack.url}/#/park")
        mark = screen.page.locator(f"[data-object='hazard_source/{enterprise.code}/HS-1']")
        expect(mark).to_be_visible()
        expect(screen.page.get_by_test_id("park-figures")).to_contain_text("HS-1")
        detectors = screen.page.get_by_test_id("park-detectors")
        expect(detectors).to_have_attribute("data-count", re.compile(r"^[1-9]"))
        mark.click()
        expect(screen.page.get_by_test_id("park-detail")).to_be_visible()
        take(screen, f"park-{language}-{size}")
        screen.page.go_back()
        screen.page.go_back()
        screen.page.go_back()
        screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
    screen.close()
