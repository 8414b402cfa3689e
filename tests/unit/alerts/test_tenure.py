"""When an engine may judge and connect, and when it has to ask first; in virtual time."""

import msgspec
import pytest

from services.alerts.tenure import FRESH_S, QUIET_S, START_S, Tenure
from services.runtime.clock import ManualClock
from services.store.engine_lease import EngineLease, Taken
from services.wire.bus import Status

LEASE_S = 4.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tenure(clock: ManualClock) -> Tenure:
    """Under the term 7. The database is never asked here."""
    lease = EngineLease("postgresql://nobody@127.0.0.1:1/none", "p", alone=False)
    found = Tenure(lease, LEASE_S, clock)
    found.started()
    found.begin("spool", Taken(7, None), clock.monotonic())
    return found


def sign_of_life(term: int) -> bytes:
    return msgspec.json.encode(Status(service="alerts", ready=True, at=0, term=term))


def breathe(tenure: Tenure, clock: ManualClock, seconds: float) -> bool:
    """The loop turns for so long; whether it held all the time."""
    held = True
    for _ in range(round(seconds * 10)):
        clock.advance(0.1)
        held = tenure.holds() and held
    return held


def test_it_goes_on_while_the_database_is_silent(tenure: Tenure, clock: ManualClock) -> None:
    assert breathe(tenure, clock, 600)


def test_whoever_stood_still_longer_than_the_lease_asks_first(
    tenure: Tenure, clock: ManualClock
) -> None:
    clock.advance(LEASE_S + 1)
    assert not tenure.holds()
    assert not breathe(tenure, clock, 1)
    tenure.begin("spool", Taken(7, None), clock.monotonic())
    assert tenure.holds()


def test_an_answer_to_a_question_from_before_the_standstill_is_none(
    tenure: Tenure, clock: ManualClock
) -> None:
    asked_at = clock.monotonic()
    clock.advance(LEASE_S + 1)
    assert not tenure.holds()
    tenure.begin("spool", Taken(7, None), asked_at)
    assert not tenure.holds()


def test_a_short_standstill_costs_nothing(tenure: Tenure, clock: ManualClock) -> None:
    clock.advance(LEASE_S - 0.5)
    assert tenure.holds()


def test_a_machine_that_slept_asks_though_its_steady_clock_slept_too(
    tenure: Tenure, clock: ManualClock
) -> None:
    clock.set_wall(clock.now_ms() + 60_000)
    assert not tenure.holds()
    assert not tenure.may_connect()


def test_another_engine_on_the_bus_with_a_greater_term_ends_it(tenure: Tenure) -> None:
    tenure.hear("status", sign_of_life(7))
    tenure.hear("status", sign_of_life(6))
    assert tenure.holds()
    tenure.hear("status", sign_of_life(8))
    assert tenure.lost
    assert not tenure.holds()
    assert not tenure.may_connect()


def test_connecting_takes_a_fresh_answer(tenure: Tenure, clock: ManualClock) -> None:
    assert tenure.may_connect()
    clock.advance(FRESH_S + 0.1)
    tenure.holds()
    assert not tenure.may_connect()


def test_a_slow_database_puts_connecting_off_and_does_not_prevent_it(
    tenure: Tenure, clock: ManualClock
) -> None:
    clock.advance(2.0)
    assert not tenure.may_connect()
    asked_at = clock.monotonic() + 0.1
    clock.advance(2.0)
    tenure.begin("spool", Taken(7, None), asked_at)
    assert tenure.may_connect()
    clock.advance(2.0)
    assert not tenure.may_connect(), "it has run out soon"


def test_while_it_starts_it_may_stand_still_for_longer(clock: ManualClock) -> None:
    lease = EngineLease("postgresql://nobody@127.0.0.1:1/none", "p", alone=False)
    tenure = Tenure(lease, LEASE_S, clock)
    tenure.begin("spool", Taken(7, None), clock.monotonic())
    assert tenure.lease_s == START_S
    clock.advance(START_S - 1)
    assert tenure.holds()
    tenure.started()
    clock.advance(LEASE_S + 1)
    assert not tenure.holds()


def test_without_the_database_it_connects_again_once_the_bus_was_quiet(
    clock: ManualClock, tenure: Tenure
) -> None:
    """Its broker was started again while the database is away."""
    hears = True
    tenure.bus_hears = lambda: hears
    tenure.begin_unconfirmed("spool", 7)
    assert breathe(tenure, clock, 5)
    assert tenure.may_connect()
    hears = False
    assert breathe(tenure, clock, 5)
    assert not tenure.may_connect()
    hears = True
    assert breathe(tenure, clock, QUIET_S - 0.5)
    assert not tenure.may_connect()
    assert breathe(tenure, clock, 1)
    assert tenure.may_connect()


def test_waiting_for_the_tenure_is_no_standstill(clock: ManualClock) -> None:
    lease = EngineLease("postgresql://nobody@127.0.0.1:1/none", "p", alone=False)
    tenure = Tenure(lease, LEASE_S, clock)
    clock.advance(3_600)
    tenure.begin_unconfirmed("spool", 7)
    assert tenure.holds()
    assert tenure.may_connect()


def test_without_the_database_a_standstill_ends_with_a_quiet_bus(
    clock: ManualClock, tenure: Tenure
) -> None:
    tenure.begin_unconfirmed("spool", 7)
    breathe(tenure, clock, 5)
    clock.advance(60)
    assert not tenure.holds()
    assert not breathe(tenure, clock, QUIET_S - 0.5)
    breathe(tenure, clock, 1)
    assert tenure.holds()
