"""The right pane of the alarm screen: all that is known of the chosen alarm, and nothing of another's."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.living.accessibility import violations
from tests.living.browser import Console
from tests.living.field import send
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

PEOPLE = {
    "chief": {"name": "欧阳建国", "phone": "0477-555 0101"},
    "technical": {"name": "李敏", "phone": "13800000102"},
    "operating": {"name": "王强", "phone": "13800000103"},
}
CONTACTS = [
    {"role": "duty", "name": "生产调度值班室", "phone": "0477-555 0110"},
    {"role": "emergency", "name": "应急救援队", "phone": "0477-555 0119"},
]
RATIONALE = {
    "cause": "V-101 法兰或阀门填料泄漏，或装卸臂未排空",
    "consequence": "可燃气云扩散至泵区，遇点火源爆燃",
    "action": "关闭 XV-1011，启动水幕，撤离下风向人员，报告值班长",
    "respond_within_s": 300,
}
LONG_NAME = "一号罐区东侧防火堤内二甲基甲酰胺装卸鹤管根部可燃气体探测器"
LONG_TAG = "AREA-12-UNIT-07-TANK-FARM-EAST-GT-000123"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STEP_MS = 60_000
WARMING = (3, 4, 4, 5, 6, 5, 7, 9, 12)
"""%LEL, a minute apart, the last of them a minute ago."""


def furnish(park: Park) -> tuple[Enterprise, Gateway]:
    """A tank with two detectors and a thermometer, a point of no source, and one that is computed."""
    enterprise = park.enterprise("PANE")
    gateway, door = enterprise.gateway(), enterprise.door
    answer = door.http.patch(f"/enterprises/{enterprise.code}", json={"contacts": CONTACTS})
    assert answer.status_code == 200, answer.text
    source = {
        "enterprise": enterprise.code,
        "code": "HS-1",
        "name": "液氯储存",
        "name_en": "Chlorine store",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
    }
    door.register("/hazard-sources", source | {"responsible": PEOPLE})
    tank = {"hazard_source": "HS-1", "period_s": 60}
    gas = {"range_low": 0, "range_high": 100} | tank
    for tag, name, name_en in (
        ("GT-1", "罐区东可燃气体", "Gas east"),
        ("GT-2", "罐区西可燃气体", "Gas west"),
    ):
        enterprise.point(
            tag, "combustible_gas", "%LEL", name=name, name_en=name_en, equipment="V-101", **gas
        )
        enterprise.rule(tag, "H", 25, 2, **RATIONALE)
        enterprise.rule(tag, "HH", 50, 1)
    enterprise.point("TI-1", "temperature", "Cel", name="储罐温度", name_en="Tank", **tank)
    enterprise.point(LONG_TAG, "combustible_gas", "%LEL", name=LONG_NAME, **gas)
    enterprise.rule(
        LONG_TAG,
        "H",
        25,
        2,
        **{k: v * 3 if isinstance(v, str) else v for k, v in RATIONALE.items()},
    )
    enterprise.point("PI-9", "pressure", "kPa", name="无危险源压力", name_en="Of no source")
    enterprise.rule("PI-9", "H", 80, 3)
    mean = {"expression": "(a + b) / 2.0", "inputs": {"a": "GT-1", "b": "GT-2"}}
    computed = {"enterprise": enterprise.code, "tag": "GT-MEAN", "kind": "combustible_gas"}
    door.register(
        "/derived-points", computed | {"unit": "%LEL", "name": "平均浓度", "formula": mean}
    )
    enterprise.rule("GT-MEAN", "H", 20, 3)
    enterprise.in_force()
    began = time.time_ns() // 1_000_000 - len(WARMING) * STEP_MS
    for number, value in enumerate(WARMING):
        send(
            gateway,
            {"GT-1": value, "GT-2": value / 2, "TI-1": 21 + number},
            began + number * STEP_MS,
        )
    send(gateway, {"GT-2": 31.5})
    send(gateway, {"GT-1": 28.5, "TI-1": {"v": 30.25, "q": "uncertain"}})
    return enterprise, gateway


def chosen(screen: Console, tag: str) -> None:
    """The row of a tag is chosen, and the pane is about it and has asked."""
    row = screen.rows_of(tag)
    row.click()
    alarm = row.get_attribute("data-alarm-id")
    context = screen.page.get_by_test_id("alarm-context")
    expect(context).to_have_attribute("data-alarm-id", alarm or "")
    expect(context).to_have_attribute("data-ready", "true")


def expect_everything(page: Page) -> None:
    """Rationale, trend, neighbours, contacts and journal of GT-1."""
    rationale = page.get_by_test_id("alarm-rationale")
    for words in (RATIONALE["cause"], RATIONALE["consequence"], RATIONALE["action"], "300"):
        expect(rationale).to_contain_text(str(words))
    trend = page.get_by_test_id("alarm-trend")
    expect(trend).to_have_attribute("data-readings", re.compile(r"^\d\d+$"))
    expect(trend).to_have_attribute("data-limits", "2")
    expect(trend.locator("canvas")).to_have_count(1)
    near = page.get_by_test_id("near-alarm")
    expect(near.and_(page.locator("[data-tag='GT-MEAN']"))).to_have_attribute("data-how", "formula")
    expect(near.and_(page.locator("[data-tag='GT-2']"))).to_have_attribute("data-how", "unit")
    point = page.get_by_test_id("near-point").and_(page.locator("[data-point='TI-1']"))
    expect(point).to_have_attribute("data-how", "source")
    expect(point).to_contain_text(re.compile(r"30\.25 °C.*(可疑|uncertain)", re.I))
    contacts = page.get_by_test_id("alarm-contacts")
    for role, person in PEOPLE.items():
        told = contacts.locator(f"[data-role='{role}']")
        expect(told).to_contain_text(person["name"])
        expect(told.locator("a")).to_have_attribute(
            "href", f"tel:{person['phone'].replace(' ', '')}"
        )
    for each in CONTACTS:
        expect(contacts.locator(f"[data-contact='{each['role']}']")).to_contain_text(each["phone"])


def test_of_a_chosen_alarm_everything_is_told(stack: Stack, park: Park, browser: Browser) -> None:
    enterprise, gateway = furnish(park)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    page.get_by_test_id("alarm-filter").fill(enterprise.code)
    expect(page.get_by_test_id("alarm-row")).to_have_count(3)
    before = screen.rows_of("GT-1").bounding_box()
    chosen(screen, "GT-1")
    expect_everything(page)
    assert screen.rows_of("GT-1").bounding_box() == before, "the list moved"
    entries = page.get_by_test_id("alarm-entry")
    expect(entries).to_have_count(1)
    expect(entries.first).to_contain_text(
        re.compile(r"报警产生.*系统.*≥ 25 %LEL.*28\.5 %LEL", re.S)
    )
    assert violations(page) == []
    pictures(screen, "gas", both=True)
    looked_at_closely(page)
    what_goes_on(screen, gateway)
    screen.close()


def looked_at_closely(page: Page) -> None:
    """A stretch of the trend, drawn out with the pointer, and back to the whole."""
    over = page.get_by_test_id("alarm-trend").locator(".u-over").bounding_box()
    assert over is not None
    middle = over["y"] + over["height"] / 2
    page.mouse.move(over["x"] + over["width"] * 0.7, middle)
    page.mouse.down()
    page.mouse.move(over["x"] + over["width"] * 0.95, middle, steps=4)
    page.mouse.up()
    whole = page.get_by_role("button", name="恢复全段")
    expect(whole).to_be_visible()
    whole.click()
    expect(whole).to_have_count(0)


def what_goes_on(screen: Console, gateway: Gateway) -> None:
    """A further reading, a level up, an acknowledgement, a return: in the trend and the journal."""
    page = screen.page
    trend, entries = page.get_by_test_id("alarm-trend"), page.get_by_test_id("alarm-entry")
    read = int(trend.get_attribute("data-readings") or 0)
    send(gateway, {"GT-1": 56})
    expect(entries.nth(1)).to_have_attribute("data-event", "escalated")
    expect(trend).to_have_attribute("data-readings", str(read + 1))
    page.get_by_test_id("ack-note").fill("已通知现场关阀")
    page.keyboard.press("Enter")
    expect(entries.nth(2)).to_contain_text(re.compile(r"确认.*admin.*已通知现场关阀", re.S))
    expect(trend).to_have_attribute("data-marks", "2")
    send(gateway, {"GT-1": 9})
    expect(entries.nth(3)).to_have_attribute("data-event", "cleared")
    expect(page.get_by_test_id("trends-signs")).to_contain_text(
        re.compile("报警.*确认.*恢复", re.S)
    )
    assert [each.get_attribute("data-event") for each in entries.all()] == [
        "raised", "escalated", "acknowledged", "cleared",
    ]  # fmt: skip
    screen.picture("alarm-pane-over-zh-1366x768")


def pictures(screen: Console, name: str, *, both: bool = False) -> None:
    """The pane from its beginning and from its end, in Chinese and lit, in English and dark."""
    page = screen.page
    for width, height in ((1366, 768), (1920, 1080)) if both else ((1366, 768),):
        page.set_viewport_size({"width": width, "height": height})
        for look in ("zh", "en-dark"):
            if look == "en-dark":
                screen.in_english()
                page.get_by_test_id("theme-switch").click()
                assert violations(page) == []
            more = page.locator("#alarm-more")
            for part, top in (("top", 0), ("end", 10_000)):
                more.evaluate("(each, top) => each.scrollTo({top})", top)
                page.wait_for_timeout(400)
                screen.picture(f"alarm-pane-{name}-{part}-{look}-{width}x{height}")
            assert page.evaluate(OVERFLOW) <= 0
            assert more.evaluate("each => each.scrollWidth - each.clientWidth") <= 0, (
                "cut at the side"
            )
            more.evaluate("each => each.scrollTo({top: 0})")
        page.get_by_test_id("theme-switch").click()
        page.get_by_test_id("lang-switch").click()
    page.set_viewport_size({"width": 1366, "height": 768})


def test_the_pane_of_what_the_register_hardly_knows(
    stack: Stack, park: Park, browser: Browser
) -> None:
    """Long names, a point of no source, one that is computed, and a point that nobody has said anything of."""
    enterprise, gateway = furnish(park)
    bare = park.enterprise("BARE")
    wire = bare.gateway()
    bare.point("LI-1", "level", "%")
    bare.rule("LI-1", "H", 80, 4)
    bare.point("XV-1", "valve", "1", name="紧急切断阀", reporting="on_change")
    fault = {"kind": "state", "enterprise": bare.code, "tag": "XV-1", "states": ["fault"]}
    bare.door.register("/rules", fault | {"grade": 3})
    bare.in_force()
    send(gateway, {LONG_TAG: 26, "PI-9": 81})
    send(wire, {"LI-1": 85, "XV-1": "open"})
    send(wire, {"XV-1": "fault"})
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    contacts = page.get_by_test_id("alarm-contacts")
    for tag, code in ((LONG_TAG, enterprise.code), ("GT-MEAN", enterprise.code)):
        page.get_by_test_id("alarm-filter").fill(code)
        chosen(screen, tag)
        expect(page.get_by_test_id("near-alarm").first).to_be_visible()
        pictures(screen, "long" if tag == LONG_TAG else "computed")
    hows = page.get_by_test_id("near-point").and_(page.locator("[data-how='formula']"))
    expect(hows).to_have_count(2)
    page.get_by_test_id("alarm-filter").fill(enterprise.code)
    chosen(screen, "PI-9")
    expect(contacts).to_contain_text("不属于任何危险源")
    expect(contacts.locator("[data-contact='duty']")).to_contain_text("0477-555 0110")
    page.get_by_test_id("alarm-filter").fill(bare.code)
    chosen(screen, "LI-1")
    expect(contacts).to_contain_text("未登记值班")
    expect(page.get_by_test_id("alarm-rationale")).to_contain_text("未填写")
    expect(page.get_by_test_id("near-points")).to_contain_text("没有其他测点")
    expect(page.get_by_test_id("alarm-entry")).to_have_count(1)
    pictures(screen, "bare")
    chosen(screen, "XV-1")
    expect(page.get_by_test_id("alarm-trend")).to_have_attribute("data-readings", "2")
    expect(page.get_by_test_id("alarm-trend")).to_have_attribute("data-marks", "1")
    pictures(screen, "state")
    screen.close()


def test_who_goes_quickly_through_the_rows_asks_for_the_last_alone(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise, _gateway = furnish(park)
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    page = screen.page
    page.get_by_test_id("alarm-filter").fill(enterprise.code)
    rows = page.get_by_test_id("alarm-row")
    expect(rows).to_have_count(3)
    rows.first.click()
    expect(page.get_by_test_id("alarm-entry").first).to_be_visible()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/journal" in request.url:
            asked.append(request.url)

    rows.nth(1).click()
    expect(page.get_by_test_id("alarm-context")).to_have_attribute("data-ready", "true")
    page.on("request", note)
    page.evaluate(
        """() => ['ArrowUp', 'ArrowDown', 'ArrowUp', 'ArrowDown', 'ArrowDown'].forEach((key) =>
             document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))"""
    )
    last = rows.nth(2).get_attribute("data-alarm-id") or ""
    expect(page.get_by_test_id("alarm-context")).to_have_attribute("data-alarm-id", last)
    expect(page.get_by_test_id("alarm-entry")).to_have_count(1)
    page.remove_listener("request", note)
    assert {url.split("/alarms/")[1].split("/")[0] for url in asked} == {last}
    # By keyboard alone into the pane, to another alarm that stands near, and back to the list.
    page.keyboard.press("ArrowRight")
    expect(page.locator("#alarm-more")).to_be_focused()
    near = page.get_by_test_id("near-alarm").first
    tag = near.get_attribute("data-tag") or ""
    near.focus()
    page.keyboard.press("Enter")
    expect(screen.rows_of(tag)).to_have_attribute("aria-selected", "true")
    page.locator("#alarm-more").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("alarm-list")).to_be_focused()
    screen.close()


def test_an_enterprise_sees_its_own_and_a_regulator_everybody(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise, _gateway = furnish(park)
    other = park.enterprise("OTHER")
    own = {"username": f"own.{enterprise.code.lower()}", "password": "Pane-own-2026-x"}
    looker = {"username": f"reg.{enterprise.code.lower()}", "password": "Pane-reg-2026-x"}
    stranger = {"username": f"str.{enterprise.code.lower()}", "password": "Pane-str-2026-x"}
    for who, role, of in (
        (own, "enterprise", enterprise.code),
        (looker, "regulator", None),
        (stranger, "enterprise", other.code),
    ):
        park.admin.register("/users", who | {"role": role, "enterprise": of})
    for who in (own, looker):
        screen = Console(browser, stack.url, 1366, 768)
        screen.sign_in(who["username"], who["password"])
        screen.page.get_by_test_id("alarm-filter").fill(enterprise.code)
        chosen(screen, "GT-1")
        expect_everything(screen.page)
        expect(screen.page.get_by_role("alert")).to_have_count(0)
        screen.close()
    screen = Console(browser, stack.url, 1366, 768)
    screen.sign_in(stranger["username"], stranger["password"])
    expect(screen.page.get_by_test_id("alarm-row")).to_have_count(0)
    expect(screen.page.get_by_test_id("alarm-pane")).to_contain_text("未选择报警")
    screen.close()
