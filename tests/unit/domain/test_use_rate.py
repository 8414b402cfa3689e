"""The use rate against a calculation of its own over a simulated month, and where it says nothing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.interlock import OUT, SERVING
from services.domain.use_rate import Change, Use, equipment_rate, total, use_now, use_over

MINUTE = 60_000
MONTH = 30 * 24 * 60
T0 = 1_788_220_800_000
STATES = sorted(SERVING | OUT)


def minute_by_minute(
    changes: list[Change], outages: list[tuple[int, int]], start: int, end: int
) -> Use:
    """The same figures, counted: one look at each minute, with nothing joined or cut."""
    counts = {"serving": 0, "out": 0, "unknown": 0, "outage": 0}
    for at in range(start, end, MINUTE):
        known = [each.state for each in changes if each.at <= at]
        state = known[-1] if known else None
        if any(since <= at < until for since, until in outages):
            counts["outage"] += MINUTE
        elif state is None:
            counts["unknown"] += MINUTE
        else:
            counts["serving" if state in SERVING else "out"] += MINUTE
    return Use(**counts)


def a_month(seed: int) -> tuple[list[Change], list[tuple[int, int]]]:
    """A loop's month: trips and resets, bypasses, faults, a lost gateway, an approved outage."""
    chance, at = Random(seed), 0
    changes = [Change(T0 - 5 * MINUTE, "in_service")]
    while (at := at + chance.randrange(60, 5_000)) < MONTH - 600:
        course = chance.choice(
            [("tripped", "reset_pending"), ("bypass_maintenance",), ("bypass_operational",),
             ("fault",), ("proof_test", "tripped"), ("removed",), (None,)]
        )  # fmt: skip
        for state in course:
            changes.append(Change(T0 + at * MINUTE, state))
            at += chance.randrange(1, 480)
        changes.append(Change(T0 + at * MINUTE, "in_service"))
    begun = chance.randrange(0, MONTH)
    outages = [(T0 + begun * MINUTE, T0 + (begun + chance.randrange(1, 4_000)) * MINUTE)]
    outages.append((outages[0][0] + 30 * MINUTE, outages[0][1] + 90 * MINUTE))
    return changes, outages


def test_a_month_of_trips_bypasses_and_outages_for_a_park_of_eight_loops() -> None:
    start, end = T0, T0 + MONTH * MINUTE
    found, counted = [], []
    for seed in range(8):
        changes, outages = a_month(seed)
        found.append(use_over(changes, outages, start, end))
        counted.append(minute_by_minute(changes, outages, start, end))
    assert found == counted
    whole = total(found)
    assert whole.serving + whole.out + whole.unknown + whole.outage == 8 * (end - start)
    assert min(whole.serving, whole.out, whole.unknown, whole.outage) > 0
    rate = sum(each.serving for each in counted) / sum(each.serving + each.out for each in counted)
    assert whole.rate == pytest.approx(rate)
    assert whole.at_least is not None
    assert whole.at_least < rate


moments = st.integers(-50, 150)
spells = st.lists(st.tuples(moments, st.integers(0, 60)), max_size=6)


@given(
    st.dictionaries(moments, st.sampled_from([*STATES, None]), max_size=12),
    spells,
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_any_record_is_counted_alike(
    states: dict[int, str | None], spans: list[tuple[int, int]], start: int, length: int
) -> None:
    changes = [Change(T0 + at * MINUTE, states[at]) for at in sorted(states)]
    outages = [(T0 + a * MINUTE, T0 + (a + n) * MINUTE) for a, n in spans]
    since, until = T0 + start * MINUTE, T0 + (start + length) * MINUTE
    found = use_over(changes, outages, since, until)
    assert found == minute_by_minute(changes, outages, since, until)


def test_a_worked_case() -> None:
    """Ten days; bypassed for one, its unit shut down for two (one of them bypassed too)."""
    day = 1_440 * MINUTE
    changes = [Change(T0, "in_service"), Change(T0 + 4 * day, "bypass_maintenance"),
               Change(T0 + 6 * day, "in_service")]  # fmt: skip
    found = use_over(changes, [(T0 + 5 * day, T0 + 7 * day)], T0, T0 + 10 * day)
    assert found == Use(serving=7 * day, out=day, outage=2 * day)
    assert found.rate == 7 / 8


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert use_over([], [], T0, T0 + 1_000) == Use(unknown=1_000)
    assert Use(unknown=5).rate is None
    assert Use(unknown=5).at_least == 0
    assert Use(outage=5).rate is None
    assert Use(outage=5).at_least is None
    assert total([]).rate is None


def test_now_a_loop_counts_one() -> None:
    park = total([use_now(True, in_outage=False), use_now(True, in_outage=False),
                  use_now(False, in_outage=False), use_now(False, in_outage=True),
                  use_now(None, in_outage=False)])  # fmt: skip
    assert park == Use(serving=2, out=1, unknown=1, outage=1)
    assert park.rate == 2 / 3
    assert park.at_least == 0.5


def test_the_equipment_rate_is_of_what_has_to_be_there() -> None:
    assert equipment_rate(40, 38) == 0.95
    assert equipment_rate(0, 0) is None
