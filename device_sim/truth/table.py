"""What was found, as one table for people."""

from collections.abc import Sequence
from statistics import median

from device_sim.truth.expectation import Occurrence
from device_sim.truth.flood import BEGINS, Flood
from device_sim.truth.reconciling import Detection, Findings, Heard

SHOWN = 10
"""Of each kind of what does not agree."""
JUDGED = "limits (LL, L, H, HH), trips, bypasses"


def table(findings: Findings) -> list[str]:
    """One line a finding, the label first."""
    rows = [
        ("readings told", str(findings.told)),
        *_unacknowledged(findings),
        ("readings stored", str(findings.stored)),
        ("lost", str(len(findings.lost))),
        ("doubled", str(findings.doubled)),
        ("not told by us", str(findings.invented)),
        ("late, median and worst", _span(findings, findings.late_ms)),
        ("alarms expected", str(findings.expected)),
        ("alarms found", str(findings.found)),
        ("missed", str(len(findings.missed))),
        ("missed escalations", str(len(findings.not_escalated))),
        ("false", str(len(findings.false))),
        ("false escalations", str(len(findings.over_escalated))),
        ("ended at another time", str(len(findings.ended_otherwise))),
        ("silent", str(len(findings.silent))),
        ("judged", _judged(findings)),
        ("found and not judged", _others(findings)),
        ("made after they were due", _span(findings, findings.delays_ms)),
        ("most in ten minutes", _most(findings)),
        ("floods", _floods(findings.floods_heard, findings.floods_expected)),
        *((f"cause {cause}", _detection(findings, told)) for cause, told in findings.by_cause.items()),
        *_details(findings),
    ]  # fmt: skip
    return [f"{label:<26}{value}" for label, value in rows]


def _details(findings: Findings) -> list[tuple[str, str]]:
    rows = [
        ("lost", f"{'/'.join(point)} {lost.measured_at} {lost.value} {lost.quality}")
        for point, lost in findings.lost[:SHOWN]
    ]
    rows += [
        ("missed", f"{'/'.join(each.point)} {each.direction} {each.raised_at}")
        for each in findings.missed[:SHOWN]
    ]
    rows += [
        ("false", f"{'/'.join(each.point)} {each.direction} {each.raised_at}")
        for each in findings.false[:SHOWN]
    ]
    rows += [
        ("missed escalation", _course(wanted, alarm))
        for wanted, alarm in findings.not_escalated[:SHOWN]
    ]
    rows += [
        ("false escalation", _course(wanted, alarm))
        for wanted, alarm in findings.over_escalated[:SHOWN]
    ]
    rows += [
        (
            "ended at another time",
            f"{_name(wanted)}: {wanted.ended_at or 'to the end'} expected, {alarm.ended_at}",
        )
        for wanted, alarm in findings.ended_otherwise[:SHOWN]
    ]
    rows += [
        ("silent", f"{_name(wanted)}: {_why_silent(alarm)}")
        for wanted, alarm in findings.silent[:SHOWN]
    ]
    rows += [
        ("later than it may be", f"{'/'.join(each.point)} {each.direction} by {after / 1000:.1f} s")
        for each, after in findings.late[:SHOWN]
    ]
    return rows


def _name(wanted: Occurrence) -> str:
    return f"{'/'.join(wanted.point)} {wanted.direction} {wanted.raised_at}"


def _why_silent(alarm: Heard) -> str:
    return "listed as an exercise" if alarm.exercise else "listed as historical"


def _course(wanted: Occurrence, alarm: Heard) -> str:
    had = f"{alarm.condition or 'no level'}, grade {alarm.grade}"
    return (
        f"{_name(wanted)}: worst is {wanted.condition}, grade {wanted.grade}; the alarm had {had}"
    )


def _unacknowledged(findings: Findings) -> list[tuple[str, str]]:
    """Only where there is any: the platform is not asked for these."""
    if not findings.unsure:
        return []
    points = len(findings.unsure_points)
    text = f"{findings.unsure} readings, not asked for; nor the alarms of their {points} points"
    return [("not acknowledged", text)]


def _judged(findings: Findings) -> str:
    if findings.timed:
        return f"{JUDGED}, silence, clocks"
    return f"{JUDGED}; neither silence nor clocks: this was not as fast as life"


def _others(findings: Findings) -> str:
    found = sorted(findings.not_judged.items())
    return ", ".join(f"{number} {condition}" for condition, number in found) or "none"


def _unmeasured(findings: Findings) -> str:
    if findings.speed is None:
        return "not measured: nothing was sent"
    return f"not measured: at ×{findings.speed:g} nothing leaves when its stamp says"


def _span(findings: Findings, found_ms: Sequence[int]) -> str:
    if not findings.timed:
        return _unmeasured(findings)
    if not found_ms:
        return "-"
    return f"{median(found_ms) / 1000:.3f} s, {max(found_ms) / 1000:.3f} s"


def _detection(findings: Findings, told: Detection | None) -> str:
    """By the stamps, when it was to be known; and how long it took in fact, where that was seen."""
    if told is None:
        return "no alarm that is judged was expected and found after it"
    due = f"due after {told.due_ms / 1000:.1f} s"
    if not findings.timed or told.took_ms is None:
        return f"{due}; what it took is not measured"
    return f"{due}; there after {told.took_ms / 1000:.1f} s"


def _most(findings: Findings) -> str:
    flood = ", a flood" if findings.most_heard > BEGINS else ""
    return f"{findings.most_heard} of {findings.most_expected} expected{flood}"


def _floods(heard: Sequence[Flood], expected: Sequence[Flood]) -> str:
    told = [f"{len(heard)} of {len(expected)} expected"]
    told += [
        f"{each.alarms} alarms in {(each.ended_at - each.began_at) / 60_000:.0f} min, at most"
        f" {each.most} in ten"
        for each in heard
    ]
    return "; ".join(told)
