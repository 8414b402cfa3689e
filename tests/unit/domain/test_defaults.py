"""What things are when nobody said anything, and figures that stand for a decision."""

import hashlib

import pytest

from services.domain.alarm_performance import GRADE_TARGETS, MANAGEABLE, TARGETS, is_fleeting
from services.domain.claim import Claim
from services.domain.detector import Finding
from services.domain.detector_course import RETRY_MS
from services.domain.detector_past import Spell
from services.domain.detector_template import MARGIN, propose_detectors
from services.domain.hazard_source import MOST_T, Holding, Unfit, alpha_of, grading
from services.domain.lasting import UNJUDGED_MS, Lasting
from services.domain.point import Point, PointKind
from services.domain.risk import ActiveAlarm, Situation, Weights, risk_index
from services.domain.subject import Subject
from services.domain.trouble import POISON_LEAST, RUNS_MOST, Condition, Kind, PoisonRuns, Run

CLAIM = Claim("key", "acme", Subject("gateway", "gw-1"), "silent", True, 2, 0, "since 5")


def test_a_claim_is_for_ever_and_in_earnest_and_about_no_point() -> None:
    assert (CLAIM.latch, CLAIM.exercise, CLAIM.realarm_ms, CLAIM.lease_until) == (
        False, False, None, None)  # fmt: skip
    assert (CLAIM.version, CLAIM.point_id, CLAIM.facts) == (1, None, {})
    assert CLAIM.place == ("acme", "gateway", "gw-1", "key")


def test_a_claims_alarm_is_named_by_half_a_sha256() -> None:
    text = "\x1f".join(("acme", "gateway", "gw-1", "key", "silent", "since 5"))
    assert CLAIM.identity == hashlib.sha256(text.encode()).hexdigest()[:32]


def test_what_lasts_begins_quietly_and_at_once() -> None:
    quiet = Lasting()
    assert (quiet.on_ms, quiet.off_ms, quiet.active, quiet.at) == (0, 0, False, 0)
    assert (quiet.since, quiet.due, quiet.unjudged_at) == (None, None, None)
    assert UNJUDGED_MS == RETRY_MS == 60_000


def test_a_delay_that_runs_out_just_now_has_run_out() -> None:
    lasting = Lasting(on_ms=10)
    assert lasting.take(5, Finding(5, True)) == []
    assert lasting.pass_to(14) == []
    (turn,) = lasting.pass_to(15)
    assert (turn.at, turn.active, lasting.at) == (15, True, 15)


# A spell of a rule's past


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ((0, 10), (10, 20), False),
        ((0, 11), (10, 20), True),
        ((0, None), (10, 20), True),
        ((20, None), (10, 20), False),
        ((5, 5), (5, 9), True),
        ((12, 13), (10, None), True),
    ],
)
def test_spells_have_time_in_common_or_not(
    one: tuple[int, int | None], other: tuple[int, int | None], overlap: bool
) -> None:
    first, second = Spell(*one, None), Spell(*other, None)
    assert first.overlaps(second) is overlap
    assert second.overlaps(first) is overlap


# Risk


def test_every_weight_of_the_index() -> None:
    weights = Weights()
    assert weights.static_level == {1: 25, 2: 18, 3: 12, 4: 6}
    assert weights.alarm == {1: 40, 2: 20, 3: 8, 4: 3}
    assert (weights.ageing, weights.aged_s, weights.alarms_most) == (0.5, 1800, 60)
    assert (weights.bypass, weights.interlocks_most, weights.offline) == (10, 30, 20)
    assert (weights.suppressed, weights.suppressed_most) == (4, 15)
    assert weights.thresholds == (70, 45, 25)


@pytest.mark.parametrize(
    ("value", "level"), [(70, 1), (69.5, 2), (45, 2), (44.5, 3), (25, 3), (24.5, 4), (0, 4)]
)
def test_a_level_begins_at_its_threshold(value: float, level: int) -> None:
    weights = Weights(static_level={1: value})
    assert risk_index(Situation(1, online_rate=1.0), weights).level == level


def test_the_index_ends_at_100_and_an_alarm_ages_for_half_an_hour() -> None:
    worst = Situation(1, [ActiveAlarm(1, 0)] * 9, 9, 0.0, 9)
    assert risk_index(worst).value == 100
    assert risk_index(Situation(None)).value == 20, "nobody knows who is online"
    for stands_s, value in ((-5, 8.0), (0, 8.0), (900, 10.0), (1800, 12.0), (9999, 12.0)):
        calm = Situation(None, [ActiveAlarm(3, stands_s)], online_rate=1.0)
        assert risk_index(calm).value == value


# Targets of alarm management


def test_the_targets_are_those_of_isa_18_2_and_eemua_191() -> None:
    assert TARGETS == {
        "per_day": 150, "per_hour": 6, "per_ten_minutes": 1, "busy_periods_share": 0.01,
        "busiest_ten_minutes": 10, "upset_ten_minutes": 10, "flood_share": 0.01,
        "top_ten_share": 0.05, "chattering": 0, "fleeting": 0, "stale_a_day": 4, "unauthorised": 0,
    }  # fmt: skip
    assert MANAGEABLE == {"per_day": 300, "per_hour": 12, "per_ten_minutes": 2}
    assert GRADE_TARGETS == {1: 0.01, 2: 0.05, 3: 0.15, 4: 0.80}
    assert [is_fleeting(0, cleared) for cleared in (9_999, 10_000)] == [True, False]


# Hazard sources


@pytest.mark.parametrize(
    ("people", "alpha"),
    [(0, 0.5), (1, 1), (29, 1), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2)],
)
def test_alpha_of_the_people_around(people: int, alpha: float) -> None:
    assert float(alpha_of(people)) == alpha


@pytest.mark.parametrize(("tons", "level"), [(999, 4), (1000, 3), (4999, 3), (5000, 2),
                                             (9999, 2), (10000, 1)])  # fmt: skip
def test_a_level_begins_at_its_r(tons: float, level: int) -> None:
    """Q 100, beta 1, alpha 1: R is a hundredth of the tons."""
    assert grading(1, [Holding(tons, "75-20-7")]).level == level


def test_a_source_begins_at_its_critical_quantity() -> None:
    assert grading(1, [Holding(100, "75-20-7")]).level == 4
    assert grading(1, [Holding(99.999, "75-20-7")]).level is None


@pytest.mark.parametrize("tons", [0.0, -1.0, MOST_T + 1])
def test_no_unit_holds_nothing_or_more_than_ten_million_tons(tons: float) -> None:
    assert grading(1, [Holding(10_000_000, "75-20-7")]).level == 1
    with pytest.raises(Unfit, match="above 0 and at most 10000000 t"):
        grading(1, [Holding(tons, "75-20-7")])


def test_what_has_no_name_is_called_by_its_number_or_its_class() -> None:
    by_number, by_class, named = grading(1, [
        Holding(5, "108-95-2", dangers=("J2",)),
        Holding(5, dangers=("J2",)),
        Holding(5, "108-95-2", dangers=("J2",), name="phenol"),
    ]).terms  # fmt: skip
    assert (by_number.name, by_number.name_zh, by_number.cas) == ("108-95-2",) * 3
    assert by_class.name == "acute toxicity 1, solid or liquid"
    assert by_class.name_zh == "急性毒性类别1，固体或液体"
    assert (named.name, named.name_zh) == ("phenol", "phenol")


# What detectors are proposed


def point(kind: PointKind, unit: str, number: int = 1) -> Point:
    return Point(number, "acme", f"X-{number}", kind, unit, 0.0, 100.0, hazard_source="H-1")


@pytest.mark.parametrize(
    ("kind", "unit", "told"),
    [
        ("combustible_gas", "%LEL", [("vote", 1, 0, 30, True), ("fault", 3, 10, 30, False),
                                     ("signal", 3, 4, 30, False)]),
        ("level", "m", [("signal", 3, 4, 30, False), ("filling", 3, 0, 60, False)]),
        ("fire", "state", [("fire", 1, 0, 0, False)]),
        ("interlock", "state", [("trip", 2, 0, 0, False), ("bypass", 3, 0, 0, False)]),
    ],
)  # fmt: skip
def test_grade_delays_and_latch_of_what_is_proposed(
    kind: str, unit: str, told: list[tuple[str, int, float, float, bool]]
) -> None:
    own = point(PointKind(kind), unit)
    found = propose_detectors(own, [own, point(PointKind(kind), unit, 2)], 100.0)
    assert [
        (each.name, each.grade, each.on_delay_s, each.off_delay_s, each.latch) for each in found
    ] == told
    assert MARGIN == 1.5


# Poison


def test_twenty_in_a_row_are_poison_and_a_run_begins_with_none() -> None:
    assert (POISON_LEAST, RUNS_MOST) == (20, 10_000)
    assert Run(5).count == 0
    assert PoisonRuns().only_poison(("acme", "gw")) is None


def test_of_ten_thousand_gateways_the_runs_are_counted_and_of_no_further_one() -> None:
    runs = PoisonRuns()
    runs.note((("acme", f"gw-{n}"), False, 0) for n in range(RUNS_MOST))
    extra = ("acme", "one more")
    runs.note([(extra, False, 0)] * 50)
    assert runs.only_poison(extra) is None
    last = ("acme", f"gw-{RUNS_MOST - 1}")
    runs.note([(last, False, 0)] * 19)
    assert runs.only_poison(last) == Run(0, 20)
    runs.note([(last, True, 0)])
    runs.note([(extra, False, 7)] * 20)
    assert runs.only_poison(extra) == Run(7, 20)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Kind.ONLY_POISON, "Nothing of 21 messages in a row could be used."),
        (Kind.MUCH_POISON, "21 messages could not be used, over 10 a minute."),
        (Kind.OVER_RATE, "21 readings over its rate were stored apart, to be taken in."),
        (Kind.CUT, "Cut: it sent 21 live readings within a minute."),
    ],
)
def test_what_is_the_matter_is_one_sentence(kind: Kind, says: str) -> None:
    condition = Condition(("acme", "gw"), kind, 0, 21)
    assert condition.detail == says
    assert (condition.over, condition.until) == (False, None)
