"""What the engine hears, as signs of life: silence and clocks judged, and claimed as alarms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_state import SavedClock, SavedEar, SavedLine
from services.domain import silence
from services.domain.claim import Claim, Place, Scalar
from services.domain.ear import Ear
from services.domain.gateway_clock import (
    CLOCK_GRADE,
    ClockState,
    Fault,
    TimesHeard,
    judge_clock,
)
from services.domain.point import Point
from services.domain.silence import Change, Gateway, Line, Silence
from services.domain.subject import Subject, SubjectType

SILENCE = "silence"
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Hearing:
    """Something was heard from a gateway: the points in it, whatever their readings are worth,
    and the times that they bore."""

    enterprise: str
    gateway: str
    points: tuple[int, ...]
    times: TimesHeard

    @property
    def line(self) -> Gateway:
        return self.enterprise, self.gateway


class Listening:
    """The engine's ear, and the judges of silence and clocks that hang on it."""

    def __init__(self, fleet: Fleet, claims: Claims) -> None:
        self._fleet = fleet
        self._claims = claims
        self._ear = Ear()
        self._silence = Silence(fleet.directory.by_id.get)
        self._clocks: dict[Gateway, ClockState] = {}
        self._settled = True

    def hear(
        self,
        hearings: Sequence[Hearing],
        alive: Mapping[int, list[int]],
        now: int,
        out: Outcome,
    ) -> None:
        """What a batch brought, in the order of its receipt. `alive`: the points with a usable
        reading, by the time of its receipt."""
        self._settle()
        at_once: dict[int, list[Hearing]] = {received_at: [] for received_at in alive}
        for hearing in hearings:
            at_once.setdefault(hearing.times.received_at, []).append(hearing)
        for received_at in sorted(at_once):
            self._ear.listen(received_at)
            at = self._ear.at
            self._claim(self._silence.pass_time(at), now, out)
            for hearing in at_once[received_at]:
                self._claim(self._silence.carry(hearing.line, hearing.points, at), now, out)
                self._judge_clock(hearing, now, out)
            points = alive.get(received_at)
            if points is not None:
                self._claim(self._silence.hear(points, at), now, out)

    def pass_time(self, now: int, hearing: bool, out: Outcome) -> None:
        """Time passes, in which we could hear the field, or could not."""
        self._settle()
        self._ear.listen(now, hearing)
        self._claim(self._silence.pass_time(self._ear.at), now, out)

    def is_heard(self, point_id: int, just: bool = False) -> bool:
        """Whether what this point said last still tells something."""
        self._settle()
        return self._silence.is_heard(point_id, just)

    def review(self, touched: Iterable[int], gone: Iterable[Point], now: int, out: Outcome) -> None:
        """The register has changed these points, and some are gone."""
        for point_id in touched:
            unjudged = self._silence.review(point_id, self._ear.at)
            point = self._fleet.directory.by_id.get(point_id)
            if unjudged and point is not None:
                self._claims.withdraw([_place(point, SILENCE)], now, out)
        for point in gone:
            places = self._claims.places_of(point.enterprise, SubjectType.POINT, point.tag)
            self._claims.withdraw(places, now, out)

    def forget(self, line: Gateway, now: int, out: Outcome) -> None:
        """A gateway went, and what was claimed of it and its points."""
        enterprise, code = line
        self._clocks.pop(line, None)
        points, alone = self._silence.forget(line)
        places = self._claims.places_of(enterprise, SubjectType.GATEWAY, code)
        known = (self._fleet.directory.by_id.get(each) for each in points)
        places += [_place(point, SILENCE) for point in known if point is not None]
        if alone:
            places.append((enterprise, SubjectType.ENTERPRISE, enterprise, SILENCE))
        self._claims.withdraw(places, now, out)

    def remember(self, point_id: int) -> None:
        """Recovery: it was heard once, we do not know when; its time begins with us."""
        self._silence.heard.setdefault(point_id, self._ear.at)
        self._settled = False

    def unsettle(self) -> None:
        """Recovery: what stands is not what we knew; it is looked at before the next step."""
        self._settled = False

    def save(self) -> SavedEar:
        """All of it, for `load`."""
        lines = [
            SavedLine(*key, line.heard, list(line.points), line.due)
            for key, line in self._silence.lines.items()
        ]
        clocks = [SavedClock(*key, state) for key, state in self._clocks.items()]
        return SavedEar(self._ear.at, self._ear.wall, dict(self._silence.heard), lines, clocks)

    def load(self, saved: SavedEar | None) -> None:
        """As it was saved. The time since then is time in which we were deaf."""
        self.unsettle()
        if saved is None:
            return
        self._ear = Ear(saved.at, saved.wall)
        # Hundreds of thousands of numbers, of which the register has each already.
        own = {point_id: point.id for point_id, point in self._fleet.directory.by_id.items()}
        times = {at: at for at in saved.heard.values()}
        heard = {own.get(each, each): times[at] for each, at in saved.heard.items()}
        lines = {
            (e.enterprise, e.gateway): Line(e.heard, {own.get(p, p) for p in e.points}, e.due)
            for e in saved.lines
        }
        self._silence.restore(heard, lines)
        for each in saved.clocks:
            self._set_clock((each.enterprise, each.gateway), each.state)

    def _settle(self) -> None:
        """After a recovery: the alarms that stand say what is silent."""
        if self._settled:
            return
        self._settled = True
        by_type: dict[str, list[Place]] = {}
        for place, alarm in self._claims.standing().items():
            if place[3] == SILENCE:
                by_type.setdefault(alarm.subject.type, []).append(place)
        find = self._fleet.directory.find
        points = (find(e, tag) for e, _, tag, _ in by_type.get(SubjectType.POINT, ()))
        self._silence.believe(
            {point.id for point in points if point is not None},
            {enterprise for enterprise, *_ in by_type.get(SubjectType.ENTERPRISE, ())},
            {(enterprise, code) for enterprise, _, code, _ in by_type.get(SubjectType.GATEWAY, ())},
            self._ear.at,
        )

    def _judge_clock(self, hearing: Hearing, now: int, out: Outcome) -> None:
        before = self._clocks.get(hearing.line)
        after = judge_clock(before, hearing.times)
        if after is before:
            return
        self._set_clock(hearing.line, after)
        was, is_now = before is not None and before.alarmed, after is not None and after.alarmed
        if was == is_now:
            return
        state = after if is_now else before
        assert state is not None
        self._claims.take(_clock_claim(hearing, state, is_now), now, out)

    def _set_clock(self, line: Gateway, state: ClockState | None) -> None:
        if state is None:
            self._clocks.pop(line, None)
        else:
            self._clocks[line] = state
        unusable = state is not None and state.fault is Fault.UNUSABLE
        alarmed = unusable and state is not None and state.alarmed
        self._silence.suspect(line, unusable and not alarmed)
        self._silence.excuse(line, alarmed, self._ear.at)

    def _claim(self, changes: Iterable[Change], now: int, out: Outcome) -> None:
        for change in changes:
            claim = self._silence_claim(change)
            if claim is not None:
                self._claims.take(claim, now, out)

    def _silence_claim(self, change: Change) -> Claim | None:
        at = self._ear.wall_of(change.at)
        facts: dict[str, Scalar] = {"due_s": change.due / 1000}
        point_id: int | None = None
        match change.type:
            case SubjectType.POINT:
                assert isinstance(change.id, int)
                point = self._fleet.directory.by_id.get(change.id)
                if point is None:
                    return None
                track = self._fleet.find(point.id)
                last = track.newest.measured_at if track and track.newest else None
                subject, enterprise = Subject.point(point.tag), point.enterprise
                grade, condition, point_id = silence.POINT_GRADE, "stale", point.id
                facts["last_at"] = last
                fact = str(last if last is not None else at)
            case SubjectType.GATEWAY:
                assert isinstance(change.id, tuple)
                enterprise, code = change.id
                subject = Subject(SubjectType.GATEWAY, code)
                grade, condition, fact = silence.GATEWAY_GRADE, "offline", str(at)
                facts["points"] = change.points
            case SubjectType.ENTERPRISE:
                assert isinstance(change.id, str)
                enterprise = change.id
                subject = Subject(SubjectType.ENTERPRISE, enterprise)
                grade, condition, fact = silence.ENTERPRISE_GRADE, "offline", str(at)
                facts |= {"points": change.points, "gateways": change.gateways}
        return Claim(
            SILENCE, enterprise, subject, condition, change.active, grade, at, fact, facts, point_id
        )


def _clock_claim(hearing: Hearing, state: ClockState, active: bool) -> Claim:
    times = hearing.times
    facts: dict[str, Scalar] = {"fault": state.fault.value}
    if state.fault is Fault.BEHIND and times.usable is not None:
        facts["behind_s"] = round((times.received_at - times.usable) / 1000)
    return Claim(
        key=CLOCK,
        enterprise=hearing.enterprise,
        subject=Subject(SubjectType.GATEWAY, hearing.gateway),
        condition=CLOCK,
        active=active,
        grade=CLOCK_GRADE,
        at=times.received_at,
        fact=f"{state.fault}\x1f{state.since}",
        facts=facts,
    )


def _place(point: Point, key: str) -> Place:
    return point.enterprise, SubjectType.POINT, point.tag, key
