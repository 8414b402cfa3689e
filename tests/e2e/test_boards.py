"""A flood in groups, what is off the board and who approves it, the figures and the hand-over: over
the whole stack, by keyboard alone, in both languages and at both sizes of control rooms."""

import secrets
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from services.domain.first_out import RANKED
from services.domain.flood import BEGINS_ABOVE
from tests.living.browser import Console
from tests.living.field import send
from tests.living.live import Heard, Live
from tests.living.park import Door, Enterprise, Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TANKS = BEGINS_ABOVE + 1


def upset(park: Park) -> Enterprise:
    """A tank farm in which one tank after the other overfills, and gas on the wharf: a flood. The
    third tank was the first of them, and is heard of last."""
    enterprise = park.enterprise("UPSET")
    gateway = enterprise.gateway()
    for source, name in (("TANKS", "甲类罐区"), ("WHARF", "装卸码头")):
        park.admin.register("/hazard-sources", source_of(enterprise.code, source, name))
    for number in range(1, 1 + TANKS):
        enterprise.point(f"LT-{number}", "level", "%", hazard_source="TANKS")
        enterprise.rule(f"LT-{number}", "H", 80, 2 if number == 2 else 3)
    enterprise.point("GT-1", "combustible_gas", "%LEL", hazard_source="WHARF")
    enterprise.rule("GT-1", "HH", 50, 1)
    enterprise.in_force()
    began = time.time_ns() // 1_000_000 - 30_000
    for number in (n for n in range(1, 1 + TANKS) if n != 3):
        send(gateway, {f"LT-{number}": 85}, ts=began + number * 1_000)
    send(gateway, {"GT-1": 60}, ts=began + 20_000)
    send(gateway, {"LT-3": 90}, ts=began)
    return enterprise


def source_of(enterprise: str, code: str, name: str) -> Json:
    return {
        "code": code,
        "enterprise": enterprise,
        "name": name,
        "unit_type": "storage",
        "exposed_people": 0,
        "substances": [{"cas": "67-56-1", "quantity_t": 5}],
    }


def in_flood(code: str, heard: Heard) -> bool:
    told = heard.message.get("floods", [])
    return any(each["enterprise"] == code and each["rate"] > BEGINS_ABOVE for each in told)


def alarm_of(door: Door, enterprise: Enterprise, tag: str) -> Json:
    (found,) = door.items("/alarms", enterprise=enterprise.code, tag=tag)
    return found


def take(screen: Console, name: str) -> None:
    """A picture; nothing may be pushed off the side of the screen."""
    screen.picture(name)
    assert screen.page.evaluate(OVERFLOW) <= 0, f"{name} is wider than the screen"


def test_a_flood_is_told_live_with_its_first_out_and_counted(park: Park) -> None:
    with Live(park.admin) as live:
        enterprise = upset(park)
        owner = park.person("enterprise", enterprise.code)
        live.wait(lambda heard: in_flood(enterprise.code, heard), 10.0, "the flood")
        with Live(owner) as later:
            assert in_flood(enterprise.code, later.heard[0]), "the snapshot tells it too"
            assert [each["enterprise"] for each in later.heard[0].message["floods"]] == [
                enterprise.code
            ]
        load = owner.ask("/statistics/alarms/live")
        assert [each["enterprise"] for each in load["floods"]] == [enterprise.code]
        # It is a flood before the last of them, which is the first, is heard of.
        live.wait_event("raised", enterprise.code, "LT-3", 10.0)
    alarms = {each["tag"]: each for each in enterprise.alarms()}
    ranks = {tag: each["first_out_rank"] for tag, each in alarms.items()}
    assert (ranks["LT-3"], ranks["LT-1"], ranks["LT-2"], ranks["GT-1"]) == (1, 2, 3, 1)
    assert sorted(rank for tag, rank in ranks.items() if rank and tag != "GT-1") == list(
        range(1, 1 + RANKED)
    )
    assert {tag for tag, each in alarms.items() if each["first_out"]} == {"GT-1", "LT-3"}
    hand_over_of_one(owner, enterprise)


def hand_over_of_one(owner: Door, enterprise: Enterprise) -> None:
    """An enterprise is told of itself alone."""
    found = owner.ask("/handover")
    assert {each["enterprise"] for each in found["unacknowledged"]} == {enterprise.code}
    assert sum(each["standing"] for each in found["counts"]) == TANKS + 1
    ways = [each["how"] for each in found["off_board"]]
    assert ways == ["shelved", "suppressed", "out_of_service"]
    assert [flood["end"] for flood in found["record"]["floods"]] == [None]
    refused = owner.http.get("/handover", params={"since": "2001-01-01T00:00:00Z"})
    assert refused.status_code == 422


def tabs(page: Page, key: str, testid: str) -> None:
    page.keyboard.press(key)
    expect(page.get_by_test_id(testid)).to_be_visible(timeout=10_000)


def test_floods_boards_and_the_hand_over_by_keyboard(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = upset(park)
    operator, supervisor = park.person("operator"), park.person("supervisor")
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    expect(page.get_by_test_id("alarm-row").first).to_be_visible(timeout=10_000)
    path = f"/alarms/{alarm_of(operator, enterprise, 'LT-1')['id']}"
    operator.tell(f"{path}/shelve", {"minutes": 60, "reason": "液位计结冰"})
    seconded = f"/alarms/{alarm_of(operator, enterprise, 'LT-2')['id']}/shelve"
    asked = supervisor.tell(seconded, {"minutes": 20, "reason": "标定"}, status=202)["approval"]

    # A flood groups by itself, one key goes from group to group, one ends it; grade 1 is on top.
    page.keyboard.press("/")
    page.keyboard.type(enterprise.code)
    page.keyboard.press("Escape")
    expect(screen.rows_of("GT-1")).to_have_count(1, timeout=10_000)
    strip = page.get_by_test_id("flood-strip")
    expect(strip).to_have_attribute("data-flood", "true", timeout=10_000)
    expect(page.get_by_test_id("grouped-by-flood")).to_be_visible()
    expect(page.get_by_test_id("group")).to_have_count(2)
    page.keyboard.press("]")
    page.keyboard.press("]")
    rows = page.get_by_test_id("alarm-row")
    expect(rows.first).to_have_attribute("data-tag", "GT-1")
    expect(page.locator('[data-tag="LT-3"] [data-testid="first-out"]')).to_be_visible()
    take(screen, "flood-groups-zh-1366x768")
    page.keyboard.press("g")
    expect(page.get_by_test_id("group")).to_have_count(0)

    tabs(page, "4", "off-board-list")
    row = page.locator(f'[data-testid="off-row"][data-alarm-id="{path.rsplit("/", 1)[1]}"]')
    expect(row).to_contain_text("液位计结冰")
    take(screen, "off-board-zh-1366x768")
    tabs(page, "5", "approval-list")
    waiting = page.locator(f'[data-approval-id="{asked["id"]}"]')
    expect(waiting.get_by_test_id("countdown")).to_be_visible()
    take(screen, "approvals-zh-1366x768")
    waiting.get_by_test_id("approve").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("approval-note").fill("同意")
    page.keyboard.press("Enter")
    expect(waiting).to_be_hidden(timeout=10_000)
    tabs(page, "4", "off-board-list")
    expect(page.locator(f'[data-testid="off-row"][data-tag="LT-2"]:has-text("{enterprise.code}")')
           ).to_be_visible()  # fmt: skip
    row.get_by_test_id("put-back").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("shelf-note").fill("已除冰")
    page.keyboard.press("Enter")
    expect(row).to_be_hidden(timeout=5_000)
    tabs(page, "6", "figures")
    expect(page.locator('[data-figure="busiest_ten_minutes"]')).to_have_attribute(
        "data-verdict", "missed", timeout=15_000
    )
    take(screen, "statistics-zh-1366x768")
    tabs(page, "7", "handover-off")
    expect(page.get_by_test_id("handover-off-list")).to_contain_text("标定")
    page.emulate_media(media="print")
    expect(page.get_by_test_id("grade-counts")).to_be_hidden()
    take(screen, "handover-print-zh-1366x768")
    page.emulate_media(media="screen")
    hand_over(screen, park)
    set_up(screen, enterprise)
    in_english(screen)
    screen.close()


def hand_over(screen: Console, park: Park) -> None:
    """The shift is handed over and taken over at one console, by keyboard; the record stays."""
    page = screen.page
    next_shift = {"username": f"li.{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
    park.admin.register("/users", next_shift | {"role": "operator", "enterprise": None})
    page.keyboard.press("n")
    page.keyboard.type("二号罐切水未完，接班后复测液位。")
    page.get_by_test_id("handover-give-go").press("Enter")
    expect(page.get_by_test_id("handover-take")).to_be_focused()
    page.keyboard.press("Enter")
    for word in (f"not-{next_shift['password']}", next_shift["password"]):
        page.get_by_test_id("handover-username").fill(next_shift["username"])
        page.get_by_test_id("handover-password").fill(word)
        page.keyboard.press("Enter")
        if word != next_shift["password"]:
            expect(page.get_by_test_id("handover-refused")).to_contain_text("口令不正确")
            take(screen, "handover-refused-zh-1366x768")
    signed = page.get_by_test_id("handover-signatures")
    expect(signed).to_have_attribute("data-state", "signed")
    expect(page.get_by_test_id("handover-taker")).to_contain_text(next_shift["username"])
    expect(page.get_by_test_id("handover-note-given")).to_contain_text("切水")
    take(screen, "handover-signed-zh-1366x768")
    page.reload()
    rows = page.get_by_test_id("handover-row")
    expect(rows.first).to_have_attribute("data-state", "signed")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(signed).to_contain_text(next_shift["username"])
    expect(page.get_by_test_id("handover-take")).to_have_count(0)


def set_up(screen: Console, enterprise: Enterprise) -> None:
    """A group of detectors and a rule of suppression, registered by keyboard."""
    page = screen.page
    tabs(page, "0", "suppression-list")
    page.keyboard.press("n")
    page.get_by_test_id("rule-enterprise").select_option(enterprise.code)
    page.get_by_test_id("rule-name").fill("储罐 1 高液位连锁报警")
    page.get_by_test_id("rule-kind").select_option("alarm")
    page.get_by_test_id("rule-tag").fill("LT-1")
    page.get_by_test_id("rule-targets").fill("LT-3")
    page.keyboard.press("Enter")
    page.get_by_test_id("rule-reason").fill("由 LT-1 引起")
    take(screen, "setup-suppression-zh-1366x768")
    page.get_by_test_id("form-save").press("Enter")
    row = page.locator('[data-testid="suppression-row"]:has-text("储罐 1 高液位连锁报警")')
    expect(row).to_be_visible(timeout=10_000)
    page.get_by_test_id("setup-policy").press("Enter")
    expect(page.get_by_test_id("policy-form")).to_be_visible(timeout=10_000)
    take(screen, "setup-policy-zh-1366x768")
    page.get_by_test_id("setup-groups").press("Enter")
    expect(page.get_by_test_id("detector-group-list")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_test_id("rule-enterprise").select_option(enterprise.code)
    page.get_by_test_id("rule-code").fill("ring")
    page.get_by_test_id("rule-name").fill("罐区气体探测器")
    page.get_by_test_id("rule-members").fill("GT-1")
    page.keyboard.press("Enter")
    take(screen, "setup-group-zh-1366x768")
    page.get_by_test_id("form-save").press("Enter")
    group = page.locator(f'[data-testid="detector-group-row"]:has-text("{enterprise.code}")')
    expect(group).to_contain_text("GT-1", timeout=10_000)


def in_english(screen: Console) -> None:
    """Every board once more, in English."""
    page = screen.page
    screen.in_english()
    page.set_viewport_size({"width": 1920, "height": 1080})
    for key, testid, name in (
        ("4", "off-board-list", "off-board"),
        ("5", "approval-list", "approvals"),
        ("6", "figures", "statistics"),
        ("7", "handover-off", "handover"),
        ("0", "suppression-list", "setup"),
    ):
        tabs(page, key, testid)
        take(screen, f"{name}-en-1920x1080")
    page.keyboard.press("1")
    expect(page.get_by_test_id("alarm-row").first).to_be_visible()
    # Another flood, of the other enterprise on this stack, brings the groups back by itself.
    if page.get_by_test_id("groups").count() == 0:
        page.keyboard.press("g")
    expect(page.get_by_test_id("groups")).to_be_visible()
    take(screen, "flood-groups-en-1920x1080")
    page.set_viewport_size({"width": 1366, "height": 768})
    take(screen, "flood-groups-en-1366x768")
    for key, testid in (("5", "approval-list"), ("6", "figures")):
        tabs(page, key, testid)
        take(screen, f"{testid}-en-1366x768")
