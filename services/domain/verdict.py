"""The verdict on a reading: comparators with deadband and delays, and the level they amount to.

Each rule is its own comparator with sample and hold: a value counts until the next reading. It
is pending from the first reading that reached its limit, active when its on-delay has passed
with no reading below in between; then waiting to end from the first reading that left it by more
than the deadband, inactive when its off-delay has passed with no reading back in between. A
delay that runs out is dated exactly, whoever notices it: a later reading or a tick of the clock.
"""

from dataclasses import dataclass, field, replace

from services.domain.alarm import EventKind, alarm_id, next_id
from services.domain.judgement import Cause, Level, PointState, Standing, Step
from services.domain.limits import DIRECTIONS, Limits, severity
from services.domain.rule import Direction, LimitRule

Pair = tuple[Standing | None, Standing | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A point's judged state while it is being judged: one comparator for each rule of its
    `Limits`, what stands (high, low), and when the next delay runs out (None: none runs).

    Where nothing stands or waits the comparators are left out (`levels_of` brings them back): most
    points of a country are so, and share one state."""

    levels: tuple[Level, ...]
    standing: Pair = (None, None)
    due: int | None = None
    is_quiet: bool = True

    @classmethod
    def quiet(cls, _: Limits) -> "Judged":
        """The state of a point that nothing is known of."""
        return QUIET


QUIET = Judged(())
"""Every comparator idle, nothing standing: the same for all points."""


def levels_of(limits: Limits, state: Judged) -> tuple[Level, ...]:
    """The comparators of a state, one for each rule."""
    if state.is_quiet:
        return tuple(Level(rule.id, rule.version) for rule in limits.rules)
    return state.levels


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a moment did to what stands: raised, escalated, deescalated, returned, withdrawn, or
    corrected (the same level under another version of its rule). `standing` is as it is then;
    after its end, as it was last."""

    event: EventKind
    at: int
    standing: Standing


@dataclass(slots=True)
class Trace:
    """What a stretch of judging brought: verdicts, and the state after each moment of change."""

    verdicts: list[Verdict] = field(default_factory=list)
    changes: dict[int, Judged] = field(default_factory=dict)


def judge(limits: Limits, state: Judged, at: int, high: Cause, low: Cause, trace: Trace) -> Judged:
    """The state after the reading(s) of one instant: the greatest and the smallest of them.

    The two are the same for a single reading; each direction judges the worse.
    """
    if state.is_quiet and high.value < limits.high_at and low.value > limits.low_at:
        return state
    state = advance(limits, state, at, trace)
    moved = False
    levels: list[Level] = []
    spent: dict[str, Cause] = {}
    for level, rule in zip(levels_of(limits, state), limits.rules, strict=True):
        sample = high if rule.direction is Direction.HIGH else low
        after = _sample(level, rule, at, sample, spent)
        moved = moved or after is not level
        levels.append(after)
    return _settle(limits, state, tuple(levels), at, spent, trace) if moved else state


def advance(limits: Limits, state: Judged, until: int, trace: Trace) -> Judged:
    """Let every delay that has run out at or before `until` take effect, in order of time."""
    while state.due is not None and state.due <= until:
        at = state.due
        spent: dict[str, Cause] = {}
        levels = tuple(
            _fire(level, rule, at, spent)
            for level, rule in zip(state.levels, limits.rules, strict=True)
        )
        state = _settle(limits, state, levels, at, spent, trace)
    return state


def rebook(
    old: Limits, new: Limits, state: Judged, at: int, held: Cause | None, trace: Trace
) -> Judged:
    """The state under other rules, judged at once against the newest value (None: none yet).

    Untouched comparators go on. One whose limit moved is active if it was and still is reached;
    one whose deadband or delays moved goes on under the new ones; a new one starts from `held`.
    What stood by a rule that went or a limit that moved is withdrawn; where a limit is still
    reached, that is another occurrence.
    """
    state = advance(old, state, at, trace)
    before = {
        level.rule: (level, rule)
        for level, rule in zip(levels_of(old, state), old.rules, strict=True)
    }
    spent: dict[str, Cause] = {}
    again = None if held is None else replace(held, again_at=at)
    levels = tuple(
        _reopen(rule, before.get(rule.id), at, again if rule.id in before else held, spent)
        for rule in new.rules
    )
    limits = {rule.id: (rule.limit, rule.condition) for rule in new.rules}
    moved = frozenset(
        rule.id for rule in old.rules if limits.get(rule.id) != (rule.limit, rule.condition)
    )
    after = _settle(new, state, levels, at, spent, trace, moved, again)
    if state.is_quiet and after.is_quiet:
        del trace.changes[at]
    return after


def freeze(point_id: int, at: int, state: Judged) -> PointState:
    """The state as it is put on record."""
    return PointState(
        point_id,
        at,
        tuple(level for level in state.levels if not level.is_idle),
        tuple(standing for standing in state.standing if standing is not None),
    )


def thaw(limits: Limits, saved: PointState | None) -> Judged:
    """The state from the record, under `limits`.

    A comparator goes on under the version of its rule that is there; what stands without any
    active comparator left (its rule is gone) is left out.
    """
    if saved is None:
        return Judged.quiet(limits)
    known = {level.rule: level for level in saved.levels}
    levels = tuple(
        replace(known[rule.id], version=rule.version)
        if rule.id in known
        else Level(rule.id, rule.version)
        for rule in limits.rules
    )
    active = {
        rule.direction for level, rule in zip(levels, limits.rules, strict=True) if level.active
    }
    kept = {s.direction: s for s in saved.standing if s.direction in active}
    return _made(limits, levels, (kept.get(Direction.HIGH), kept.get(Direction.LOW)))


def is_like(one: Judged, other: Judged) -> bool:
    """Whether both judge alike whatever follows."""
    return one is other or (one.levels == other.levels and one.standing == other.standing)


def _sample(
    level: Level, rule: LimitRule, at: int, sample: Cause, spent: dict[str, Cause]
) -> Level:
    turning = rule.left(sample.value) if level.active else rule.reached(sample.value)
    if not turning:
        return level if level.since is None else Level(level.rule, level.version, level.active)
    if level.since is not None:
        return level
    pending = Level(level.rule, level.version, level.active, at, sample)
    return _fire(pending, rule, at, spent)


def _fire(level: Level, rule: LimitRule, at: int, spent: dict[str, Cause]) -> Level:
    due = _due(level, rule)
    if due is None or due > at:
        return level
    if level.cause is not None:
        spent[level.rule] = level.cause
    return Level(level.rule, level.version, not level.active)


def _due(level: Level, rule: LimitRule) -> int | None:
    if level.since is None:
        return None
    return level.since + (rule.off_delay_ms if level.active else rule.on_delay_ms)


def _reopen(
    rule: LimitRule,
    before: tuple[Level, LimitRule] | None,
    at: int,
    held: Cause | None,
    spent: dict[str, Cause],
) -> Level:
    fresh = Level(rule.id, rule.version)
    if before is None:
        return fresh if held is None else _sample(fresh, rule, at, held, spent)
    level, old = before
    if old.version == rule.version:
        return level
    if held is None:
        return fresh
    if not level.active:
        going = replace(level, version=rule.version)
        kept = going if (old.limit, old.condition) == (rule.limit, rule.condition) else fresh
        return _sample(kept, rule, at, held, spent)
    if (old.limit, old.condition) == (rule.limit, rule.condition):
        return _sample(replace(level, version=rule.version), rule, at, held, spent)
    return replace(fresh, active=rule.reached(held.value))


def _settle(
    limits: Limits,
    state: Judged,
    levels: tuple[Level, ...],
    at: int,
    spent: dict[str, Cause],
    trace: Trace,
    moved: frozenset[str] = frozenset(),
    held: Cause | None = None,
) -> Judged:
    high, low = (
        _stand(limits, before, levels, direction, at, spent, trace, moved, held)
        for before, direction in zip(state.standing, DIRECTIONS, strict=True)
    )
    after = _made(limits, levels, (high, low))
    trace.changes[at] = after
    return after


def _made(limits: Limits, levels: tuple[Level, ...], standing: Pair) -> Judged:
    due: int | None = None
    idle = standing == (None, None)
    for level, rule in zip(levels, limits.rules, strict=True):
        then = _due(level, rule)
        if then is not None and (due is None or then < due):
            due = then
        idle = idle and level.is_idle
    return QUIET if idle else Judged(levels, standing, due, idle)


def _stand(
    limits: Limits,
    before: Standing | None,
    levels: tuple[Level, ...],
    direction: Direction,
    at: int,
    spent: dict[str, Cause],
    trace: Trace,
    moved: frozenset[str],
    held: Cause | None,
) -> Standing | None:
    active = [
        rule
        for level, rule in zip(levels, limits.rules, strict=True)
        if level.active and rule.direction is direction
    ]
    top = max(active, key=severity, default=None)
    if before is None:
        return None if top is None else _rise(limits, top, at, spent, held, trace)
    gone = before.step.rule in moved
    if top is None or (gone and held is not None):
        ended = EventKind.WITHDRAWN if gone else EventKind.RETURNED
        trace.verdicts.append(Verdict(ended, at, before))
        return None if top is None else _rise(limits, top, at, {}, held, trace)
    was = before.step
    if (was.rule, was.version) == (top.id, top.version):
        return before
    cause = spent.get(top.id) or spent.get(was.rule) or held
    step = _step(top, at, cause.value if cause else was.value)
    after = replace(before, step=step)
    trace.verdicts.append(Verdict(_shift(was, step), at, after))
    return after


def _rise(
    limits: Limits,
    top: LimitRule,
    at: int,
    spent: dict[str, Cause],
    held: Cause | None,
    trace: Trace,
) -> Standing:
    cause = spent.get(top.id) or held
    assert cause is not None, "a comparator became active without a reading"
    point = limits.point
    numbered = cause.boot is not None and cause.seq is not None
    message = (point.gateway or "", cause.boot or "", cause.seq or 0) if numbered else None
    identity = alarm_id(
        point.enterprise,
        point.tag,
        top.direction,
        top.id,
        cause.measured_at,
        cause.value,
        message,
    )
    if cause.again_at is not None:
        identity = next_id(identity, cause.again_at)
    step = _step(top, at, cause.value)
    standing = Standing(identity, top.direction, at, cause.received_at, step)
    trace.verdicts.append(Verdict(EventKind.RAISED, at, standing))
    return standing


def _shift(was: Step, now: Step) -> EventKind:
    if was.rule == now.rule:
        return EventKind.ESCALATED if now.grade < was.grade else EventKind.CORRECTED
    return EventKind.ESCALATED if now.severity > was.severity else EventKind.DEESCALATED


def _step(rule: LimitRule, at: int, value: float) -> Step:
    return Step(
        at,
        rule.id,
        rule.version,
        rule.condition,
        rule.limit,
        rule.grade,
        value,
        rule.latch,
        rule.realarm_ms,
    )
