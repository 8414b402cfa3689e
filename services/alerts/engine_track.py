"""A point on its way through time: its limits, its judged state, its window, its newest reading."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.alerts.engine_board import Board, Inhibited
from services.alerts.engine_columns import Kept
from services.alerts.engine_outcome import ShownValue
from services.domain.judgement import Cause, Newest, PointState
from services.domain.limits import DIRECTIONS, Limits
from services.domain.occurrence import Occurrence, found
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.rule import Direction, LimitRule
from services.domain.verdict import (
    Judged,
    Trace,
    advance,
    freeze,
    is_like,
    judge,
    rebook,
    thaw,
)
from services.domain.window import LATE_MS, Window


class Track:
    """The live judge of one point. `high_at`/`low_at`: strictly between, a quiet point stays so.

    `ticked_to` is the judging time up to which delays were let run out by our clock; `seen` is the
    reading whose value is shown; `row` is where it is remembered (`Columns`), or -1. A country has many of these, so what most never need is made
    when it is needed: the board, and what was said of late.
    """

    __slots__ = (
        "_board",
        "has_strays",
        "high_at",
        "inhibited",
        "limits",
        "low_at",
        "newest",
        "point",
        "row",
        "said",
        "seen",
        "stale",
        "state",
        "ticked_to",
        "window",
    )

    def __init__(
        self, point: Point, rules: Iterable[LimitRule], inhibited: Inhibited | None = None
    ) -> None:
        self.point = point
        self.inhibited = inhibited
        self.row = -1
        self.newest: Reading | None = None
        self.seen: Reading | None = None
        self.ticked_to: int | None = None
        self.said: dict[int, Judged] | None = None
        self._board: Board | None = None
        self.has_strays = False
        self.stale = False
        self.start(Limits.of(point, rules))

    @property
    def board(self) -> Board:
        """Its alarms."""
        if self._board is None:
            self._board = Board(self.point, self.inhibited)
        return self._board

    @property
    def has_alarms(self) -> bool:
        """Whether any alarm of it is known, open or lately closed."""
        return self._board is not None and bool(self._board.known)

    @property
    def is_calm(self) -> bool:
        """Whether nothing is up: its newest readings are all there is to remember of it."""
        return self.state.is_quiet and not self.stale and not self.has_alarms

    @property
    def shown(self) -> ShownValue | None:
        """Its newest value as it is shown."""
        seen = self.seen
        if seen is None:
            return None
        return ShownValue(self.point.id, seen.judged_at, seen.value, seen.quality)

    def start(self, limits: Limits) -> None:
        """Nothing has been judged yet; it will be by these limits."""
        self.take(limits)
        self.state = Judged.quiet(limits)
        self.window = Window(self.state)

    def take(self, limits: Limits) -> None:
        """Judge by these limits from now on."""
        self.limits = limits
        self.high_at, self.low_at = limits.high_at, limits.low_at

    def estimate(self, now: int) -> int:
        """The point's judging time now, by its newest reading and our clock since then."""
        newest = self.newest
        assert newest is not None
        return newest.judged_at + max(0, now - newest.received_at)

    def step(self, judged_at: int, reading: Reading, trace: Trace) -> None:
        """Judge a reading newer than all before."""
        cause = Cause.of(reading)
        self.state = judge(self.limits, self.state, judged_at, cause, cause, trace)

    def again(self, reading: Reading) -> tuple[list[Occurrence], int, Trace]:
        """Put a late reading into the window and judge all that follows it again.

        Answers what stood or came since then, from when on, and the trace of the new way.
        """
        window, trace = self.window, Trace()
        start, since = window.split(reading)
        if since is None:
            since = window.entries[0].judged_at - 1
        state = start
        for first, end, at, high, low in window.again(reading.judged_at):
            state = judge(self.limits, state, at, high, low, trace)
            window.note(first, end, state)
        if self.ticked_to is not None:
            state = advance(self.limits, state, self.ticked_to, trace)
        window.trim()
        self.state = state
        trace.changes = self._resaid(start, since, trace.changes)
        return found(start.standing, trace.verdicts), since, trace

    def run_out(self, until: int, trace: Trace) -> None:
        """Let delays run out up to a judging time."""
        self.state = advance(self.limits, self.state, until, trace)
        if trace.changes:
            self.ticked_to = max(trace.changes)

    def turn(self, limits: Limits, at: int, trace: Trace) -> None:
        """Go on under other limits from `at` on, judged at once against the newest value."""
        held = Cause.of(self.newest) if self.newest else None
        self.state = rebook(self.limits, limits, self.state, at, held, trace)
        self.take(limits)
        self.restart()

    def restart(self) -> None:
        """Forget the window: what comes from behind the newest is judged over the record."""
        self.window = Window(self.state, self.newest.judged_at if self.newest else None)
        self.said = None
        self.ticked_to = None

    def came_in_our_future(self, now: int) -> bool:
        """Whether our own clock was set back since the newest reading came, beyond lateness."""
        return self.newest is not None and self.newest.received_at - now > LATE_MS

    def set_back(self) -> None:
        """Our own clock was: no time of before is a measure for what comes now. What stands goes
        on standing; a delay that ran begins anew."""
        saved = freeze(self.point.id, 0, self.state)
        active = tuple(replace(e, since=None, cause=None) for e in saved.levels if e.active)
        self.state = thaw(self.limits, replace(saved, levels=active))
        self.newest = self.seen = None
        self.restart()

    def forget(self) -> None:
        """Begin anew, as a point that has not been heard of."""
        self.state = Judged.quiet(self.limits)
        self.newest = self.seen = None
        self.restart()

    def say(self, trace: Trace) -> list[PointState]:
        """The changes of state as they go on record, and what was said before let go."""
        if not trace.changes:
            return []
        newest = Newest.of(self.newest) if self.newest else None
        horizon = newest.judged_at - LATE_MS if newest else 0
        said = {at: state for at, state in (self.said or {}).items() if at > horizon}
        self.said = said | trace.changes
        return [self._frozen(at, trace.changes[at], newest) for at in sorted(trace.changes)]

    def present(self, at: int) -> PointState:
        """The state now, as it goes on record."""
        return self._frozen(at, self.state, Newest.of(self.newest) if self.newest else None)

    def restore(
        self, saved: PointState, newest: Reading | None, rules: Sequence[LimitRule]
    ) -> None:
        """Take a state up from the record, under the rules it was judged by (`rules`)."""
        self.newest = newest
        self.take(Limits.of(self.point, rules))
        self.state = thaw(self.limits, saved)
        self.restart()
        self.ticked_to = saved.at
        if newest is not None and saved.at > newest.judged_at:
            self.window.base_at = saved.at
        self.stale = True

    def wake(self, kept: Kept) -> None:
        """Take up what was remembered of a point at which nothing is up. Its idle comparators
        judge by the rules of now, so nothing of it can be stale."""
        self.newest, self.seen = kept.newest, kept.seen
        self.restart()
        if kept.newest is not None:
            self.ticked_to = self.window.base_at = max(kept.at, kept.newest.judged_at)

    def stands_at(self) -> int:
        """From which judging time on its state is what it is (no later change is in it)."""
        newest_at = self.newest.judged_at if self.newest else -1
        return max(newest_at, self.ticked_to or -1)

    def forgets_before(self) -> int | None:
        """Before which time an alarm must have ended to be out of the window's reach (None:
        there is no window, so none is in its reach)."""
        entries = self.window.entries
        if self.window.base_at is not None:
            return self.window.base_at
        return entries[0].judged_at if entries else None

    def idle_in(self, direction: Direction) -> bool:
        """Whether nothing stands or is pending in a direction."""
        if self.state.is_quiet:
            return True
        return self.state.standing[DIRECTIONS.index(direction)] is None and all(
            level.is_idle
            for level, rule in zip(self.state.levels, self.limits.rules, strict=True)
            if rule.direction is direction
        )

    def _frozen(self, at: int, state: Judged, newest: Newest | None) -> PointState:
        frozen = freeze(self.point.id, at, state)
        return PointState(frozen.point_id, at, frozen.levels, frozen.standing, newest)

    def _resaid(self, start: Judged, since: int, changes: dict[int, Judged]) -> dict[int, Judged]:
        """All that must be said anew: from the first moment on at which the record is wrong."""
        old = {at: s for at, s in (self.said or {}).items() if at > since}
        times = sorted({*old, *changes})
        state, wrong = start, False
        anew: dict[int, Judged] = {}
        for at in times:
            state = changes.get(at, state)
            wrong = wrong or at not in old or not is_like(old[at], state)
            if wrong:
                anew[at] = state
        return anew
