"""A derived point at work: what it reads whenever one of its inputs does.

It is computed over the newest value of each input and dated by the newest of them, so whoever
computes it again from the same readings makes the very same one. What an input read late is computed
at its own instant, with what the others were then. No instant has two values: where one is taken
already, the next millisecond that is free is its own.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.domain.formula import Formula
from services.domain.point import Point, Reporting
from services.domain.reading import FUTURE_TOLERANCE_MS, Quality, Reading
from services.domain.silence import LEAST_MS
from services.domain.told import Said, Told
from services.domain.trace import instant

NO_PERIOD_MS = 300_000
"""How old a periodic input may be that does not tell its period."""

Value = float | str
Evaluate = Callable[[Mapping[str, Value]], float | None]
"""The compiled expression: its result over the inputs by name; None where it has none."""
NewestOf = Callable[[int], Reading | None]
"""The newest reading of a point, whatever it is worth."""


AsOf = Callable[[int, int], Reading | None]
"""What a point had read last at an instant (epoch ms); None where that is not known."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a derived point is computed: inputs that read at the instant `at`, received at `now`
    (epoch ms). `is_news`: one of them is the newest of its input, so what it reads now may differ."""

    at: int
    now: int
    is_news: bool


def oldest_ms(point: Point, periods: float) -> int | None:
    """How old the newest reading of an input may be; None for one that reports when it changes."""
    if point.period_s is not None:
        return max(LEAST_MS, round(periods * point.period_s * 1000))
    return NO_PERIOD_MS if point.reporting is Reporting.PERIODIC and not point.formula else None


@dataclass(slots=True)
class Derivation:
    """One derived point and its inputs by their names in the formula. `evaluate` None: the formula
    cannot be computed (an input is gone). `told`: what it read of late."""

    point: Point
    formula: Formula
    inputs: Mapping[str, Point]
    evaluate: Evaluate | None
    told: Told = field(default_factory=Told)

    @property
    def last(self) -> Said | None:
        """What it read last."""
        return self.told.last

    def say(self, occasion: Occasion, newest_of: NewestOf, as_of: AsOf) -> list[Said]:
        """What it reads now that inputs came: of their own instant where that is behind what it has
        told, and of now where that is another."""
        if self.last is not None and self.last.at > occasion.now + FUTURE_TOLERANCE_MS:
            self.told.forget()
        last, found = self.last, list[Said]()
        if last is not None and (occasion.at <= last.at or not occasion.is_news):
            found += self._say_then(occasion.at, as_of)
        if occasion.is_news or self.last is not last:
            found += self._say_now(newest_of, occasion.now)
        return found

    def _say_now(self, newest_of: NewestOf, now: int) -> list[Said]:
        newest = {name: newest_of(point.id) for name, point in self.inputs.items()}
        instants = (instant(each) for each in newest.values() if each is not None)
        at = max((each for each in instants if each <= now + FUTURE_TOLERANCE_MS), default=now)
        value, quality = self._value(newest, at)
        last = self.last
        if last is not None and at <= last.at:
            if (value, quality) == (last.value, last.quality):
                return []
            at = last.at + 1
        return [self._tell(Said(at, value, quality))]

    def _say_then(self, at: int, as_of: AsOf) -> list[Said]:
        """Of an instant that is past: nothing where it is told already, or not known."""
        known = {name: as_of(point.id, at) for name, point in self.inputs.items()}
        if not self.told.is_open(at) or None in known.values():
            return []
        value, quality = self._value(known, at)
        while (taken := self.told.at(at)) is not None:
            if (taken.value, taken.quality) == (value, quality):
                return []
            at += 1
        return [self._tell(Said(at, value, quality))]

    def _tell(self, said: Said) -> Said:
        self.told.add(said)
        return said

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
        return self._tell(Said(max(min(late), last.at + 1), None, Quality.BAD))

    def remember(self, said: Said) -> None:
        """Recovery: it had read this."""
        self.told.add(said)

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
