"""Interlocks are registered, described anew and taken out of the register on their own screen, by keyboard."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.park import Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_interlock_is_registered_changed_and_taken_out(
    stack: Stack, park: Park, browser: Browser, language: str
) -> None:
    enterprise = park.enterprise("LOOP")
    code = enterprise.code
    enterprise.point("LT-1", "level", "%", range_low=0, range_high=100)
    enterprise.in_force()
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    if language == "en":
        screen.in_english()
    page = screen.page
    page.goto(f"{stack.url}/#/alarms/interlocks")
    page.get_by_test_id("interlock-enterprise").select_option(code)
    expect(page.get_by_test_id("interlock-list")).to_be_visible()
    page.get_by_test_id("interlock-enterprise").blur()
    page.keyboard.press("n")
    form = page.get_by_test_id("record-form")
    expect(page.get_by_test_id("rule-enterprise")).to_have_value(code)
    typed = {
        "tag": "ESD-1",
        "name": "高高液位联锁",
        "causes.0.tag": "LT-1",
        "effects.0.tag": "XV-1",
    }
    for name, words in typed.items():
        page.get_by_test_id(f"rule-{name}").fill(words)
    page.get_by_test_id("rule-effects.0.action").fill("close")
    page.get_by_test_id("rule-causes.0.limit").fill("185")
    page.keyboard.press("Enter")
    wrong = page.get_by_test_id("rule-causes.0.limit-wrong")
    expect(wrong).to_contain_text("超出" if language == "zh" else "outside of the range")
    assert violations(page) == []
    assert page.evaluate(OVERFLOW) <= 0
    screen.picture(f"loop-form-{language}-1366x768")
    page.get_by_test_id("rule-causes.0.limit").fill("85")
    page.keyboard.press("Enter")
    row = page.locator('[data-testid="interlock-row"][data-tag="ESD-1"]')
    expect(row).to_be_visible()
    expect(form).to_be_hidden()

    pane = page.get_by_test_id("loop-pane")
    expect(pane).to_contain_text("1oo1")
    screen.picture(f"loop-registered-{language}-1366x768")
    page.get_by_test_id("loop-change").press("Enter")
    page.get_by_test_id("rule-sil").fill("2")
    page.get_by_test_id("rule-reason").fill("LOPA 2026")
    page.keyboard.press("Enter")
    expect(pane).to_contain_text(re.compile(r"1oo1 · SIL 2"))
    (known,) = park.admin.items("/interlocks", enterprise=code)
    assert (known["sil"], known["version"], known["causes"][0]["limit"]) == (2, 2, 85)

    page.keyboard.press("d")
    page.get_by_test_id("removal-reason").fill("装置拆除")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    (gone,) = park.admin.items("/interlocks/removed", enterprise=code)
    assert gone["tag"] == "ESD-1"
    screen.close()
