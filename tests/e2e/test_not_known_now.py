"""What is not known now does not look good, and what returned unacknowledged is counted by name."""

import secrets
import time

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Gateway, Json, Park

pytestmark = [pytest.mark.stack, pytest.mark.patient]

READ_AGAIN_MS = 40_000
"""A gateway is silent after some ten seconds; a screen reads the interlocks again every 5 s."""


def furnish(park: Park) -> tuple[Enterprise, Gateway]:
    """A gas detector, and an interlock that reports on change, behind one gateway."""
    enterprise = park.enterprise("DOUBT")
    code = enterprise.code
    enterprise.door.register("/hazard-sources", {
        "enterprise": code, "code": "HS-1", "name": "液氯储存", "name_en": "Chlorine store",
        "unit_type": "storage", "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
    })  # fmt: skip
    gateway = enterprise.gateway()
    own = {"hazard_source": "HS-1", "gateway": gateway.code}
    enterprise.point("GT-1", "toxic_gas", "mg/m3", period_s=1, **own)
    enterprise.point("ESD-1", "interlock", "1", reporting="on_change", **own)
    enterprise.door.register("/interlocks", {
        "enterprise": code, "tag": "ESD-1", "name": "氯气联锁", "name_en": "Chlorine trip",
        "hazard_source": "HS-1", "voting": "1oo1", "state_tag": "ESD-1",
        "causes": [{"tag": "GT-1", "limit": 60}],
        "effects": [{"tag": "XV-1", "action": "close"}],
    })  # fmt: skip
    enterprise.in_force()
    return enterprise, gateway


def own_console(browser: Browser, park: Park, code: str) -> Console:
    """Somebody of the enterprise, who sees nothing but it."""
    person: Json = {
        "username": f"enterprise-{secrets.token_hex(4)}",
        "password": secrets.token_urlsafe(12),
        "role": "enterprise",
        "enterprise": code,
    }
    park.admin.register("/users", person)
    screen = Console(browser, park.stack.url, 1366, 768)
    return screen.sign_in(person["username"], person["password"])


def loop_states(screen: Console, name: str) -> Locator:
    """The states of interlocks on a screen."""
    screen.page.goto(f"{screen.url}/#/{name}")
    return screen.page.get_by_test_id("loop-state")


def pictures(screen: Console, name: str) -> None:
    """In Chinese, light and dark, and in English."""
    screen.picture(f"{name}-zh")
    screen.page.get_by_test_id("theme-switch").press("Enter")
    screen.picture(f"{name}-zh-dark")
    screen.page.get_by_test_id("theme-switch").press("Enter")
    screen.page.get_by_test_id("lang-switch").press("Enter")
    screen.picture(f"{name}-en")
    screen.page.get_by_test_id("lang-switch").press("Enter")


def test_an_interlock_that_is_not_heard_is_in_question_and_what_returned_is_counted(
    park: Park, browser: Browser
) -> None:
    enterprise, gateway = furnish(park)
    code = enterprise.code
    screen = own_console(browser, park, code)
    page = screen.page
    state = loop_states(screen, "alarms/interlocks")
    send(gateway, {"GT-1": 0.1, "ESD-1": "in_service"})
    for _ in range(8):
        send(gateway, {"GT-1": 0.1})
        time.sleep(0.5)
    expect(state).to_have_attribute("data-doubt", "false")
    expect(state).to_have_text("投用")
    screens = {
        "list": "alarms/interlocks",
        "pane": f"sources/{code}/HS-1",
        "source": f"sources/{code}/HS-1/mimic",
    }
    for name, address in screens.items():
        state = loop_states(screen, address)
        expect(state).to_have_attribute("data-doubt", "true", timeout=READ_AGAIN_MS)
        expect(state).to_contain_text("?")
        assert "gradient" in state.evaluate("each => getComputedStyle(each).backgroundImage")
        pictures(screen, f"doubt-{name}")

    # It speaks again, and nobody has acknowledged that it was silent.
    send(gateway, {"GT-1": 0.1, "ESD-1": "in_service"})
    page.goto(f"{screen.url}/#/park")
    page.locator('[data-testid="park-alarming"] [data-row]').press("Enter")
    returned = page.get_by_test_id("park-returned")
    expect(returned).not_to_have_text("0")
    expect(page.get_by_test_id("park-active")).to_have_text("0")
    listed = page.locator(f'[data-testid="alarms-of"][data-of="{code}"]')
    expect(listed).to_have_attribute("data-count", returned.inner_text())
    pictures(screen, "park-returned")
    screen.close()
