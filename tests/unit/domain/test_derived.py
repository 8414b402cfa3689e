"""A derived point: when it reads, what, and how much that can be trusted."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.domain.derived import Derivation, Occasion, Value, oldest_ms
from services.domain.formula import Formula, circle, is_reserved
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Quality, Reading
from services.domain.told import Said
from services.domain.trace import Trace, instant

T0 = 1_767_225_600_000
A = Point(1, "acme", "TI-1", PointKind.TEMPERATURE, "Cel", period_s=5.0)
B = replace(A, id=2, tag="TI-2")
VALVE = Point(3, "acme", "XV-1", PointKind.VALVE, "1", reporting=Reporting.ON_CHANGE)
SPREAD = Point(10, "acme", "TD-1", PointKind.TEMPERATURE, "K")
GOOD, UNCERTAIN, BAD = Quality.GOOD, Quality.UNCERTAIN, Quality.BAD


def minus(values: Mapping[str, Value]) -> float | None:
    a, b = values["a"], values["b"]
    assert isinstance(a, float)
    assert isinstance(b, float)
    return a - b


class Story:
    """A derived point and its inputs; times in seconds."""

    def __init__(self) -> None:
        formula = Formula("a - b", (("a", "TI-1"), ("b", "TI-2")))
        self.derivation = Derivation(SPREAD, formula, {"a": A, "b": B}, minus)
        self.traces = {1: Trace(), 2: Trace()}

    def read(
        self, point: Point, value: float | None, at: float, quality: Quality = GOOD, late: float = 0
    ) -> Said | None:
        """An input reads, `late` after it was measured; what follows is one reading at most."""
        found = self.read_all(point, value, at, quality, late)
        assert len(found) <= 1
        return found[0] if found else None

    def read_all(
        self, point: Point, value: float | None, at: float, quality: Quality = GOOD, late: float = 0
    ) -> list[Said]:
        """An input reads, `late` after it was measured."""
        received = T0 + round((at + late) * 1000)
        reading = Reading(point.id, T0 + round(at * 1000), received, value, quality)
        trace = self.traces[point.id]
        if not trace.learn(reading):
            return []
        occasion = Occasion(instant(reading), received, trace.newest is reading)
        return self.derivation.say(occasion, self.newest, self.as_of)

    def newest(self, point_id: int) -> Reading | None:
        return self.traces[point_id].newest

    def as_of(self, point_id: int, at: int) -> Reading | None:
        return self.traces[point_id].as_of(at)


def said(at: float, value: float | None, quality: Quality = GOOD) -> Said:
    return Said(T0 + round(at * 1000), value, quality)


def test_it_reads_when_an_input_does_at_that_instant() -> None:
    story = Story()
    assert story.read(A, 30.0, 0) == said(0, None, BAD)  # the other never read
    assert story.read(B, 10.0, 1) == said(1, 20.0)
    assert story.read(A, 31.0, 2, late=0.4) == said(2, 21.0)


def test_repeats_say_nothing() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    story.read(A, 30.0, 5)
    assert story.read(A, 30.0, 5) is None
    assert story.read(A, 30.0, 5, late=9) is None
    assert story.read(A, 99.0, 5) is None  # of two values of one instant the first counts
    assert story.read(A, 31.0, 6) == said(6, 21.0)


def test_an_input_behind_the_other_takes_the_next_instant_so_that_none_has_two_values() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    story.read(A, 30.0, 5.2)
    assert story.read(B, 12.0, 5.0, late=0.3) == said(5.201, 18.0)
    assert story.read(A, 31.0, 5.201) == said(5.202, 19.0)
    assert story.read(B, 12.0, 5.1, late=0.2) is None  # nothing is new
    assert story.read(A, 31.0, 10) == said(10, 19.0)


def test_a_late_input_reads_at_its_own_instant_with_what_the_others_were_then() -> None:
    story = Story()
    for second, value in ((0, 10.0), (1, 11.0), (2, 12.0)):
        story.read(B, value, second)
    story.read(A, 40.0, 3)
    assert story.read(A, 35.0, 1.5, late=2) == said(1.5, 24.0)
    assert story.read(A, 35.0, 1.5, late=4) is None, "it comes again"
    assert story.read(A, 36.0, 1.2, late=3, quality=BAD) == said(1.2, None, BAD)
    assert story.derivation.last == said(3, 28.0)


def test_two_late_inputs_of_one_instant_read_as_they_would_have_in_time() -> None:
    """The first by the instant itself, the second by the next: a value between the two may be one
    that never was."""
    in_time, late = Story(), Story()
    for story in (in_time, late):
        story.read(B, 10.0, 0)
        story.read(A, 30.0, 0)
    assert in_time.read_all(A, 31.0, 1) == [said(1, 21.0)]
    assert in_time.read_all(B, 12.0, 1) == [said(1.001, 19.0)]
    for story in (in_time, late):
        story.read(A, 40.0, 5)
    assert late.read_all(A, 31.0, 1, late=5) == [said(1, 21.0)]
    assert late.read_all(B, 12.0, 1, late=5) == [said(1.001, 19.0), said(5.001, 28.0)]


def test_an_input_behind_the_others_reads_at_its_own_instant_too() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    story.read(A, 30.0, 1)
    story.read(A, 31.0, 3)
    assert story.read_all(B, 12.0, 2, late=1.5) == [said(2, 18.0), said(3.001, 19.0)]


def test_what_the_others_were_is_known_for_two_minutes() -> None:
    story = Story()
    story.derivation.inputs = {"a": replace(A, period_s=900.0), "b": replace(B, period_s=900.0)}
    story.read(A, 30.0, 0)
    story.read(B, 10.0, 0)
    story.read(B, 11.0, 50)
    story.read(A, 31.0, 150)
    assert story.read(A, 99.0, 29.9, late=130) is None, "too late"
    assert story.read(A, 32.0, 30, late=130) == said(30, 22.0)
    assert story.read(B, 12.0, 40, late=115) == said(40, 20.0)
    assert story.read(B, 13.0, 20, late=135) is None, "what it would have told is not known"


def test_after_another_formula_what_came_before_it_reads_nothing_more() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    story.read(A, 30.0, 1)
    story.read(A, 31.0, 3)
    story.derivation.told.close()
    assert story.read(A, 99.0, 2, late=3) is None
    assert story.read(A, 32.0, 4) == said(4, 22.0)
    assert story.read(A, 99.0, 3.5, late=3) == said(3.5, 89.0)


def test_it_is_worth_as_much_as_its_worst_input() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    assert story.read(A, 30.0, 1, UNCERTAIN) == said(1, 20.0, UNCERTAIN)
    assert story.read(A, 30.0, 2, BAD) == said(2, None, BAD)
    assert story.read(A, None, 3, BAD) == said(3, None, BAD)
    assert story.read(A, 30.0, 4) == said(4, 20.0)


def test_an_input_of_three_periods_ago_is_too_old() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    assert story.read(A, 30.0, 15) == said(15, 20.0)
    assert story.read(A, 30.0, 15.001) == said(15.001, None, BAD)
    assert story.read(B, 10.0, 16) == said(16, 20.0)


@pytest.mark.parametrize(
    ("point", "oldest"),
    [
        (A, 15_000),
        (replace(A, period_s=1.0), 10_000),
        (replace(A, period_s=None), 300_000),
        (VALVE, None),
        (replace(VALVE, period_s=60.0), 180_000),
        (replace(A, period_s=None, formula=Formula("a", (("a", "TI-2"),))), None),
    ],
)
def test_how_old_an_input_may_be(point: Point, oldest: int | None) -> None:
    assert oldest_ms(point, 3.0) == oldest


def test_no_number_is_bad() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    for at, value in enumerate((None, float("inf"), float("nan")), start=1):
        answers = {at: value}
        story.derivation.evaluate = lambda _, told=answers, at=at: told[at]
        assert story.read(A, 30.0, at) == said(at, None, BAD)
    story.derivation.evaluate = None
    assert story.read(A, 30.0, 9) == said(9, None, BAD)


def test_a_clock_that_is_ahead_is_not_believed_beyond_what_is_tolerated() -> None:
    ahead = Reading(1, T0 + 5_000, T0, 1.0, GOOD)
    assert instant(ahead) == T0 + 5_000
    assert instant(replace(ahead, measured_at=T0 + 5_001)) == T0


def test_after_our_own_clock_was_set_back_it_goes_on_at_once() -> None:
    story = Story()
    story.read(B, 10.0, 3600)
    story.read(A, 30.0, 3600)
    assert story.read(A, 31.0, 10) == said(10, 21.0)
    assert story.read(B, 11.0, 11) == said(11, 20.0)


def test_silence_is_said_once_and_dated_by_the_first_that_is_too_old() -> None:
    story = Story()
    story.read(A, 30.0, 0)
    story.read(B, 10.0, 2)
    heard = {1: 100, 2: 2_100}
    find = story.newest
    assert story.derivation.fall_silent(find, heard, 15_100) is None
    assert story.derivation.fall_silent(find, heard, 15_101) == said(15.001, None, BAD)
    assert story.derivation.fall_silent(find, heard, 60_000) is None
    assert story.read(A, 30.0, 20) == said(20, None, BAD)
    assert story.read(B, 10.0, 20) == said(20.001, 20.0)


def test_a_circle_is_told_by_its_way() -> None:
    def made_of(*tags: str) -> Formula:
        return Formula("x", tuple((f"x{n}", tag) for n, tag in enumerate(tags)))

    assert circle("A", made_of("A"), {}) == ["A", "A"]
    chain = {"B": made_of("C", "TI-1"), "C": made_of("A")}
    assert circle("A", made_of("TI-1", "B"), chain) == ["A", "B", "C", "A"]
    assert circle("A", made_of("TI-1"), chain) is None
    assert circle("D", made_of("B", "C"), chain | {"A": made_of("TI-1")}) is None


def test_the_platforms_own_gateway_is_reserved_however_it_is_written() -> None:
    assert is_reserved("_derived")
    assert is_reserved("_Derived")
    assert not is_reserved("derived")


def test_a_trace_has_an_end_and_keeps_what_still_held_two_minutes_ago() -> None:
    def told(trace: Trace) -> list[int]:
        return [(each.measured_at - T0) // 1000 for each in trace.readings]

    trace, small = Trace(), Trace(room=2)
    for second in (0, 10, 20, 135):
        reading = Reading(1, T0 + second * 1000, T0 + 135_000, 1.0, GOOD)
        assert trace.learn(reading)
        assert small.learn(reading)
    assert (told(trace), len(trace)) == ([10, 20, 135], 3)
    assert told(small) == [20, 135]
    assert trace.as_of(T0 + 15_000) == trace.readings[0]
    assert trace.as_of(T0 + 9_000) is None
    assert not small.learn(Reading(1, T0 + 19_000, T0 + 136_000, 1.0, GOOD)), "no room for it"
    assert told(small) == [20, 135]
