"""One object for equal values: a country's register says the same few things a million times.

What is read from a disk or a database comes with a text and a number of its own for each field of
each row. The register keeps one of each; nobody can tell the difference.
"""

from services.domain.point import Point
from services.domain.rule import LimitRule

_POINT_TEXTS = ("enterprise", "unit", "gateway", "hazard_source", "substance")
_POINT_NUMBERS = ("range_low", "range_high", "period_s")

_give = object.__setattr__


class Sharing:
    """Remembers one of each text, number and time. Bounded by what a register holds."""

    __slots__ = ("_numbers", "_texts", "_times")

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._numbers: dict[float, float] = {}
        self._times: dict[int, int] = {}

    def point(self, point: Point) -> None:
        """Let a point share what it can."""
        texts, numbers = self._texts, self._numbers
        for name in _POINT_TEXTS:
            text = getattr(point, name)
            if text is not None:
                _give(point, name, texts.setdefault(text, text))
        for name in _POINT_NUMBERS:
            number = getattr(point, name)
            if type(number) is float:
                _give(point, name, numbers.setdefault(number, number))

    def rule(self, rule: LimitRule, point: Point) -> None:
        """Let a rule of this point share what it can."""
        numbers, times = self._numbers, self._times
        _give(rule, "point_id", point.id)
        _give(rule, "enterprise", point.enterprise)
        limit, deadband = rule.limit, rule.deadband
        if type(limit) is float:
            _give(rule, "limit", numbers.setdefault(limit, limit))
        if type(deadband) is float:
            _give(rule, "deadband", numbers.setdefault(deadband, deadband))
        on_delay, off_delay, valid_from = rule.on_delay_ms, rule.off_delay_ms, rule.valid_from
        _give(rule, "on_delay_ms", times.setdefault(on_delay, on_delay))
        _give(rule, "off_delay_ms", times.setdefault(off_delay, off_delay))
        _give(rule, "valid_from", times.setdefault(valid_from, valid_from))
