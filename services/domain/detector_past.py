"""What a detector rule would have made of stored readings: when its condition held.

A rule over a group judges by whoever was in it at the time, as it did live.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.domain.detector import Detector, DetectorState
from services.domain.detector_course import FAULTS, RETRY_MS, heard, order, passed, sample
from services.domain.detector_rule import BadRule, DetectorRule, Express, build
from services.domain.lasting import Lasting, Turn
from services.domain.point import Point
from services.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Regrouping:
    """From `at` on (epoch ms) a rule over a group watches these points, the main one first; none:
    that one is not in the group, and nothing is judged."""

    at: int
    points: Mapping[str, Point]


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule and its registered points by their names in it, the main one first; from the first of
    `later` on, in order of time, those of the group at that time."""

    rule: DetectorRule
    points: Mapping[str, Point]
    later: tuple[Regrouping, ...] = ()

    @property
    def main(self) -> Point:
        """The point that its alarms are about."""
        return next(iter(self.points.values()))

    @property
    def numbers(self) -> set[int]:
        """The numbers of all points that it watches at any time."""
        every = (self.points, *(each.points for each in self.later))
        return {point.id for points in every for point in points.values()}

    def judges_as(self, other: "Watched | None") -> bool:
        """Whether both find the same at the same times; grade, latch and patience may differ."""
        if other is None:
            return False
        one, two = self.rule, other.rule
        return (
            (one.kind, one.on_delay_ms, one.off_delay_ms, dict(one.parameters))
            == (two.kind, two.on_delay_ms, two.off_delay_ms, dict(two.parameters))
        ) and (list(self.points.items()), self.later) == (list(other.points.items()), other.later)


@dataclass(frozen=True, slots=True)
class DetectorTrial:
    """A detector rule that is tried: as it is today, and as it is proposed (None: not at all)."""

    today: Watched | None
    proposed: Watched | None

    @property
    def points(self) -> set[int]:
        """The numbers of the points whose readings it needs."""
        both = [each for each in (self.today, self.proposed) if each is not None]
        return {number for each in both for number in each.numbers}

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


def regroupings(
    changes: Iterable[tuple[int, Sequence[str] | None]],
    main: Point,
    today: Mapping[str, Point],
    find: Callable[[str], Point | None],
) -> tuple[Regrouping, ...]:
    """Who a rule about `main` watched, by what its group's history tells: from when on (epoch ms, in
    the order in which they were made) which tags were in it.

    None: there was no such group then; those of `today` stand in, as for the time before its
    history. Who is registered no more (`find`) is left out, as it is live.
    """
    found: list[Regrouping] = []
    for at, members in changes:
        points: Mapping[str, Point] = today
        if members is not None:
            others = [point for tag in members if (point := find(tag)) is not None]
            both = [main, *(point for point in others if point.id != main.id)]
            points = {point.tag: point for point in both} if main in others else {}
        # A clock that was set back does not turn the order of changes around.
        found.append(Regrouping(max(at, found[-1].at) if found else at, points))
    return tuple(found)


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
    memory and the newest usable readings; what stands goes on standing."""

    def __init__(self, watched: Watched, express: Express) -> None:
        rule = watched.rule
        self._watched, self._express = watched, express
        self._lasting = Lasting(rule.on_delay_ms, rule.off_delay_ms)
        self._every = watched.numbers
        self._later = deque(watched.later)
        self._points = watched.points
        self._mine = {point.id for point in watched.points.values()}
        self._newest: dict[int, Reading] = {}
        self._heard = False
        self._retry_at = 0
        self._detector = self._made()
        self.spells: list[Spell] = []

    def take(self, reading: Reading) -> None:
        self._come_to(reading.judged_at)
        if reading.point_id not in self._every:
            return
        if reading.is_judged:
            self._newest[reading.point_id] = reading
        if reading.point_id not in self._mine:
            return
        if self._detector is not None:
            self._feed(reading)
        elif reading.received_at >= self._retry_at:
            self._detector = self._made()
            for each in sorted(self._newest_of(self._mine), key=lambda newest: newest.judged_at):
                self._feed(each)
            if not reading.is_judged:
                self._feed(reading)

    def end(self, until: int) -> None:
        self._come_to(until)
        self._pass_to(until)

    def _come_to(self, at: int) -> None:
        while self._later and self._later[0].at <= at:
            self._regroup(self._later.popleft())

    def _regroup(self, change: Regrouping) -> None:
        """Its group has other members: those who stay are remembered, of those who come the newest
        is taken, and all of them are looked at once, as it is done live."""
        self._pass_to(change.at)
        memory = None if self._detector is None else self._detector.save()
        stayed = self._mine
        self._points = change.points
        self._mine = {point.id for point in change.points.values()}
        self._detector = self._made()
        if self._detector is None:
            return
        try:
            new = self._remember(self._detector, memory, stayed)
            for each in sorted(self._newest_of(new), key=order):
                self._detector.take(each.point_id, sample(each))
                self._heard = True
            if self._heard:
                finding = self._detector.pass_to(change.at)
                self._note(self._lasting.take(change.at, finding))
        except FAULTS:
            self._detector, self._retry_at = None, change.at + RETRY_MS

    def _remember(
        self, detector: Detector, memory: DetectorState | None, stayed: set[int]
    ) -> set[int]:
        """The points of which it knows nothing yet."""
        if memory is None:
            return self._mine
        kept = {point: memory.samples.get(point, []) for point in self._mine & stayed}
        detector.restore(replace(memory, samples=kept))
        return self._mine - stayed

    def _newest_of(self, points: set[int]) -> list[Reading]:
        return [self._newest[each] for each in points if each in self._newest]

    def _pass_to(self, until: int) -> None:
        if self._detector is None:
            return
        try:
            self._note(passed(self._detector, self._lasting, until))
        except FAULTS:
            self._detector = None

    def _feed(self, reading: Reading) -> None:
        if self._detector is None:
            return
        self._heard = True
        try:
            self._note(heard(self._detector, self._lasting, reading))
        except FAULTS:
            self._detector, self._retry_at = None, reading.received_at + RETRY_MS

    def _made(self) -> Detector | None:
        try:
            return build(self._watched.rule, self._points, self._express)
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
