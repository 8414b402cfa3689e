"""The feed cut again and again, by silence or by closed lines: no alarm of the time is missed."""

import itertools

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Park
from tests.living.proxy import Proxy
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]
SHORT, LONG = 2, 50


@pytest.mark.parametrize("cuts", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_no_alarm_is_missed_however_often_the_feed_is_cut(
    stack: Stack, park: Park, browser: Browser, cuts: int
) -> None:
    enterprise = park.enterprise("CUTS")
    gateway = enterprise.gateway()
    tags = [f"GT-{number}" for number in range(1, cuts + 1)]
    for tag in tags:
        enterprise.gas_detector(tag)
    enterprise.in_force()
    with Proxy(stack.http_port) as proxy:
        screen = Console(browser, f"http://127.0.0.1:{proxy.port}")
        screen.sign_in("admin", stack.admin_password)
        screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
        screen.page.evaluate("window.sameDocument = true")
        for tag, cut in zip(tags, itertools.cycle((proxy.sever, proxy.cut)), strict=False):
            cut()
            send(gateway, {tag: 55})
            screen.expect_bar("link", 15.0)
            proxy.mend()
            # The row of this cut, and none of those before it has gone.
            expect(screen.rows_of(tag)).to_have_count(1, timeout=20_000)
        screen.expect_healthy()
        shown = screen.page.get_by_test_id("alarm-list").get_attribute("aria-rowcount")
        assert shown == str(cuts)
        assert len(enterprise.alarms()) == cuts
        assert screen.page.evaluate("window.sameDocument") is True
        screen.close()
