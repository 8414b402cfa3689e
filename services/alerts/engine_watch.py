"""One rule at work: its detector, how long its finding must last, and what goes wrong with it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from services.domain.claim import Claim, Place, Scalar
from services.domain.detector import DetectorState, Finding
from services.domain.detector_course import FAULTS, heard, passed, sample
from services.domain.detector_kind import DetectorKind
from services.domain.detector_rule import BadRule, DetectorRule, build, watched
from services.domain.directory import Directory
from services.domain.lasting import Lasting, Turn
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.subject import Subject, SubjectType
from services.wire.expression import watch as express

UNDETERMINED = "undetermined"
"""Key and condition of the alarm about a rule that cannot judge."""

UNDETERMINED_GRADE = 3

_SHOWN = 200
"""Characters of a text among the facts."""


@dataclass(frozen=True, slots=True)
class WatchState:
    """Where a rule stands, without its memory: spooled whenever a delay begins or ends. Times in
    epoch ms; `heard_at` and `received_at` are those of the newest reading."""

    enterprise: str
    rule: str
    version: int
    at: int
    heard_at: int
    received_at: int
    active: bool
    since: int | None
    why: Finding | None
    unknown_since: int | None


class Watch:
    """A rule and its detector. `fault`: why it cannot judge; `retry_at`: when it is tried again
    (our clock); `lapsed`: what stands is not judged at present; `numbers`: the points that it
    watches by their names in it, which for a rule over a group are those of now."""

    def __init__(self, rule: DetectorRule, directory: Directory) -> None:
        self.rule = rule
        self.lasting = Lasting(rule.on_delay_ms, rule.off_delay_ms)
        self.heard_at = self.received_at = 0
        self.lapsed = False
        self.retry_at: int | None = None
        self._said: tuple[bool, int | None, int | None] = False, None, None
        self.begin(directory)

    def begin(self, directory: Directory) -> None:
        """Make the detector anew, over the points as they are registered now."""
        self.fault: str | None = None
        self.numbers = dict(self.rule.points)
        self.points: dict[str, Point] = {}
        main = directory.by_id.get(self.rule.main)
        if main is not None:
            self.points = {next(iter(self.numbers)): main}
        try:
            self.numbers = watched(self.rule, directory.groups, directory.by_id)
            self.points = self._registered(directory)
            self._detector = build(self.rule, self.points, express)
        except FAULTS as fault:
            self.fail(fault)

    def fail(self, fault: Exception) -> None:
        """It cannot judge."""
        known = isinstance(fault, BadRule)
        self.fault = (str(fault) if known else f"{type(fault).__name__}: {fault}")[:_SHOWN]

    @property
    def main(self) -> Point | None:
        """The point that it is about, as it was registered when it began."""
        return next(iter(self.points.values()), None)

    @property
    def place(self) -> Place | None:
        """Where its alarm stands."""
        main = self.main
        if main is None:
            return None
        return main.enterprise, SubjectType.POINT, main.tag, self.rule.id

    def is_over(self, groups: Container[tuple[str, str]]) -> bool:
        """Whether it watches one of these groups (enterprise and code)."""
        group = self.rule.group
        return group is not None and (self.rule.enterprise, group) in groups

    def take(self, reading: Reading) -> list[Turn]:
        """A reading of one of its points. Raises one of FAULTS."""
        turns = heard(self._detector, self.lasting, reading)
        self._note(reading)
        return turns

    def learn(self, reading: Reading) -> None:
        """What a point read that it watches from now on. Raises one of FAULTS."""
        self._detector.take(reading.point_id, sample(reading))
        self._note(reading)

    def remember(self, reading: Reading) -> None:
        """Recovery: a reading whose consequences are known already. Raises one of FAULTS."""
        self._detector.take(reading.point_id, sample(reading))

    def pass_to(self, until: int) -> list[Turn]:
        """Time goes on, in judging time. Raises one of FAULTS."""
        return passed(self._detector, self.lasting, until)

    def look(self, at: int) -> list[Turn]:
        """What it finds at a moment in judging time, without a reading; of the time before, others
        judged. Raises one of FAULTS."""
        turns = self.lasting.pass_to(at)
        return turns + self.lasting.take(at, self._detector.pass_to(at))

    def due(self) -> int | None:
        """The next moment in judging time at which something happens without a reading. Raises
        one of FAULTS."""
        lasting = self.lasting
        unjudged = None if self.lapsed else lasting.unjudged_at
        moments = (self._detector.due(lasting.at), lasting.due, unjudged)
        return min((moment for moment in moments if moment is not None), default=None)

    def clock_of(self, moment: int) -> int:
        """Our clock at a moment of judging time that is still to come."""
        return self.received_at + max(0, moment - self.heard_at)

    def estimate(self, now: int) -> int:
        """Its judging time now, by its newest reading and our clock since then."""
        return self.heard_at + max(0, now - self.received_at)

    def set_back(self, directory: Directory) -> None:
        """Our own clock was: what stands goes on standing, all else begins anew."""
        active = self.lasting.active
        self.heard_at = self.received_at = 0
        self.lasting = Lasting(self.rule.on_delay_ms, self.rule.off_delay_ms, active)
        self.begin(directory)

    def says_other(self) -> WatchState | None:
        """Where it stands, if that has to be spooled: it is another place than before."""
        gist = self._gist()
        if gist == self._said:
            return None
        self._said = gist
        return self.state()

    def state(self) -> WatchState:
        """Where it stands."""
        rule, lasting = self.rule, self.lasting
        return WatchState(
            rule.enterprise,
            rule.id,
            rule.version,
            lasting.at,
            self.heard_at,
            self.received_at,
            lasting.active,
            lasting.since,
            lasting.why,
            lasting.unknown_since,
        )

    def put(self, state: WatchState) -> None:
        """Recovery: it stood there."""
        self.heard_at, self.received_at = state.heard_at, state.received_at
        self.lasting = Lasting(
            self.rule.on_delay_ms,
            self.rule.off_delay_ms,
            state.active,
            state.since,
            state.why,
            state.unknown_since,
            state.at,
        )
        self._said = self._gist()

    def memory(self) -> DetectorState | None:
        """What its detector remembers."""
        return None if self.fault is not None else self._detector.save()

    def restore(self, memory: DetectorState | None) -> None:
        """Recovery: it remembered this."""
        if memory is None or self.fault is not None:
            return
        try:
            self._detector.restore(memory)
        except FAULTS as fault:
            self.fail(fault)

    def claim(self, turn: Turn) -> Claim | None:
        """What it claims of its point. None: it has none."""
        main, rule = self.main, self.rule
        if main is None:
            return None
        return Claim(
            key=rule.id,
            enterprise=main.enterprise,
            subject=Subject.point(main.tag),
            condition=rule.condition,
            active=turn.active,
            grade=rule.grade,
            at=turn.at,
            fact=str(turn.why.at),
            facts=self._facts(turn.why),
            point_id=main.id,
            version=rule.version,
            latch=rule.latch,
            realarm_ms=rule.realarm_ms,
            exercise=main.in_exercise(turn.at),
        )

    def about_itself(self, active: bool, now: int) -> Claim:
        """The claim that this rule cannot judge, or can again."""
        rule = self.rule
        facts: dict[str, Scalar] = {"kind": rule.kind.value, "fault": self.fault}
        return Claim(
            key=UNDETERMINED,
            enterprise=rule.enterprise,
            subject=Subject(SubjectType.RULE, rule.id),
            condition=UNDETERMINED,
            active=active,
            grade=UNDETERMINED_GRADE,
            at=now,
            fact=str(now),
            facts=facts,
            version=rule.version,
        )

    def _note(self, reading: Reading) -> None:
        if reading.judged_at >= self.heard_at:
            self.heard_at, self.received_at = reading.judged_at, reading.received_at

    def _gist(self) -> tuple[bool, int | None, int | None]:
        lasting = self.lasting
        return lasting.active, lasting.since, lasting.unknown_since if lasting.active else None

    def _facts(self, why: Finding) -> dict[str, Scalar]:
        scale = 60.0 if self.rule.kind is DetectorKind.RATE else 1.0
        told = {"value": why.value, "low": why.low, "high": why.high}
        facts: dict[str, Scalar] = {"kind": self.rule.kind.value}
        facts |= {name: value * scale for name, value in told.items() if value is not None}
        for name, parameter in self.rule.parameters.items():
            facts[name] = parameter[:_SHOWN] if isinstance(parameter, str) else parameter
        return facts | self.parties()

    def parties(self) -> dict[str, Scalar]:
        """Whose finding it is, among the facts of its alarm."""
        facts: dict[str, Scalar] = {}
        if len(self.points) > 1:
            facts["points"] = ", ".join(point.tag for point in self.points.values())[:_SHOWN]
        if self.rule.group is not None:
            facts["group"] = self.rule.group
        return facts

    def _registered(self, directory: Directory) -> dict[str, Point]:
        found: Mapping[str, Point | None] = {
            name: directory.by_id.get(number) for name, number in self.numbers.items()
        }
        for name, point in found.items():
            if point is None or point.enterprise != self.rule.enterprise:
                raise BadRule(f"points.{name}", "This point is not registered.")
        return {name: point for name, point in found.items() if point is not None}


def judges_alike(old: Watch, new: Watch) -> bool:
    """Whether both find the same: only grade, delays, latch and the like differ."""
    one, other = old.rule, new.rule
    same = one.kind is other.kind and list(old.numbers.items()) == list(new.numbers.items())
    return (
        same
        and dict(one.parameters) == dict(other.parameters)
        and [nature(each) for each in old.points.values()]
        == [nature(each) for each in new.points.values()]
    )


def nature(point: Point) -> tuple[object, ...]:
    """What a rule takes a point for."""
    return point.tag, point.kind, point.unit, point.range_low, point.range_high
