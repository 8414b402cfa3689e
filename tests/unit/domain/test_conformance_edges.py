"""The test-bench at its edges: which second still counts, and which facts a finding tells."""

from dataclasses import replace

import pytest

from services.domain.conformance import Finding, Item, Mark, judge
from services.domain.conformance_evidence import Evidence, LedgerSight
from services.domain.skew import Skew
from tests.unit.domain.test_conformance import ASKED, BACK, CUT, Bench, at, good


def alone(evidence: Evidence, item: Item, second: float = 90) -> Finding:
    (found,) = (each for each in judge(ASKED, evidence, at(second)) if each.item is item)
    return found


def test_until_it_is_over_a_session_and_a_message_are_both_awaited() -> None:
    for bench in (Bench(), Bench().listen()):
        bench.evidence.session = not bench.evidence.heard
        assert bench.found(60)[Item.CREDENTIALS].mark is Mark.PENDING


def test_at_the_end_either_shows_that_it_was_let_in() -> None:
    unseen = Bench().listen()
    unseen.evidence.session = False
    told = unseen.found()[Item.CREDENTIALS]
    assert (told.mark, told.code, told.facts) == (Mark.PASSED, "messages_only", {"messages": 29})
    silent = alone(Evidence(session=True), Item.CREDENTIALS)
    assert (silent.mark, silent.code) == (Mark.PASSED, "silent_session")


def test_three_seconds_tell_of_its_clock_and_two_only_at_the_end() -> None:
    bench = Bench()
    bench.say(1)
    bench.say(2)
    assert bench.found(60)[Item.CLOCK].mark is Mark.PENDING
    assert bench.found(90)[Item.CLOCK].mark is Mark.PASSED
    bench.say(3)
    told = bench.found(60)[Item.CLOCK]
    assert (told.mark, told.facts) == (Mark.PASSED, {"skew_ms": 0})


def test_nothing_is_decided_of_the_cut_until_the_ledger_may_have_seen_its_return() -> None:
    bench = good()
    back = BACK + 1
    quiet = next(s for s in range(60) if bench.found(back + s)[Item.RESEND].mark is Mark.PASSED)
    assert bench.found(back + quiet - 0.001)[Item.RESEND].mark is Mark.PENDING
    told = bench.found(back + quiet)[Item.RESEND]
    assert told.facts == {"cut_s": 10.0, "count": 11}


@pytest.mark.parametrize(("kept", "mark"), [(5, Mark.PASSED), (4, Mark.PENDING)])
def test_half_of_what_it_must_have_measured_is_enough(kept: int, mark: Mark) -> None:
    """Once a second, cut for ten seconds: ten are due."""
    bench = Bench().listen().cut()
    for second in range(CUT, CUT + kept):
        bench.say(BACK + 1, measured=second)
    bench.evidence.sight = LedgerSight(bench.seq)
    assert bench.found(80)[Item.RESEND].mark is mark


def test_of_a_gateway_with_an_unknown_period_one_is_enough() -> None:
    bench = Bench()
    bench.say(1)
    bench.cut()
    bench.say(BACK + 1, measured=BACK + 1)
    bench.evidence.sight = LedgerSight(bench.seq)
    assert bench.found(80)[Item.RESEND].mark is Mark.PENDING
    bench.say(BACK + 1, measured=35)
    bench.evidence.sight = LedgerSight(bench.seq)
    assert bench.found(80)[Item.RESEND].mark is Mark.PASSED


def test_one_that_was_never_cut_is_not_blamed() -> None:
    told = Bench().listen().found()[Item.RESEND]
    assert (told.mark, told.code, told.facts) == (Mark.NOT_TRIED, "not_cut", {"cut_s": 10.0})


def test_a_ledger_that_is_behind_decides_nothing() -> None:
    bench = Bench().listen().cut().resend()
    bench.evidence.sight = LedgerSight(bench.seq - 1)
    told = bench.found()[Item.RESEND]
    assert (told.mark, told.code) == (Mark.NOT_TRIED, "ledger_behind")
    bench.evidence.sight = None
    assert bench.found()[Item.RESEND].code == "ledger_behind"


def test_a_period_as_long_as_the_cut_is_judged_and_a_longer_one_is_not() -> None:
    for period, code in ((10, "nothing_measured"), (10.5, "too_slow")):
        bench = Bench()
        bench.say(1)
        bench.say(1 + period)
        bench.cut()
        bench.say(BACK + 1)
        bench.evidence.sight = LedgerSight(bench.seq)
        told = bench.found()[Item.RESEND]
        assert told.code == code
        assert told.facts.get("period_s") == (10.5 if code == "too_slow" else None)


def test_an_alarm_tells_its_value_and_one_that_never_came_its_limit() -> None:
    passed = good().found()[Item.ALARM]
    assert passed.facts == {"tag": "GT-101", "condition": "H", "value": 25.0, "unit": "%LEL"}
    missing = Bench().listen().found()[Item.ALARM]
    assert missing.facts == {"tag": "GT-101", "condition": "H", "limit": 25.0}


def test_without_a_test_point_no_alarm_is_tried() -> None:
    found = judge(replace(ASKED, test=None), good().evidence, at(90))
    (alarm,) = (each for each in found if each.item is Item.ALARM)
    assert (alarm.mark, alarm.code) == (Mark.NOT_TRIED, "no_test_point")


def test_where_no_point_has_a_range_nothing_is_plausible_or_not() -> None:
    told = good(ranged=0).found()[Item.PLAUSIBLE]
    assert (told.mark, told.code) == (Mark.NOT_TRIED, "no_ranges")
    assert good(ranged=0, quantities=0).found()[Item.PLAUSIBLE].mark is Mark.PASSED


def test_a_deviation_of_a_clock_is_the_middle_of_its_buckets() -> None:
    skew = Skew()
    for second in range(0, 31, 5):
        skew.hear(second * 1000, second * 1000 + 2_001)
    assert (skew.state.value, skew.skew_ms) == ("skewed", 2_001)
    for second in range(35, 200, 5):
        skew.hear(second * 1000, second * 1000 + 1_500)
    assert (skew.state.value, skew.skew_ms) == ("right", 1_500)
