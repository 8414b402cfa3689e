"""The Connections screen over the whole of it: what a gateway sends, and what becomes of it."""

import json
import re
import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.living.browser import Console
from tests.living.caller import Caller, calling
from tests.living.legible import expect_legible
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

PATIENCE_MS = 30_000
"""Whoever waits for the page waits for a gap to be found (15 s), too, on a busy machine."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIEWS = ("gateways", "gaps", "dead-letters", "tags", "events")
NOISE = bytes(range(40, 48)) + b"\x00\xff\xfe<script>alert(1)</script>"


@dataclass
class Sender:
    """A gateway that numbers its messages."""

    caller: Caller
    topic: str

    def say(self, seq: int, values: dict[str, object]) -> None:
        ts = time.time_ns() // 1_000_000
        self.caller.say(
            self.topic, json.dumps({"ts": ts, "boot": "f3a9", "seq": seq, "values": values})
        )


def open_view(page: Page, view: str, enterprise: Enterprise) -> None:
    """As an operator gets there, narrowed to one enterprise."""
    page.get_by_test_id(f"connections-{view}").click()
    page.get_by_test_id("connections-enterprise").select_option(enterprise.code)


def arrive(page: Page) -> None:
    """By key, from wherever it is."""
    page.keyboard.press("3")
    expect(page.get_by_test_id("gateway-list")).to_be_visible(timeout=PATIENCE_MS)


def test_a_tag_is_adopted_and_a_gap_is_seen_to_close(
    park: Park, console: Console, stack: Stack
) -> None:
    enterprise = park.enterprise("LINK")
    enterprise.gas_detector("GT-1")
    gateway = enterprise.gateway()
    enterprise.in_force()
    page = console.page
    with calling(gateway) as caller:
        sender = Sender(caller, gateway.topic)
        for seq in (1, 2, 6):
            sender.say(seq, {"GT-1": 3 + seq, "TI-9": 20 + seq})
        arrive(page)

        open_view(page, "tags", enterprise)
        row = page.locator('[data-testid="tag-row"][data-tag="TI-9"]')
        expect(row).to_be_visible(timeout=PATIENCE_MS)
        expect(row).to_contain_text("26")
        row.get_by_test_id("adopt").press("Enter")
        expect(page.get_by_test_id("adopt-kind")).to_have_value("temperature")
        expect(page.get_by_test_id("adopt-unit")).to_have_value("Cel")
        expect_legible(page)
        expect(page.get_by_test_id("adopt-submit")).to_be_focused()
        page.keyboard.press("Enter")
        link = page.get_by_test_id("adopted-point")
        expect(link).to_be_focused(timeout=PATIENCE_MS)
        expect(row).to_have_count(0, timeout=PATIENCE_MS)

        open_view(page, "gaps", enterprise)
        gap = page.locator('[data-testid="gap-row"][data-range="3 – 5"]')
        expect(gap).to_have_attribute("data-state", "open", timeout=PATIENCE_MS)
        for seq in (3, 4, 5):
            sender.say(seq, {"GT-1": 3})
        expect(gap).to_have_count(0, timeout=PATIENCE_MS)
        page.get_by_label("全部", exact=True).last.check()
        closed = page.get_by_test_id("gap-row").first
        expect(closed).to_have_attribute("data-state", "closed", timeout=PATIENCE_MS)

        open_view(page, "gateways", enterprise)
        page.get_by_role("button", name=gateway.code, exact=True).press("Enter")
        ledger = page.get_by_test_id("ledger")
        # Six messages: three with two values each, and three with one.
        expect(ledger).to_have_attribute("data-received", "9", timeout=PATIENCE_MS)
        expect(ledger).to_have_attribute("data-off", "0")

    readings = f"/points/{enterprise.code}/TI-9/readings"
    eventually(
        lambda: len(park.admin.items(readings, resolution="raw")) == 3, 30.0, "the kept readings"
    )
    page.goto(f"{stack.url}/#/points/{enterprise.code}/TI-9")
    expect(page.get_by_test_id("point-value")).to_contain_text("26", timeout=PATIENCE_MS)


def test_a_regulator_sees_and_does_nothing_and_an_enterprise_sees_its_own(
    park: Park, stack: Stack, browser: Browser
) -> None:
    ours, theirs = park.enterprise("OURS"), park.enterprise("THEIRS")
    for each in (ours, theirs):
        with calling(each.gateway()) as caller:
            caller.say(f"pw/v1/{each.code}/gw1/telemetry", NOISE)
            caller.say(f"pw/v1/{each.code}/gw1/telemetry", json.dumps({"values": {"PI-1": 2}}))
    password = "long enough and known"
    people = (("regulator", None), ("enterprise", ours.code))
    for role, code in people:
        body = {"username": f"{role}-{ours.code}", "password": password, "role": role}
        park.admin.register("/users", body | ({"enterprise": code} if code else {}))
    for role, code in people:
        screen = Console(browser, stack.url).sign_in(f"{role}-{ours.code}", password)
        page = screen.page
        arrive(page)
        expect(page.locator(f'[data-enterprise="{ours.code}"]')).to_be_visible(timeout=PATIENCE_MS)
        seen = page.locator(f'[data-enterprise="{theirs.code}"]')
        expect(seen).to_have_count(0 if code else 1)

        open_view(page, "tags", ours)
        expect(page.get_by_test_id("tag-row")).to_have_count(1, timeout=PATIENCE_MS)
        expect(page.get_by_test_id("adopt")).to_have_count(0)

        open_view(page, "dead-letters", ours)
        page.get_by_test_id("letter-row").get_by_role("button").click(timeout=PATIENCE_MS)
        shown = page.get_by_test_id("letter-bytes")
        expect(shown).to_have_text(re.compile(r"^\(\)\*\+,-\./\\x00��<script>alert\(1\)</script>$"))
        page.get_by_label("十六进制").check()
        expect(shown).to_contain_text("0000  28 29 2a 2b 2c 2d 2e 2f 00 ff fe 3c 73 63 72 69")
        again = page.get_by_test_id("letter-again")
        expect(again).to_have_count(1 if code else 0)
        if code:
            again.click()
            expect(page.get_by_test_id("letter-asked")).to_contain_text("已提交")
            page.keyboard.press("Escape")
            request = page.get_by_test_id("letter-request").first
            expect(request).to_have_attribute("data-finished", "true", timeout=PATIENCE_MS)
        screen.close()


def test_a_gateway_is_put_to_the_test_and_its_record_is_saved(park: Park, console: Console) -> None:
    enterprise = park.enterprise("TRIAL")
    enterprise.gateway()
    page = console.page
    page.route("**/conformance", shortened)
    arrive(page)
    open_view(page, "gateways", enterprise)
    page.get_by_role("button", name="gw1", exact=True).press("Enter")
    page.get_by_test_id("trial-prepare").click()
    page.get_by_test_id("trial-start").click()
    outcome = page.get_by_test_id("trial-outcome")
    expect(outcome).to_have_attribute("data-outcome", "running", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("trial-start")).to_have_count(0)
    # Nothing was heard of it.
    expect(outcome).to_have_attribute("data-outcome", "failed", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("trial-item").first).to_have_attribute("data-mark", "failed")
    expect_legible(page)
    with page.expect_download() as saving:
        page.get_by_role("button", name="保存测试记录").click()
    assert json.loads(saving.value.path().read_text())["gateway"] == "gw1"
    for language in ("zh", "en"):
        if language == "en":
            console.in_english()
            expect(page.get_by_test_id("trial-item").first).to_contain_text("credentials")
        page.get_by_test_id("trial").scroll_into_view_if_needed()
        console.picture(f"connections-trial-{language}")


def shortened(route: Route) -> None:
    """As short as the bench allows."""
    if route.request.method == "POST":
        route.continue_(post_data=json.dumps({"duration_s": 8}))
    else:
        route.continue_()


def furnish(park: Park) -> Enterprise:
    """A gateway with gaps and unknown tags, one that sends only noise, one that was never heard."""
    enterprise = park.enterprise("LOOK")
    good, noisy = enterprise.gateway("gw-east"), enterprise.gateway("gw-west")
    for number in (1, 2, 3):
        enterprise.point(f"GT-{number}", "combustible_gas", "%LEL", gateway=good.code)
    enterprise.gateway("gw-spare")
    enterprise.in_force()
    with calling(good) as caller:
        sender = Sender(caller, good.topic)
        for seq in (1, 2, 3, 7, 8, 12):
            values: dict[str, object] = {"GT-1": seq, "GT-2": seq * 2, "PI-1041": 0.31 + seq / 100}
            sender.say(seq, values | {"ESD-7": "tripped", "反应器/TI-9": 98.4})
        sender.say(12, {"GT-1": 12})
        name = "温度".encode("gb18030")
        caller.say(good.topic, b'{"values":{"' + name + b'": 21.5}}')
        path = f"/enterprises/{enterprise.code}/gateways/{good.code}/conformance"
        park.admin.tell(path, {"duration_s": 8}, status=202)
        for seq in range(13, 23):
            sender.say(seq, {"GT-1": seq})
            time.sleep(0.1)
    spoil(noisy)
    return enterprise


def spoil(gateway: Gateway) -> None:
    with calling(gateway) as caller:
        for number in range(22):
            caller.say(gateway.topic, NOISE if number % 2 else b'{"values": {"GT-1": NaN}}')
        caller.say(f"pw/v1/{gateway.enterprise}/gw-east/telemetry", b"{}")


ROWS = {
    "gateways": "gateway-row",
    "gaps": "gap-row",
    "dead-letters": "letter-row",
    "tags": "tag-row",
    "events": "event-row",
}


SIZES = ((1920, 1080), (1366, 768))


def take(screen: Console, name: str) -> None:
    """Pictures at both sizes; legible, and nothing pushed off the side of the screen."""
    for width, height in SIZES:
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.picture(f"{name}-{width}x{height}")
        assert screen.page.evaluate(OVERFLOW) <= 0, f"{name} is wider than {width}"
    expect_legible(screen.page)


def choose(page: Page, view: str) -> bool:
    """What is told of a row, where there is something."""
    match view:
        case "gateways":
            page.get_by_role("button", name="gw-east", exact=True).click()
            expect(page.get_by_test_id("ledger")).to_be_visible(timeout=PATIENCE_MS)
        case "dead-letters":
            page.get_by_test_id("letter-row").first.get_by_role("button").click()
        case "tags":
            page.get_by_test_id("adopt").first.click()
        case _:
            return False
    return True


def test_the_connections_fit_their_screen_in_both_languages(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = furnish(park)
    screen = Console(browser, stack.url).sign_in("admin", stack.admin_password)
    page = screen.page
    arrive(page)
    for language in ("zh", "en"):
        if language == "en":
            screen.in_english()
        for view in VIEWS:
            open_view(page, view, enterprise)
            expect(page.get_by_test_id(ROWS[view]).first).to_be_visible(timeout=PATIENCE_MS)
            take(screen, f"connections-{view}-{language}")
            if choose(page, view):
                take(screen, f"connections-{view}-{language}-chosen")
    screen.close()
