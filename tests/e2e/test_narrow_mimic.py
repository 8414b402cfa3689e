"""What is old in a mimic is hatched, and stays in the box of its unit however narrow that is."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import publish
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

SECOND_MS = 1_000
OLD_MS = 100 * SECOND_MS
# How far, in pixels, the widest thing in a box reaches beyond its right edge.
BEYOND = """() => Math.max(...[...document.querySelectorAll('[data-testid="mimic-unit"]')].map((box) => {
  const right = box.getBoundingClientRect().right;
  return Math.max(...[...box.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right - right));
}))"""
# How far the words of a gauge reach beyond the hatching below its value.
OUT = """() => Math.max(...[...document.querySelectorAll('[data-gauge] text.value, [data-gauge] text.unit')].map(
  (text) => text.getBBox().x + text.getBBox().width - 88))"""


def furnish(park: Park) -> Enterprise:
    """Small equipment with long tags, long states and long figures, all of it silent since."""
    enterprise = park.enterprise("NARROW")
    source = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
    }
    enterprise.door.register("/hazard-sources", source)
    gateway = enterprise.gateway()
    of = {"hazard_source": "HS-1", "gateway": gateway.code, "period_s": 1}
    enterprise.point("ESD-20301-EAST-TRIP", "interlock", "1", equipment="SIS-1", **of)
    enterprise.point("QI-20301-EAST", "analog", "kg/(m2.h.bar)", **of)
    enterprise.in_force()
    now = time.time_ns() // 1_000_000
    values = {"ESD-20301-EAST-TRIP": "bypass_maintenance", "QI-20301-EAST": -1234567.25}
    done = publish(gateway, [{"ts": now - OLD_MS, "values": values}])
    assert done.returncode == 0, done.stderr
    return enterprise


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hatched_value_stays_in_the_box_of_its_unit(
    stack: Stack, park: Park, browser: Browser, language: str
) -> None:
    enterprise = furnish(park)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if language == "en":
        screen.in_english()
    page = screen.page
    page.goto(f"{stack.url}/#/sources/{enterprise.code}/HS-1/mimic")
    chip = page.locator('[data-point="ESD-20301-EAST-TRIP"].hatched')
    expect(chip.first).to_be_visible()
    expect(page.locator('[data-gauge="QI-20301-EAST"]')).to_have_attribute("data-overdue", "true")
    for width, height in ((1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        screen.picture(f"mimic-narrow-{language}-{width}x{height}")
        assert page.evaluate(BEYOND) <= 0
        assert page.evaluate(OUT) <= 0
    screen.close()
