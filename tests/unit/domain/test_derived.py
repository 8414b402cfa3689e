"""A derived point: when it reads, what, and how much that can be trusted."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.domain.derived import Derivation, Said, Value, instant, is_news, oldest_ms
from services.domain.formula import Formula, circle, is_reserved
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Quality, Reading

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
        self.newest: dict[int, Reading] = {}

    def read(
        self, point: Point, value: float | None, at: float, quality: Quality = GOOD, late: float = 0
    ) -> Said | None:
        """An input reads, `late` after it was measured."""
        received = T0 + round((at + late) * 1000)
        reading = Reading(point.id, T0 + round(at * 1000), received, value, quality)
        if not is_news(self.newest.get(point.id), reading):
            return None
        self.newest[point.id] = reading
        return self.derivation.say(self.newest.get, received)


def said(at: float, value: float | None, quality: Quality = GOOD) -> Said:
    return Said(T0 + round(at * 1000), value, quality)


def test_it_reads_when_an_input_does_at_that_instant() -> None:
    story = Story()
    assert story.read(A, 30.0, 0) == said(0, None, BAD)  # the other never read
    assert story.read(B, 10.0, 1) == said(1, 20.0)
    assert story.read(A, 31.0, 2, late=0.4) == said(2, 21.0)


def test_repeats_and_what_is_behind_its_own_input_say_nothing() -> None:
    story = Story()
    story.read(B, 10.0, 0)
    story.read(A, 30.0, 5)
    assert story.read(A, 30.0, 5) is None
    assert story.read(A, 99.0, 4) is None
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
    find = story.newest.get
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
