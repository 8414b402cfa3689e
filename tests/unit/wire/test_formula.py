"""Formulas: what compiles, what it answers, and what is refused with a sentence."""

from dataclasses import replace

import pytest

from services.domain.point import Point, PointKind
from services.wire.expression import BadExpression
from services.wire.formula import compile_formula, unused
from services.wire.formula_unit import unlike

T1 = Point(1, "acme", "TI-1", PointKind.TEMPERATURE, "Cel")
INPUTS = {
    "a": T1,
    "b": replace(T1, id=2),
    "p": Point(3, "acme", "PI-1", PointKind.PRESSURE, "kPa"),
    "v": Point(4, "acme", "XV-1", PointKind.VALVE, "1"),
}
VALUES: dict[str, float | str] = {"a": 30.0, "b": 10.0, "p": 0.0, "v": "open"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a - b", 20.0),
        ("(a + b) / 2.0", 20.0),
        ("a > b ? a : b", 30.0),
        ("v == 'open' ? a * 2.0 : 0.0", 60.0),
        ("double(int(a)) - 0.5", 29.5),
    ],
)
def test_it_answers_a_number(text: str, answer: float) -> None:
    assert compile_formula(text, INPUTS)(VALUES) == answer


def test_what_fails_answers_none() -> None:
    assert compile_formula("{'x': a}[v]", INPUTS)(VALUES) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a > b", "yes or no"),
        ("v", "a text"),
        ("1 + 1", "5.0, not 5"),
        ("[a]", "no number"),
        ("a +", "at character"),
        ("a + v", "no matching overload"),
        ("1.0", "names none of its points"),
        ("v == 'ajar' ? a : b", "'ajar'"),
        ("[a].map(x, x)[0]", "macro map()"),
        ("a + 1e999", "too large"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadExpression) as fault:
        compile_formula(text, INPUTS)
    assert says in str(fault.value)


def test_32_inputs_and_no_more() -> None:
    many = {f"x{n}": replace(T1, id=n + 1) for n in range(33)}
    with pytest.raises(BadExpression, match="1 to 32"):
        compile_formula(" + ".join(many), many)
    del many["x32"]
    assert compile_formula(" + ".join(many), many)(dict.fromkeys(many, 1.0)) == 32.0


def test_inputs_that_are_not_used_are_told() -> None:
    assert unused("a + 'b' != v // p", INPUTS) == ["b", "p"]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("a - b", False),
        ("a + p", True),
        ("(a - p) / 2.0", True),
        ("b - a + p", True),
        ("a >= p ? 1.0 : 0.0", True),
        ("2.0 * a + p", False),
        ("a - p * 0.1", False),
        ("a * p", False),
        ("v == 'open' ? a : p", False),
    ],
)
def test_different_units_side_by_side_are_refused(text: str, *, refused: bool) -> None:
    assert (unlike(text, INPUTS) is not None) is refused


@pytest.mark.parametrize(
    ("one", "other", "refused"),
    [
        ("Cel", "°C", False),
        ("℃", "degC", False),
        ("m³/h", "m3/h", False),
        ("ｋＰａ", "kPa", False),
        ("barg", "bar(g)", False),
        ("furlong", "fur long", False),
        ("Cel", "K", True),
        ("kPa", "kPa(g)", True),
        ("mPa", "MPa", True),
    ],
)
def test_units_are_compared_by_what_they_mean_not_by_how_they_are_spelt(
    one: str, other: str, *, refused: bool
) -> None:
    inputs = {"a": replace(INPUTS["a"], unit=one), "b": replace(INPUTS["b"], unit=other)}
    assert (unlike("a - b", inputs) is not None) is refused
