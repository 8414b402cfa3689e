"""The engine and the written model (`life_model`) agree on an alarm's whole life, whatever happens
to it in which order: readings, levels, delays, operators, shelves, the plant's logic, rules that
change, time, and a start from a dump or from what was spooled after one."""

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.alerts.engine import Action, Engine, Outcome
from services.domain.alarm import Alarm
from services.domain.alarm_life import LifeEvent
from services.domain.claim import Claim
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.domain.rule import LimitRule
from services.domain.subject import Subject
from services.domain.suppression import INHIBIT
from tests.property.life_model import REALARM_S, Level, Model
from tests.stories.park import Park, ms
from tests.stories.park import rule as limit

TANK = Point(21, "acme", "LT-21", PointKind.LEVEL, "%", hazard_source="tanks")
NAMES = {1: "H", 2: "HH"}
GRADES = st.sampled_from([(4, 3), (3, 2), (2, 1), (3, 3)])
LEASE_S = 10_000_000
MINUTES = [0.0, 1.0, 30.0, 31.0, 240.0, 241.0, 720.0, 721.0]
SECONDS = [None, "wang", "li"]


class WholeLife(RuleBasedStateMachine):
    """One point with two levels."""

    @initialize(
        latch=st.booleans(),
        grades=GRADES,
        deadband=st.sampled_from([0.0, 5.0]),
        delays=st.tuples(*[st.sampled_from([0, 0, 3, 7])] * 4),
    )
    def begins(
        self, latch: bool, grades: tuple[int, int], deadband: float, delays: tuple[int, ...]
    ) -> None:
        self.model = Model(
            latch,
            {
                1: Level(80.0, grades[0], deadband, delays[0], delays[1]),
                2: Level(90.0, grades[1], deadband, delays[2], delays[3]),
            },
        )
        self.spare = {number: replace(each) for number, each in self.model.levels.items()}
        self.version = dict.fromkeys(NAMES, 1)
        self.names = dict(NAMES)
        self.made = 0
        self.in_force = {number: self._rule(number, each) for number, each in self.spare.items()}
        self.park = Park(*self.in_force.values(), points=(TANK,))
        self.now = 0
        self._dumped()

    @rule(value=st.sampled_from([82.0, 85.0, 87.0, 95.0]), after=st.integers(1, 9))
    def is_read_beyond(self, value: float, after: int) -> None:
        self._is_read(value, after)

    @rule(value=st.sampled_from([10.0, 78.0]), after=st.integers(1, 9))
    def is_read_within(self, value: float, after: int) -> None:
        self._is_read(value, after)

    @rule(values=st.lists(st.sampled_from([10.0, 85.0, 95.0]), min_size=2, max_size=5))
    def goes_up_and_down(self, values: list[float]) -> None:
        for value in values:
            self._is_read(value, 8)

    def _is_read(self, value: float, after: int) -> None:
        self._pass(after)
        reading = Reading(TANK.id, ms(self.now), ms(self.now), value, Quality.GOOD)
        self.heard.append(reading)
        self._take(self.park.engine.judge([reading], ms(self.now)))
        self.model.reads(self.now, value)

    @rule(value=st.sampled_from([10.0, 95.0, None]))
    def is_read_in_bad_quality(self, value: float | None) -> None:
        self._pass(1)
        reading = Reading(TANK.id, ms(self.now), ms(self.now), value, Quality.BAD)
        self._take(self.park.engine.judge([reading], ms(self.now)))

    @rule(seconds=st.sampled_from([1, 5, 60, REALARM_S - 1, REALARM_S, 14_400]))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule()
    def is_acknowledged(self) -> None:
        mine = self._mine()
        if mine is not None:
            outcome, _, refused = self.park.engine.acknowledge(
                [mine.id], "wang", "seen", None, ms(self.now)
            )
            assert refused == []
            self._take(outcome)
        self.model.acknowledge(self.now)

    @rule(minutes=st.sampled_from(MINUTES), second=st.sampled_from(SECONDS))
    def is_shelved(self, minutes: float, second: str | None) -> None:
        accepted = self._acts(LifeEvent.SHELVE, minutes, second)
        assert accepted == self.model.shelve(self.now, minutes, second)

    @rule(
        minutes=st.sampled_from([0.0, 2.0, 721.0, 50_000.0]),
        permit=st.sampled_from([None, "P-1"]),
        second=st.sampled_from(SECONDS),
    )
    def is_taken_out(self, minutes: float, permit: str | None, second: str | None) -> None:
        accepted = self._acts(LifeEvent.TAKE_OUT, minutes, second, permit)
        assert accepted == self.model.take_out(self.now, minutes, permit, second)

    @rule()
    def is_unshelved(self) -> None:
        assert self._acts(LifeEvent.UNSHELVE) == self.model.bring_back("shelved")

    @rule()
    def returns_to_service(self) -> None:
        accepted = self._acts(LifeEvent.RETURN_TO_SERVICE)
        assert accepted == self.model.bring_back("out_of_service")

    @rule(active=st.booleans())
    def the_plant_says(self, active: bool) -> None:
        now, tanks = ms(self.now), Subject("hazard_source", "tanks")
        said = Claim(
            INHIBIT,
            "acme",
            tanks,
            "unit_stopped",
            active,
            4,
            now,
            str(now),
            {},
            None,
            1,
            ms(self.now + LEASE_S),
        )
        self._take(self.park.engine.claim([said], now))
        self.model.inhibit(active)

    @rule(number=st.sampled_from([1, 2]))
    def a_limit_goes_or_comes_back(self, number: int) -> None:
        self._pass(1)
        if number in self.model.levels:
            self._book(replace(self.in_force[number], valid_to=ms(self.now)))
            self.model.without(number, self.now)
            return
        self.made += 1
        self.version[number] = 1
        self.names[number] = f"{NAMES[number]}-{self.made}"
        level = replace(self.spare[number], active=False, since=None)
        self.in_force[number] = self._rule(number, level)
        self._book(self.in_force[number])
        self.model.with_(number, level, self.now)

    @rule(at=st.sampled_from([77.0, 80.0, 84.0]))
    def a_limit_moves(self, at: float) -> None:
        self._pass(1)
        if 1 not in self.model.levels or self.model.levels[1].limit == at:
            return
        ended = replace(self.in_force[1], valid_to=ms(self.now))
        self.version[1] += 1
        self.spare[1] = replace(self.spare[1], limit=at)
        self.in_force[1] = self._rule(1, self.spare[1])
        self._book(ended, self.in_force[1])
        self.model.moved(1, at, self.now)

    @rule()
    def is_stopped_and_started(self) -> None:
        self._dumped()
        self.park.engine = Engine.load(self.dump, self.park.directory)

    @rule()
    def is_killed(self) -> None:
        """The last dump, what was spooled since, and the newest reading it had acknowledged."""
        engine = Engine.load(self.dump, self.park.directory)
        for outcome in self.spooled:
            for transition in outcome.transitions:
                engine.replay_record(transition)
            for state in outcome.states:
                engine.replay_record(state)
            for claim in outcome.claims:
                engine.replay_record(claim)
        outcome = engine.recall(self.heard[-1:], ms(self.now))
        self.park.engine = engine
        self._take(outcome)

    @rule()
    def a_snapshot_is_kept(self) -> None:
        self._dumped()

    @invariant()
    def stands_as_the_model_says(self) -> None:
        if not hasattr(self, "park"):
            return
        mine, model = self._mine(), self.model.open
        assert (mine.state if mine else "normal") == self.model.state
        if mine is not None and model is not None:
            assert mine.condition == NAMES[model.level]
            assert (mine.cleared_at is None) == model.stands
            assert (mine.off is None) == (model.off_until is None and mine.state != "suppressed")

    @invariant()
    def tells_the_same_life_from_the_beginning(self) -> None:
        if not hasattr(self, "park"):
            return
        told = [each for each in self.park.alarms.values() if not each.is_claimed]
        assert [
            (each.raised_at, each.closed_as, each.superseded, each.acknowledged_by) for each in told
        ] == [
            (ms(each.raised_at), each.closed_as, each.superseded, each.acknowledged_by)
            for each in self.model.past
        ]

    def _mine(self) -> Alarm | None:
        mine = [each for each in self.park.engine.open_alarms() if not each.is_claimed]
        assert len(mine) <= 1
        return mine[0] if mine else None

    def _pass(self, seconds: int) -> None:
        """Second by second where the model says that something happens, else at once."""
        until = self.now + seconds
        while self.now < until:
            moment = self.model.next_moment(self.now)
            self.now = until if moment is None else min(moment, until)
            self._take(self.park.engine.tick(ms(self.now)))
            self.model.second(self.now)

    def _take(self, outcome: Outcome) -> None:
        self.park.take(outcome)
        self.spooled.append(outcome)

    def _dumped(self) -> None:
        self.dump = self.park.engine.dump()
        self.spooled: list[Outcome] = []
        self.heard: list[Reading] = []

    def _book(self, *rules: LimitRule) -> None:
        self.park.now = self.now
        self.park.book(*rules)
        self.spooled.append(self.park.last)

    def _rule(self, number: int, level: Level) -> LimitRule:
        made = limit(
            NAMES[number],
            level.limit,
            level.grade,
            deadband=level.deadband,
            on=level.on_delay,
            off=level.off_delay,
            point=TANK,
            version=self.version[number],
            name=self.names[number],
            since=self.now if hasattr(self, "now") else -1.0,
        )
        return replace(made, latch=self.model.latch, realarm_ms=REALARM_S * 1000)

    def _acts(
        self,
        kind: LifeEvent,
        minutes: float = 0.0,
        second: str | None = None,
        permit: str | None = None,
    ) -> bool:
        mine = self._mine()
        if mine is None:
            return False
        action = Action(kind, mine.id, "wang", "why", minutes, permit, second)
        outcome, _, refused = self.park.engine.act(action, None, ms(self.now))
        self._take(outcome)
        assert bool(refused) == (not outcome.transitions)
        return not refused


TestWholeLife = WholeLife.TestCase
TestWholeLife.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
