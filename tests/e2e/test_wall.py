"""The wall of the control room: nobody touches it, and what waits to be acknowledged comes up on it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.field import Flow, send
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import living

pytestmark = [pytest.mark.stack]

TURN_MS = 15_000
LON, LAT = 106.94, 38.21
STOPS = """
window.stops = [];
new MutationObserver(() => {
  const stop = document.querySelector('[data-testid="wall-stop"]')?.textContent;
  if (stop && stop !== window.stops.at(-1)) window.stops.push(stop);
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


def furnish(park: Park, name: str, east: float) -> tuple[Enterprise, Gateway]:
    """An enterprise on the map with two levels that are judged."""
    enterprise = park.enterprise(name)
    west, south = LON + east, LAT
    ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.01], [west, south + 0.01]]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    changed = park.admin.http.patch(f"/enterprises/{enterprise.code}", json={"area": area})
    assert changed.status_code == 200, changed.text
    gateway = enterprise.gateway()
    for tag in ("LI-1", "LI-2"):
        enterprise.point(tag, "level", "%", period_s=1, range_low=0, range_high=100)
        enterprise.rule(tag, "H", 80, 2)
    enterprise.in_force()
    return enterprise, gateway


@pytest.mark.timeout(240)
def test_the_wall_stops_where_all_has_returned_and_nobody_has_acknowledged_it(
    browser: Browser,
) -> None:
    with living() as stack:
        park = Park(stack)
        back, back_gateway = furnish(park, "BACK", 0)
        calm, calm_gateway = furnish(park, "CALM", 0.012)
        screen = Console(browser, stack.url)
        screen.context.add_init_script(STOPS)
        screen.sign_in("admin", stack.admin_password)
        send(back_gateway, {"LI-1": 90, "LI-2": 95})
        for tag in ("LI-1", "LI-2"):
            expect(screen.rows_of(tag)).to_have_attribute("data-state", "unacknowledged")
        # From here on both go on reporting values far below their limits.
        with Flow(back_gateway, ["LI-1", "LI-2"], 1.0), Flow(calm_gateway, ["LI-1", "LI-2"], 1.0):
            for tag in ("LI-1", "LI-2"):
                expect(screen.rows_of(tag)).to_have_attribute(
                    "data-state", "returned_unacknowledged"
                )
            page = screen.page
            page.goto(f"{stack.url}/#/park/wall")
            stop = page.get_by_test_id("wall-stop")
            expect(stop).to_contain_text("全园")
            expect(stop).to_contain_text(back.code, timeout=2 * TURN_MS)
            expect(page.get_by_test_id("connection-bar")).to_be_hidden()
            figures = page.get_by_test_id("park-figures")
            expect(figures).to_contain_text(f"企业 {back.code}")
            expect(figures).not_to_contain_text(calm.code)
            expect(figures).to_contain_text("在报警 0 · 已恢复未确认 2")
            screen.picture("wall-returned-zh-1920x1080")
            expect(stop).to_contain_text("风险四色", timeout=2 * TURN_MS)
            stops = page.evaluate("window.stops")
            assert [calm.code in each for each in stops] == [False] * len(stops)
            states = {each["tag"]: each["state"] for each in back.alarms()}
            assert states == dict.fromkeys(("LI-1", "LI-2"), "returned_unacknowledged")

            # Acknowledged they are over, and the wall has no reason to stop there.
            for each in back.alarms():
                park.admin.tell(f"/alarms/{each['id']}/acknowledge")
            eventually(
                lambda: all(each["closed_as"] == "cleared" for each in back.alarms()),
                10.0,
                "the end of both",
            )
            expect(figures).not_to_contain_text(back.code)
            page.evaluate("window.stops = []")
            expect(stop).to_contain_text("报警等级", timeout=2 * TURN_MS)
            expect(stop).to_contain_text("风险四色", timeout=2 * TURN_MS)
            assert [back.code in each for each in page.evaluate("window.stops")] == [False, False]
        screen.close()
        park.close()
