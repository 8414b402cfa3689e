"""Among a whole park's gateways a new one is let in, and a removed one cut, as soon as among few."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fault.crowd import CROWD, crowd
from tests.fault.duel import duel_in
from tests.living.caller import calling
from tests.living.park import Park
from tests.living.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.serial]

CUT_WITHIN_S = 10.0
IN_FORCE_S = 2.0


def test_among_7000_gateways_one_is_let_in_and_cut_in_time(
    stack: Stack, park: Park, record_property: Callable[[str, object], None]
) -> None:
    duel = duel_in(park)
    took: list[float] = []
    with crowd(stack, duel.ours.code), calling(duel.victim) as bystander:
        for number in range(3):
            began = time.monotonic()
            fresh = duel.theirs.gateway(f"late{number}")
            with calling(fresh) as caller:
                assert caller.connected.is_set()
                took.append(time.monotonic() - began)
                removed = time.monotonic()
                park.admin.remove(f"/enterprises/{duel.theirs.code}/gateways/late{number}")
                assert caller.cut.wait(CUT_WITHIN_S - (time.monotonic() - removed))
            with calling(fresh) as again:
                assert not again.connected.is_set()
            with calling(replace(fresh, password="guess")) as guess:
                assert not guess.connected.is_set()
        assert not bystander.cut.is_set(), "a change of one gateway cuts no other"
    assert max(took) <= IN_FORCE_S
    record_property("let_in_among_7000_s", [round(each, 3) for each in took])
    record_property("let_in_among_7000_median_s", round(statistics.median(took), 3))
    print(f"let in among {CROWD} gateways after {took} s")
