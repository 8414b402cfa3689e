"""1oo2 and 2oo3 by their whole truth tables, what the loss of a channel does, trips, bypasses."""

from itertools import product

import pytest

from device_sim.physics.interlock import Interlock
from device_sim.physics.voting import Channel, Degrade, Voting

YES, NO = Channel(True), Channel(False)
OUT, BROKEN = Channel(True, bypassed=True), Channel(False, faulty=True)


@pytest.mark.parametrize(("needed", "of"), [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (2, 4)])
def test_the_truth_table(needed: int, of: int) -> None:
    voting = Voting(needed, of)
    assert voting.name == f"{needed}oo{of}"
    for demands in product((False, True), repeat=of):
        assert voting.demands([Channel(each) for each in demands]) == (sum(demands) >= needed)


def test_2oo3_with_one_bypassed_becomes_1oo2_or_2oo2() -> None:
    safe, steady = Voting(2, 3), Voting(2, 3, Degrade.TOWARDS_SERVICE)
    assert safe.demands([OUT, YES, NO])
    assert not steady.demands([OUT, YES, NO])
    assert safe.demands([OUT, YES, YES])
    assert steady.demands([OUT, YES, YES])
    assert not safe.demands([OUT, NO, NO])


def test_1oo2_that_lost_both() -> None:
    assert Voting(1, 2).demands([BROKEN, BROKEN])
    assert not Voting(1, 2).demands([OUT, OUT])
    assert Voting(1, 2).demands([OUT, BROKEN])


def test_a_vote_that_nobody_wins_is_refused() -> None:
    with pytest.raises(ValueError, match="3 out of 2 is no vote"):
        Voting(3, 2)
    with pytest.raises(ValueError, match="1 channels for a vote of 2"):
        Voting(1, 2).demands([YES])


def test_a_bypassed_function_does_not_trip_and_counts_what_it_missed() -> None:
    function = Interlock(needed=1, confirm_s=2)
    for _ in range(60):
        function.step(1.0, [True], "bypass_maintenance")
    assert function.state == "bypass_maintenance"
    assert not function.tripped
    assert function.missed_s == 60
    function.step(1.0, [True])
    function.step(1.0, [True])
    assert function.state == "tripped"


def test_a_bypassed_channel_does_not_hold_a_trip() -> None:
    function = Interlock(needed=1, confirm_s=1, hold_s=5)
    function.step(1.0, [YES, NO])
    assert function.tripped
    for _ in range(5):
        function.step(1.0, [OUT, NO])
    assert function.state == "reset_pending"


def test_it_is_tripped_by_hand_and_comes_back_once_let_go() -> None:
    function = Interlock(needed=2, hold_s=10, reset_s=5)
    function.step(1.0, [NO, NO, NO], "tripped")
    assert function.tripped
    for _ in range(16):
        function.step(1.0, [NO, NO, NO])
    assert function.state == "in_service"


def test_a_state_that_nobody_can_order_is_refused() -> None:
    with pytest.raises(ValueError, match="'reset_pending'"):
        Interlock().step(1.0, [False], "reset_pending")
