"""Silence: a point, a gateway, an enterprise that should have been heard by now and was not.

Pure: it is told what was heard and how long we have listened (`services.domain.ear`, ms), and
answers what became silent or was heard again. The graver silence speaks for what hangs on it: the
points of a silent gateway, and the gateways of a silent enterprise, are counted, not raised.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from services.domain.point import Point
from services.domain.subject import SubjectType
from services.domain.wheel import SPOKE_MS, Wheel

POINT_GRADE = 3
GATEWAY_GRADE = 2
ENTERPRISE_GRADE = 1
PERIODS = 3
"""So many periods without a usable reading."""
LEAST_MS = 10_000
"""Never sooner than this."""
SUSPECT_MS = 20_000
"""So long a point's silence waits for the verdict on its gateway's clock."""
GATEWAY_MS = 900_000
"""For a gateway none of whose points tells a period."""

Gateway = tuple[str, str]
"""Enterprise and code."""


def due_ms(point: Point) -> int | None:
    """How long the point may be silent. None: it is judged by its gateway's life alone.

    A point that reports on change has no period; one that it gives all the same is its heartbeat.
    """
    if point.period_s is None:
        return None
    return max(LEAST_MS, round(PERIODS * point.period_s * 1000))


@dataclass(frozen=True, slots=True)
class Change:
    """What fell silent (`active`) or was heard again, at which moment of listening; `due` is how
    long it may be silent, `points` and `gateways` how many hang on it."""

    type: SubjectType
    id: int | Gateway | str
    active: bool
    at: int
    due: int = 0
    points: int = 0
    gateways: int = 0


@dataclass(slots=True)
class Line:
    """The life of a gateway: when it was last heard, and the points that it was heard to carry.

    `silent`: it is; `said`: by an alarm of its own. `due`: the shortest of its points'.
    """

    heard: int
    points: set[int] = field(default_factory=set)
    due: int | None = None
    silent: bool = False
    said: bool = False

    @property
    def deadline(self) -> int:
        return self.heard + (self.due or GATEWAY_MS)


class Silence:
    """The judge. `point_of` finds a point in the register (None: it is gone)."""

    def __init__(self, point_of: Callable[[int], Point | None]) -> None:
        self._point_of = point_of
        self.heard: dict[int, int] = {}
        """When each point was last heard with a usable reading, or was given its time anew."""
        self.silent: set[int] = set()
        self.lines: dict[Gateway, Line] = {}
        self.excused: set[Gateway] = set()
        """Gateways whose clock is wrong: that alarm speaks for their points."""
        self.suspected: set[Gateway] = set()
        """Gateways whose clock may be wrong: for a little while their points wait for it."""
        self._carrier: dict[int, Gateway] = {}
        self._of: dict[str, set[Gateway]] = {}
        self._gone: set[str] = set()
        self._wheel: Wheel[int | Gateway] = Wheel()

    def carry(self, gateway: Gateway, points: Iterable[int], at: int) -> list[Change]:
        """Something was heard from a gateway, whatever it is worth."""
        line = self.lines.get(gateway)
        if line is None:
            line = self.lines[gateway] = Line(at)
            self._of.setdefault(gateway[0], set()).add(gateway)
        line.heard = at
        carrier = self._carrier
        for point_id in [each for each in points if carrier.get(each) != gateway]:
            self._move(point_id, gateway, line)
        if gateway not in self._wheel:
            self._wheel.put(gateway, line.deadline)
        return self._revived(gateway, line, at) if line.silent else self._back(gateway[0], at)

    def hear(self, points: list[int], at: int) -> list[Change]:
        """Usable readings of these points were heard."""
        heard, wheel = self.heard, self._wheel
        fresh = [each for each in points if each not in heard]
        heard.update(dict.fromkeys(points, at))
        for point_id in fresh:
            self._wait(point_id)
        if self.silent.isdisjoint(points):
            return []
        back = sorted(self.silent.intersection(points))
        self.silent.difference_update(back)
        for point_id in back:
            if point_id not in wheel:
                self._wait(point_id)
        return [Change(SubjectType.POINT, each, False, at) for each in back]

    def pass_time(self, at: int) -> list[Change]:
        """We have listened until now; the gateways first, for they speak for their points."""
        due = self._wheel.take(at)
        if not due:
            return []
        changes: list[Change] = []
        for gateway in sorted(each for each in due if isinstance(each, tuple)):
            changes += self._look_gateway(gateway, at)
        for point_id in sorted(each for each in due if isinstance(each, int)):
            changes += self._look_point(point_id, at)
        return changes

    def is_heard(self, point_id: int, just: bool = False) -> bool:
        """Whether what a point said last still tells something: neither it nor its gateway is
        silent, and its clock is right. `just`: it was heard a moment ago."""
        gateway = self._carrier.get(point_id)
        if gateway in self.excused:
            return False
        line = None if gateway is None else self.lines.get(gateway)
        silent = point_id in self.silent or (line is not None and line.silent)
        return just or not silent

    def excuse(self, gateway: Gateway, excused: bool, at: int) -> None:
        """Its clock went wrong, or is right again: then its points have their time anew."""
        if excused:
            self.excused.add(gateway)
        elif gateway in self.excused:
            self.excused.discard(gateway)
            self._grant(gateway, at)

    def suspect(self, gateway: Gateway, suspected: bool) -> None:
        """Its clock may have gone wrong, or it has not."""
        (self.suspected.add if suspected else self.suspected.discard)(gateway)

    def review(self, point_id: int, at: int) -> bool:
        """The register has changed this point: whether its silence is no matter any more."""
        point = self._point_of(point_id)
        gateway = self._carrier.get(point_id)
        if gateway is not None and (line := self.lines.get(gateway)) is not None:
            if point is None:
                line.points.discard(point_id)
            line.due = self._shortest(line.points)
            self._wheel.put(gateway, line.deadline)
        if point is None:
            self._carrier.pop(point_id, None)
            self.heard.pop(point_id, None)
        elif due_ms(point) is not None:
            if point_id in self.heard and point_id not in self.silent:
                self._wait(point_id)
            return False
        self._wheel.drop(point_id)
        was_silent = point_id in self.silent
        self.silent.discard(point_id)
        return was_silent

    def forget(self, gateway: Gateway) -> tuple[set[int], bool]:
        """The gateway was taken out of the register: the points that were silent on it, and
        whether its enterprise, which was silent, has no gateway any more."""
        line = self.lines.pop(gateway, None)
        if line is None:
            return set(), False
        gone = line.points & self.silent
        self._wheel.drop(gateway)
        self.excused.discard(gateway)
        self.suspected.discard(gateway)
        for point_id in line.points:
            self._carrier.pop(point_id, None)
            self.heard.pop(point_id, None)
            self.silent.discard(point_id)
            self._wheel.drop(point_id)
        others = self._of[gateway[0]]
        others.discard(gateway)
        if others or gateway[0] not in self._gone:
            return gone, False
        self._gone.discard(gateway[0])
        return gone, True

    def believe(self, silent: set[int], gone: set[str], said: set[Gateway], at: int) -> None:
        """Recovery: what stands by the alarms on our disk is silent, and nothing else."""
        self.silent, self._gone = set(silent), set(gone)
        for gateway in said - self.lines.keys():
            self.lines[gateway] = Line(at)
            self._of.setdefault(gateway[0], set()).add(gateway)
        for gateway, line in self.lines.items():
            line.said = gateway in said
            line.silent = line.said or gateway[0] in gone
            if not line.silent:
                self._wheel.put(gateway, line.deadline)
        for point_id in self.heard:
            if point_id not in self.silent:
                self._wait(point_id)

    def restore(self, heard: Mapping[int, int], lines: Mapping[Gateway, Line]) -> None:
        """Recovery: what was heard, as it was saved."""
        self.heard = dict(heard)
        self.lines = dict(lines)
        for gateway, line in self.lines.items():
            self._of.setdefault(gateway[0], set()).add(gateway)
            self._carrier.update(dict.fromkeys(line.points, gateway))

    def _wait(self, point_id: int) -> None:
        point = self._point_of(point_id)
        due = None if point is None else due_ms(point)
        if due is not None:
            self._wheel.put(point_id, self.heard[point_id] + due)

    def _move(self, point_id: int, gateway: Gateway, line: Line) -> None:
        """A point is carried by this gateway from now on."""
        before = self._carrier.get(point_id)
        if before is not None and (old := self.lines.get(before)) is not None:
            old.points.discard(point_id)
            old.due = self._shortest(old.points)
        self._carrier[point_id] = gateway
        line.points.add(point_id)
        point = self._point_of(point_id)
        due = None if point is None else due_ms(point)
        if due is not None and (line.due is None or due < line.due):
            line.due = due
            self._wheel.put(gateway, line.deadline)

    def _shortest(self, points: Iterable[int]) -> int | None:
        known = (self._point_of(each) for each in points)
        dues = (due_ms(point) for point in known if point is not None)
        return min((due for due in dues if due is not None), default=None)

    def _look_gateway(self, gateway: Gateway, at: int) -> list[Change]:
        line = self.lines[gateway]
        if line.deadline > at:
            self._wheel.put(gateway, line.deadline)
            return []
        line.silent = True
        enterprise, when = gateway[0], line.deadline
        all_of = [self.lines[each] for each in self._of[enterprise]]
        if all(each.silent for each in all_of):
            self._gone.add(enterprise)
            points = sum(len(each.points) for each in all_of)
            due = line.due or GATEWAY_MS
            kind = SubjectType.ENTERPRISE
            return [Change(kind, enterprise, True, when, due, points, len(all_of))]
        line.said = True
        return [self._of_gateway(gateway, line, True, when)]

    def _look_point(self, point_id: int, at: int) -> list[Change]:
        point = self._point_of(point_id)
        due = None if point is None else due_ms(point)
        if point is None or due is None or point_id in self.silent:
            return []
        when = self.heard[point_id] + due
        if when > at:
            self._wheel.put(point_id, when)
            return []
        gateway = self._carrier.get(point_id)
        line = None if gateway is None else self.lines.get(gateway)
        if line is not None and (line.silent or gateway in self.excused):
            return []
        if gateway in self.suspected and at - when <= SUSPECT_MS:
            self._wheel.put(point_id, at + SPOKE_MS)
            return []
        if line is not None and not self._heard_without(point, line):
            self._wheel.put(point_id, max(line.deadline, at))
            return []
        self.silent.add(point_id)
        return [Change(SubjectType.POINT, point_id, True, when, due)]

    def _heard_without(self, point: Point, line: Line) -> bool:
        """Whether its gateway spoke after the point should have: then it is the point's own
        silence, and not the beginning of the gateway's."""
        return line.heard - self.heard[point.id] > round((point.period_s or 0) * 1000)

    def _revived(self, gateway: Gateway, line: Line, at: int) -> list[Change]:
        """A silent gateway was heard again: its points have their time anew."""
        said, line.silent, line.said = line.said, False, False
        self._wheel.put(gateway, line.deadline)
        self._grant(gateway, at)
        own = [self._of_gateway(gateway, line, False, at)] if said else []
        return own + self._back(gateway[0], at)

    def _back(self, enterprise: str, at: int) -> list[Change]:
        """An enterprise was heard again; gateways that are still silent now speak for themselves."""
        if enterprise not in self._gone:
            return []
        self._gone.discard(enterprise)
        changes = [Change(SubjectType.ENTERPRISE, enterprise, False, at)]
        for gateway in sorted(self._of.get(enterprise, ())):
            line = self.lines[gateway]
            if line.silent and not line.said:
                line.said = True
                changes.append(self._of_gateway(gateway, line, True, at))
        return changes

    def _grant(self, gateway: Gateway, at: int) -> None:
        for point_id in self.lines[gateway].points if gateway in self.lines else ():
            if point_id in self.heard and point_id not in self.silent:
                self.heard[point_id] = at
                self._wait(point_id)

    @staticmethod
    def _of_gateway(gateway: Gateway, line: Line, active: bool, at: int) -> Change:
        due = line.due or GATEWAY_MS
        return Change(SubjectType.GATEWAY, gateway, active, at, due, len(line.points))
