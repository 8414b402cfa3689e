"""The living system for those proofs that need it; nothing is started for the others."""

import gc
import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest
from playwright.sync_api import Browser

from services.runtime.lifecycle import GARBAGE_THRESHOLDS
from tests.living import cluster
from tests.living.browser import Console, open_browser
from tests.living.park import Park
from tests.living.stack import Stack
from tests.living.store import Store

# No example is wrong for being slow: the machine may be busy.
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("desk", deadline=None, suppress_health_check=SLOW)
# A run that decides about a change must give the same verdict for the same change; the search
# for new examples goes on at everybody's desk.
hypothesis.settings.register_profile(
    "verdict", hypothesis.settings.get_profile("desk"), derandomize=True, database=None
)
hypothesis.settings.load_profile("verdict" if os.environ.get("CI") else "desk")

# As in the services: a fifth of the time of the fast tests went into looking for garbage.
gc.set_threshold(*GARBAGE_THRESHOLDS)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: nobody looks for garbage among them."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what every running stack said last."""
    report = yield
    if report.failed:
        for stack in Stack.running:
            report.sections.append((f"stack in {stack.data_dir}", stack.said()))
    return report


def pytest_sessionfinish() -> None:
    """Of all that was started nothing stays, and neither does what it was copied from."""
    cluster.forget()


@pytest.fixture
def park(stack: Stack) -> Iterator[Park]:
    """The administrator of that stack; what he registers has codes of its own."""
    administrator = Park(stack)
    yield administrator
    administrator.close()


@pytest.fixture
def store(stack: Stack) -> Store:
    """What that stack's database holds."""
    return Store(stack)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium for one proof."""
    with open_browser() as running:
        yield running


@pytest.fixture
def console(stack: Stack, browser: Browser) -> Iterator[Console]:
    """The administrator's screen, signed in, in Chinese."""
    screen = Console(browser, stack.url).sign_in("admin", stack.admin_password)
    yield screen
    screen.close()
