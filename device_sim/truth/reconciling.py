"""A platform's store and alarm list against the truth of a run. Pure: lists in, findings out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from device_sim.fleet.timeline import matches
from device_sim.truth.expectation import Occurrence
from device_sim.truth.flood import Flood, floods, most_in_ten_minutes
from device_sim.truth.kind import BY_THE_CLOCK, gateway_name
from device_sim.truth.loudness import is_of_a_drill, may_be_historical
from device_sim.truth.record import Identity, PointKey, Record, Told

NEAR_MS = 10_000
"""Two occurrences of a point and direction that begin within this are one."""
IN_THE_PLANT = frozenset({"leak", "burst", "equipment", "instrument", "interlock", "power"})
CUT_OFF = frozenset({"offline", "certificate_expired"})
"""What happens to a gateway's link, and is detected as its silence."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A reading as the platform gives it back. Times epoch ms."""

    measured_at: int
    received_at: int
    value: float | str | None
    quality: str = "good"

    @property
    def identity(self) -> Identity:
        """As of the reading that was told."""
        return (self.measured_at, self.value, self.quality)


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm as the platform lists it; ``direction`` as of an ``Occurrence``. Times epoch ms; ``noted_at``: when the
    platform made it, by its own clock, where it says so. ``id``: its name there. ``condition`` and
    ``grade``: of the worst level that it ever had; ``ended_at``: when it was over. ``historical``: raised
    silently, in nobody's grade; ``exercise``: of a drill."""

    point: PointKey
    direction: str
    raised_at: int
    received_at: int
    noted_at: int | None = None
    id: str = ""
    condition: str = ""
    grade: int = 0
    ended_at: int | None = None
    historical: bool = False
    exercise: bool = False

    def or_worse(self, condition: str, grade: int) -> "Heard":
        """The same, having had this level, too."""
        if (-grade, len(condition)) <= (-self.grade, len(self.condition)) and self.grade:
            return self
        return replace(self, condition=condition, grade=grade)


@dataclass(frozen=True, slots=True)
class Detection:
    """The first alarm after a cause, ms since the cause began. ``due_ms``: when the oracle has it
    (the reading that raises it has left, the on-delay is over); ``took_ms``: when the platform had
    it, ``None`` where nobody can say."""

    due_ms: int
    took_ms: int | None


@dataclass
class Findings:
    """Counts of readings, and the alarms that do not agree.

    ``timed``: whether what left was stamped as it left, so that lateness means something. ``late_ms``:
    of each stored reading, receipt after leaving. ``delays_ms``: of each expected alarm that was
    found, made after it was due. ``by_cause``: each cause in the plant, and each cut of a link → the first expected alarm
    after it that was found, of its own tags where it names some; ``None`` where there was none.
    ``late``: alarms made later than they may be, with how late. ``unsure``: readings that nobody
    acknowledged, of which nothing can be asked, nor of the alarms of these ``unsure_points``.
    ``not_escalated``, ``over_escalated``, ``ended_otherwise``: found, but with another worst level
    or end. ``silent``: found, but as historical or an exercise, so that nobody was called.
    ``not_judged``: conditions of alarms that this compares with nothing, and how many.
    """

    timed: bool = False
    speed: float | None = None
    told: int = 0
    unsure: int = 0
    unsure_points: set[PointKey] = field(default_factory=set)
    stored: int = 0
    lost: list[tuple[PointKey, Told]] = field(default_factory=list)
    doubled: int = 0
    invented: int = 0
    late_ms: list[int] = field(default_factory=list)
    expected: int = 0
    found: int = 0
    missed: list[Occurrence] = field(default_factory=list)
    false: list[Heard] = field(default_factory=list)
    not_escalated: list[tuple[Occurrence, Heard]] = field(default_factory=list)
    over_escalated: list[tuple[Occurrence, Heard]] = field(default_factory=list)
    ended_otherwise: list[tuple[Occurrence, Heard]] = field(default_factory=list)
    silent: list[tuple[Occurrence, Heard]] = field(default_factory=list)
    not_judged: Counter[str] = field(default_factory=Counter)
    delays_ms: list[int] = field(default_factory=list)
    late: list[tuple[Heard, int]] = field(default_factory=list)
    by_cause: dict[str, Detection | None] = field(default_factory=dict)
    most_expected: int = 0
    most_heard: int = 0
    floods_expected: list[Flood] = field(default_factory=list)
    floods_heard: list[Flood] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled, invented, missed, false, or later than it may be; no alarm that
        stopped short of its level, went beyond it, ended at another time, or never sounded."""
        wrong = self.lost or self.missed or self.false or self.late
        otherwise = self.not_escalated or self.over_escalated or self.ended_otherwise
        otherwise = otherwise or self.silent
        return not (wrong or otherwise or self.doubled or self.invented)

    def asks_for(self, alarm: "Occurrence | Heard") -> bool:
        """Whether the truth knows enough to speak of this one."""
        if alarm.direction in BY_THE_CLOCK:
            return alarm.point[0] not in {enterprise for enterprise, _ in self.unsure_points}
        return alarm.point not in self.unsure_points


def compare_readings(
    findings: Findings,
    point: PointKey,
    told: Sequence[Told],
    stored: Iterable[Stored],
    unsure: Sequence[Told] = (),
) -> None:
    """Add one point: each identity that left whole must be there once, and nothing else; what is
    ``unsure`` may be there once."""
    wanted: dict[Identity, Told] = {}
    for each in told:
        wanted.setdefault(each.identity, each)
    there = Counter[Identity]()
    for row in stored:
        there[row.identity] += 1
        if row.identity in wanted:
            findings.late_ms.append(row.received_at - wanted[row.identity].left_at)
    may_be = {each.identity for each in unsure} - wanted.keys()
    if may_be:
        findings.unsure += len(may_be)
        findings.unsure_points.add(point)
    findings.told += len(wanted)
    findings.stored += sum(there.values())
    findings.lost += [(point, each) for key, each in wanted.items() if key not in there]
    findings.doubled += sum(count - 1 for count in there.values())
    findings.invented += sum(1 for key in there if key not in wanted and key not in may_be)


def compare_alarms(
    findings: Findings,
    record: Record,
    expected: Sequence[Occurrence],
    heard: Sequence[Heard],
    within_ms: int | None = None,
) -> None:
    """Match by point, direction and beginning; what is left over is missed or false.

    ``within_ms``: how long after it is due an alarm may be made; only of a run that is timed.
    Points with readings that nobody acknowledged are left out, and the silence of their
    enterprises. What is expected and not sure is asked of nobody, and false nowhere.
    """
    expected = [each for each in expected if findings.asks_for(each)]
    expected.sort(key=lambda each: not each.sure)
    heard = [each for each in heard if findings.asks_for(each)]
    free = sorted(heard, key=lambda each: each.raised_at)
    matched: list[tuple[Occurrence, Heard]] = []
    over = record.last_left()
    for wanted in expected:
        near = [each for each in free if _is(wanted, each)]
        if not near:
            findings.missed += [wanted] if wanted.sure else []
            continue
        best = min(near, key=lambda each: abs(each.raised_at - wanted.raised_at))
        free.remove(best)
        matched.append((wanted, best))
        _compare_course(findings, wanted, best, over)
        if _is_silent(record, wanted, best):
            findings.silent.append((wanted, best))
    findings.timed, findings.speed = record.is_timed, record.speed
    findings.expected, findings.found = len(matched) + len(findings.missed), len(matched)
    findings.false = free
    made = [(alarm, _after_due(wanted, alarm)) for wanted, alarm in matched]
    findings.delays_ms = [after for _, after in made if after is not None]
    if within_ms is not None and record.is_timed:
        findings.late = [(a, after) for a, after in made if after is not None and after > within_ms]
    wanted_at = [wanted.raised_at for wanted, _ in matched]
    due = [*wanted_at, *(each.raised_at for each in findings.missed)]
    raised = [each.raised_at for each in heard]
    findings.most_expected = most_in_ten_minutes(due)
    findings.most_heard = most_in_ten_minutes(raised)
    findings.floods_expected, findings.floods_heard = floods(due), floods(raised)
    for cause in record.causes:
        if cause["cause"] in IN_THE_PLANT | CUT_OFF:
            findings.by_cause[f"{cause['id']} {cause['cause']}"] = _first_after(cause, matched)


def _compare_course(findings: Findings, wanted: Occurrence, alarm: Heard, over: int) -> None:
    """How far it went, and when it was over: what stands to the end of the run (``over``) not before."""
    if (wanted.condition, wanted.grade) != (alarm.condition, alarm.grade):
        short = alarm.or_worse(wanted.condition, wanted.grade) != alarm
        (findings.not_escalated if short else findings.over_escalated).append((wanted, alarm))
    ended = alarm.ended_at
    if wanted.ended_at is not None:
        otherwise = ended is None or abs(ended - wanted.ended_at) > NEAR_MS
    else:
        otherwise = wanted.sure and ended is not None and ended < over - NEAR_MS
    if otherwise:
        findings.ended_otherwise.append((wanted, alarm))


def _is_silent(record: Record, wanted: Occurrence, alarm: Heard) -> bool:
    """Whether it called nobody, and should have."""
    if alarm.exercise and not is_of_a_drill(record):
        return True
    place = (wanted.point, wanted.direction, wanted.raised_at)
    return alarm.historical and not may_be_historical(record, *place, NEAR_MS)


def due_at(wanted: Occurrence) -> int:
    """When it can be known, epoch ms: the reading that raises it has left, its delay is over."""
    return max(wanted.raised_at, wanted.left_at)


def _after_due(wanted: Occurrence, alarm: Heard) -> int | None:
    return None if alarm.noted_at is None else alarm.noted_at - due_at(wanted)


def _is(wanted: Occurrence, alarm: Heard) -> bool:
    same = (wanted.point, wanted.direction) == (alarm.point, alarm.direction)
    return same and abs(alarm.raised_at - wanted.raised_at) <= NEAR_MS


def _first_after(
    cause: Mapping[str, Any], matched: Sequence[tuple[Occurrence, Heard]]
) -> Detection | None:
    begun, named = int(cause["from"]), _named(cause["what"])
    after = [
        (due_at(wanted), alarm.noted_at)
        for wanted, alarm in matched
        if wanted.raised_at >= begun and matches(named, "/".join(wanted.point))
    ]
    if not after:
        return None
    due, noted = min(after, key=lambda each: each[0])
    return Detection(due - begun, None if noted is None else noted - begun)


def _named(what: Mapping[str, Any]) -> list[str]:
    """Patterns of what a cause can be detected at."""
    if "gateways" in what:
        return [each.replace("/", f"/{gateway_name('')}", 1) for each in what["gateways"]]
    if "enterprise" in what:
        return [f"{what['enterprise']}/*"]
    return [what["tag"]] if "tag" in what else list(what.get("tags") or ["*"])
