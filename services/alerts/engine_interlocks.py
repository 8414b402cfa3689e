"""Bypasses seen in the field: one that nobody approved, or whose approval has ended, is an alarm.

It needs the field, the book and our clock, never the database: the approvals are in the book that
the engine holds, on its own disk too. What is claimed of a point that reports by period holds as
long as it is heard; after that it is not judged, which is not clear. A bypass that is heard of up
to 120 s late, and is over by then, sounds once, as returned: somebody has to know of it.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_state import SavedCourse
from services.domain.bypass_permit import BYPASS, BYPASS_GRADE, BypassPermit, Found, judge_state
from services.domain.claim import Claim, Place, Scalar
from services.domain.detector import LATE_MS
from services.domain.detector_course import order
from services.domain.directory import BookChange
from services.domain.interlock import BYPASSED
from services.domain.point import Point, PointKind
from services.domain.reading import Reading
from services.domain.silence import due_ms
from services.domain.state_course import StateCourse
from services.domain.subject import Subject, SubjectType

CLOSED_MOST = 1_000
"""Approvals that were closed lately and are remembered, for what comes late; the oldest go."""
CLOSED_MS = 600_000

NewestOf = Callable[[int], Reading | None]
"""The newest reading of a point that was judged, if it has one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest state of an interlock: since when it is told (judging time), when it was heard
    last, and its name; epoch ms. `at`: of the newest reading."""

    at: int
    since: int
    received_at: int
    state: str


class Interlocks:
    """Every registered interlock point, its newest state, and the approvals of the book."""

    def __init__(self, fleet: Fleet, claims: Claims, newest_of: NewestOf) -> None:
        self._fleet, self._claims, self._newest_of = fleet, claims, newest_of
        self._seen: dict[int, Seen] = {}
        self._courses: dict[int, StateCourse] = {}
        self._bad: dict[int, int] = {}
        """When a reading that could not be judged came last, by point (judging time)."""
        self._closed: dict[tuple[str, str], tuple[int, BypassPermit]] = {}
        """Approvals that were closed lately, with our clock then."""
        self._standing: set[int] = set()
        self._wakes: list[tuple[int, int]] = []
        self._settled = self._acquainted = False
        by_id = fleet.directory.by_id
        self.watched = {n for n, point in by_id.items() if point.kind is PointKind.INTERLOCK}
        """The interlocks of the register, by number."""

    def foresee(self) -> None:
        """Before the first batch is judged: the newest values of an earlier life."""
        if not self._acquainted:
            self._acquainted = True
            self._acquaint()

    def take(self, readings: Sequence[Reading], now: int, out: Outcome) -> None:
        """What a batch brought, in order of judging time; historical readings are passed by."""
        watched = self.watched
        if not watched:
            return
        self._settle(now, out)
        mine = [each for each in readings if each.point_id in watched and not each.is_old]
        mine.sort(key=order)
        touched: dict[int, Point] = {}
        late: dict[int, Point] = {}
        for reading in mine:
            point = self._fleet.directory.by_id[reading.point_id]
            if not reading.is_judged:
                if touched.pop(point.id, None) is not None:
                    self._judge(point, now, now, out)
                self._doubt(point, reading, now, out)
            elif self._see(point, reading):
                touched[point.id] = point
                self._judge(point, reading.judged_at, now, out, reading.judged_at)
            elif self._recollect(point, reading):
                late[point.id] = point
        for point in touched.values():
            self._judge(point, now, now, out)
        for point in late.values():
            self._tell_overs(point, now, out)

    def tick(self, now: int, out: Outcome) -> None:
        """Approvals begin and end by our clock."""
        self._settle(now, out)
        while self._wakes and self._wakes[0][0] <= now:
            moment, point_id = heapq.heappop(self._wakes)
            point = self._fleet.directory.by_id.get(point_id)
            if point is not None and point_id in self._seen:
                self._judge(point, moment, now, out)

    def apply(self, change: BookChange, now: int, out: Outcome) -> None:
        """The book has changed: points, approvals, gateways that went."""
        self._settle(now, out)
        for point in (*change.points, *change.removed_points):
            self._renew(point, now, out)
        for gateway in change.gone_gateways:
            for point_id in [*self._seen]:
                known = self._fleet.directory.by_id.get(point_id)
                if known is not None and gateway.carried(known):
                    self._forget(known, now, out)
        for permit in change.permits:
            self._keep_closed(permit, now)
            for point in self._points_of(permit):
                self._wake(point.id, permit)
                if point.id in self._seen:
                    self._judge(point, now, now, out)

    def remember(self, readings: Iterable[Reading]) -> None:
        """Recovery: what was heard of `watched` since the dump."""
        for reading in sorted((each for each in readings if not each.is_old), key=order):
            point = self._fleet.directory.by_id.get(reading.point_id)
            if point is None or point.id not in self.watched:
                continue
            if not reading.is_judged:
                self._note_bad(point.id, reading.judged_at)
            elif not self._see(point, reading):
                self._recollect(point, reading, late=False)

    def recall(self, readings: Iterable[Reading]) -> None:
        """Recovery: the newest of an earlier life. What that life told of the time before is not
        known here, so nothing of it is told again."""
        for each in readings:
            if each.point_id in self.watched and each.is_judged:
                self._courses.setdefault(each.point_id, StateCourse(each.judged_at))

    def save(self) -> list[SavedCourse]:
        """What was told lately, for `load`; the newest of it is known by the points' values."""
        return [
            SavedCourse(
                point_id,
                self._bad.get(point_id),
                course.since,
                [(each.at, each.state) for each in course.entries],
            )
            for point_id, course in self._courses.items()
        ]

    def load(self, saved: Iterable[SavedCourse]) -> None:
        """As it was saved, but of points that are no interlocks any more."""
        for each in saved:
            if each.point_id in self.watched:
                course = self._courses[each.point_id] = StateCourse(each.since)
                course.restore(each.entries)
                if each.bad_at is not None:
                    self._bad[each.point_id] = each.bad_at

    def unsettle(self) -> None:
        """Recovery: what stands is not what we knew; it is looked at before the next step."""
        self._settled = False

    def _settle(self, now: int, out: Outcome) -> None:
        """At the start: the newest values, the alarms that stand, and the approvals of the book."""
        if self._settled:
            return
        self._settled = True
        if not self._acquainted:
            self.foresee()
        standing = self._claims.standing()
        by_id = self._fleet.directory.by_id
        self._standing = {n for n in self.watched if _place(by_id[n]) in standing}
        self._wakes = []
        for permit in self._fleet.directory.permits.values():
            for point in self._points_of(permit):
                self._wake(point.id, permit)
        for point_id in sorted(self._seen):
            known = self._fleet.directory.by_id.get(point_id)
            if known is not None:
                self._judge(known, now, now, out)

    def _acquaint(self) -> None:
        for point_id in sorted(self.watched):
            newest = self._newest_of(point_id)
            if newest is not None and newest.is_judged:
                self.recall([newest])
                self._see(self._fleet.directory.by_id[point_id], newest)

    def _see(self, point: Point, reading: Reading) -> bool:
        """Whether it is the newest of its point."""
        state = point.present(reading.value)
        known = self._seen.get(point.id)
        if not isinstance(state, str) or (known is not None and reading.judged_at < known.at):
            return False
        same = known is not None and known.state == state
        since = known.since if known is not None and same else reading.judged_at
        self._seen[point.id] = Seen(reading.judged_at, since, reading.received_at, state)
        self._courses.setdefault(point.id, StateCourse()).take(reading.judged_at, state)
        return True

    def _recollect(self, point: Point, reading: Reading, late: bool = True) -> bool:
        """Whether a reading behind the newest is one that may still be told of live."""
        state, seen = point.present(reading.value), self._seen.get(point.id)
        course = self._courses.get(point.id)
        if seen is None or course is None or not isinstance(state, str):
            return False
        at = reading.judged_at
        if not 0 < seen.at - at <= LATE_MS or not course.reaches(at):
            return False
        course.take(at, state, late)
        return late

    def _tell_overs(self, point: Point, now: int, out: Outcome) -> None:
        """What late readings tell of bypasses that are over, by the approvals of their time."""
        permits = self._fleet.directory.permits_of(point.enterprise, point.tag)
        permits += [each for _, each in self._closed.values() if point.tag in each.points
                    and each.enterprise == point.enterprise]  # fmt: skip

        def breach(state: str, at: int, until: int) -> Found | None:
            return judge_state(state, permits, at, until)

        for over in self._courses[point.id].overs(breach):
            seen = Seen(over.since, over.since, now, over.state)
            claim = replace(_claim(point, seen, over.found, over.since), lease_until=None)
            self._claims.tell_past(claim, over.ended_at, now, out)

    def _keep_closed(self, permit: BypassPermit, now: int) -> None:
        key = permit.enterprise, permit.id
        self._closed.pop(key, None)
        if permit.closed:
            self._closed[key] = now, permit
        for old, (closed_at, _) in list(self._closed.items()):
            if len(self._closed) > CLOSED_MOST or now - closed_at > CLOSED_MS:
                del self._closed[old]

    def _doubt(self, point: Point, reading: Reading, now: int, out: Outcome) -> None:
        """A bad reading: what stands is not judged, unless something newer was heard."""
        self._note_bad(point.id, reading.judged_at)
        seen = self._seen.get(point.id)
        if seen is None or reading.judged_at >= seen.at:
            self._claims.lapse(_place(point), reading.judged_at, now, out)

    def _note_bad(self, point_id: int, at: int) -> None:
        self._bad[point_id] = max(at, self._bad.get(point_id, at))

    def _judge(self, point: Point, at: int, now: int, out: Outcome, *told: int) -> None:
        """Make what is seen of a point true of the alarms. `told`: when it was, if that counts as
        a moment to be approved at beside now; it ends nothing that is a breach now."""
        seen = self._seen[point.id]
        found = None
        if seen.state in BYPASSED:
            permits = self._fleet.directory.permits_of(point.enterprise, point.tag)
            found = judge_state(seen.state, permits, now, *told)
            if found is None and told and point.id in self._standing:
                found = judge_state(seen.state, permits, now)
        if found is None:
            if point.id in self._standing:
                self._standing.discard(point.id)
                self._claims.take(_claim(point, seen, None, at), now, out)
            return
        self._standing.add(point.id)
        bad_at = self._bad.get(point.id)
        doubted = bad_at is not None and bad_at >= seen.at
        self._claims.take(_claim(point, seen, found, at), now, out, judged=not doubted)
        if doubted and bad_at is not None:
            # What is told of before the bad news does not make it good news of now.
            self._claims.lapse(_place(point), bad_at, now, out)

    def _points_of(self, permit: BypassPermit) -> list[Point]:
        found = (self._fleet.directory.find(permit.enterprise, tag) for tag in permit.points)
        return [each for each in found if each is not None and each.id in self.watched]

    def _wake(self, point_id: int, permit: BypassPermit) -> None:
        if not permit.closed:
            for moment in (permit.since, permit.until):
                heapq.heappush(self._wakes, (moment, point_id))

    def _renew(self, point: Point, now: int, out: Outcome) -> None:
        registered = self._fleet.directory.by_id.get(point.id)
        if registered is not None and registered.kind is PointKind.INTERLOCK:
            self.watched.add(point.id)
            return
        self.watched.discard(point.id)
        self._forget(point, now, out)

    def _forget(self, point: Point, now: int, out: Outcome) -> None:
        self._courses.pop(point.id, None)
        self._bad.pop(point.id, None)
        if self._seen.pop(point.id, None) is not None or point.id in self._standing:
            self._standing.discard(point.id)
            self._claims.withdraw([_place(point)], now, out)


def _claim(point: Point, seen: Seen, found: Found | None, at: int) -> Claim:
    """What is claimed of a point: a breach since the state is told or since its approval ended, or
    that there is none (from `at` on)."""
    if found is None:
        return _about(point, "bypass_unapproved", False, at, "", {})
    permit, facts = found.permit, dict[str, Scalar](state=seen.state)
    began = seen.since
    if permit is not None:
        began = max(began, permit.until)
        facts |= {"loop": permit.loop, "bypass": permit.id, "until": permit.until}
    due = due_ms(point)
    lease = None if due is None else seen.received_at + due
    return _about(point, found.breach, True, began, str(began), facts, lease)


def _about(
    point: Point,
    condition: str,
    active: bool,
    at: int,
    fact: str,
    facts: dict[str, Scalar],
    lease: int | None = None,
) -> Claim:
    return Claim(
        key=BYPASS,
        enterprise=point.enterprise,
        subject=Subject.point(point.tag),
        condition=condition,
        active=active,
        grade=BYPASS_GRADE,
        at=at,
        fact=fact,
        facts=facts,
        point_id=point.id,
        lease_until=lease,
        exercise=point.in_exercise(at),
    )


def _place(point: Point) -> Place:
    return point.enterprise, SubjectType.POINT, point.tag, BYPASS
