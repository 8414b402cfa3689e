"""What the console costs a browser: `python -m bench.console [FLOW S]`.

A real `parkwatch up`, Chromium without a window, drawing in software, on the same cores. 5,000 points at
1 Hz under the list of points and under the alarm list; then 10,000 alarms in the list, scrolled and
filtered; the first view of a browser that has nothing in its cache; the heap before and after the flow,
garbage taken away.
"""

import secrets
import sys
import threading
import time
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from bench.fleet import Fleet
from bench.machine import load
from bench.order import Paced
from bench.report import Report
from bench.site import Site, measured_stack
from bench.storm import GATEWAYS, Storm
from tests.living.browser import Console, open_browser

POINTS, ALARMS, READINGS = 5_000, 10_000, 100
FLOW_S = 20.0
STORM_S = 120.0
TARGET = {
    "script_ms_a_second": 20.0,
    "long_task_ms": 50.0,
    "filter_ms": 100.0,
    "first_view_ms": 1_500.0,
}

_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver(list => {
  for (const each of list.getEntries()) window.longTasks.push(each.duration);
}).observe({type: 'longtask', buffered: true});
"""
_SCROLL = """
async () => {
  const list = document.querySelector('[data-testid="alarm-list"]');
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const taken = [];
  let before = performance.now();
  for (let step = 0; step < 120; step += 1) {
    list.scrollTop += 180;
    await frame();
    const now = performance.now();
    taken.push(now - before);
    before = now;
  }
  return taken.sort((a, b) => a - b);
}
"""
_FILTER = """
async words => {
  const field = document.querySelector('[data-testid="alarm-filter"]');
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const begun = performance.now();
  field.value = words;
  field.dispatchEvent(new InputEvent('input', {bubbles: true}));
  await frame();
  await new Promise(done => setTimeout(done, 0));
  return performance.now() - begun;
}
"""


class Glass:
    """What the browser says of one page of its own work."""

    def __init__(self, console: Console) -> None:
        self.page: Page = console.page
        self._session: CDPSession = console.context.new_cdp_session(console.page)
        self._session.send("Performance.enable")

    def metrics(self) -> dict[str, float]:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found}

    def heap(self) -> float:
        """MB of JavaScript that is in use, garbage taken away."""
        self._session.send("HeapProfiler.collectGarbage")
        return round(self.metrics()["JSHeapUsedSize"] / 1e6, 2)

    def over(self, seconds: float) -> dict[str, float]:
        """Script and all work of the page's thread, ms a second, and its longest task, ms."""
        self.page.evaluate("window.longTasks.length = 0")
        before, begun = self.metrics(), time.monotonic()
        self.page.wait_for_timeout(seconds * 1000)
        after, lasted = self.metrics(), time.monotonic() - begun
        tasks = self.page.evaluate("window.longTasks")
        return {
            "script_ms_a_second": _rate(before, after, "ScriptDuration", lasted),
            "task_ms_a_second": _rate(before, after, "TaskDuration", lasted),
            "long_tasks": len(tasks),
            "longest_ms": round(max(tasks, default=0.0), 1),
        }


def _rate(before: dict[str, float], after: dict[str, float], name: str, lasted: float) -> float:
    return round((after[name] - before[name]) * 1000 / lasted, 2)


def flowing(site: Site, console: Console, seconds: float) -> dict[str, Any]:
    """5,000 points at 1 Hz, looked at as a list of points and as a list of alarms."""
    every = READINGS * GATEWAYS / POINTS
    fleet = Fleet(
        [
            Paced(place.sender(secrets.token_hex(4), READINGS), every, every * n / GATEWAYS,
                  2 * seconds + 15, [], 1, stamped=False)
            for n, place in enumerate(site.places)
        ]
    )  # fmt: skip
    said = threading.Thread(target=fleet.run, name="flow")
    said.start()
    glass = Glass(console)
    console.page.goto(f"{console.url}/#/points")
    expect(console.page.get_by_test_id("point-row").first).to_be_visible()
    console.page.wait_for_timeout(5_000)
    heap = glass.heap()
    points = glass.over(seconds)
    console.page.goto(f"{console.url}/#/alarms")
    expect(console.page.get_by_test_id("alarm-list")).to_be_visible()
    console.page.wait_for_timeout(2_000)
    alarms = glass.over(seconds)
    said.join()
    return {"points": points, "alarms": alarms, "heap_mb": [heap, glass.heap()]}


def flooded(site: Site, console: Console) -> dict[str, Any]:
    """10,000 alarms in the list."""
    storm = Storm(site)
    found = storm.rage(STORM_S)
    storm.end()
    page, glass = console.page, Glass(console)
    page.wait_for_timeout(3_000)
    rows = int(page.get_by_test_id("alarm-list").get_attribute("aria-rowcount") or 0)
    page.evaluate("window.longTasks.length = 0")
    frames = page.evaluate(_SCROLL)
    scrolling = page.evaluate("window.longTasks")
    filters = [page.evaluate(_FILTER, words) for words in ("GT-1", "GT-12", "GT-123", "", "高报")]
    page.evaluate(_FILTER, "")
    return {
        "raised": found.seen,
        "rows": rows,
        "frame_p95_ms": round(frames[int(len(frames) * 0.95)], 1),
        "frame_worst_ms": round(frames[-1], 1),
        "long_tasks_scrolling": [round(each) for each in scrolling],
        "filter_ms": [round(each, 1) for each in filters],
        "still": glass.over(5.0),
    }


def first_view(console: Console) -> float:
    """From the address to the list of alarms, signed in, with an empty cache; ms."""
    session = console.context.new_cdp_session(console.page)
    session.send("Network.clearBrowserCache")
    begun = time.monotonic()
    console.page.reload()
    expect(console.page.get_by_test_id("alarm-list")).to_be_visible()
    return round((time.monotonic() - begun) * 1000)


def main() -> None:
    """Measure and keep the result."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else FLOW_S
    report = Report("console")
    with measured_stack() as stack, open_browser() as browser:
        site = Site(stack, GATEWAYS, POINTS // GATEWAYS, ALARMS // GATEWAYS)
        console = Console(browser, stack.url)
        console.context.add_init_script(_LONG_TASKS)
        console.sign_in("admin", stack.admin_password)
        views = [first_view(console) for _ in range(5)]
        flow = flowing(site, console, seconds)
        flood = flooded(site, console)
        console.close()
        site.close()
    print(f"console, first view with an empty cache: {views} ms")
    print(f"… 5,000 points at 1 Hz, list of points: {flow['points']}; of alarms: {flow['alarms']}")
    print(f"… heap {flow['heap_mb']} MB; 10,000 alarms: {flood}; load {load()}")
    report.write({"first_view_ms": views, "flow_s": seconds, "flow": flow, "flood": flood,
                  "target": TARGET})  # fmt: skip


if __name__ == "__main__":
    main()
