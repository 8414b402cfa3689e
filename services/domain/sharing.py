"""One object for equal values: a country's register says the same few things a million times.

What is read from a disk or a database comes with a text and a number of its own for each field of
each row. The register keeps one of each; the facts themselves stay as they are.
"""

from services.domain.point import Point
from services.domain.rule import LimitRule

_POINT_TEXTS = ("enterprise", "unit", "gateway", "hazard_source", "substance")
_POINT_NUMBERS = ("range_low", "range_high", "period_s")
_RULE_NUMBERS = ("limit", "deadband")
_RULE_TIMES = ("on_delay_ms", "off_delay_ms", "valid_from", "realarm_ms")


class Sharing:
    """Remembers one of each text, number and time. Bounded by what a register holds."""

    __slots__ = ("_numbers", "_texts", "_times")

    def __init__(self) -> None:
        self._texts: dict[object, object] = {}
        self._numbers: dict[object, object] = {}
        self._times: dict[object, object] = {}

    def point(self, point: Point) -> None:
        """Let a point share what it can."""
        _share(point, _POINT_TEXTS, self._texts)
        _share(point, _POINT_NUMBERS, self._numbers)

    def rule(self, rule: LimitRule, point: Point) -> None:
        """Let a rule share what it can; its point it shares with the point."""
        # Neither can tell the difference: each is given an equal of what it has.
        object.__setattr__(rule, "point_id", point.id)
        object.__setattr__(rule, "enterprise", point.enterprise)
        _share(rule, _RULE_NUMBERS, self._numbers)
        _share(rule, _RULE_TIMES, self._times)


def _share(owner: object, names: tuple[str, ...], known: dict[object, object]) -> None:
    for name in names:
        value = getattr(owner, name)
        if value is not None:
            same = known.setdefault(value, value)
            if same is not value and type(same) is type(value):
                object.__setattr__(owner, name, same)
