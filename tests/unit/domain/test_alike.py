"""What makes two things alike, and what may be kept in a set."""

from dataclasses import replace

from services.domain.backtest import Comparison
from services.domain.claim import Claim
from services.domain.detector_course import order
from services.domain.detector_past import DetectorTrial, Watched
from services.domain.detector_template import propose_detectors
from services.domain.judgement import Cause
from services.domain.limits import Limits
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rule import Condition, LimitRule
from services.domain.subject import Subject
from tests.unit.domain.test_alarm import BARE
from tests.unit.domain.test_detector_past import RULE, WATCHED, plain, read

CLAIM = Claim("key", "acme", Subject("gateway", "gw-1"), "silent", True, 2, 0, facts={"n": 1})
FIRE = Point(3, "acme", "FD-1", PointKind.FIRE, "state")
HIGH = LimitRule("H-1", 1, "acme", 3, Condition.H, 9.5, 2)


def test_facts_and_parameters_keep_nothing_out_of_a_set() -> None:
    assert len({CLAIM, replace(CLAIM)}) == 1
    assert len({CLAIM.identity, replace(CLAIM, fact="other").identity}) == 2
    assert len({BARE, replace(BARE)}) == 1
    assert not BARE.is_claimed
    assert len({RULE, replace(RULE)}) == 1
    assert (RULE.main, RULE.condition) == (3, "state")
    (fire,) = propose_detectors(FIRE)
    assert len({fire, replace(fire)}) == 1


def test_limits_are_those_of_their_rules_wherever_they_begin() -> None:
    limits = Limits.of(FIRE, [HIGH])
    assert limits == replace(limits, high_at=1.0)
    assert limits == replace(limits, low_at=1.0)
    assert limits != Limits.of(FIRE, [replace(HIGH, limit=5.0)])


def test_a_cause_is_its_reading_whenever_it_came_and_was_judged_again() -> None:
    cause = Cause.of(read(5, 1.0))
    assert cause == replace(cause, received_at=6)
    assert cause == replace(cause, again_at=7)
    assert cause != replace(cause, value=2.0)


def test_readings_of_one_instant_stand_in_one_order_whatever_they_are() -> None:
    best = read(5, 0.5)
    worse = replace(best, quality=Quality.BAD)
    none = Reading(3, 5, 5, None, Quality.BAD)
    zero = replace(best, value=0.0)
    later = replace(best, received_at=9, measured_at=6)
    assert sorted([none, later, worse, best, zero], key=order) == [zero, best, worse, none, later]
    assert order(none) == (5, 5, 3, True, 0.0, Quality.BAD)
    assert order(best) == (5, 5, 3, False, 0.5, Quality.GOOD)


def test_a_rule_that_comes_or_goes_is_compared_with_none() -> None:
    mild = Watched(replace(RULE, grade=4), WATCHED.points)
    story = [read(0, 0), read(100, 1), read(5_000, 0)]
    came, went = Comparison(), Comparison()
    came.watch(DetectorTrial(None, mild), lambda: story, 10_000, plain)
    went.watch(DetectorTrial(mild, None), lambda: story, 10_000, plain)
    new, gone = came.result(0, 10_000, 3, 1), went.result(0, 10_000, 3, 1)
    assert (new.appearing, new.vanishing, gone.appearing, gone.vanishing) == (1, 0, 0, 1)
    assert (new.today.alarms, new.proposed.alarms, new.points) == (0, 1, 1)
    assert new.proposed.by_grade == gone.today.by_grade == (0, 0, 0, 1)
    assert (new.readings, new.left_out, new.start, new.end) == (3, 1, 0, 10_000)
    (told,) = new.appears
    assert (told.tag, told.condition, told.grade, told.value) == ("FD-1", "state", 4, 1.0)
    assert (told.raised_at, told.ended_at, told.rule) == (1_100, 7_000, "S-1")
    assert (told.limit, told.direction) == (None, None)
    assert gone.vanishes == new.appears
