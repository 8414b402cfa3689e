"""What stands on the screen can be read: no label lies over another, no sentence is cut."""

import secrets

import pytest
from playwright.sync_api import Browser, expect

from tests.living.browser import Console
from tests.living.park import Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack]

PLACES = 6
# Pairs of labels of one enterprise that lie over each other, as the browser has drawn them.
OVER_EACH_OTHER = """
(labels) => {
  const boxes = labels.map((each) => each.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  )).length;
}
"""
CUT = "(line) => line.scrollWidth > line.clientWidth"


def test_labels_of_places_side_by_side_do_not_lie_over_each_other(
    stack: Stack, park: Park, browser: Browser
) -> None:
    enterprise = park.enterprise("GATE")
    for number in range(PLACES):
        spot = {"type": "Point", "coordinates": [106.4, 38.7 + number / 1_000_000]}
        place = {"kind": "gate", "name": "北门", "name_en": "North gate", "geometry": spot}
        body = {"enterprise": enterprise.code, "code": f"G-{number}", **place}
        enterprise.door.register("/places", body)
    # Of its own site, which is shown whole whatever else stands in the park of these proofs.
    person = {"username": f"gate-{enterprise.code}", "password": secrets.token_urlsafe(12)}
    body = {**person, "role": "enterprise", "enterprise": enterprise.code}
    park.admin.register("/users", body)
    screen = Console(browser, stack.url, 1366, 768).sign_in(**person)
    screen.page.goto(f"{stack.url}/#/park")
    labels = screen.page.locator(f"[data-object^='key_place/{enterprise.code}/']")
    expect(labels).to_have_count(PLACES)
    assert labels.evaluate_all(OVER_EACH_OTHER) == 0
    for number in range(PLACES):
        labels.nth(number).click(trial=True)
    screen.close()


def test_what_a_list_is_of_is_read_to_its_end(stack: Stack, browser: Browser) -> None:
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    for language in ("zh", "en"):
        if language == "en":
            screen.in_english()
        for view in ("historical", "all"):
            screen.page.goto(f"{stack.url}/#/alarms/{view}")
            hint = screen.page.get_by_test_id("list-hint")
            expect(hint).not_to_be_empty()
            assert not hint.evaluate(CUT), (language, view)
    screen.close()


def test_a_hazard_source_that_there_is_not_is_said_to_be_none(
    stack: Stack, browser: Browser
) -> None:
    """An old link, or a slip: the list stands there, and the pane says why it tells nothing."""
    screen = Console(browser, stack.url, 1366, 768).sign_in("admin", stack.admin_password)
    absent = screen.page.get_by_test_id("source-absent")
    screen.page.goto(f"{stack.url}/#/sources")
    expect(screen.page.get_by_test_id("source-legend")).to_be_visible()
    expect(absent).to_have_count(0)
    screen.page.goto(f"{stack.url}/#/sources/NOWHERE/HS-9")
    expect(absent).to_contain_text("台账中没有危险源 HS-9")
    screen.in_english()
    expect(absent).to_contain_text("no hazard source HS-9")
    screen.picture("source-absent-en")
    screen.close()
