"""The screen never pretends: a stopped engine and a silent cut are said within five seconds."""

import signal
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Park
from tests.living.proxy import Proxy
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.patient]

SAID_WITHIN_S = 5.0


def test_a_stopped_engine_is_said_and_a_running_one_again_too(
    stack: Stack, console: Console
) -> None:
    engine = stack.service("alerts")
    engine.send(signal.SIGSTOP)
    try:
        console.expect_bar("engine", SAID_WITHIN_S)
        expect(console.page.get_by_test_id("connection-ok")).to_be_hidden()
        console.picture("engine-stopped-zh")
    finally:
        engine.send(signal.SIGCONT)
    console.expect_healthy(within_s=30.0)


def test_a_silent_cut_is_said_and_heals_without_a_reload(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    with Proxy(stack.http_port) as proxy:
        screen = Console(browser, f"http://127.0.0.1:{proxy.port}")
        screen.sign_in("admin", stack.admin_password)
        screen.page.evaluate("window.sameDocument = true")
        proxy.cut()
        screen.expect_bar("link", SAID_WITHIN_S)
        send(gateway, {"GT-101": 55})
        time.sleep(4.0)
        expect(screen.rows_of("GT-101")).to_have_count(0)
        screen.expect_bar("link", 0.5)
        screen.picture("line-cut-zh")
        proxy.mend()
        screen.expect_healthy(within_s=15.0)
        expect(screen.rows_of("GT-101")).to_have_count(1, timeout=5_000)
        assert screen.page.evaluate("window.sameDocument") is True
        screen.close()


def test_a_restarted_server_is_found_again_without_a_reload(stack: Stack, console: Console) -> None:
    console.page.evaluate("window.sameDocument = true")
    stack.service("api").send(signal.SIGKILL)
    console.expect_bar("link", SAID_WITHIN_S)
    console.expect_healthy(within_s=40.0)
    assert console.page.evaluate("window.sameDocument") is True
