"""The console in a real browser, used as an operator uses it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.living.engines import REPOSITORY, chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Patience, not a bound: the machine may be busy. Where a promise has a bound, a proof measures it.
expect.set_options(timeout=15_000)
ARTEFACTS = REPOSITORY / "test-artefacts"

# Notes when an alarm's row, or the bar with its reason, is first in the page: by the page's own
# clock, so that no round trip of the test is in the figure.
WITNESS = """
window.witness = {rows: {}, reasons: {}};
new MutationObserver(() => {
  const now = Date.now();
  for (const row of document.querySelectorAll('[data-testid="alarm-row"]')) {
    window.witness.rows[row.dataset.alarmId] ??= now;
  }
  const bar = document.querySelector('[data-testid="connection-bar"]');
  if (bar) window.witness.reasons[bar.dataset.reason] ??= now;
}).observe(document, {subtree: true, childList: true, attributes: true});
"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium()), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Console:
    """One page of one operator; complains about every error that the page threw."""

    def __init__(self, browser: Browser, url: str, width: int = 1920, height: int = 1080) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.add_init_script(WITNESS)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.url = url

    def sign_in(self, username: str, password: str) -> "Console":
        """Through the form; returns with the live list on the screen."""
        self.page.goto(self.url)
        self.page.get_by_test_id("username").fill(username)
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("submit").click()
        expect(self.page.get_by_test_id("alarm-list")).to_be_visible(timeout=10_000)
        self.expect_healthy()
        return self

    def another_window(self) -> "Console":
        """A window that this page opens at the same address: signed in, and loaded afresh."""
        with self.page.expect_popup() as opened:
            self.page.evaluate("() => void window.open(location.href)")
        other = object.__new__(Console)
        other.context, other.url, other.errors = self.context, self.url, []
        other.page = opened.value
        other.page.on("pageerror", lambda error: other.errors.append(str(error)))
        return other

    def expect_sign_in_refused(self, username: str, password: str, why: str) -> None:
        """Signing in is not possible now, and the form says in a sentence why."""
        self.page.goto(self.url)
        self.page.get_by_test_id("username").fill(username)
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("submit").click()
        sentence = self.page.get_by_test_id("sign-in-error")
        expect(sentence).to_contain_text(why, timeout=10_000)

    def row(self, alarm_id: str) -> Locator:
        """The row of an alarm."""
        return self.page.locator(f'[data-testid="alarm-row"][data-alarm-id="{alarm_id}"]')

    def rows_of(self, tag: str) -> Locator:
        """The rows of a tag."""
        return self.page.locator(f'[data-testid="alarm-row"][data-tag="{tag}"]')

    def expect_bar(self, reason: str, within_s: float) -> None:
        """The bar stands and gives this reason."""
        bar = self.page.get_by_test_id("connection-bar")
        expect(bar).to_be_visible(timeout=within_s * 1000)
        pattern = re.compile(rf"(^|[ ,]){reason}([ ,]|$)")
        expect(bar).to_have_attribute("data-reason", pattern, timeout=within_s * 1000)

    def expect_healthy(self, within_s: float = 15.0) -> None:
        """No bar, and the sign that all is well."""
        bar = self.page.get_by_test_id("connection-bar")
        expect(bar).to_be_hidden(timeout=within_s * 1000)
        expect(self.page.get_by_test_id("connection-ok")).to_be_visible(timeout=within_s * 1000)

    def row_seen_at(self, alarm_id: str) -> int:
        """When the row of this alarm first stood in the page, epoch ms."""
        return int(self.page.evaluate("id => window.witness.rows[id] ?? 0", alarm_id))

    def in_english(self) -> None:
        """Turn the switch once, from Chinese."""
        self.page.get_by_test_id("lang-switch").click()
        expect(self.page.locator("html")).to_have_attribute("lang", re.compile("^en"))

    def picture(self, name: str) -> Path:
        """What is on the screen, kept for looking at."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=str(path))
        return path

    def close(self) -> None:
        """Leave; the page must have thrown nothing."""
        self.context.close()
        assert not self.errors, f"the page threw: {self.errors}"
