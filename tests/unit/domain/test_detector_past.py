"""What a rule would have made of its past: spells, their edges, and what a fault does to them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.domain.claim import Scalar
from services.domain.detector import Detector, DetectorState, Finding, Sample
from services.domain.detector_course import RETRY_MS
from services.domain.detector_kind import DetectorKind
from services.domain.detector_past import DetectorTrial, Spell, Watched, spells, unmatched
from services.domain.detector_rule import DetectorRule
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading

FIRE = Point(3, "acme", "FD-1", PointKind.FIRE, "state")
HEAT = Point(4, "acme", "TT-1", PointKind.TEMPERATURE, "Cel")
RULE = DetectorRule(
    "S-1", 1, "acme", DetectorKind.STATE, {"a": 3}, {"states": "alarm"}, 1, 1_000, 2_000
)
WATCHED = Watched(RULE, {"a": FIRE})
SPOKEN = Watched(
    replace(RULE, kind=DetectorKind.EXPRESSION, parameters={"text": "a"}, on_delay_ms=0),
    {"a": FIRE},
)


def read(at: int, value: float, point: int = 3) -> Reading:
    return Reading(point, at, at, value, Quality.GOOD)


def plain(_text: str, _points: Mapping[str, Point], _fresh_s: float) -> Detector:
    raise AssertionError("no expression here")


def found(*readings: Reading, until: int = 10_000, watched: Watched = WATCHED) -> list[Spell]:
    return spells(watched, readings, until, plain)


def test_a_spell_begins_and_ends_by_its_delays_and_shows_what_was_measured_first() -> None:
    assert found(read(0, 0), read(100, 1), read(5_000, 0)) == [Spell(1_100, 7_000, 1.0)]
    assert found(read(0, 0), read(100, 1), read(5_000, 0), until=6_999) == [Spell(1_100, None, 1.0)]
    assert found(read(100, 1), until=1_099) == []
    assert found(read(100, 1), until=1_100) == [Spell(1_100, None, 1.0)]


def test_another_points_readings_are_none_of_its_own() -> None:
    assert found(read(100, 1, point=4)) == []


def test_a_rule_that_cannot_judge_finds_nothing() -> None:
    assert found(read(100, 1), watched=Watched(RULE, {"a": HEAT})) == []


class Fragile:
    """In alarm at 1 or more; fails at 9."""

    def __init__(self) -> None:
        self.points = frozenset({3})
        self._last = Finding(0, None)

    def take(self, _point_id: int, sample: Sample) -> Finding:
        value = sample.value or 0.0
        if value == 9:
            raise ValueError("nine")
        self._last = Finding(sample.at, value >= 1, value)
        return self._last

    def pass_to(self, _now: int) -> Finding:
        return self._last

    def due(self, _after: int) -> int | None:
        return None

    def save(self) -> DetectorState:
        return DetectorState({}, last=self._last)

    def restore(self, state: DetectorState) -> None:
        self._last = state.last or self._last


def fragile(_text: str, _points: Mapping[str, Point], _fresh_s: float) -> Detector:
    return Fragile()


def test_one_that_fails_is_tried_again_a_minute_later_and_what_stands_goes_on_standing() -> None:
    story = [read(0, 1), read(1_000, 9), read(1_000 + RETRY_MS - 1, 0)]
    assert spells(SPOKEN, story, 10**6, fragile) == [Spell(0, None, 1.0)]
    later = [*story, read(1_000 + RETRY_MS, 0)]
    assert spells(SPOKEN, later, 10**6, fragile) == [Spell(0, 63_000, 1.0)]


# Trials


def test_a_trial_goes_through_the_readings_once_where_both_judge_alike() -> None:
    other = Watched(replace(RULE, on_delay_ms=0), {"a": FIRE})
    milder = Watched(replace(RULE, grade=3, latch=True), {"a": FIRE})
    assert DetectorTrial(WATCHED, WATCHED).passes == 1
    assert DetectorTrial(WATCHED, milder).passes == 1
    assert DetectorTrial(WATCHED, other).passes == 2
    assert DetectorTrial(WATCHED, None).passes == DetectorTrial(None, WATCHED).passes == 1
    assert DetectorTrial(None, None).passes == 0
    assert DetectorTrial(WATCHED, Watched(RULE, {"a": HEAT})).points == {3, 4}
    assert DetectorTrial(None, WATCHED).points == {3}
    assert WATCHED.main is FIRE


@pytest.mark.parametrize(
    "about",
    [{"on_delay_ms": 5}, {"off_delay_ms": 5}, {"parameters": {"states": "fault"}},
     {"kind": DetectorKind.BAD_QUALITY}],
)  # fmt: skip
def test_what_judges_otherwise_is_another_rule(about: dict[str, Scalar]) -> None:
    changed = Watched(replace(RULE, **about), {"a": FIRE})  # type: ignore[arg-type]
    assert WATCHED.judges_as(changed) is False
    assert WATCHED.judges_as(replace(WATCHED)) is True
    assert WATCHED.judges_as(None) is False
    assert WATCHED.judges_as(Watched(RULE, {"b": FIRE})) is False


def test_spells_that_meet_no_other_are_unmatched() -> None:
    one, two, three = Spell(0, 10, None), Spell(20, 30, None), Spell(40, None, None)
    assert unmatched([one, two, three], []) == [one, two, three]
    assert unmatched([one, two, three], [Spell(25, 26, None)]) == [one, three]
    assert unmatched([one, two, three], [Spell(10, 20, None)]) == [one, two, three]
    assert unmatched([one, two, three], [Spell(5, None, None)]) == []
    assert unmatched([two], [one, Spell(20, 20, None)]) == []
    assert unmatched([], [one]) == []
