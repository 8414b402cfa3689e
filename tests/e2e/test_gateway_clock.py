"""A clock that ran ahead and was put right does not blind its points."""

import time

import pytest

from tests.living.field import send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.serial]

EIGHT_HOURS_MS = 8 * 3_600_000


def test_gas_is_seen_after_a_clock_eight_hours_ahead_was_put_right(
    park: Park, store: Store
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    with Live(park.admin) as live:
        for value in (3, 4, 5):
            send(gateway, {"GT-101": value}, ts=now_ms() + EIGHT_HOURS_MS)
            time.sleep(0.3)
        sent = time.monotonic()
        ts = now_ms()
        send(gateway, {"GT-101": 55}, ts=ts)
        raised = live.wait_event("raised", enterprise.code, "GT-101", 5.0, historical=False)
        assert raised.at - sent <= 1.0
    eventually(lambda: store.reading_count(enterprise.code) == 4, 10.0, "all four readings stored")
    assert ("GT-101", ts, 55.0) in store.readings(enterprise.code)


def test_gas_reported_by_a_clock_eight_hours_ahead_is_seen_at_once(park: Park) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    with Live(park.admin) as live:
        sent = time.monotonic()
        send(gateway, {"GT-101": 55}, ts=now_ms() + EIGHT_HOURS_MS)
        raised = live.wait_event("raised", enterprise.code, "GT-101", 5.0, historical=False)
        assert raised.at - sent <= 1.0


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000
