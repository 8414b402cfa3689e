"""A hazard source as a mimic, and an hour of the past beside what was on the screen, by keyboard."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import publish
from tests.living.outcome import eventually
from tests.living.park import Door, Enterprise, Gateway, Json, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZES = ((1366, 768), (1920, 1080))
MINUTE_MS = 60_000
READ_AGAIN_MS = 20_000
"""A trend moves on and is read again every 10 s."""
LEVELS = (52, 55, 59, 64, 70, 76, 81, 84)
LATE_MS = 8 * MINUTE_MS
"""So long ago the gas was there, when its reading came."""
BYPASS: Json = {
    "kind": "maintenance",
    "cause": "LI-1",
    "reason": "变送器漂移",
    "risk_assessment": "LOPA 14：现场可手动切断",
    "measures": ["现场专人监护"],
    "hours": 2,
}


def take(screen: Console, name: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
    """Pictures; nothing may be pushed off the side of the screen."""
    for width, height in sizes:
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.picture(f"{name}-{width}x{height}")
        assert screen.page.evaluate(OVERFLOW) <= 0, f"{name} is wider than the screen"


def in_the_dark(screen: Console, name: str) -> None:
    """As a dark room has it; axe finds nothing there, nor in the light."""
    assert violations(screen.page) == []
    screen.page.get_by_test_id("theme-switch").press("Enter")
    take(screen, f"{name}-dark", SIZES[1:])
    assert violations(screen.page) == []


def loop(enterprise: str) -> Json:
    """What shuts the tank's inlet when it is too full."""
    return {
        "enterprise": enterprise,
        "tag": "ESD-1",
        "name": "储罐高高液位联锁",
        "name_en": "Tank level high-high trip",
        "hazard_source": "HS-1",
        "voting": "1oo1",
        "causes": [{"tag": "LI-1", "condition": "HH", "limit": 90}],
        "effects": [{"tag": "XV-1", "action": "close"}],
        "sil": 2,
    }


def furnish(park: Park) -> tuple[Enterprise, Gateway]:
    """A tank with a level, a pressure, a temperature, a valve and a loop; gas and a store beside it."""
    enterprise = park.enterprise("MIMIC")
    source: Json = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "name_en": "Chlorine store",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
        "responsible": {"operating": {"name": "马卫国", "phone": "025-5555 0223"}},
    }
    enterprise.door.register("/hazard-sources", source)
    gateway = enterprise.gateway()
    for tag, kind, unit, low, high, equipment in (
        ("LI-1", "level", "%", 0, 100, "TK-1"),
        ("PI-1", "pressure", "MPa(g)", 0, 1.6, "TK-1"),
        ("TI-1", "temperature", "Cel", -40, 60, "TK-1"),
        ("TI-9", "temperature", "Cel", -20, 60, "WH-9"),
        ("GT-1", "toxic_gas", "mg/m3", 0, 30, ""),
    ):
        place = {"equipment": equipment} if equipment else {}
        more = {"range_low": low, "range_high": high, "period_s": 600, "hazard_source": "HS-1"}
        names = {"name": f"{tag} 测点", "name_en": f"{tag} point", "gateway": gateway.code}
        enterprise.point(tag, kind, unit, **more, **names, **place)
    for tag, kind in (("XV-1", "valve"), ("ESD-1", "interlock")):
        place = {"hazard_source": "HS-1", "equipment": "TK-1", "gateway": gateway.code}
        enterprise.point(tag, kind, "1", reporting="on_change", **place)
    for condition, limit, grade in (("HH", 90, 2), ("H", 80, 3), ("L", 10, 4)):
        enterprise.rule("LI-1", condition, limit, grade)
    enterprise.rule("PI-1", "H", 1.2, 3)
    enterprise.rule("GT-1", "H", 1, 2)
    enterprise.door.register("/interlocks", loop(enterprise.code))
    enterprise.door.register(f"/interlocks/{enterprise.code}/ESD-1/bypass", BYPASS)
    enterprise.in_force()
    return enterprise, gateway


def upset(gateway: Gateway) -> int:
    """The level rises above its limit; a temperature is long silent; gas came and is told late.
    Returns when the gas was there, epoch ms."""
    now = time.time_ns() // 1_000_000
    past: list[Json] = [
        {"ts": now - 45 * MINUTE_MS, "values": {"TI-9": 21.5}},
        {"ts": now - LATE_MS, "values": {"GT-1": 2.4}},
    ]
    for number, level in enumerate(LEVELS):
        ago = (len(LEVELS) - number) * 30_000
        past.append({"ts": now - ago, "values": {"LI-1": level, "PI-1": 0.71, "TI-1": -12.4}})
    past.append({"ts": now, "values": {"XV-1": "open", "ESD-1": "in_service"}})
    done = publish(gateway, past)
    assert done.returncode == 0, done.stderr
    return now - LATE_MS


def test_a_hazard_source_is_drawn_from_its_points(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise, gateway = furnish(park)
    upset(gateway)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    page.goto(f"{stack.url}/#/sources/{enterprise.code}/HS-1")
    page.get_by_test_id("to-mimic").press("Enter")
    for unit, form in (("TK-1", "tank"), ("WH-9", "warehouse"), ("", "around")):
        figure = page.locator(f'[data-testid="mimic-unit"][data-unit="{unit}"]')
        expect(figure).to_have_attribute("data-form", form, timeout=10_000)
    expect(page.get_by_test_id("mimic-name")).to_have_text("液氯储存")
    row = page.locator('[data-testid="source-value"][data-point="LI-1"]')
    expect(row).to_contain_text("84 %")
    expect(row).to_contain_text("HH 90 · H 80 · L 10")
    expect(row.get_by_role("img", name=re.compile("3"))).to_be_visible()
    silent = page.locator('[data-testid="source-value"][data-point="TI-9"]')
    expect(silent).to_have_attribute("data-overdue", "true")
    expect(page.locator('[data-gauge="TI-9"]')).to_contain_text("?")
    expect(page.locator('[data-point="XV-1"][data-state="open"]')).to_be_visible()
    expect(page.get_by_test_id("source-bypass")).to_contain_text("变送器漂移")
    expect(page.get_by_test_id("source-responsible")).to_contain_text("马卫国")
    expect(page.get_by_test_id("source-working")).to_contain_text("= 1")
    expect(page.get_by_test_id("source-risk")).to_be_visible()
    trend = page.get_by_test_id("source-trend")
    expect(trend).to_have_attribute("data-readings", re.compile(r"^\d\d+$"))
    expect(trend).to_have_attribute("data-limits", re.compile("^[1-9]"))
    expect(trend).to_have_attribute("data-marks", re.compile("^[1-9]"))
    lines = int(trend.get_attribute("data-lines") or 0)
    silent.get_by_role("checkbox").press("Space")
    expect(trend).to_have_attribute("data-lines", str(lines + 1))
    take(screen, "mimic-zh")
    screen.in_english()
    take(screen, "mimic-en")
    in_the_dark(screen, "mimic")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("source-list")).to_be_visible()
    screen.close()


def row_of(page: Page, tag: str, **wanted: str) -> None:
    """The row of this tag stands so in the replay."""
    row = page.locator(f'[data-testid="replay-row"][data-tag="{tag}"]')
    expect(row).to_have_count(1)
    for name, value in wanted.items():
        expect(row).to_have_attribute(f"data-{name}", value)


def on_record(door: Door, path: str) -> str:
    """The last thing that the journal tells of an alarm; empty: nothing."""
    links = door.items(f"{path}/journal")
    return str(links[-1]["event"]) if links else ""


def test_the_past_is_played_as_it_was_and_as_it_was_seen(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise, gateway = furnish(park)
    was = upset(gateway)
    operator = park.person("operator")
    eventually(lambda: len(enterprise.alarms(subject="point")) == 2, 30.0, "both alarms stand")
    alarms = {each["tag"]: each for each in enterprise.alarms(subject="point")}
    for alarm in alarms.values():
        operator.tell(f"/alarms/{alarm['id']}/acknowledge", {"note": "见到了"})
    path = f"/alarms/{alarms['LI-1']['id']}"
    operator.tell(f"{path}/shelve", {"minutes": 60, "reason": "液位计校验"})
    eventually(lambda: on_record(operator, path) == "shelved", 30.0, "the shelf is on record")

    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    page.keyboard.press("p")
    expect(page.get_by_test_id("replay-standing")).to_be_visible(timeout=10_000)
    page.get_by_test_id("replay-enterprise").select_option(enterprise.code)
    page.get_by_test_id("replay-from").press("Enter")
    expect(page.get_by_test_id("replay-play")).to_be_enabled()

    # Half-way between the gas and its message: true, and on nobody's screen.
    page.get_by_test_id("replay-seek").fill(str(was + 2 * MINUTE_MS))
    page.get_by_test_id("replay-table").focus()
    row_of(page, "GT-1", truth="2", shown="", difference="unseen")
    values = page.locator('[data-testid="replay-values"] [data-point="GT-1"]')
    expect(values.get_by_test_id("value-true")).to_contain_text("2.4")
    expect(values.get_by_test_id("value-shown")).to_contain_text("–")
    take(screen, "replay-late-zh")

    page.keyboard.press("End")
    row_of(page, "GT-1", truth="2", shown="acknowledged", difference="")
    row_of(page, "LI-1", truth="3", shown="shelved", difference="")
    expect(values.get_by_test_id("value-shown")).to_contain_text("2.4")
    deeds = page.get_by_test_id("replay-deeds")
    expect(deeds.locator('[data-event="shelved"]')).to_have_count(1)
    screen.in_english()
    expect(page.get_by_test_id("replay-standing")).to_contain_text("on the screen")
    take(screen, "replay-en")
    in_the_dark(screen, "replay")

    # Event by event backwards: before the shelf it was acknowledged.
    page.get_by_test_id("replay-table").focus()
    page.keyboard.press("End")
    page.keyboard.press("[")
    page.keyboard.press("[")
    row_of(page, "LI-1", shown="acknowledged")
    page.keyboard.press("Home")
    at = page.get_by_test_id("replay-at")
    began = int(at.get_attribute("data-at") or 0)
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect(page.locator('[data-speed="60"]')).to_have_attribute("aria-checked", "true")
    page.keyboard.press("p")
    page.wait_for_function(
        "began => Number(document.querySelector('[data-testid=replay-at]').dataset.at) > began",
        arg=began,
    )
    page.keyboard.press("p")
    expect(page.get_by_test_id("replay-play")).to_contain_text("Play")

    # On its trend stands what was done to the alarm, too.
    page.goto(f"{stack.url}/#/trends/{enterprise.code}/LI-1")
    for what in ("raised", "acknowledged", "shelved"):
        mark = page.locator(f'[data-testid="trends-mark"][data-what="{what}"]')
        expect(mark).to_have_count(1, timeout=READ_AGAIN_MS)
    expect(page.get_by_test_id("trends-signs")).to_contain_text("S")
    assert violations(page) == []
    take(screen, "trends-marks-en-dark", SIZES[:1])
    screen.close()
