"""The rules of suppression at work: their conditions looked at as readings and alarms come, and
what holds handed to the inhibitions.

It fails to the loud side: what is not known now, from a good value of a point that is heard,
suppresses nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.alerts.engine_fleet import Fleet
from services.alerts.engine_inhibition import Key
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_suppressing import why_off
from services.domain import event
from services.domain.alarm import Alarm
from services.domain.directory import BookChange
from services.domain.reading import FUTURE_TOLERANCE_MS, Quality, Reading, ReadingFlag
from services.domain.suppression import Off
from services.domain.suppression_hold import Answer, Hold, Phase, SuppressionState, Unknown
from services.domain.suppression_rule import ConditionKind, SuppressionRule, looped
from services.domain.window import LATE_MS

AT_ONCE = 1_000
"""Rules that wait are looked at without an occasion so many at each tick, in turn."""

IsHeard = Callable[[int, bool], bool]
"""Whether a point is heard, and its clock usable; the second: it was just heard."""

NOT_ASKED = Answer(None, Unknown.NO_VALUE)

_APART = frozenset({"silence", "clock", "undetermined", "inhibit"})
"""Claims that tell nothing of the plant."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands now, and why nobody knows where nobody does."""

    rule: SuppressionRule
    phase: Phase
    state: SuppressionState
    why: Unknown | None


@dataclass(slots=True)
class _Work:
    """A rule at work. `met` is the last answer, for the deadband; `stale_at`: what its point said
    up to this judging time counts no more; `parents`: the alarms that meet its condition."""

    rule: SuppressionRule
    hold: Hold
    met: bool = False
    stale_at: int | None = None
    answer: Answer = NOT_ASKED
    parents: dict[str, Alarm] = field(default_factory=dict)

    @property
    def state(self) -> SuppressionState:
        rule, hold = self.rule, self.hold
        return SuppressionState(
            rule.enterprise, rule.id, rule.version, hold.holding, hold.since, hold.value,
            hold.alarm, hold.ends_at, self.stale_at,
        )  # fmt: skip


class Suppressions:
    """Every rule of suppression, by its key and by the point that it waits for."""

    def __init__(self, fleet: Fleet, is_heard: IsHeard) -> None:
        self._fleet, self._is_heard = fleet, is_heard
        self._works: dict[Key, _Work] = {}
        self._of_point: dict[int, set[Key]] = {}
        self._loops: set[Key] = set()
        self._said: list[SuppressionState] = []
        self._moved = False
        self._turn: list[Key] = []
        self._settled = not fleet.directory.suppressions
        for rule in fleet.directory.suppressions.values():
            self._put(rule)
        self._find_loops()

    @property
    def watched(self) -> set[int]:
        """The points that some rule waits for."""
        return set(self._of_point)

    def remember(self, readings: Iterable[Reading]) -> None:
        """Recovery: what was heard since the dump, whose consequences are replayed."""
        for each in readings:
            if each.point_id in self._of_point and not each.is_old:
                track = self._fleet.find(each.point_id) or self._fleet.open(each.point_id)
                if track is not None:
                    self._fleet.show(track, each.judged_at, each)

    def foresee(self, readings: Sequence[Reading], now: int) -> None:
        """Before a batch is judged: what it says of the conditions. Of a message that tells both
        that a unit stopped and what follows from it, what follows is born off the board."""
        if not self._works:
            return
        self._settle(now)
        newest: dict[int, list[Reading]] = {}
        for each in readings:
            if each.point_id in self._of_point and not each.is_old:
                before = self._seen(each.point_id)
                known = newest.get(each.point_id) or ([] if before is None else [before])
                if not known or _order(each) > _order(known[-1]):
                    newest[each.point_id] = [each]
                elif _order(each) == _order(known[-1]):
                    newest[each.point_id] = [*known, each]
        for point_id, told in newest.items():
            for key in self._of_point[point_id]:
                work = self._works[key]
                if _is_disputed(work, told) and work.stale_at != told[-1].judged_at:
                    work.stale_at = told[-1].judged_at
                    self._said.append(work.state)
                self._look(work, now, told[-1])

    def follow(self, now: int, out: Outcome) -> bool:
        """After a step: which alarms came, went or were taken off. Whether other alarms are to be
        off the board now than before."""
        if self._works:
            self._settle(now)
            for each in out.transitions:
                for work in self._waiting_for(each.alarm):
                    _count(work, each.alarm, self._is_ours(each.alarm))
                    self._look(work, now)
        if self._said:
            out.suppressions += self._said
            self._said = []
        moved, self._moved = self._moved, False
        return moved

    def tick(self, now: int) -> None:
        """Time passes: points fall silent, and what is held for a start-up ends."""
        if not self._works:
            return
        self._settle(now)
        if not self._turn:
            self._turn = list(self._works)
        due, self._turn = self._turn[:AT_ONCE], self._turn[AT_ONCE:]
        holding = (key for key, work in self._works.items() if work.hold.holding)
        for key in dict.fromkeys([*due, *holding]):
            if key in self._works:
                self._look(self._works[key], now)

    def apply(self, change: BookChange, now: int) -> None:
        """The book has changed: rules, and points that they wait for or aim at."""
        directory = self._fleet.directory
        for key in {(rule.enterprise, rule.id) for rule in change.suppressions}:
            rule = directory.suppressions.get(key)
            if rule is None:
                self._drop(key)
            elif key not in self._works or self._works[key].rule != rule:
                self._renew(rule)
        points = bool(
            change.points or change.removed_points or change.gone_gateways or change.groups
        )
        self._moved = self._moved or points
        if not (change.suppressions or (points and self._works)):
            return
        self._find_loops()
        self._settle(now)
        for work in list(self._works.values()):
            self._look(work, now)

    def standings(self, keys: Iterable[Key]) -> list[Standing]:
        """Where these rules stand; those that nobody knows are left out."""
        found = (self._works[key] for key in keys if key in self._works)
        return [
            Standing(each.rule, each.hold.phase(each.answer), each.state, each.answer.why)
            for each in found
        ]

    def save(self) -> list[SuppressionState]:
        """All of it, for `load`."""
        return [each.state for each in self._works.values()]

    def load(self, saved: Iterable[SuppressionState]) -> None:
        """As it was saved; a rule that has another version by now begins anew."""
        for state in saved:
            self.replay(state)

    def replay(self, state: SuppressionState) -> None:
        """Recovery: where a rule stood when this was spooled. What held holds until the next step
        has looked."""
        self._settled = False
        work = self._works.get((state.enterprise, state.rule))
        if work is None or work.rule.version != state.version:
            return
        work.hold = Hold(
            work.rule.off_delay_ms, state.holding, state.since, state.value, state.alarm,
            state.ends_at,
        )  # fmt: skip
        work.stale_at, work.met = state.stale_at, state.holding and state.ends_at is None
        self._hand_over(work)

    def unsettle(self) -> None:
        """Recovery: an alarm changed; the next step begins with a look at what stands."""
        self._settled = not self._works

    def _settle(self, now: int) -> None:
        """After a recovery: which parents stand, and what all points say now."""
        if self._settled:
            return
        self._settled = self._moved = True
        for work in self._works.values():
            work.parents.clear()
        for known in self._fleet.desk.open.values():
            for work in self._waiting_for(known.alarm):
                _count(work, known.alarm, self._is_ours(known.alarm))
        for work in self._works.values():
            self._look(work, now)

    def _look(self, work: _Work, now: int, reading: Reading | None = None) -> None:
        """What is known of its condition now. `reading`: the newest of its point, just come."""
        before, stale = work.state, work.stale_at is None
        work.answer = self._answer(work, reading)
        work.met = bool(work.answer.met)
        work.hold.take(work.answer, now)
        after = work.state
        if replace(after, stale_at=before.stale_at) == before and (work.stale_at is None) == stale:
            return
        self._said.append(after)
        self._moved = self._moved or after.holding != before.holding
        if (after.holding, after.value) != (before.holding, before.value):
            self._hand_over(work)

    def _answer(self, work: _Work, reading: Reading | None) -> Answer:
        rule = work.rule
        if (rule.enterprise, rule.id) in self._loops:
            return Answer(None, Unknown.LOOP)
        point = self._fleet.directory.by_id.get(rule.condition.point_id)
        if point is None or point.enterprise != rule.enterprise:
            return Answer(None, Unknown.UNREGISTERED)
        seen = self._seen(point.id) if reading is None else reading
        just = reading is not None and _is_sign_of_life(reading)
        if seen is None:
            return Answer(None, Unknown.NO_VALUE)
        if ReadingFlag.FUTURE in seen.flags or not self._is_heard(point.id, just):
            work.stale_at = seen.judged_at
        if work.stale_at is not None and seen.judged_at <= work.stale_at:
            return Answer(None, Unknown.SILENT, seen.value)
        work.stale_at = None
        if seen.value is None or seen.quality is not Quality.GOOD:
            return Answer(None, Unknown.BAD_QUALITY, seen.value)
        if point.period_s is not None and seen.received_at - seen.judged_at > LATE_MS:
            return Answer(None, Unknown.LATE, seen.value)
        if point.under_test(seen.judged_at):
            return Answer(None, Unknown.UNDER_TEST, seen.value)
        if rule.condition.kind is ConditionKind.ALARM:
            parent = min(work.parents, default=None)
            return Answer(parent is not None, None, seen.value, parent)
        return Answer(rule.condition.is_met(seen.value, work.met), None, seen.value)

    def _is_ours(self, alarm: Alarm) -> bool:
        """Whether a limit or a rule raised it, not another judge."""
        key = alarm.enterprise, alarm.rule
        return alarm.direction is not None or key in self._fleet.directory.detectors

    def _waiting_for(self, alarm: Alarm) -> list[_Work]:
        """The rules that wait for alarms of its point."""
        if alarm.point_id not in self._of_point:
            return []
        works = (self._works[key] for key in sorted(self._of_point[alarm.point_id]))
        return [each for each in works if each.rule.condition.kind is ConditionKind.ALARM]

    def _hand_over(self, work: _Work) -> None:
        rule = work.rule
        if work.hold.holding:
            point = self._fleet.directory.by_id.get(rule.condition.point_id)
            self._fleet.inhibitions.hold(rule, why_off(rule, work.state, point))
        else:
            self._fleet.inhibitions.release((rule.enterprise, rule.id))

    def _seen(self, point_id: int) -> Reading | None:
        track = self._fleet.find(point_id)
        return None if track is None else track.seen

    def _renew(self, rule: SuppressionRule) -> None:
        """Begins anew; what a point said before it fell silent counts no more for it either."""
        old = self._works.get((rule.enterprise, rule.id))
        same = old is not None and old.rule.condition == rule.condition
        self._drop((rule.enterprise, rule.id))
        self._put(rule)
        self._settled = False
        if old is not None and same:
            work = self._works[rule.enterprise, rule.id]
            work.met, work.stale_at = old.met, old.stale_at

    def _put(self, rule: SuppressionRule) -> None:
        key = rule.enterprise, rule.id
        self._works[key] = _Work(rule, Hold(rule.off_delay_ms))
        self._of_point.setdefault(rule.condition.point_id, set()).add(key)

    def _drop(self, key: Key) -> None:
        work = self._works.pop(key, None)
        if work is None:
            return
        self._moved = self._moved or work.hold.holding
        self._fleet.inhibitions.release(key)
        waiting = self._of_point.get(work.rule.condition.point_id, set())
        waiting.discard(key)
        if not waiting:
            self._of_point.pop(work.rule.condition.point_id, None)

    def _find_loops(self) -> None:
        """Points move between hazard sources: what was no loop when it was posted may be one."""
        directory = self._fleet.directory
        by_enterprise: dict[str, list[SuppressionRule]] = {}
        for rule in directory.suppressions.values():
            if rule.condition.kind is ConditionKind.ALARM:
                by_enterprise.setdefault(rule.enterprise, []).append(rule)
        self._loops = {
            (enterprise, loop[0])
            for enterprise, rules in by_enterprise.items()
            for loop in looped(rules, directory.by_id.get)
        }


def _count(work: _Work, alarm: Alarm, ours: bool) -> None:
    """Keep the alarms that meet a condition: those that stand, in earnest, on the board or off it
    by design. What somebody has shelved or works on is no reason to hide what follows from it."""
    off = alarm.off
    by_hand = off is not None and off.how is not Off.SUPPRESSED
    wanted = work.rule.condition.alarm
    called = alarm.condition if alarm.direction is None else alarm.direction.value
    if (
        event.is_open(alarm)
        and not event.is_over(alarm)
        and ours
        and not (by_hand or alarm.historical or alarm.exercise or alarm.rule in _APART)
        and alarm.judged
        and wanted in (None, called)
    ):
        work.parents[alarm.id] = alarm
    else:
        work.parents.pop(alarm.id, None)


def _is_disputed(work: _Work, told: Sequence[Reading]) -> bool:
    """Whether what a point says of one instant disagrees on a condition, or on whether it can be
    used at all: who does not meet it is right, until the point says something later."""
    condition = work.rule.condition

    def meets(reading: Reading) -> bool:
        if reading.value is None or reading.quality is not Quality.GOOD:
            return False
        if condition.kind is ConditionKind.ALARM:
            return True
        return condition.is_met(reading.value, work.met)

    return len({meets(each) for each in told}) > 1


def _order(reading: Reading) -> tuple[int, int]:
    return reading.judged_at, reading.measured_at


def _is_sign_of_life(reading: Reading) -> bool:
    ahead = reading.measured_at - reading.received_at
    return ahead <= FUTURE_TOLERANCE_MS and reading.value is not None
