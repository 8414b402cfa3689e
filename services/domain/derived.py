"""A derived point at work: what it reads whenever one of its inputs does.

It is computed over the newest value of each input and dated by the newest of them, so whoever
computes it again from the same readings makes the very same one. Its instants rise: where one is
taken already, because an input came that is older than another, the next millisecond is its own.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.domain.formula import Formula
from services.domain.point import Point, Reporting
from services.domain.reading import FUTURE_TOLERANCE_MS, Quality, Reading
from services.domain.silence import LEAST_MS

NO_PERIOD_MS = 300_000
"""How old a periodic input may be that does not tell its period."""

Value = float | str
Evaluate = Callable[[Mapping[str, Value]], float | None]
"""The compiled expression: its result over the inputs by name; None where it has none."""
NewestOf = Callable[[int], Reading | None]
"""The newest reading of a point, whatever it is worth."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a derived point read: when (epoch ms), the value in its unit (None: bad)."""

    at: int
    value: float | None
    quality: Quality


def instant(reading: Reading) -> int:
    """When an input read what it read (epoch ms), by its own clock as long as that is not more
    ahead of ours than is tolerated: ours would say something else when the reading comes again."""
    if reading.measured_at - reading.received_at > FUTURE_TOLERANCE_MS:
        return reading.received_at
    return reading.measured_at


def is_news(known: Reading | None, reading: Reading) -> bool:
    """Whether a reading of an input comes after the newest known: repeats, late ones and a second
    value of one instant do not. After our own clock was set back everything does."""
    if known is None or known.received_at - reading.received_at > FUTURE_TOLERANCE_MS:
        return True
    return instant(reading) > instant(known)


def oldest_ms(point: Point, periods: float) -> int | None:
    """How old the newest reading of an input may be; None for one that reports when it changes."""
    if point.period_s is not None:
        return max(LEAST_MS, round(periods * point.period_s * 1000))
    return NO_PERIOD_MS if point.reporting is Reporting.PERIODIC and not point.formula else None


@dataclass(slots=True)
class Derivation:
    """One derived point and its inputs by their names in the formula. `evaluate` None: the formula
    cannot be computed (an input is gone). `last`: what it read last."""

    point: Point
    formula: Formula
    inputs: Mapping[str, Point]
    evaluate: Evaluate | None
    last: Said | None = None

    def say(self, newest_of: NewestOf, now: int) -> Said | None:
        """What it reads now that an input came (`now`: its receipt); None: nothing new."""
        newest = {name: newest_of(point.id) for name, point in self.inputs.items()}
        instants = (instant(each) for each in newest.values() if each is not None)
        at = max((each for each in instants if each <= now + FUTURE_TOLERANCE_MS), default=now)
        value, quality = self._value(newest, at)
        last = self.last
        if last is not None and at <= last.at <= now + FUTURE_TOLERANCE_MS:
            if (value, quality) == (last.value, last.quality):
                return None
            at = last.at + 1
        self.last = Said(at, value, quality)
        return self.last

    def fall_silent(
        self, newest_of: NewestOf, heard: Mapping[int, int], listened: int
    ) -> Said | None:
        """It reads bad once an input was not heard for too long, though no other reads either; None:
        it is not so, or said already. `heard`: when each input was heard last, in time listened."""
        last = self.last
        if last is None or last.quality is Quality.BAD:
            return None
        late: list[int] = []
        for point in self.inputs.values():
            oldest, newest = oldest_ms(point, self.formula.periods), newest_of(point.id)
            if oldest is None or newest is None:
                continue
            if listened - heard.get(point.id, listened) > oldest:
                late.append(instant(newest) + oldest + 1)
        if not late:
            return None
        self.last = Said(max(min(late), last.at + 1), None, Quality.BAD)
        return self.last

    def remember(self, said: Said) -> None:
        """Recovery: it had read this."""
        if self.last is None or said.at > self.last.at:
            self.last = said

    def _value(self, newest: Mapping[str, Reading | None], at: int) -> tuple[float | None, Quality]:
        values: dict[str, Value] = {}
        quality = Quality.GOOD
        for name, reading in newest.items():
            point = self.inputs[name]
            value = None if reading is None else point.present(reading.value)
            if reading is None or value is None or not self._is_fit(point, reading, at):
                return None, Quality.BAD
            values[name] = value
            quality = max(quality, reading.quality)
        found = None if self.evaluate is None else self.evaluate(values)
        if found is None or not math.isfinite(found):
            return None, Quality.BAD
        return found + 0.0, quality

    def _is_fit(self, point: Point, reading: Reading, at: int) -> bool:
        oldest = oldest_ms(point, self.formula.periods)
        return reading.is_judged and (oldest is None or at - instant(reading) <= oldest)
