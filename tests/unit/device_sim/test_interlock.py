"""Interlocks vote, latch, wait for their reset, and move their valve in its own time."""

from device_sim.physics.interlock import Interlock, ShutOffValve


def _after(interlock: Interlock, seconds: int, *demands: bool) -> str:
    for _ in range(seconds):
        interlock.step(1.0, demands)
    return interlock.state


def test_two_out_of_three() -> None:
    interlock = Interlock(needed=2, confirm_s=2)
    assert _after(interlock, 60, True, False, False) == "in_service"
    assert _after(interlock, 1, True, False, True) == "in_service"
    assert _after(interlock, 1, True, False, True) == "tripped"


def test_a_trip_is_latched_until_the_cause_is_gone_and_it_was_reset() -> None:
    interlock = Interlock(needed=1, confirm_s=1, hold_s=60, reset_s=30)
    assert _after(interlock, 1, True) == "tripped"
    assert _after(interlock, 59, False) == "tripped"
    assert _after(interlock, 1, False) == "reset_pending"
    assert _after(interlock, 30, False) == "in_service"


def test_a_demand_while_waiting_for_the_reset_trips_again() -> None:
    interlock = Interlock(needed=1, confirm_s=1, hold_s=10)
    _after(interlock, 1, True)
    _after(interlock, 10, False)
    assert _after(interlock, 1, True) == "tripped"


def test_a_valve_needs_its_travel_time() -> None:
    valve = ShutOffValve(travel_s=4.0)
    states = []
    for _ in range(4):
        valve.step(1.0, open_it=False)
        states.append(valve.state)
    assert states == ["moving", "moving", "moving", "closed"]
