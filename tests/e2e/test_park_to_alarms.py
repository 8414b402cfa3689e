"""From a number on the park's overview to exactly those alarms, which an address can be shared of."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def furnish(park: Park) -> Enterprise:
    """Two red alarms and a blue one; one of the red ones at a hazard source."""
    enterprise = park.enterprise("WAY")
    source = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "name_en": "Chlorine store",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
    }
    enterprise.door.register("/hazard-sources", source)
    gateway = enterprise.gateway()
    enterprise.point("LI-1", "level", "%", hazard_source="HS-1")
    enterprise.point("LI-2", "level", "%")
    enterprise.point("LI-3", "level", "%")
    for tag, grade in (("LI-1", 1), ("LI-2", 1), ("LI-3", 4)):
        enterprise.rule(tag, "H", 80, grade)
    enterprise.in_force()
    for tag in ("LI-1", "LI-2", "LI-3"):
        send(gateway, {tag: 85})
    return enterprise


def expect_rows(screen: Console, *tags: str) -> None:
    """Exactly these alarms are listed."""
    rows = screen.page.get_by_test_id("alarm-row")
    expect(rows).to_have_count(len(tags))
    listed = rows.evaluate_all("all => all.map(each => each.dataset.tag)")
    assert sorted(listed) == sorted(tags)


def to_park(page: Page, enterprise: Enterprise) -> None:
    """The overview with the enterprise's figures on it."""
    page.keyboard.press("m")
    expect(page.locator(f'[data-testid="alarms-of"][data-of="{enterprise.code}"]')).to_be_visible()


@pytest.mark.parametrize("english", [False, True])
def test_a_number_of_the_overview_leads_to_the_alarms_that_it_counts(
    stack: Stack, park: Park, browser: Browser, english: bool
) -> None:
    enterprise = furnish(park)
    code, language = enterprise.code, "en" if english else "zh"
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if english:
        screen.in_english()
    page = screen.page
    to_park(page, enterprise)
    of_enterprise = page.locator(f'[data-testid="alarms-of"][data-of="{code}"]')
    expect(of_enterprise).to_have_attribute("data-count", "3")
    assert violations(page) == []
    screen.picture(f"park-counts-{language}-1366x768")
    of_enterprise.click()
    expect_rows(screen, "LI-1", "LI-2", "LI-3")
    expect(page.get_by_test_id("narrowed-enterprise")).to_contain_text(code)

    # The way to a point and back, by the browser and by the key.
    screen.rows_of("LI-2").click()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("point-page")).to_be_visible()
    page.go_back()
    expect_rows(screen, "LI-1", "LI-2", "LI-3")
    screen.rows_of("LI-2").click()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("point-page")).to_be_visible()
    page.keyboard.press("1")
    expect_rows(screen, "LI-1", "LI-2", "LI-3")

    page.get_by_test_id("filter-grade").select_option(index=1)
    expect_rows(screen, "LI-1", "LI-2")
    page.reload()
    expect_rows(screen, "LI-1", "LI-2")
    screen.expect_healthy()
    assert violations(page) == []
    for width, height in ((1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        screen.picture(f"alarms-narrowed-{language}-{width}x{height}")
        assert page.evaluate(OVERFLOW) <= 0
    page.get_by_test_id("narrowed-counted").click()
    expect(page).to_have_url(re.compile(rf"#/alarms\?enterprise={code}&grade=1$"))

    page.keyboard.press("m")
    of_source = page.locator(f'[data-testid="alarms-of"][data-of="{code}/HS-1"]')
    expect(of_source).to_have_attribute("data-count", "1")
    of_source.press("Enter")
    expect_rows(screen, "LI-1")
    page.get_by_test_id("narrowed-whole").click()
    expect(page).to_have_url(re.compile("#/alarms$"))

    page.keyboard.press("m")
    page.get_by_test_id("grade-counts").locator('[data-grade="4"] a').click()
    expect(screen.rows_of("LI-3").first).to_be_visible()
    grades = page.get_by_test_id("alarm-row").evaluate_all("all => all.map(e => e.dataset.grade)")
    assert set(grades) == {"4"}
    screen.close()
