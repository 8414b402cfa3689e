"""The rules that are more than a limit, fed from the batches, and their findings claimed as alarms.

A reading that no such rule watches costs one look into a dictionary; without such rules, nothing.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_inhibition import candidate
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_state import SavedWatch
from services.alerts.engine_watch import UNDETERMINED, Watch, WatchState, judges_alike, nature
from services.domain.alarm import Alarm
from services.domain.claim import Claim, Place
from services.domain.detector import LATE_MS
from services.domain.detector_course import FAULTS, RETRY_MS, order
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange
from services.domain.lasting import Turn
from services.domain.reading import Reading
from services.domain.subject import SubjectType

Key = tuple[str, str]
"""Enterprise and id of a rule."""

NewestOf = Callable[[int], Reading | None]
"""The newest reading of a point, if it has one."""


class Detectors:
    """Every rule at work, by its key and by the points that it watches."""

    def __init__(self, fleet: Fleet, claims: Claims, newest_of: NewestOf) -> None:
        self._fleet, self._claims, self._newest_of = fleet, claims, newest_of
        self._watches: dict[Key, Watch] = {}
        self._of_point: dict[int, dict[Key, Watch]] = {}
        self._wakes: list[tuple[int, Key]] = []
        self._wake: dict[Key, int] = {}
        self._settled = not fleet.directory.detectors
        for rule in fleet.directory.detectors.values():
            self._put(Watch(rule, fleet.directory))

    @property
    def undetermined(self) -> int:
        """Rules that cannot judge."""
        return sum(1 for watch in self._watches.values() if watch.fault is not None)

    @property
    def watched(self) -> set[int]:
        """The points that some rule watches."""
        return set(self._of_point)

    def take(self, readings: Sequence[Reading], now: int, out: Outcome) -> None:
        """What a batch brought, in order of judging time; historical readings are passed by."""
        if not self._watches:
            return
        of_point = self._of_point
        mine = [each for each in readings if each.point_id in of_point and not each.is_old]
        mine.sort(key=order)
        self._settle(now, out, {each.point_id for each in mine})
        touched: dict[Key, Watch] = {}
        for reading in mine:
            for key, watch in of_point[reading.point_id].items():
                if watch.fault is None:
                    touched[key] = watch
                    self._feed(watch, reading, now, out)
        for key, watch in touched.items():
            self._done(key, watch, now, out)

    def tick(self, now: int, out: Outcome) -> None:
        """Let delays run out by our clock, rules die, and those that failed be tried again."""
        self._settle(now, out)
        while self._wakes and self._wakes[0][0] <= now:
            at, key = heapq.heappop(self._wakes)
            watch = self._watches.get(key)
            if watch is None or self._wake.get(key) != at:
                continue
            del self._wake[key]
            rule = watch.rule
            if rule.valid_until is not None and rule.valid_until <= now:
                self._fleet.directory.put_detector(replace(rule, valid_to=rule.valid_until))
                self._drop(key, now, out)
                continue
            if watch.fault is None:
                self._pass(watch, now, out)
            elif watch.retry_at is not None and watch.retry_at <= now:
                watch.begin(self._fleet.directory)
                self._look(watch, now, out)
                self._acquaint(watch, now, out)
            self._done(key, watch, now, out)

    def apply(self, change: BookChange, now: int, out: Outcome) -> None:
        """The book has changed: rules that came, went or say something else now, and those over
        points that changed."""
        self._settle(now, out)
        directory = self._fleet.directory
        touched = {(rule.enterprise, rule.id) for rule in change.detectors}
        touched |= directory.detectors.keys() - self._watches.keys()
        for point in (*change.points, *change.removed_points):
            touched |= self._of_point.get(point.id, {}).keys()
        groups = {(each.enterprise, each.code) for each in change.groups}
        for key, watch in self._watches.items() if groups else ():
            if watch.is_over(groups):
                touched.add(key)
        for key, watch in self._watches.items() if change.gone_gateways else ():
            main = watch.main
            if main is not None and any(each.carried(main) for each in change.gone_gateways):
                self._withdraw(watch, now, out)
                watch.set_back(directory)
                self._done(key, watch, now, out)
        for key in sorted(touched):
            rule = directory.detectors.get(key)
            if rule is None or rule.main not in directory.by_id:
                self._drop(key, now, out)
            else:
                self._renew(key, rule, now, out)

    def remember(self, readings: Iterable[Reading]) -> None:
        """Recovery: the readings since the dump, whose consequences were spooled."""
        for reading in sorted((each for each in readings if not each.is_old), key=order):
            for watch in self._of_point.get(reading.point_id, {}).values():
                if watch.fault is None:
                    try:
                        watch.remember(reading)
                    except FAULTS as fault:
                        watch.fail(fault)

    def replay(self, state: WatchState) -> None:
        """Recovery: where a rule stood when this was spooled."""
        self._settled = False
        watch = self._watches.get((state.enterprise, state.rule))
        if watch is not None and watch.rule.version == state.version:
            watch.put(state)

    def unsettle(self) -> None:
        """Recovery: an alarm changed; the next step begins with a look at what stands."""
        self._settled = False

    def save(self) -> list[SavedWatch]:
        """All of it, for `load`."""
        return [SavedWatch(each.state(), each.memory()) for each in self._watches.values()]

    def load(self, saved: Iterable[SavedWatch]) -> None:
        """As it was saved; a rule that has another version by now begins anew."""
        self._settled = False
        for each in saved:
            watch = self._watches.get((each.state.enterprise, each.state.rule))
            if watch is not None and watch.rule.version == each.state.version:
                watch.restore(each.memory)
                watch.put(each.state)

    def _settle(self, now: int, out: Outcome, coming: Collection[int] = ()) -> None:
        """After a recovery: what stands says what is there. `coming` are the points of the batch."""
        if self._settled:
            return
        self._settled = True
        standing = self._claims.standing()
        for key, watch in self._watches.items():
            self._align(watch, standing, now, out)
            self._look(watch, now, out)
            if watch.heard_at == 0:
                self._acquaint(watch, now, out, coming)
            self._done(key, watch, now, out)

    def _align(self, watch: Watch, standing: Mapping[Place, Alarm], now: int, out: Outcome) -> None:
        """What stands by this version of its rule, or a later one, is there; by an earlier one it goes."""
        place = watch.place
        alarm = None if place is None else standing.get(place)
        if alarm is not None and (alarm.rule_version or 0) < watch.rule.version:
            self._withdraw(watch, now, out)
            alarm = None
        if watch.lasting.active is not (alarm is not None):
            watch.lasting.active = alarm is not None
            watch.lasting.since = watch.lasting.why = None
        watch.lapsed = alarm is not None and not alarm.judged

    def _feed(self, watch: Watch, reading: Reading, now: int, out: Outcome) -> None:
        try:
            if watch.received_at - now > LATE_MS:
                watch.set_back(self._fleet.directory)
            turns = watch.take(reading)
        except FAULTS as fault:
            self._fail(watch, fault, now, out)
            return
        self._conclude(watch, turns, now, out)

    def _pass(self, watch: Watch, now: int, out: Outcome) -> None:
        try:
            turns = watch.pass_to(watch.estimate(now))
        except FAULTS as fault:
            self._fail(watch, fault, now, out)
            return
        self._conclude(watch, turns, now, out)

    def _conclude(self, watch: Watch, turns: Iterable[Turn], now: int, out: Outcome) -> None:
        if watch.retry_at is not None:
            watch.retry_at = None
            self._claims.take(watch.about_itself(False, now), now, out)
        for turn in turns:
            self._claim(watch, turn, now, out)
        unjudged = watch.lasting.unjudged_at
        if watch.lapsed and watch.lasting.unknown_since is None:
            watch.lapsed = False
            if watch.lasting.active and (place := watch.place) is not None:
                self._claims.resume(place, watch.lasting.at, now, out)
        elif unjudged is not None and unjudged <= watch.lasting.at:
            self._lapse(watch, unjudged, now, out)

    def _claim(self, watch: Watch, turn: Turn, now: int, out: Outcome) -> None:
        claim, main = watch.claim(turn), watch.main
        if claim is None or main is None:
            return
        registered = self._fleet.directory.by_id.get(main.id, main)
        off = self._fleet.inhibitions.of(candidate(self._fleet.directory, registered, claim))
        exercise = registered.in_exercise(turn.at)
        watch.lapsed = False
        self._claims.take(replace(claim, exercise=exercise), now, out, off)

    def _fail(self, watch: Watch, fault: Exception, now: int, out: Outcome) -> None:
        watch.fail(fault)
        watch.lasting.active = watch.place in self._claims.standing()
        self._look(watch, now, out)

    def _look(self, watch: Watch, now: int, out: Outcome) -> None:
        """If it cannot judge, that is said: of what stands, and of itself."""
        if watch.fault is None:
            return
        watch.retry_at = now + RETRY_MS
        self._lapse(watch, now, now, out)
        about = watch.about_itself(True, now)
        if about.place not in self._claims.standing():
            self._claims.take(about, now, out)

    def _lapse(self, watch: Watch, at: int, now: int, out: Outcome) -> None:
        place = watch.place
        if place is not None and watch.lasting.active and not watch.lapsed:
            watch.lapsed = True
            self._claims.lapse(place, at, now, out)

    def _done(self, key: Key, watch: Watch, now: int, out: Outcome) -> None:
        """After a step: what is to be spooled, and when it is looked at again."""
        state = watch.says_other()
        if state is not None:
            out.watches.append(state)
        moments = (watch.rule.valid_until, self._next(watch, now, out))
        wake = min((moment for moment in moments if moment is not None), default=None)
        if wake is None:
            self._wake.pop(key, None)
        elif self._wake.get(key) != wake:
            self._wake[key] = wake
            heapq.heappush(self._wakes, (wake, key))
            if len(self._wakes) > 4 * len(self._wake) + 1_000:
                self._wakes = [(at, each) for each, at in self._wake.items()]
                heapq.heapify(self._wakes)

    def _next(self, watch: Watch, now: int, out: Outcome) -> int | None:
        """When it is looked at again without a reading, by our clock."""
        try:
            due = None if watch.fault is not None else watch.due()
        except FAULTS as fault:
            self._fail(watch, fault, now, out)
        if watch.fault is not None:
            return watch.retry_at
        return None if due is None else watch.clock_of(due)

    def _renew(self, key: Key, rule: DetectorRule, now: int, out: Outcome) -> None:
        """A rule is new, says something else, or its points are others than they were."""
        old = self._watches.get(key)
        new = Watch(rule, self._fleet.directory)
        if old is not None and old.fault is None and judges_alike(old, new):
            new.restore(old.memory())
            new.put(replace(old.state(), version=rule.version))
            new.lapsed = old.lapsed
            self._put(new)
            if old.rule != rule:
                self._amend(new, now, out)
        elif old is not None and rule.group is not None and old.rule == rule:
            self._regroup(old, new, now, out)
        else:
            if old is not None:
                self._withdraw(old, now, out)
            self._put(new)
            self._align(new, self._claims.standing(), now, out)
            self._acquaint(new, now, out)
            self._look(new, now, out)
        self._done(key, new, now, out)

    def _regroup(self, old: Watch, new: Watch, now: int, out: Outcome) -> None:
        """Its group has other members: what stands is judged by those who are in it from now on;
        where they cannot judge, that is said, and nothing is over by it."""
        if old.fault is None:
            self._pass(old, now, out)
        kept = {point.id: point for point in old.points.values()}
        same = {
            point.id
            for point in new.points.values()
            if point.id in kept and nature(point) == nature(kept[point.id])
        }
        memory = old.memory()
        if memory is not None:
            samples = {point: memory.samples.get(point, []) for point in same}
            new.restore(replace(memory, samples=samples))
        new.put(old.state())
        new.lapsed, new.retry_at = old.lapsed, old.retry_at
        self._put(new)
        self._look(new, now, out)
        if new.fault is not None:
            return
        try:
            for reading in self._newest_but(new, set() if memory is None else same):
                new.learn(reading)
            turns = new.look(new.estimate(now)) if new.heard_at else []
        except FAULTS as fault:
            self._fail(new, fault, now, out)
            return
        self._conclude(new, turns, now, out)
        if not new.lapsed:
            self._amend(new, now, out)

    def _amend(self, watch: Watch, now: int, out: Outcome) -> None:
        """Its grade, latch, patience or parties changed: what stands goes on under them."""
        place, rule = watch.place, watch.rule
        alarm = None if place is None else self._claims.standing().get(place)
        if place is None or alarm is None:
            return
        claim = Claim(
            key=rule.id,
            enterprise=alarm.enterprise,
            subject=alarm.subject,
            condition=rule.condition,
            active=True,
            grade=rule.grade,
            at=now,
            facts=dict(alarm.facts) | watch.parties(),
            version=rule.version,
            latch=rule.latch,
            realarm_ms=rule.realarm_ms,
        )
        self._claims.take(claim, now, out)
        watch.lapsed = False

    def _acquaint(self, watch: Watch, now: int, out: Outcome, known: Collection[int] = ()) -> None:
        """A new rule judges the newest values at once, but of the points that are `known`."""
        for reading in self._newest_but(watch, known):
            if watch.fault is None:
                self._feed(watch, reading, now, out)

    def _newest_but(self, watch: Watch, known: Collection[int]) -> list[Reading]:
        """The newest readings of its points, but of those that it knows, in the order of time."""
        points = (point.id for point in watch.points.values() if point.id not in known)
        found = (self._newest_of(point_id) for point_id in points)
        return sorted((each for each in found if each is not None), key=order)

    def _put(self, watch: Watch) -> None:
        key = watch.rule.enterprise, watch.rule.id
        self._forget(key)
        self._watches[key] = watch
        for point_id in watch.numbers.values():
            self._of_point.setdefault(point_id, {})[key] = watch

    def _forget(self, key: Key) -> None:
        old = self._watches.pop(key, None)
        self._wake.pop(key, None)
        for point_id in () if old is None else old.numbers.values():
            mine = self._of_point.get(point_id, {})
            mine.pop(key, None)
            if not mine:
                self._of_point.pop(point_id, None)

    def _drop(self, key: Key, now: int, out: Outcome) -> None:
        watch = self._watches.get(key)
        if watch is not None:
            self._withdraw(watch, now, out)
            self._forget(key)

    def _withdraw(self, watch: Watch, now: int, out: Outcome) -> None:
        """What stands by it, or about it, goes."""
        rule, place = watch.rule, watch.place
        itself: Place = (rule.enterprise, SubjectType.RULE, rule.id, UNDETERMINED)
        self._claims.withdraw([itself] if place is None else [place, itself], now, out)
        watch.lasting.active = watch.lapsed = False
        watch.lasting.since = watch.lasting.why = None
