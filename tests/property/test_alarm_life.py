"""The engine against a written model of ISA-18.2's seven states, whatever happens in which order.

The model knows one point with two levels, its neighbour, and the plant's logic. It is written
from the standard's words, not from the machine in `services.domain.alarm_life`.
"""

from dataclasses import dataclass, replace

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.alerts.engine import Action
from services.domain import alarm_life
from services.domain.alarm import Alarm, EventKind
from services.domain.alarm_life import Case, Impossible, LifeEvent
from services.domain.claim import Claim
from services.domain.point import Point, PointKind
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT
from tests.stories.park import Park, ms
from tests.stories.park import rule as limit

TANK = Point(21, "acme", "LT-21", PointKind.LEVEL, "%", hazard_source="tanks")
NEXT = replace(TANK, id=22, tag="LT-22")
GRADES = {1: 4, 2: 3}
VALUES = {0: 10.0, 1: 85.0, 2: 95.0}
REALARM_S = 900
OFF = ("shelved", "suppressed", "out_of_service")


@dataclass
class Model:
    """One subject and direction: what is on the board."""

    latch: bool
    state: str = "normal"
    level: int = 0
    inhibited: bool = False
    off_grade: int = 0
    """At which it was taken off the board; always by one person."""
    until: float | None = None
    acknowledged_at: float = 0.0

    def reads(self, level: int) -> None:
        was, self.level = self.level, level
        if level > was:
            self._rises(new=was == 0)
        elif level == 0 < was:
            if self.state == "unacknowledged" or (self.state == "acknowledged" and self.latch):
                self.state = "returned_unacknowledged"
            elif self.state == "acknowledged":
                self.state = "normal"

    def _rises(self, new: bool) -> None:
        if self.state in ("shelved", "out_of_service"):
            if GRADES[self.level] >= self.off_grade:
                return
            self.until = None
            self.state = "suppressed" if self.inhibited else "unacknowledged"
        elif self.state not in OFF:
            self.state = "suppressed" if new and self.inhibited else "unacknowledged"

    def comes_back(self) -> None:
        self.until = None
        if self.level:
            self.state = "unacknowledged"
        else:
            self.state = "returned_unacknowledged" if self.latch else "normal"
        if self.inhibited and self.state != "normal":
            self.state = "suppressed"

    def time_is(self, now: float) -> None:
        if self.until is not None and now >= self.until:
            self.comes_back()
        if self.state == "acknowledged" and now >= self.acknowledged_at + REALARM_S:
            self.state = "unacknowledged"


class Life(RuleBasedStateMachine):
    """Whatever may happen to it."""

    @initialize(latch=st.booleans())
    def begins(self, latch: bool) -> None:
        rules = [
            replace(limit(name, at, GRADES[level], point=point), latch=latch, realarm_ms=900_000)
            for point in (TANK, NEXT)
            for level, name, at in ((1, "H", 80.0), (2, "HH", 90.0))
        ]
        self.park = Park(*rules, points=(TANK, NEXT))
        self.model = Model(latch)
        self.next_stands = False
        self.before: dict[str, Alarm] = {}
        self.checked = 0

    @rule(level=st.sampled_from([0, 1, 2]))
    def is_read(self, level: int) -> None:
        self.park.now += 1
        self._time()
        self.park.read(VALUES[level], self.park.now, point=TANK)
        self.model.reads(level)

    @rule(stands=st.booleans())
    def a_neighbour_is_read(self, stands: bool) -> None:
        self.park.now += 1
        self._time()
        self.park.read(85.0 if stands else 10.0, self.park.now, point=NEXT)
        rose = stands and not self.next_stands
        self.next_stands = stands
        if rose and not self.model.inhibited and self.model.state == "shelved":
            self.model.comes_back()

    @rule(seconds=st.sampled_from([60, 899, 900, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.park.now += seconds
        self._time()

    @rule()
    def is_acknowledged(self) -> None:
        mine = self._mine()
        if mine is None:
            return
        self.park.acknowledge(mine.id)
        if self.model.state == "unacknowledged":
            self.model.state = "acknowledged"
            self.model.acknowledged_at = self.park.now
        elif self.model.state == "returned_unacknowledged":
            self.model.state = "normal"

    @rule(minutes=st.sampled_from([1.0, 30.0, 240.0]))
    def is_shelved(self, minutes: float) -> None:
        mine = self._mine()
        if self._acts(LifeEvent.SHELVE, minutes):
            assert self.model.state not in ("normal", *OFF)
            assert mine is not None
            self.model.state, self.model.off_grade = "shelved", mine.grade
            self.model.until = self.park.now + minutes * 60
        else:
            assert self.model.state in ("normal", *OFF)

    @rule(minutes=st.sampled_from([1.0, 240.0]))
    def is_taken_out(self, minutes: float) -> None:
        mine = self._mine()
        if self._acts(LifeEvent.TAKE_OUT, minutes):
            assert mine is not None
            self.model.state, self.model.off_grade = "out_of_service", mine.grade
            self.model.until = self.park.now + minutes * 60
        else:
            assert self.model.state in ("normal", "out_of_service")

    @rule()
    def is_unshelved(self) -> None:
        assert self._acts(LifeEvent.UNSHELVE) == (self.model.state == "shelved")
        if self.model.state == "shelved":
            self.model.comes_back()

    @rule()
    def returns_to_service(self) -> None:
        assert self._acts(LifeEvent.RETURN_TO_SERVICE) == (self.model.state == "out_of_service")
        if self.model.state == "out_of_service":
            self.model.comes_back()

    @rule(active=st.booleans())
    def the_plant_says(self, active: bool) -> None:
        now = self.park.now
        lease = ms(now + 1_000_000)
        subject = Subject("hazard_source", "tanks")
        said = Claim(
            INHIBIT, "acme", subject, "stopped", active, 4, ms(now), str(now), {}, None, 1, lease
        )
        self.park.take(self.park.engine.claim([said], ms(now)))
        if active and not self.model.inhibited and self.model.state not in ("normal", *OFF):
            self.model.state = "suppressed"
        self.model.inhibited = active
        if not active and self.model.state == "suppressed":
            self.model.comes_back()

    @rule()
    def is_killed_and_started(self) -> None:
        self.park.restart()

    @invariant()
    def is_what_the_model_says(self) -> None:
        if not hasattr(self, "park"):
            return
        mine = self._mine()
        assert (mine.state if mine else "normal") == self.model.state
        if mine is not None:
            assert (mine.off is not None) == (mine.state in OFF)
            assert (mine.cleared_at is None) == (self.model.level > 0)

    @invariant()
    def went_only_where_the_table_leads(self) -> None:
        if not hasattr(self, "park"):
            return
        for transition in self.park.said[self.checked :]:
            alarm = transition.alarm
            was = self.before.get(alarm.id)
            self.before[alarm.id] = alarm
            events = _LED_BY.get(transition.event)
            if was is None or events is None or was.is_claimed:
                continue
            cases = [
                Case(was.cleared_at is None, latched, covered)
                for latched in (False, True)
                for covered in (False, True)
            ]
            led = {alarm_life.after(was.state, events, case) for case in cases}
            assert alarm.state in {each for each in led if not isinstance(each, Impossible)}
        self.checked = len(self.park.said)

    def _mine(self) -> Alarm | None:
        return next((each for each in self.park.open if each.tag == TANK.tag), None)

    def _time(self) -> None:
        self.park.wait(self.park.now)
        self.model.time_is(self.park.now)

    def _acts(self, kind: LifeEvent, minutes: float = 0.0) -> bool:
        mine = self._mine()
        if mine is None:
            return False
        action = Action(kind, mine.id, "wang", "why", minutes, "P-1")
        outcome, _, refused = self.park.engine.act(action, None, ms(self.park.now))
        self.park.take(outcome)
        assert bool(refused) == (not outcome.transitions)
        return not refused


_LED_BY = {
    EventKind.ESCALATED: LifeEvent.WORSENS,
    EventKind.DEESCALATED: LifeEvent.EASES,
    EventKind.RETURNED: LifeEvent.RETURNS,
    EventKind.CLEARED: LifeEvent.RETURNS,
    EventKind.ACKNOWLEDGED: LifeEvent.ACKNOWLEDGE,
    EventKind.REALARMED: LifeEvent.REALARM,
    EventKind.SHELVED: LifeEvent.SHELVE,
    EventKind.UNSHELVED: LifeEvent.UNSHELVE,
    EventKind.SUPPRESSED: LifeEvent.SUPPRESS,
    EventKind.RELEASED: LifeEvent.RELEASE,
    EventKind.TAKEN_OUT: LifeEvent.TAKE_OUT,
    EventKind.RETURNED_TO_SERVICE: LifeEvent.RETURN_TO_SERVICE,
    EventKind.WITHDRAWN: LifeEvent.WITHDRAW,
}

TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
