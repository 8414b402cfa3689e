"""A rule is made at its point by keyboard alone, and tried on the past before it is in force."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.living.browser import Console
from tests.living.field import publish
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "() => document.activeElement?.dataset.testid ?? ''"
STEP_MS = 20_000
WARMING = (40, 40, 41, 40, 46, 52, 58, 58, 57, 58, 58, 58)
"""Degrees at every step: 18 a minute for a minute, once."""


def heated(park: Park) -> Enterprise:
    """A reactor that warmed up fast, some minutes ago."""
    enterprise = park.enterprise("RULES")
    gateway = enterprise.gateway()
    enterprise.point("TI-1", "temperature", "Cel", name="反应器温度", name_en="Reactor temperature")
    enterprise.rule("TI-1", "H", 120, 3)
    enterprise.in_force()
    began = time.time_ns() // 1_000_000 - len(WARMING) * STEP_MS
    past = [
        {"ts": began + number * STEP_MS, "values": {"TI-1": value}}
        for number, value in enumerate(WARMING)
    ]
    assert publish(gateway, past).returncode == 0
    path = f"/points/{enterprise.code}/TI-1/readings"
    eventually(
        lambda: len(enterprise.door.items(path, resolution="raw")) == len(WARMING),
        10.0,
        "the readings of the past",
    )
    return enterprise


def tab_to(page: Page, testid: str, key: str = "Tab") -> None:
    """From control to control, as one goes without a mouse."""
    for _ in range(60):
        if page.evaluate(FOCUSED) == testid:
            return
        page.keyboard.press(key)
    raise AssertionError(f"no way to {testid} by Tab")


def test_a_rate_rule_is_tried_and_put_in_force_by_keyboard(
    stack: Stack, park: Park, console: Console
) -> None:
    enterprise, page = heated(park), console.page
    page.goto(f"{stack.url}/#/points/{enterprise.code}/TI-1")
    expect(page.get_by_test_id("rule")).to_have_count(1, timeout=10_000)
    page.keyboard.press("n")
    expect(page.get_by_test_id("rule-kind")).to_be_focused(timeout=10_000)
    page.keyboard.press("ArrowDown")
    tab_to(page, "rule-save")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rule-limit_per_min")).to_be_focused()
    expect(page.get_by_test_id("rule-limit_per_min-wrong")).to_contain_text("必填")
    page.keyboard.type("10")
    tab_to(page, "rule-action")
    page.keyboard.type("停止加热")

    tab_to(page, "backtest-run")
    page.keyboard.press("Enter")
    result = page.get_by_test_id("backtest-result")
    expect(result).to_have_attribute("data-proposed", "1", timeout=20_000)
    expect(result).to_have_attribute("data-today", "0")
    expect(page.get_by_test_id("backtest-appears")).to_contain_text("变化率报警")
    console.picture("rule-tried-zh")
    tab_to(page, "rule-save", "Shift+Tab")
    page.keyboard.press("Enter")

    made = page.locator('[data-testid="rule"][data-kind="rate"]')
    expect(made).to_contain_text("停止加热", timeout=5_000)
    assert page.evaluate(OVERFLOW) <= 0
    (rule,) = [
        each for each in park.admin.items("/rules", enterprise=enterprise.code)
        if each["kind"] == "rate"
    ]  # fmt: skip
    assert (rule["limit_per_min"], rule["action"]) == (10, "停止加热")
