"""What each kind of rule is told: every bound and default, written down a second time."""

import pytest

from services.domain import detector_kind
from services.domain.claim import Scalar
from services.domain.detector_kind import MEASURES, DetectorKind
from services.domain.parameter import MOST_NUMBER, Form, Parameter, choice, number, text, whole
from tests.unit.domain.anew import imported_anew

K = DetectorKind

# name, form, needed, default, low, high, above, most, choices
Row = tuple[str, str, bool, Scalar, float | None, float | None, float | None, int, tuple[str, ...]]

DIRECTION: Row = (
    "direction", "choice", False, "high", None, None, None, 200, ("high", "low")
)  # fmt: skip


def quantity(
    name: str,
    default: float | None,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    needed: bool = False,
) -> Row:
    return name, "number", needed, default, low, high, above, 200, ()


def count(name: str, low: int, high: int) -> Row:
    return name, "integer", True, None, low, high, None, 200, ()


def words(name: str, most: int, needed: bool = True) -> Row:
    return name, "text", needed, None, None, None, None, most, ()


BOOK: dict[DetectorKind, list[Row]] = {
    K.RATE: [
        DIRECTION,
        quantity("limit_per_min", None, above=0.0, needed=True),
        quantity("deadband_per_min", 0.0, 0.0),
        quantity("span_s", 60.0, 2.0, 3600.0),
    ],
    K.DEVIATION: [
        quantity("limit", None, above=0.0, needed=True),
        quantity("deadband", 0.0, 0.0),
        quantity("smooth_s", 10.0, 0.0, 600.0),
        quantity("fresh_s", 60.0, 1.0, 3600.0),
    ],
    # at most a week
    K.STUCK: [
        quantity("span_s", None, 30.0, 7 * 86400.0, needed=True),
        quantity("tolerance", 0.0, 0.0),
        quantity("witness_moves", None, above=0.0),
    ],
    K.BAD_QUALITY: [],
    K.SIGNAL_BAND: [quantity("span_low", None), quantity("span_high", None)],
    K.VOTING: [
        count("needed", 1, 20),
        quantity("limit", None, needed=True),
        DIRECTION,
        quantity("window_s", 60.0, 1.0, 3600.0),
    ],
    K.COUNT: [
        count("needed", 2, 1000),
        quantity("span_s", None, 10.0, 86400.0, needed=True),
        quantity("limit", None),
        DIRECTION,
        quantity("deadband", 0.0, 0.0),
        words("states", 200, needed=False),
    ],
    K.FORECAST: [
        DIRECTION,
        quantity("limit", None, needed=True),
        quantity("horizon_s", None, 60.0, 86400.0, needed=True),
        quantity("span_s", 600.0, 60.0, 86400.0),
    ],
    K.STATE: [words("states", 200)],
    K.EXPRESSION: [words("text", 1000), quantity("fresh_s", 300.0, 1.0, 86400.0)],
}


def row(each: Parameter) -> Row:
    return (
        each.name,
        each.form.value,
        each.needed,
        each.default,
        each.low,
        each.high,
        each.above,
        each.most,
        each.choices,
    )


@pytest.mark.parametrize("kind", DetectorKind)
def test_a_kind_is_told_what_is_written_of_it(kind: DetectorKind) -> None:
    parameters = imported_anew(detector_kind).PARAMETERS
    assert [row(each) for each in parameters[kind]] == BOOK[kind]
    assert MEASURES[kind]


def test_a_rule_watches_at_most_20_points() -> None:
    assert imported_anew(detector_kind).MOST_POINTS == 20


# What fits a parameter


def refusal(parameter: Parameter, value: Scalar) -> str:
    with pytest.raises(ValueError, match=r"^It .*\.$") as refused:
        parameter.fit(value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("parameter", "fits", "refused", "says"),
    [
        (number("x", low=2.0), 2.0, 1.999, "It must be at least 2."),
        (number("x", high=2.0), 2.0, 2.001, "It must be at most 2."),
        (number("x", above=2.0), 2.001, 2.0, "It must be greater than 2."),
        (number("x"), 1e12, 1.1e12, "It must lie between -1e+12 and 1e+12."),
        (number("x"), -1e12, -1.1e12, "It must lie between -1e+12 and 1e+12."),
        (number("x"), 0, float("inf"), "It must be a number."),
        (number("x"), 5.5, "5.5", "It must be a number."),
        (number("x"), 1, True, "It must be a number."),
        (whole("x", 1, 5), 5, 6, "It must be at most 5."),
        (whole("x", 1, 5), 1, 0, "It must be at least 1."),
        (whole("x", 1, 5), 2.0, 2.5, "It must be a whole number."),
        (text("x", 3), "abc", "abcd", "It must be a text of 1 to 3 characters."),
        (text("x", 3), "a", "", "It must be a text of 1 to 3 characters."),
        (text("x", 3), "1", 1, "It must be a text of 1 to 3 characters."),
        (choice("x", ("up", "down")), "down", "left", "It must be one of up, down."),
        (number("x", needed=True), 1.0, None,
         "It is missing: this kind of rule cannot judge without it."),
        (whole("x", 1, 5), 1, None, "It is missing: this kind of rule cannot judge without it."),
    ],
)  # fmt: skip
def test_a_bound_belongs_to_its_range_or_does_not(
    parameter: Parameter, fits: Scalar, refused: Scalar, says: str
) -> None:
    assert parameter.fit(fits) == fits
    assert refusal(parameter, refused) == says


def test_what_is_left_out_is_its_default() -> None:
    assert number("x", 7.5).fit(None) == 7.5
    assert number("x").fit(None) is None
    assert text("x", 5, needed=False).fit(None) is None
    assert choice("x", ("up", "down")).fit(None) == "up"
    assert Parameter("x", Form.NUMBER).fit(None) is None


def test_a_number_is_a_float_and_a_whole_one_is_whole() -> None:
    assert isinstance(number("x").fit(3), float)
    assert isinstance(whole("x", 1, 5).fit(3.0), int)
    assert MOST_NUMBER == 1e12
