"""The line breaks in the middle of an acknowledgement: the notice says that it is not known whether it
arrived, and settles once the line is back."""

import httpx2
import pytest
from playwright.sync_api import Browser, Route, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.proxy import Proxy
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

BACK_WITHIN_MS = 30_000
CARRIED = ("authorization", "content-type", "idempotency-key")


@pytest.mark.parametrize("english", [False, True])
def test_an_acknowledgement_without_an_answer_is_looked_up(
    stack: Stack, park: Park, browser: Browser, english: bool
) -> None:
    enterprise = park.enterprise("CUT")
    gateway = enterprise.gateway()
    for tag in ("LI-1", "LI-2"):
        enterprise.point(tag, "level", "%")
        enterprise.rule(tag, "H", 80, 2)
    enterprise.in_force()
    for tag in ("LI-1", "LI-2"):
        send(gateway, {tag: 85})
    eventually(lambda: len(enterprise.alarms()) == 2, 5.0, "two alarms")
    unknown, arrived, waits = (
        ("is not known", "LI-1 acknowledged", "LI-2 still waits")
        if english
        else ("是否送达尚不清楚", "已确认 LI-1", "LI-2 仍未确认")
    )
    language = "en" if english else "zh"
    with Proxy(stack.http_port) as proxy:
        screen = Console(browser, proxy.address(stack.url), 1366, 768)
        screen.sign_in("admin", stack.admin_password)
        if english:
            screen.in_english()
        page, notice = screen.page, screen.page.get_by_test_id("notice")
        page.get_by_test_id("alarm-filter").fill(enterprise.code)

        # It arrives, and neither the answer nor the feed comes back: the line is cut before.
        def deaf(route: Route) -> None:
            proxy.sever()
            asked = route.request
            path = asked.url.removeprefix(proxy.address(stack.url))
            told = {name: value for name, value in asked.headers.items() if name in CARRIED}
            answer = httpx2.post(
                stack.url + path, content=asked.post_data_buffer, headers=told, verify=NO_TLS
            )
            assert answer.status_code == 200, answer.text
            route.abort("connectionreset")

        page.route("**/acknowledge", deaf)
        screen.rows_of("LI-1").click()
        page.keyboard.press("a")
        expect(notice).to_contain_text(unknown)
        screen.picture(f"ack-unknown-{language}-1366x768")
        proxy.mend()
        expect(notice).to_contain_text(arrived, timeout=BACK_WITHIN_MS)
        page.unroute("**/acknowledge")
        screen.expect_healthy(30.0)

        # It never leaves.
        screen.rows_of("LI-2").click()
        proxy.sever()
        screen.expect_bar("link", 10.0)
        page.keyboard.press("a")
        expect(notice).to_contain_text(unknown)
        proxy.mend()
        expect(notice).to_contain_text(waits, timeout=BACK_WITHIN_MS)
        screen.expect_healthy(30.0)
        assert violations(page) == []
        screen.picture(f"ack-settled-{language}-1366x768")
        page.keyboard.press("a")
        expect(screen.rows_of("LI-2")).to_have_attribute("data-state", "acknowledged")
        screen.close()
    assert {each["state"] for each in enterprise.alarms()} == {"acknowledged"}
