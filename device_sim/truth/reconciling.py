"""A platform's store and alarm list against the truth of a run. Pure: lists in, findings out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from device_sim.fleet.timeline import matches
from device_sim.truth.expectation import Occurrence
from device_sim.truth.record import PointKey, Record, Told

NEAR_MS = 10_000
"""Two occurrences of a point and direction that begin within this are one."""
IN_THE_PLANT = frozenset({"leak", "burst", "equipment", "instrument", "interlock", "power"})
FLOOD_MS, FLOOD = 600_000, 10
"""ISA-18.2: more than ten alarms in ten minutes are a flood."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A reading as the platform gives it back. Times epoch ms."""

    measured_at: int
    received_at: int
    value: float | str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm of a limit as the platform lists it. Times epoch ms."""

    point: PointKey
    direction: str
    raised_at: int
    received_at: int


@dataclass
class Findings:
    """Counts of readings, and the alarms that do not agree.

    ``late_ms``: of each stored reading, receipt after leaving. ``delays_ms``: of each expected
    alarm that was found, arrival of its reading after that reading left. ``by_cause``: each cause
    in the plant → ms from its begin to the next expected alarm that was found, of its own tags
    where it names some; ``None`` where there was none.
    """

    told: int = 0
    stored: int = 0
    lost: list[tuple[PointKey, Told]] = field(default_factory=list)
    doubled: int = 0
    invented: int = 0
    late_ms: list[int] = field(default_factory=list)
    expected: int = 0
    found: int = 0
    missed: list[Occurrence] = field(default_factory=list)
    false: list[Heard] = field(default_factory=list)
    delays_ms: list[int] = field(default_factory=list)
    by_cause: dict[str, int | None] = field(default_factory=dict)
    most_in_ten_minutes: int = 0

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled, invented, missed or false. Lateness is told, not judged."""
        return not (self.lost or self.doubled or self.invented or self.missed or self.false)


def compare_readings(
    findings: Findings, point: PointKey, told: Sequence[Told], stored: Iterable[Stored]
) -> None:
    """Add one point: each identity that left whole must be there once, and nothing else."""
    wanted: dict[tuple[int, float | str | None], Told] = {}
    for each in told:
        wanted.setdefault(each.identity, each)
    there = Counter[tuple[int, float | str | None]]()
    for row in stored:
        identity = (row.measured_at, row.value)
        there[identity] += 1
        if identity in wanted:
            findings.late_ms.append(row.received_at - wanted[identity].left_at)
    findings.told += len(wanted)
    findings.stored += sum(there.values())
    findings.lost += [(point, each) for key, each in wanted.items() if key not in there]
    findings.doubled += sum(count - 1 for count in there.values())
    findings.invented += sum(1 for key in there if key not in wanted)


def compare_alarms(
    findings: Findings, record: Record, expected: Sequence[Occurrence], heard: Sequence[Heard]
) -> None:
    """Match by point, direction and beginning; what is left over is missed or false."""
    free = sorted(heard, key=lambda each: each.raised_at)
    matched: list[tuple[Occurrence, Heard]] = []
    for wanted in expected:
        near = [each for each in free if _is(wanted, each)]
        if not near:
            findings.missed.append(wanted)
            continue
        best = min(near, key=lambda each: abs(each.raised_at - wanted.raised_at))
        free.remove(best)
        matched.append((wanted, best))
    findings.expected, findings.found = len(expected), len(matched)
    findings.false = free
    findings.delays_ms = [alarm.received_at - wanted.left_at for wanted, alarm in matched]
    findings.most_in_ten_minutes = _most([alarm.raised_at for alarm in heard])
    for cause in record.causes:
        if cause["cause"] in IN_THE_PLANT:
            findings.by_cause[f"{cause['id']} {cause['cause']}"] = _first_after(cause, matched)


def _is(wanted: Occurrence, alarm: Heard) -> bool:
    same = (wanted.point, wanted.direction) == (alarm.point, alarm.direction)
    return same and abs(alarm.raised_at - wanted.raised_at) <= NEAR_MS


def _first_after(
    cause: Mapping[str, Any], matched: Sequence[tuple[Occurrence, Heard]]
) -> int | None:
    begun, what = int(cause["from"]), cause["what"]
    named = what.get("tags") or ["*"]
    after = [
        alarm.raised_at - begun
        for _, alarm in matched
        if alarm.raised_at >= begun and matches(named, "/".join(alarm.point))
    ]
    return min(after) if after else None


def _most(times: Sequence[int]) -> int:
    """The most that begin within any ten minutes."""
    ordered, first, most = sorted(times), 0, 0
    for place, at in enumerate(ordered):
        while at - ordered[first] >= FLOOD_MS:
            first += 1
        most = max(most, place - first + 1)
    return most


def table(findings: Findings) -> list[str]:
    """One line a finding, the label first."""
    late = sorted(findings.late_ms)
    rows = [
        ("readings told", str(findings.told)),
        ("readings stored", str(findings.stored)),
        ("lost", str(len(findings.lost))),
        ("doubled", str(findings.doubled)),
        ("not told by us", str(findings.invented)),
        ("late, median and worst", _seconds(median(late), late[-1]) if late else "-"),
        ("alarms expected", str(findings.expected)),
        ("alarms found", str(findings.found)),
        ("missed", str(len(findings.missed))),
        ("false", str(len(findings.false))),
        ("most in ten minutes", _flood(findings.most_in_ten_minutes)),
    ]
    if findings.delays_ms:
        delays = sorted(findings.delays_ms)
        rows.append(("detection after leaving", _seconds(median(delays), delays[-1])))
    for cause, delay in findings.by_cause.items():
        told = "no alarm after it" if delay is None else f"{delay / 1000:.1f} s to the next alarm"
        rows.append((f"cause {cause}", told))
    for (enterprise, tag), lost in findings.lost[:10]:
        rows.append(("lost", f"{enterprise}/{tag} {lost.measured_at} {lost.value}"))
    for missed in findings.missed[:10]:
        rows.append(("missed", f"{'/'.join(missed.point)} {missed.direction} {missed.raised_at}"))
    for false in findings.false[:10]:
        rows.append(("false", f"{'/'.join(false.point)} {false.direction} {false.raised_at}"))
    return [f"{label:<26}{value}" for label, value in rows]


def _seconds(middle: float, worst: float) -> str:
    return f"{middle / 1000:.1f} s, {worst / 1000:.1f} s"


def _flood(most: int) -> str:
    return f"{most}, a flood" if most > FLOOD else str(most)
