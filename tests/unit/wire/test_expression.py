"""Expressions as rules: what compiles, what is refused with a sentence, and what is not judged."""

import pytest

from services.domain.detector import Sample
from services.domain.point import Point, PointKind
from services.domain.reading import Quality
from services.wire.expression import BadExpression, ExpressionWatch, compile_expression

GAS = Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL")
VALVE = Point(2, "acme", "XV-1", PointKind.VALVE, "state")
BOTH = {"gas": GAS, "valve": VALVE}
OPEN, CLOSED = 1.0, 0.0


def watch(text: str = "gas > 20.0 && valve == 'open'") -> ExpressionWatch:
    return ExpressionWatch(compile_expression(text, BOTH), BOTH, fresh_s=60)


def test_it_holds_when_all_of_it_holds() -> None:
    rule = watch()
    assert rule.take(1, Sample(0, 30.0)).active is None
    assert rule.take(2, Sample(1_000, CLOSED)).active is False
    assert rule.take(2, Sample(2_000, OPEN)).active is True
    assert rule.take(1, Sample(3_000, 20.0)).active is False


def test_an_older_reading_that_comes_late_does_not_turn_it() -> None:
    rule = watch()
    rule.take(2, Sample(0, OPEN))
    assert rule.take(1, Sample(5_000, 30.0)).active is True
    assert rule.take(1, Sample(4_000, 1.0)).active is True


@pytest.mark.parametrize(
    "sample", [Sample(2_000, None), Sample(2_000, 30.0, Quality.BAD)], ids=["missing", "bad"]
)
def test_with_one_value_unusable_nothing_is_judged(sample: Sample) -> None:
    rule = watch()
    rule.take(2, Sample(0, OPEN))
    rule.take(1, Sample(1_000, 30.0))
    assert rule.take(1, sample).active is None


def test_with_one_value_too_old_nothing_is_judged() -> None:
    rule = watch()
    rule.take(2, Sample(0, OPEN))
    assert rule.take(1, Sample(60_000, 30.0)).active is True
    assert rule.take(1, Sample(60_001, 30.0)).active is None


def test_what_fails_is_not_judged() -> None:
    rule = watch("1 / int(gas) > 0 && valve == 'open'")
    rule.take(2, Sample(0, OPEN))
    assert rule.take(1, Sample(1_000, 0.0)).active is None
    assert rule.take(1, Sample(2_000, 1.0)).active is True


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gas >", "cannot be compiled"),
        ("", "cannot be compiled"),
        ("gas > 20", "5.0, not 5"),
        ("gas", "no yes or no"),
        ("gas + 1.0", "no yes or no"),
        ("gsa > 1.0", "undeclared reference to 'gsa' at character 1."),
        ("gas == valve", "no matching overload"),
        ("valve > 1.0", "no matching overload"),
        ("__import__('os') == 1", "undeclared"),
        ("open('/etc/passwd')", "undeclared"),
        ("[1,2].all(x, [1,2].all(y, x > y))", "all()"),
        ("[1].exists (x, x > 0)", "exists()"),
        ("[1].map(x, x).size() > 0", "map()"),
        ("gas > 1.0" + " " * 1000, "1000 characters"),
        ("(" * 400 + "true" + ")" * 400, "cannot be compiled"),
        ("gas > 1e400", "too large"),
        ("gas > 1e+0400", "too large"),
        ("gas > " + "9" * 400 + ".0", "too large"),
        ("\u0000", "cannot be compiled"),
        ("true", "names none of its points"),
        ("1.0 < 2.0 || 'gas' == \"valve\" // gas", "names none of its points"),
        (
            "valve == 'opne'",
            "No state of valve is called 'opne': its states are closed, open, moving, fault.",
        ),
        ('gas > 1.0 && (valve != "Open")', "called 'Open'"),
        ("'opne' == valve || gas > 1.0", "called 'opne'"),
        ("gas > 1.0 || valve in ['open', 'opne']", "called 'opne'"),
    ],
)
def test_a_bad_expression_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadExpression, match=r"^[A-Z].*[.]$") as refusal:
        compile_expression(text, BOTH)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_macros_name_inside_a_text_is_only_text() -> None:
    text = "valve.contains('map(x) 1e999') || gas > 1.0"
    assert compile_expression(text, BOTH).text == text


@pytest.mark.parametrize("name", ["", "1gas", "Gas", "a" * 33, "gas-1", "__class__"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadExpression, match="no name"):
        compile_expression("true", {name: GAS})


def test_it_needs_points_but_not_too_many() -> None:
    with pytest.raises(BadExpression, match="1 to 20"):
        compile_expression("true", {})
    with pytest.raises(BadExpression, match="1 to 20"):
        compile_expression("true", {f"v{n}": GAS for n in range(21)})


def test_a_regular_expression_that_backtracks_elsewhere_does_not_here() -> None:
    rule = watch("valve.matches('(a+)+$') || gas > 20.0")
    rule.take(2, Sample(0, OPEN))
    assert rule.take(1, Sample(1_000, 30.0)).active is True


@pytest.mark.parametrize(
    "text",
    [
        "valve == 'open'",
        "'moving' != valve && gas > 1.0",
        "valve in ['open', \"fault\"]",
        "!(valve in ['closed'])",
        "valve + 'x' == 'openx'",
        "'x' + valve == 'xopen'",
        "valve == 'op' + 'en'",
        "valve.startsWith('op')",
        "(gas > 1.0 ? 'open' : 'closed') == valve",
        "\"valve == 'opne'\" == valve + ''",
        "valve == '\\x6fpen'",
    ],
)
def test_what_may_hold_is_let_pass(text: str) -> None:
    assert compile_expression(text, BOTH).text == text
