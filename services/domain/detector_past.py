"""What a detector rule would have made of stored readings: when its condition held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.domain.detector import Detector
from services.domain.detector_course import FAULTS, RETRY_MS, heard, passed
from services.domain.detector_rule import BadRule, DetectorRule, Express, build
from services.domain.lasting import Lasting, Turn
from services.domain.point import Point
from services.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule and its registered points by their names in it, the main one first."""

    rule: DetectorRule
    points: Mapping[str, Point]

    @property
    def main(self) -> Point:
        """The point that its alarms are about."""
        return next(iter(self.points.values()))

    def judges_as(self, other: "Watched | None") -> bool:
        """Whether both find the same at the same times; grade, latch and patience may differ."""
        if other is None:
            return False
        one, two = self.rule, other.rule
        return (
            (one.kind, one.on_delay_ms, one.off_delay_ms, dict(one.parameters))
            == (two.kind, two.on_delay_ms, two.off_delay_ms, dict(two.parameters))
        ) and list(self.points.items()) == list(other.points.items())


@dataclass(frozen=True, slots=True)
class DetectorTrial:
    """A detector rule that is tried: as it is today, and as it is proposed (None: not at all)."""

    today: Watched | None
    proposed: Watched | None

    @property
    def points(self) -> set[int]:
        """The numbers of the points whose readings it needs."""
        both = [each for each in (self.today, self.proposed) if each is not None]
        return {point.id for each in both for point in each.points.values()}

    @property
    def passes(self) -> int:
        """How often the readings are gone through."""
        if self.today is not None and self.today.judges_as(self.proposed):
            return 1
        return sum(each is not None for each in (self.today, self.proposed))


@dataclass(frozen=True, slots=True)
class Spell:
    """The condition of a rule held from `raised_at` to `ended_at` (None: it stood at the end), in
    judging time. `value`: what was measured when it began."""

    raised_at: int
    ended_at: int | None
    value: float | None

    def overlaps(self, other: "Spell") -> bool:
        """Whether both have time in common, or begin together."""
        if self.raised_at == other.raised_at:
            return True
        before = other.ended_at is None or self.raised_at < other.ended_at
        return before and (self.ended_at is None or other.raised_at < self.ended_at)


def spells(
    watched: Watched, readings: Iterable[Reading], until: int, express: Express
) -> list[Spell]:
    """Judge readings of its points, in the order of `detector_course.order`, from a quiet start
    up to `until` (epoch ms): silence counts, too.

    A rule that cannot judge finds nothing, as it does live.
    """
    judge = _Judge(watched, express)
    for reading in readings:
        judge.take(reading)
    judge.end(until)
    return judge.spells


class _Judge:
    """One pass of a rule over its past. One that fails is tried again a minute later with an empty
    memory and the newest readings; what stands goes on standing."""

    def __init__(self, watched: Watched, express: Express) -> None:
        rule = watched.rule
        self._watched, self._express = watched, express
        self._lasting = Lasting(rule.on_delay_ms, rule.off_delay_ms)
        self._mine = {point.id for point in watched.points.values()}
        self._newest: dict[int, Reading] = {}
        self._retry_at = 0
        self._detector = self._made()
        self.spells: list[Spell] = []

    def take(self, reading: Reading) -> None:
        if reading.point_id not in self._mine:
            return
        self._newest[reading.point_id] = reading
        if self._detector is not None:
            self._feed(reading)
        elif reading.received_at >= self._retry_at:
            self._detector = self._made()
            for each in sorted(self._newest.values(), key=lambda newest: newest.judged_at):
                self._feed(each)

    def end(self, until: int) -> None:
        if self._detector is None:
            return
        try:
            self._note(passed(self._detector, self._lasting, until))
        except FAULTS:
            self._detector = None

    def _feed(self, reading: Reading) -> None:
        if self._detector is None:
            return
        try:
            self._note(heard(self._detector, self._lasting, reading))
        except FAULTS:
            self._detector, self._retry_at = None, reading.received_at + RETRY_MS

    def _made(self) -> Detector | None:
        try:
            return build(self._watched.rule, self._watched.points, self._express)
        except BadRule:
            return None

    def _note(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            if turn.active:
                self.spells.append(Spell(turn.at, None, turn.why.value))
            elif self.spells:
                begun = self.spells.pop()
                self.spells.append(Spell(begun.raised_at, turn.at, begun.value))


def unmatched(these: Iterable[Spell], others: Iterable[Spell]) -> list[Spell]:
    """Those of one rule's spells that overlap none of the other's; both in order of time."""
    found: list[Spell] = []
    left = list(others)
    place = 0
    for one in these:
        while place < len(left) and _is_over(left[place], one):
            place += 1
        if place == len(left) or not one.overlaps(left[place]):
            found.append(one)
    return found


def _is_over(earlier: Spell, one: Spell) -> bool:
    """Whether it has nothing in common with this one, nor with any that comes later."""
    over = earlier.ended_at is not None and earlier.ended_at <= one.raised_at
    return over and earlier.raised_at < one.raised_at
