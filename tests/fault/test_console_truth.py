"""The screen never pretends: a stopped engine and a silent cut are said within five seconds."""

import re
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
GREY_WITHIN_S = 15.0


def test_a_stopped_engine_is_said_and_a_running_one_again_too(
    stack: Stack, park: Park, console: Console, browser: Browser
) -> None:
    """Meanwhile sign-in and F5 show the board as it last was, and acknowledging is refused."""
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-301")
    enterprise.in_force()
    send(gateway, {"GT-301": 55})
    expect(console.rows_of("GT-301")).to_have_count(1)
    engine = stack.service("alerts")
    engine.send(signal.SIGSTOP)
    try:
        console.expect_bar("engine", SAID_WITHIN_S)
        expect(console.page.get_by_test_id("connection-ok")).to_be_hidden()
        console.picture("engine-stopped-zh")
        refused_by_the_engine(console, "GT-301")
        console.page.reload()
        console.expect_bar("engine", 2 * SAID_WITHIN_S)
        expect(console.rows_of("GT-301")).to_have_attribute("data-state", "unacknowledged")
        a_newcomer_is_told(stack, browser, "engine", "GT-301")
    finally:
        engine.send(signal.SIGCONT)
    console.expect_healthy(within_s=30.0)


def test_a_dead_broker_is_said_and_nobody_else_is_blamed(
    stack: Stack, park: Park, console: Console, browser: Browser
) -> None:
    """Sign-in and F5 go on, acknowledging is refused in a sentence; what comes after it is live."""
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    for tag in ("GT-201", "GT-202"):
        enterprise.gas_detector(tag)
    enterprise.in_force()
    send(gateway, {"GT-201": 55})
    expect(console.rows_of("GT-201")).to_have_count(1)
    (broker,) = [each for each in stack.processes() if "nats-server" in each.command]
    broker.send(signal.SIGSTOP)
    try:
        console.expect_bar("broker", 2 * SAID_WITHIN_S)
        bar = console.page.get_by_test_id("connection-bar")
        expect(bar).to_contain_text("消息代理中断")
        expect(bar).not_to_contain_text("报警引擎")
        console.picture("broker-dead-zh")
        console.page.reload()
        console.expect_bar("broker", 2 * SAID_WITHIN_S)
        expect(console.rows_of("GT-201")).to_have_count(1)
        refused_by_the_engine(console, "GT-201")
        a_newcomer_is_told(stack, browser, "broker", "GT-201")
    finally:
        broker.send(signal.SIGCONT)
    console.expect_healthy(within_s=30.0)
    send(gateway, {"GT-202": 55})
    expect(console.rows_of("GT-202")).to_have_count(1)


def acknowledge(screen: Console, tag: str) -> None:
    """By key: just after a bar moved the page, a click on a button only selects its row."""
    screen.rows_of(tag).click()
    screen.page.keyboard.press("a")


def refused_by_the_engine(screen: Console, tag: str) -> None:
    """An acknowledgement that no engine hears is refused in a sentence, and nothing looks as if done."""
    acknowledge(screen, tag)
    expect(screen.page.get_by_test_id("notice")).to_contain_text("报警引擎没有应答")
    expect(screen.rows_of(tag)).to_have_attribute("data-state", "unacknowledged")


def a_newcomer_is_told(stack: Stack, browser: Browser, part: str, tag: str) -> None:
    """Signing in goes on; the new screen says what is dead and shows what stood."""
    screen = Console(browser, stack.url)
    screen.page.goto(stack.url)
    screen.page.get_by_test_id("username").fill("admin")
    screen.page.get_by_test_id("password").fill(stack.admin_password)
    screen.page.keyboard.press("Enter")
    screen.expect_bar(part, 2 * SAID_WITHIN_S)
    expect(screen.rows_of(tag)).to_have_count(1)
    screen.close()


def test_a_silent_cut_is_said_and_heals_without_a_reload(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    for tag in ("GT-100", "GT-101"):
        enterprise.gas_detector(tag)
    enterprise.in_force()
    send(gateway, {"GT-100": 55})
    with Proxy(stack.http_port) as proxy:
        screen = Console(browser, f"http://127.0.0.1:{proxy.port}")
        screen.sign_in("admin", stack.admin_password)
        expect(screen.rows_of("GT-100")).to_have_count(1)
        screen.page.evaluate("window.sameDocument = true")
        proxy.cut()
        grey_by = time.monotonic() + GREY_WITHIN_S
        screen.expect_bar("link", SAID_WITHIN_S)
        send(gateway, {"GT-101": 55})
        acknowledge(screen, "GT-100")
        time.sleep(4.0)
        expect(screen.rows_of("GT-101")).to_have_count(0)
        screen.expect_bar("link", 0.5)
        notice = screen.page.get_by_test_id("notice")
        expect(notice).to_contain_text("是否送达尚不清楚")
        expect(screen.rows_of("GT-100")).to_have_attribute("data-state", "unacknowledged")
        left_ms = max(1.0, 1000 * (grey_by - time.monotonic()))
        expect(screen.page.locator(".shell.stale")).to_be_visible(timeout=left_ms)
        screen.picture("line-cut-zh")
        proxy.mend()
        # What waited in the cable may have come through, or not: it is looked up.
        expect(notice).to_contain_text(re.compile("已确认 GT-100|GT-100 仍未确认"))
        screen.expect_healthy(within_s=15.0)
        expect(screen.page.locator(".shell.stale")).to_have_count(0)
        expect(screen.rows_of("GT-101")).to_have_count(1, timeout=5_000)
        assert screen.page.evaluate("window.sameDocument") is True
        screen.close()


def test_a_restarted_server_is_found_again_without_a_reload(stack: Stack, console: Console) -> None:
    console.page.evaluate("window.sameDocument = true")
    stack.service("api").send(signal.SIGKILL)
    console.expect_bar("link", SAID_WITHIN_S)
    console.expect_healthy(within_s=40.0)
    assert console.page.evaluate("window.sameDocument") is True
