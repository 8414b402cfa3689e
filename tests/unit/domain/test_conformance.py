"""The checklist of the test-bench in virtual time: each item passes, fails for its own reason, or
could not be tried."""

from dataclasses import replace

import pytest

from services.domain.conformance import Ask, Finding, Item, Mark, Outcome, ask_of, judge, outcome_of
from services.domain.conformance_evidence import (
    AlarmSeen,
    Asked,
    Evidence,
    Heard,
    LedgerSight,
    TrialPoint,
)

T0 = 1_767_225_600_000
GAS = TrialPoint("GT-101", "H", 25.0, "%LEL")
ASKED = Asked(T0, T0 + 90_000, 10_000, True, GAS)
CUT, BACK = 30, 40


def at(second: float) -> int:
    return T0 + round(second * 1000)


def heard(second: float, seq: int, *, skew: int = 0, measured: float | None = None) -> Heard:
    """A message of a gateway whose clock is `skew` ms ahead."""
    return Heard(
        received_at=at(second),
        qos=1,
        times=(at(second if measured is None else measured) + skew,),
        numbers=(("boot", seq),),
        points=("GT-101", "LI-1"),
        quantities=2,
        ranged=2,
    )


class Bench:
    """A gateway that reports once a second, is cut from 30 to 40 s and heard again at 41 s."""

    def __init__(self, **spoilt: object) -> None:
        self.evidence = Evidence(session=True)
        self.spoilt = spoilt
        self.seq = -1

    def say(self, second: float, *, skew: int = 0, measured: float | None = None) -> None:
        self.seq += 1
        said = heard(second, self.seq, skew=skew, measured=measured)
        self.evidence.hear(replace(said, **self.spoilt))  # type: ignore[arg-type]

    def listen(self, *, skew: int = 0) -> "Bench":
        for second in range(1, CUT):
            self.say(second, skew=skew)
        return self

    def cut(self) -> "Bench":
        self.evidence.cut(at(CUT))
        self.evidence.let_back(at(BACK))
        return self

    def resend(self, *, skew: int = 0) -> "Bench":
        for second in range(CUT, BACK + 1):
            self.say(BACK + 1, measured=second, skew=skew)
        self.evidence.sight = LedgerSight(self.seq)
        return self

    def trip(self, *, exercise: bool = True, over: bool = True) -> "Bench":
        self.evidence.alarm = AlarmSeen("a", exercise, 25.0, at(50), over)
        return self

    def found(self, second: float = 90) -> dict[Item, Finding]:
        return {each.item: each for each in judge(ASKED, self.evidence, at(second))}


def good(**spoilt: object) -> Bench:
    return Bench(**spoilt).listen().cut().resend().trip()


def only_failure(found: dict[Item, Finding]) -> tuple[Item, str]:
    (failed,) = [each for each in found.values() if each.mark is Mark.FAILED]
    assert all(each.mark is Mark.PASSED for each in found.values() if each is not failed)
    return failed.item, failed.code


def test_a_good_gateway_passes_all_before_its_time_is_over() -> None:
    found = good().found(60)
    assert {each.mark for each in found.values()} == {Mark.PASSED}
    assert list(found) == list(Item)
    assert outcome_of(found.values()) is Outcome.PASSED


@pytest.mark.parametrize(
    ("spoilt", "item", "code"),
    [
        ({"qos": 0}, Item.QOS, "qos_0"),
        ({"strangers": ("X",)}, Item.TAGS, "unregistered"),
        ({"refusals": ("GT-101: no number.",)}, Item.TAGS, "refused"),
        ({"outside": ("LI-1",)}, Item.PLAUSIBLE, "outside"),
        ({"contradicted": ("LI-1",)}, Item.PLAUSIBLE, "unit"),
    ],
)
def test_what_its_messages_show_fails_one_item(
    spoilt: dict[str, object], item: Item, code: str
) -> None:
    assert only_failure(good(**spoilt).found()) == (item, code)


@pytest.mark.parametrize(("skew", "code"), [(2_001, "ahead"), (-2_001, "behind")])
def test_a_clock_that_is_off_fails(skew: int, code: str) -> None:
    bench = Bench().listen(skew=skew).cut().resend(skew=skew).trip()
    assert only_failure(bench.found()) == (Item.CLOCK, code)


@pytest.mark.parametrize("skew", [2_000, 0, -2_000])
def test_a_clock_within_two_seconds_passes(skew: int) -> None:
    bench = Bench().listen(skew=skew).cut().resend(skew=skew).trip()
    assert bench.found()[Item.CLOCK].mark is Mark.PASSED


def test_what_comes_late_says_nothing_about_the_clock() -> None:
    bench = Bench()
    for second in range(1, CUT):
        bench.say(second, measured=second - 600 + 15 * second)
    bench.cut().resend().trip()
    found = bench.found()[Item.CLOCK]
    assert (found.mark, found.code) == (Mark.NOT_TRIED, "catching_up")


def test_without_times_of_its_own_the_clock_is_not_tried() -> None:
    found = good(times=()).found()[Item.CLOCK]
    assert (found.mark, found.code) == (Mark.NOT_TRIED, "no_times")


def test_a_gap_that_is_filled_in_time_passes() -> None:
    bench = Bench().listen().cut().resend().trip()
    bench.evidence.sight = LedgerSight(bench.seq, ((29, 38),))
    assert bench.found(80)[Item.RESEND].mark is Mark.PENDING
    bench.evidence.sight = LedgerSight(bench.seq)
    assert bench.found(81)[Item.RESEND].mark is Mark.PASSED


def test_a_gap_that_stays_fails() -> None:
    bench = Bench().listen().cut().resend().trip()
    bench.evidence.sight = LedgerSight(bench.seq, ((29, 38),))
    found = bench.found()
    assert only_failure(found) == (Item.RESEND, "missing")
    assert found[Item.RESEND].facts["count"] == 10


def test_one_that_measures_nothing_while_it_is_cut_fails() -> None:
    bench = Bench().listen().cut().trip()
    for second in range(41, 50):
        bench.say(second)
    bench.evidence.sight = LedgerSight(bench.seq)
    assert only_failure(bench.found()) == (Item.RESEND, "nothing_measured")


def test_one_that_does_not_come_back_fails() -> None:
    assert only_failure(Bench().listen().cut().trip().found()) == (Item.RESEND, "not_back")


def test_one_that_does_not_number_its_messages_fails() -> None:
    bench = Bench(numbers=()).listen().trip()
    assert only_failure(bench.found()) == (Item.RESEND, "no_numbers")


def test_one_that_reports_too_rarely_for_the_cut_is_not_judged_by_it() -> None:
    bench = Bench()
    bench.say(1)
    bench.say(21)
    bench.cut().trip()
    bench.say(41)
    bench.evidence.sight = LedgerSight(bench.seq)
    found = bench.found()[Item.RESEND]
    assert (found.mark, found.code) == (Mark.NOT_TRIED, "too_slow")


def test_where_the_broker_takes_no_orders_nothing_is_cut() -> None:
    asked = replace(ASKED, can_cut=False)
    found = {each.item: each for each in judge(asked, Bench().listen().trip().evidence, at(60))}
    assert (found[Item.RESEND].mark, found[Item.RESEND].code) == (Mark.NOT_TRIED, "cannot_cut")
    assert outcome_of(found.values()) is Outcome.INCOMPLETE


def test_no_alarm_fails_and_one_that_is_not_marked_fails_too() -> None:
    silent = Bench().listen().cut().resend()
    assert only_failure(silent.found()) == (Item.ALARM, "not_tripped")
    assert only_failure(good().trip(exercise=False).found()) == (Item.ALARM, "not_marked")


def test_an_alarm_that_still_stands_passes_only_at_the_end() -> None:
    bench = good().trip(over=False)
    assert bench.found(60)[Item.ALARM].mark is Mark.PENDING
    assert bench.found(90)[Item.ALARM].code == "still_standing"


def test_one_that_never_connects_fails_that_and_nothing_else_is_tried() -> None:
    evidence = Evidence()
    assert {each.mark for each in judge(ASKED, evidence, at(10))} == {Mark.PENDING}
    for refused, code in ((0, "never_seen"), (3, "refused")):
        evidence.sign_ins_refused = refused
        first, *rest = judge(ASKED, evidence, at(90))
        assert (first.item, first.mark, first.code) == (Item.CREDENTIALS, Mark.FAILED, code)
        assert {each.mark for each in rest} == {Mark.NOT_TRIED}


def test_its_operator_is_asked_to_raise_and_then_to_lower() -> None:
    bench = Bench().listen()
    assert ask_of(ASKED, bench.evidence, at(1)) is None
    assert ask_of(ASKED, bench.evidence, at(2)) is Ask.RAISE
    bench.evidence.cut(at(CUT))
    assert ask_of(ASKED, bench.evidence, at(CUT + 1)) is None
    bench.evidence.let_back(at(BACK))
    assert ask_of(ASKED, bench.evidence, at(BACK + 1)) is Ask.RAISE
    bench.trip(over=False)
    assert ask_of(ASKED, bench.evidence, at(51)) is Ask.LOWER
    bench.trip(over=True)
    assert ask_of(ASKED, bench.evidence, at(52)) is None
    assert ask_of(replace(ASKED, test=None), Bench().evidence, at(10)) is None
