"""A small park for stories: one engine, a record of what it said, and time in seconds."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.alerts.engine import DirtyRange, Engine, Outcome, Refused
from services.domain.alarm import Alarm, ClosedAs, Transition
from services.domain.directory import BookChange, Directory
from services.domain.history import RulesOverTime, judge_history
from services.domain.judgement import PointState
from services.domain.occurrence import History
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading, ReadingFlag, time_flags
from services.domain.rule import Condition, LimitRule

T0 = 1_767_225_600_000
GAS = Point(1, "acme", "GT-101", PointKind.COMBUSTIBLE_GAS, "%LEL", 0.0, 100.0)
DAY = 86_400.0

Told = list[tuple[str, float]]
"""What was said: event and when it happened (seconds of the story)."""


def ms(seconds: float) -> int:
    return T0 + round(seconds * 1000)


def rule(
    condition: str,
    limit: float,
    grade: int = 2,
    *,
    deadband: float = 0.0,
    on: float = 0.0,
    off: float = 0.0,
    point: Point = GAS,
    version: int = 1,
    since: float = -10 * DAY,
    until: float | None = None,
    name: str | None = None,
) -> LimitRule:
    """A limit rule named after its condition; delays in seconds."""
    return LimitRule(
        name or condition,
        version,
        point.enterprise,
        point.id,
        Condition(condition),
        limit,
        grade,
        deadband,
        round(on * 1000),
        round(off * 1000),
        ms(since),
        None if until is None else ms(until),
    )


class Park:
    """Points with rules, their engine, and everything it has said so far."""

    def __init__(self, *rules: LimitRule, points: Sequence[Point] = (GAS,)) -> None:
        self.directory = Directory()
        for point in points:
            self.directory.put(point)
        for one in rules:
            self.directory.put_rule(one)
        self.engine = Engine(self.directory)
        self.now = 0.0
        self.said: list[Transition] = []
        self.alarms: dict[str, Alarm] = {}
        self.states: dict[int, dict[int, PointState]] = {}
        self.stored: dict[tuple[int, int, float | None, Quality], Reading] = {}
        self.dirty: list[DirtyRange] = []
        self.last = Outcome()

    def read(
        self,
        value: float | None,
        at: float,
        received: float | None = None,
        *,
        point: Point = GAS,
        quality: Quality = Quality.GOOD,
        flags: ReadingFlag = ReadingFlag.NONE,
    ) -> Told:
        """One reading measured at `at`, received now (or at `received`; by default when measured,
        if that is later)."""
        arrival = max(self.now, at) if received is None else received
        return self.judge([self.reading(value, at, arrival, point, quality, flags)])

    def reading(
        self,
        value: float | None,
        at: float,
        received: float,
        point: Point = GAS,
        quality: Quality = Quality.GOOD,
        flags: ReadingFlag = ReadingFlag.NONE,
    ) -> Reading:
        self.now = max(self.now, received)
        both = flags | time_flags(ms(at), ms(received))
        return Reading(point.id, ms(at), ms(received), value, quality, both)

    def judge(self, readings: Iterable[Reading]) -> Told:
        batch = list(readings)
        for one in batch:
            key = (one.point_id, one.measured_at, one.value, one.quality)
            self.stored.setdefault(key, one)
        return self.take(self.engine.judge(batch, ms(self.now)))

    def wait(self, until: float) -> Told:
        """Time passes, with nothing heard."""
        self.now = until
        return self.take(self.engine.tick(ms(until)))

    def book(self, *rules: LimitRule, gone: Sequence[Point] = ()) -> Told:
        change = BookChange(self.directory.version + 1, (), tuple(gone), rules)
        return self.take(self.engine.apply_book(change, ms(self.now)))

    def acknowledge(self, *ids: str, of: set[str] | None = None) -> tuple[list[Alarm], list[str]]:
        outcome, alarms, refused = self.engine.acknowledge(ids, "wang", "seen", of, ms(self.now))
        self.take(outcome)
        return alarms, [self._code(refusal) for refusal in refused]

    def replay(self) -> Told:
        """Judge everything dirty again over what is stored."""
        dirty, self.dirty = self.dirty, []
        told: Told = []
        for stretch in dirty:
            told += self.merge(self.history(stretch), stretch.sounding)
        return told

    def history(self, dirty: DirtyRange) -> History:
        states = sorted(self.states.get(dirty.point_id, {}).values(), key=lambda s: s.at)
        start = next((s for s in reversed(states) if s.at < dirty.start), None)
        after = start.at if start else -1
        return judge_history(
            self.directory.by_id[dirty.point_id],
            RulesOverTime(self.directory, dirty.point_id),
            [one for one in self.past(dirty.point_id) if one.judged_at > after],
            start,
            [state for state in states if state.at > after],
            dirty.end,
        )

    def past(self, point_id: int = GAS.id) -> list[Reading]:
        mine = [one for one in self.stored.values() if one.point_id == point_id]
        return sorted(mine, key=lambda one: (one.judged_at, one.measured_at))

    def merge(self, history: History, sounding: bool) -> Told:
        recorded = [a for a in self.alarms.values() if a.point_id == history.point_id]
        return self.take(self.engine.merge_history(history, recorded, ms(self.now), sounding))

    def restart(self) -> None:
        """Killed and started again from its own disk."""
        self.engine = Engine.load(self.engine.dump(), self.directory)

    def take(self, outcome: Outcome) -> Told:
        self.last = outcome
        self.said += outcome.transitions
        self.dirty += outcome.dirty
        for state in outcome.states:
            self.states.setdefault(state.point_id, {})[state.at] = state
        for transition in outcome.transitions:
            self.alarms[transition.alarm.id] = transition.alarm
        return [(str(t.event), (t.at - T0) / 1000) for t in outcome.transitions]

    @property
    def open(self) -> list[Alarm]:
        return sorted(self.engine.open_alarms(), key=lambda alarm: alarm.raised_at)

    @property
    def alarm(self) -> Alarm:
        """The only alarm that is not closed."""
        (only,) = self.open
        return only

    def lives(self, point: Point = GAS) -> list[tuple[float, float | None, str]]:
        """(start, end, last condition) of every alarm that was not withdrawn, in order."""
        found = [
            self.life(alarm)
            for alarm in self.alarms.values()
            if alarm.closed_as is not ClosedAs.WITHDRAWN and alarm.point_id == point.id
        ]
        return sorted(found, key=lambda life: (life[0], life[1] or math.inf, life[2]))

    @staticmethod
    def life(alarm: Alarm) -> tuple[float, float | None, str]:
        """Its start and end in seconds of the story, and its last condition."""
        end = None if alarm.cleared_at is None else (alarm.cleared_at - T0) / 1000
        return (alarm.raised_at - T0) / 1000, end, alarm.condition

    @staticmethod
    def _code(refusal: Refused) -> str:
        assert refusal.text.endswith(".")
        return refusal.code


def another(tag: str, number: int, enterprise: str = "acme") -> Point:
    return replace(GAS, id=number, tag=tag, enterprise=enterprise)
