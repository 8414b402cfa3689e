"""The database stands still: a console opened then, and one reloaded, show the truth all the same."""

import time

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.living import processes
from tests.living.browser import Console
from tests.living.crossing import epoch_ms
from tests.living.field import send
from tests.living.kill import kill
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

SAID_WITHIN_S = 10.0


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000


@pytest.fixture
def detectors(park: Park) -> tuple[Enterprise, Gateway]:
    """Two gas detectors, of which the first stands in alarm since before the outage."""
    enterprise = park.enterprise("OUT")
    gateway = enterprise.gateway()
    for tag in ("GT-OLD", "GT-NEW"):
        enterprise.gas_detector(tag)
    enterprise.in_force()
    send(gateway, {"GT-OLD": 55, "GT-NEW": 3}, ts=now_ms())
    eventually(lambda: len(enterprise.alarms()) == 1, 5.0, "the standing alarm")
    return enterprise, gateway


@pytest.mark.patient
def test_pages_opened_and_reloaded_during_an_outage_show_the_truth(
    stack: Stack,
    park: Park,
    store: Store,
    browser: Browser,
    detectors: tuple[Enterprise, Gateway],
) -> None:
    enterprise, gateway = detectors
    (standing,) = enterprise.alarms()
    eventually(lambda: store.alarm_count(enterprise.code) == 1, 10.0, "it is on record")
    reloaded = Console(browser, stack.url).sign_in("admin", stack.admin_password)
    expect(reloaded.row(standing["id"])).to_have_attribute("data-recorded", "true")
    with Live(park.admin) as live:
        with stack.frozen_database():
            reloaded.expect_bar("database", SAID_WITHIN_S)
            send(gateway, {"GT-NEW": 60}, ts=now_ms())
            fresh = live.wait_event("raised", enterprise.code, "GT-NEW", 2.0)
            alarm = fresh.message["alarm"]
            assert alarm["recorded"] is False
            reloaded.page.reload()
            opened = reloaded.another_window()
            refused = Console(browser, stack.url)
            refused.expect_sign_in_refused("admin", stack.admin_password, "数据库无法访问")
            refused.picture("outage-sign-in-zh")
            refused.close()
            nobody_says_never(opened)
            for screen in (reloaded, opened):
                screen.expect_bar("database", SAID_WITHIN_S)
                expect(screen.row(standing["id"])).to_be_visible(timeout=5_000)
                expect(screen.row(standing["id"])).to_have_attribute("data-recorded", "true")
                expect(screen.row(alarm["id"])).to_be_visible(timeout=5_000)
                expect(not_recorded(screen, alarm["id"])).to_be_visible()
            opened.picture("outage-opened-zh")
            # By key: just after a bar moved the page, a click on a button only selects its row.
            opened.row(alarm["id"]).click()
            opened.page.keyboard.press("a")
            for screen in (reloaded, opened):
                row = screen.row(alarm["id"])
                expect(row).to_have_attribute("data-state", "acknowledged", timeout=5_000)
                expect(not_recorded(screen, alarm["id"])).to_be_visible()
                screen.expect_bar("database", 1.0)
        for screen in (reloaded, opened):
            screen.expect_healthy(within_s=30.0)
            expect(screen.row(alarm["id"])).to_have_attribute(
                "data-recorded", "true", timeout=10_000
            )
            expect(not_recorded(screen, alarm["id"])).to_have_count(0)
    reloaded.close()
    assert opened.errors == []
    events = [event for event, _ in store.journal(alarm["id"])]
    assert events == ["raised", "acknowledged"]


@pytest.mark.serial
def test_an_engine_started_without_the_database_judges_from_its_own_disk(
    stack: Stack, park: Park, store: Store, detectors: tuple[Enterprise, Gateway]
) -> None:
    enterprise, gateway = detectors
    (standing,) = enterprise.alarms()
    eventually(lambda: store.alarm_count(enterprise.code) == 1, 10.0, "it is on record")
    on_its_disk(stack, since=time.time())
    with stack.frozen_database():
        killed = kill(stack, "alerts")
        time.sleep(4.5)  # until then the api may still go by the dead engine's last word
        eventually(lambda: engine_ready(park, stack, killed), 30.0, "the engine is there again")
        with Live(park.admin) as live:
            known = {each["id"]: each for each in live.heard[0].message["alarms"]}
            assert known[standing["id"]]["state"] == "unacknowledged"
            sent, ts = time.monotonic(), now_ms()
            send(gateway, {"GT-NEW": 60}, ts=ts)
            raised = live.wait_event("raised", enterprise.code, "GT-NEW", 5.0)
            assert raised.at - sent <= 1.0
            assert raised.message["alarm"]["recorded"] is False
            assert epoch_ms(raised.message["alarm"]["raised_at"]) == ts
            send(gateway, {"GT-OLD": 3}, ts=now_ms())
            live.wait_event("returned", enterprise.code, "GT-OLD", 2.0)
    eventually(lambda: store.alarm_count(enterprise.code) == 2, 30.0, "both are on record")
    eventually(
        lambda: [event for event, _ in store.journal(standing["id"])] == ["raised", "returned"],
        10.0,
        "the journal of the standing alarm",
    )
    assert len(enterprise.alarms()) == 2


def on_its_disk(stack: Stack, since: float) -> None:
    """Wait for book and state on the engine's own disk, which come there every ten seconds."""
    folder = stack.data_dir / "alerts"
    eventually(
        lambda: (folder / "book").exists() and (folder / "snapshot").stat().st_mtime > since + 1.0,
        15.0,
        "book and state on the engine's disk",
    )


def nobody_says_never(screen: Console) -> None:
    """How gateways do stands in the database: of those that sent a moment ago it is not known."""
    screen.page.goto(f"{screen.url}/#/connections")
    gateway = screen.page.get_by_test_id("gateway-row").first
    expect(gateway).to_contain_text("状态未知", timeout=10_000)
    expect(gateway).not_to_contain_text("从未")
    screen.picture("outage-gateways-zh")
    screen.page.goto(f"{screen.url}/#/alarms")


def not_recorded(screen: Console, alarm_id: str) -> Locator:
    """The mark of an alarm that the database has not yet."""
    return screen.row(alarm_id).get_by_test_id("not-recorded")


def engine_ready(park: Park, stack: Stack, killed: int) -> bool:
    """Another engine process runs, and the api serves live alarms from it."""
    found = processes.services(stack.processes(), "alerts")
    if not found or found[0].pid == killed:
        return False
    try:
        answer = park.admin.http.get(f"{stack.url}/readyz", timeout=2.0)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200 and answer.json()["degraded"] == ["database"]
