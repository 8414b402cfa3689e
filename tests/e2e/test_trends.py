"""Points over one time, by keyboard: a moment is read off the plot, the day before stands beside it,
and what is seen is taken away as a sheet and as a picture."""

import csv
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

MINUTE_MS = 60_000
DAY_MS = 1_440 * MINUTE_MS
READ_AGAIN_MS = 20_000
"""A trend moves on and is read again every 10 s."""
LEVELS = (41, 52, 63, 85)
STEP_MS = 6 * MINUTE_MS
YESTERDAY = 33
PNG = b"\x89PNG\r\n\x1a\n"
LIMIT_TO_TABS = 60


def furnish(park: Park) -> Enterprise:
    """A tank that fills until its alarm, a temperature beside it, and the level of the day before."""
    enterprise = park.enterprise("TREND")
    gateway = enterprise.gateway()
    enterprise.point("LT-1", "level", "%", reporting="on_change")
    enterprise.point("TI-1", "temperature", "Cel", reporting="on_change")
    enterprise.rule("LT-1", "H", 80, 2)
    enterprise.in_force()
    began = time.time_ns() // 1_000_000 - len(LEVELS) * STEP_MS
    # A day before each of these and younger than a day: it is no history, and comes first.
    send(gateway, {"LT-1": YESTERDAY}, ts=began - DAY_MS + len(LEVELS) * STEP_MS + 5_000)
    for number, level in enumerate(LEVELS):
        send(gateway, {"LT-1": level, "TI-1": 20 + number}, ts=began + number * STEP_MS)
    return enterprise


def tab_to(page: Page, testid: str) -> None:
    """As long as it takes, and no longer than a reasonable page has stops."""
    wanted = page.get_by_test_id(testid)
    for _ in range(LIMIT_TO_TABS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{testid} is not reached by Tab")


def taken(page: Page, testid: str) -> Path:
    """What a button saves, pressed by key."""
    tab_to(page, testid)
    with page.expect_download() as saving:
        page.keyboard.press("Enter")
    return Path(saving.value.path())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_trends_are_read_compared_and_taken_away_by_keyboard(
    stack: Stack, park: Park, browser: Browser, language: str
) -> None:
    enterprise = furnish(park)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if language == "en":
        screen.in_english()
    page = screen.page
    page.goto(f"{stack.url}/#/trends/{enterprise.code}/LT-1/{enterprise.code}/TI-1")
    line = page.locator(f'[data-testid="trends-line"][data-point="{enterprise.code}/LT-1"]')
    expect(line).to_contain_text(f"{LEVELS[-1]} %", timeout=READ_AGAIN_MS)
    expect(page.locator('[data-testid="trends-mark"][data-what="raised"]')).to_have_count(
        1, timeout=READ_AGAIN_MS
    )

    # Of an hour nothing was measured at its beginning; ten minutes ago the tank was lower.
    tab_to(page, "trends-plot")
    page.keyboard.press("Home")
    expect(line).to_contain_text("–")
    page.keyboard.press("End")
    expect(line).to_contain_text(f"{LEVELS[-1]} %")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(line).to_contain_text(f"{LEVELS[-2]} %")
    moment = page.get_by_test_id("trends-plot").get_attribute("aria-valuetext")
    expect(page.get_by_test_id("trends-legend").locator("h2")).to_have_text(str(moment))
    assert violations(page) == []
    screen.picture(f"trends-read-by-keys-{language}")
    page.keyboard.press("Escape")
    expect(line).to_contain_text(f"{LEVELS[-1]} %")

    tab_to(page, "trends-compare")
    page.keyboard.press("ArrowDown")
    expect(line).to_contain_text(f"{YESTERDAY} %", timeout=READ_AGAIN_MS)
    screen.picture(f"trends-compared-{language}")

    # A period of choice: it begins where one likes, stands in the address, and is there after F5.
    page.get_by_test_id("trends-compare").select_option("free")
    began = page.get_by_test_id("trends-compare-from")
    day_before = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
    expect(began).to_have_value(day_before)
    expect(line).to_contain_text(f"{YESTERDAY} %", timeout=READ_AGAIN_MS)
    chosen = began.input_value()
    expect(page).to_have_url(re.compile(re.escape(f"?against={chosen.replace(' ', 'T')}")))
    began.fill("31.01.2026")
    expect(page.get_by_test_id("trends-mistyped")).to_be_visible()
    page.reload()
    expect(began).to_have_value(chosen)
    expect(page.get_by_test_id("trends-compared")).to_contain_text(f"{chosen}:00")
    expect(line).to_contain_text(f"{YESTERDAY} %", timeout=READ_AGAIN_MS)
    assert violations(page) == []
    screen.picture(f"trends-compared-free-{language}")
    began.fill(f"2020{chosen[4:]}")
    began.press("Enter")
    expect(page).to_have_url(re.compile(r"\?against=2020-"))
    expect(line).not_to_contain_text(f"{YESTERDAY} %", timeout=READ_AGAIN_MS)
    page.get_by_test_id("trends-compare").select_option("24h")

    rows = list(csv.reader(taken(page, "trends-csv").read_text("utf-8-sig").splitlines()))
    name = f"{enterprise.code}/LT-1"
    assert rows[0][:3] == ["time", f"{name} (%)", f"{name} quality"]
    assert [float(row[1]) for row in rows[1:] if row[1]] == list(LEVELS)
    assert taken(page, "trends-png").read_bytes().startswith(PNG)
    screen.close()
