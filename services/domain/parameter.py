"""Parameters of a rule: what each is called, what it may be, and what it is when nobody says."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from services.domain.claim import Scalar

MOST_NUMBER = 1e12
"""No quantity of a plant is greater."""


class Form(StrEnum):
    """What a parameter is."""

    NUMBER = "number"
    WHOLE = "integer"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `default` None and not `needed`: it may be left out. `low` and `high` belong
    to its range, `above` does not; `most` counts the characters of a text."""

    name: str
    form: Form
    needed: bool = False
    default: Scalar = None
    low: float | None = None
    high: float | None = None
    above: float | None = None
    most: int = 200
    choices: tuple[str, ...] = ()

    def fit(self, value: Scalar) -> Scalar:
        """The value as it is judged by, or the default. Raises ValueError with a sentence."""
        if value is None:
            if self.needed:
                raise ValueError("It is missing: this kind of rule cannot judge without it.")
            return self.default
        match self.form:
            case Form.NUMBER | Form.WHOLE:
                return self._number(value)
            case Form.TEXT:
                if not isinstance(value, str) or not 0 < len(value) <= self.most:
                    raise ValueError(f"It must be a text of 1 to {self.most} characters.")
                return value
            case Form.CHOICE:
                if value not in self.choices:
                    raise ValueError(f"It must be one of {', '.join(self.choices)}.")
                return value

    def _number(self, value: Scalar) -> Scalar:
        if isinstance(value, bool | str) or value is None or not isfinite(value):
            raise ValueError("It must be a number.")
        if self.form is Form.WHOLE and value != int(value):
            raise ValueError("It must be a whole number.")
        if abs(value) > MOST_NUMBER:
            raise ValueError(f"It must lie between -{MOST_NUMBER:g} and {MOST_NUMBER:g}.")
        if self.above is not None and value <= self.above:
            raise ValueError(f"It must be greater than {self.above:g}.")
        if self.low is not None and value < self.low:
            raise ValueError(f"It must be at least {self.low:g}.")
        if self.high is not None and value > self.high:
            raise ValueError(f"It must be at most {self.high:g}.")
        return int(value) if self.form is Form.WHOLE else float(value)


def number(
    name: str,
    default: float | None = None,
    *,
    needed: bool = False,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
) -> Parameter:
    """A number in a range."""
    return Parameter(name, Form.NUMBER, needed, default, low, high, above)


def whole(name: str, low: int, high: int) -> Parameter:
    """A needed whole number in a range."""
    return Parameter(name, Form.WHOLE, True, None, low, high)


def text(name: str, most: int, needed: bool = True) -> Parameter:
    """A text up to so many characters."""
    return Parameter(name, Form.TEXT, needed, most=most)


def choice(name: str, choices: tuple[str, ...]) -> Parameter:
    """One of some words; the first is the default."""
    return Parameter(name, Form.CHOICE, False, choices[0], choices=choices)
