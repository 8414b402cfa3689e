"""The same judge over stored readings: what would have alarmed, with the rules of each time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from services.domain.directory import Directory
from services.domain.judgement import Cause, Newest, PointState
from services.domain.limits import Limits
from services.domain.occurrence import History, found
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.rule import LimitRule
from services.domain.verdict import Trace, freeze, judge, rebook, thaw
from services.domain.window import extremes

RulesAt = Callable[[int], Sequence[LimitRule]]


class RulesOverTime:
    """The rules of a point at any time (epoch ms), looked up once for each stretch of time."""

    def __init__(self, directory: Directory, point_id: int) -> None:
        self._directory = directory
        self._point_id = point_id
        versions = directory.rules.get(point_id, ())
        ends = [rule.valid_to for rule in versions if rule.valid_to is not None]
        self._turns = sorted({*(rule.valid_from for rule in versions), *ends})
        self._from, self._to = 1, 0
        self._rules: tuple[LimitRule, ...] = ()

    def __call__(self, at: int) -> tuple[LimitRule, ...]:
        if not self._from <= at < self._to:
            self._from = max((turn for turn in self._turns if turn <= at), default=0)
            self._to = min((turn for turn in self._turns if turn > at), default=1 << 62)
            self._rules = tuple(self._directory.in_force_at(self._point_id, at))
        return self._rules


def judge_history(
    point: Point,
    rules_at: RulesAt,
    readings: Iterable[Reading],
    start: PointState | None = None,
    recorded: Sequence[PointState] = (),
    settle_after: int | None = None,
) -> History:
    """Judge stored readings of one point, sorted by (judged_at, measured_at).

    `rules_at(epoch ms)` are the rules in force then (`RulesOverTime`). `start` is the last state
    on record before the first dirty instant (`at` strictly before it; None: from the first
    reading on), and `readings` those judged after `start.at`. `recorded` are all states on
    record after `start`, sorted; where the new state meets the recorded one after `settle_after`
    (the last dirty instant), judging stops: the rest is on record already.
    """
    replay = _Replay(point, start, recorded)
    if start is not None:
        replay.begin(tuple(rules_at(start.at)))
    settled_at = None
    for at, high, low, newest in _instants(readings):
        replay.step(tuple(rules_at(at)), at, high, low, newest)
        if settle_after is not None and at > settle_after and replay.agrees(at):
            settled_at = at
            break
    return replay.history(settled_at)


class _Replay:
    """A judge on its way through the past of one point."""

    def __init__(
        self, point: Point, start: PointState | None, recorded: Sequence[PointState]
    ) -> None:
        self._point = point
        self._start = start
        self._recorded = recorded
        self._passed = 0
        self._limits: Limits | None = None
        self._rules: tuple[LimitRule, ...] = ()
        self._trace = Trace()
        self._state = self._initial = thaw(Limits.of(point, ()), start)
        self._newest = start.newest if start else None
        self._at = start.at if start else 0

    def step(
        self, rules: tuple[LimitRule, ...], at: int, high: Cause, low: Cause, newest: Newest
    ) -> None:
        """Judge one instant by the rules of its time."""
        if self._limits is None:
            self.begin(rules)
        if rules is not self._rules:
            self._turn(rules, at)
        assert self._limits is not None
        self._state = judge(self._limits, self._state, at, high, low, self._trace)
        self._newest, self._at = newest, at

    def agrees(self, at: int) -> bool:
        """Whether the state on record at this time is like the one judged."""
        while self._passed < len(self._recorded) and self._recorded[self._passed].at <= at:
            self._passed += 1
        before = self._recorded[self._passed - 1] if self._passed else self._start
        return freeze(self._point.id, at, self._state).is_like(
            before or PointState(self._point.id, at)
        )

    def history(self, settled_at: int | None) -> History:
        """What was found on the way."""
        final = replace(freeze(self._point.id, self._at, self._state), newest=self._newest)
        return History(
            self._point.id,
            tuple(found(self._initial.standing, self._trace.verdicts)),
            tuple(self._states(settled_at)),
            final,
            self._start.at if self._start else None,
            settled_at,
        )

    def begin(self, rules: tuple[LimitRule, ...]) -> None:
        """Take the start state up under the rules it was judged by, as far as they are known."""
        self._rules = rules
        self._limits = Limits.of(self._point, rules)
        self._state = self._initial = thaw(self._limits, self._start)

    def _turn(self, rules: tuple[LimitRule, ...], at: int) -> None:
        """Go on under the rules of a later time, from the moment they came into force."""
        assert self._limits is not None
        then = Limits.of(self._point, rules)
        if then != self._limits:
            came = [rule.valid_from for rule in then.rules if rule not in self._limits.rules]
            gone = [rule.valid_to for rule in self._limits.rules if rule not in then.rules]
            turns = [turn for turn in (*came, *gone) if turn is not None and turn <= at]
            moment = max((self._at, *turns))
            held = self._held()
            self._state = rebook(self._limits, then, self._state, moment, held, self._trace)
            self._limits = then
        self._rules = rules

    def _held(self) -> Cause | None:
        newest = self._newest
        if newest is None:
            return None
        return Cause(newest.measured_at, newest.received_at, newest.value)

    def _states(self, settled_at: int | None) -> Iterator[PointState]:
        """New states, and the states now in force where the record had another one."""
        on_record = {state.at: state for state in self._recorded}
        changes = self._trace.changes
        last = self._at if settled_at is None else settled_at
        times = sorted({*changes, *(at for at in on_record if at <= last)})
        state = self._initial
        for at in times:
            state = changes.get(at, state)
            now = freeze(self._point.id, at, state)
            was = on_record.get(at)
            if was is None or not was.is_like(now):
                yield now


def _instants(readings: Iterable[Reading]) -> Iterator[tuple[int, Cause, Cause, Newest]]:
    """The judged readings, those of one instant together: (at, greatest, smallest, last)."""
    judged = (reading for reading in readings if reading.is_judged)
    for (at, _), same in groupby(judged, key=lambda r: (r.judged_at, r.measured_at)):
        together = list(same)
        high, low = extremes(together)
        yield at, high, low, Newest.of(together[-1])
