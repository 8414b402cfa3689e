"""The checklist for a gateway: what it must show to be let into the park, and whether it did.

Pure: the evidence and the time are passed in. Each finding is a stable code with its facts; the
sentences are worded elsewhere. An item that passes so far may still fail before the test ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.claim import Scalar
from services.domain.conformance_evidence import SOON_MS, Asked, Evidence

SKEW_MOST_MS = 2_000
FEWEST_SECONDS = 3
"""Seconds with times of its own before its clock is judged while the test goes on."""

QUIET_MS = SOON_MS
"""So long after its return nothing is decided: what came until then must be in the ledger."""

BOOK_MS = 2_000
"""Until a change of the register is in force everywhere."""


class Item(StrEnum):
    """What is tried, in the order of the checklist."""

    CREDENTIALS = "credentials"
    QOS = "qos"
    TAGS = "tags"
    PLAUSIBLE = "plausible"
    CLOCK = "clock"
    RESEND = "resend"
    ALARM = "alarm"


class Mark(StrEnum):
    """What became of an item."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


class Outcome(StrEnum):
    """What a run came to. `incomplete`: nothing failed, and not everything could be tried."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    INTERRUPTED = "interrupted"


class Ask(StrEnum):
    """What the bench wants the gateway's operator to do now."""

    RAISE = "raise"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Finding:
    """An item, its mark, and why: a code with what its sentence is made of."""

    item: Item
    mark: Mark
    code: str = "pending"
    facts: dict[str, Scalar] = field(default_factory=dict, hash=False)


def judge(asked: Asked, evidence: Evidence, now: int) -> list[Finding]:
    """Every item as it stands at `now`; from `asked.ends_at` on none is pending."""
    over = now >= asked.ends_at
    found = [
        _credentials(evidence),
        _qos(evidence),
        _tags(evidence),
        _plausible(evidence),
        _clock(evidence, over),
        _resend(asked, evidence, now),
        _alarm(asked, evidence),
    ]
    return [_settled(each, asked, evidence) for each in found] if over else found


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """What they come to; `running` while one is pending."""
    marks = {each.mark for each in findings}
    for mark, outcome in (
        (Mark.PENDING, Outcome.RUNNING),
        (Mark.FAILED, Outcome.FAILED),
        (Mark.NOT_TRIED, Outcome.INCOMPLETE),
    ):
        if mark in marks:
            return outcome
    return Outcome.PASSED


def ask_of(asked: Asked, evidence: Evidence, now: int) -> Ask | None:
    """What its operator is to do now; nothing while the register is not in force, or it is cut."""
    is_cut = evidence.cut_at is not None and evidence.cut_end is None
    if asked.test is None or is_cut or not asked.started_at + BOOK_MS <= now < asked.ends_at:
        return None
    if evidence.alarm is None:
        return Ask.RAISE
    return None if evidence.alarm.over else Ask.LOWER


def _credentials(evidence: Evidence) -> Finding:
    if evidence.heard and evidence.session:
        return Finding(Item.CREDENTIALS, Mark.PASSED, "session", {"messages": evidence.heard})
    return Finding(Item.CREDENTIALS, Mark.PENDING)


def _qos(evidence: Evidence) -> Finding:
    if evidence.unassured:
        facts: dict[str, Scalar] = {"messages": evidence.unassured, "of": evidence.heard}
        return Finding(Item.QOS, Mark.FAILED, "qos_0", facts)
    if evidence.heard:
        return Finding(Item.QOS, Mark.PASSED, "qos_1", {"messages": evidence.heard})
    return Finding(Item.QOS, Mark.PENDING)


def _tags(evidence: Evidence) -> Finding:
    if evidence.strangers:
        strangers = evidence.strangers
        facts: dict[str, Scalar] = {"count": len(strangers), "tags": str(strangers)}
        return Finding(Item.TAGS, Mark.FAILED, "unregistered", facts)
    if evidence.refused:
        facts = {"count": evidence.refused, "reason": evidence.refusal.rstrip(".")}
        return Finding(Item.TAGS, Mark.FAILED, "refused", facts)
    if evidence.points:
        return Finding(Item.TAGS, Mark.PASSED, "known", {"count": len(evidence.points)})
    return Finding(Item.TAGS, Mark.PENDING)


def _plausible(evidence: Evidence) -> Finding:
    for names, code in ((evidence.contradicted, "unit"), (evidence.outside, "outside")):
        if names:
            facts: dict[str, Scalar] = {"count": len(names), "tags": str(names)}
            return Finding(Item.PLAUSIBLE, Mark.FAILED, code, facts)
    if not evidence.points:
        return Finding(Item.PLAUSIBLE, Mark.PENDING)
    if evidence.quantities and not evidence.ranged:
        return Finding(Item.PLAUSIBLE, Mark.NOT_TRIED, "no_ranges")
    return Finding(Item.PLAUSIBLE, Mark.PASSED, "within", {"values": evidence.ranged})


def _clock(evidence: Evidence, over: bool) -> Finding:
    skew = evidence.skew_ms
    if skew is None or (evidence.seconds_timed < FEWEST_SECONDS and not over):
        return Finding(Item.CLOCK, Mark.PENDING)
    facts: dict[str, Scalar] = {"skew_ms": skew}
    if abs(skew) <= SKEW_MOST_MS:
        return Finding(Item.CLOCK, Mark.PASSED, "near", facts)
    if skew < 0 and not evidence.is_steady:
        return Finding(Item.CLOCK, Mark.NOT_TRIED, "catching_up", facts)
    return Finding(Item.CLOCK, Mark.FAILED, "ahead" if skew > 0 else "behind", facts)


def _resend(asked: Asked, evidence: Evidence, now: int) -> Finding:
    back, sight = evidence.back_at, evidence.sight
    if not asked.can_cut:
        return Finding(Item.RESEND, Mark.NOT_TRIED, "cannot_cut")
    if back is None or now - back < QUIET_MS or sight is None:
        return Finding(Item.RESEND, Mark.PENDING)
    if sight.holes or not evidence.is_stored:
        return Finding(Item.RESEND, Mark.PENDING)
    if _came_back(evidence):
        facts: dict[str, Scalar] = {"cut_s": _seconds(asked), "count": evidence.measured_in_cut}
        return Finding(Item.RESEND, Mark.PASSED, "resent", facts)
    return Finding(Item.RESEND, Mark.PENDING)


def _came_back(evidence: Evidence) -> bool:
    """Whether enough of what it must have measured while it was cut has arrived."""
    period = evidence.period_ms
    if evidence.cut_at is None or evidence.cut_end is None or not period:
        return evidence.measured_in_cut > 0
    due = (evidence.cut_end - evidence.cut_at) // period
    return evidence.measured_in_cut >= max(1, due // 2)


def _alarm(asked: Asked, evidence: Evidence) -> Finding:
    alarm, test = evidence.alarm, asked.test
    if test is None:
        return Finding(Item.ALARM, Mark.NOT_TRIED, "no_test_point")
    facts: dict[str, Scalar] = {"tag": test.tag, "condition": test.condition}
    if alarm is None:
        return Finding(Item.ALARM, Mark.PENDING, facts=facts)
    facts |= {"value": alarm.value, "unit": test.unit}
    if not alarm.exercise:
        return Finding(Item.ALARM, Mark.FAILED, "not_marked", facts)
    mark = Mark.PASSED if alarm.over else Mark.PENDING
    return Finding(Item.ALARM, mark, "tripped", facts)


def _settled(finding: Finding, asked: Asked, evidence: Evidence) -> Finding:
    """What a pending item is once no more time is left."""
    if finding.mark is not Mark.PENDING:
        return finding
    item = finding.item
    if item is Item.CREDENTIALS:
        return _never_connected(evidence)
    if not evidence.heard:
        return Finding(item, Mark.NOT_TRIED, "nothing_heard")
    match item:
        case Item.CLOCK:
            return Finding(item, Mark.NOT_TRIED, "no_times")
        case Item.RESEND:
            return _not_resent(asked, evidence)
        case Item.ALARM if asked.test is not None:
            return _not_tripped(finding, asked.test.limit, evidence)
        case _:
            return Finding(item, Mark.NOT_TRIED, "nothing_usable")


def _never_connected(evidence: Evidence) -> Finding:
    item = Item.CREDENTIALS
    if evidence.heard:
        return Finding(item, Mark.PASSED, "messages_only", {"messages": evidence.heard})
    if evidence.session:
        return Finding(item, Mark.PASSED, "silent_session")
    if evidence.sign_ins_refused:
        return Finding(item, Mark.FAILED, "refused", {"count": evidence.sign_ins_refused})
    return Finding(item, Mark.FAILED, "never_seen")


def _not_resent(asked: Asked, evidence: Evidence) -> Finding:
    item, facts = Item.RESEND, dict[str, Scalar](cut_s=_seconds(asked))
    if evidence.number is None:
        return Finding(item, Mark.FAILED, "no_numbers", facts)
    if evidence.cut_at is None or evidence.cut_end is None:
        return Finding(item, Mark.NOT_TRIED, "not_cut", facts)
    if evidence.back_at is None:
        return Finding(item, Mark.FAILED, "not_back", facts)
    sight = evidence.sight
    if sight is None or not evidence.is_stored:
        return Finding(item, Mark.NOT_TRIED, "ledger_behind", facts)
    if sight.holes:
        return Finding(item, Mark.FAILED, "missing", facts | {"count": sight.missing})
    period = evidence.period_ms
    if period is not None and period > evidence.cut_end - evidence.cut_at:
        return Finding(item, Mark.NOT_TRIED, "too_slow", facts | {"period_s": period / 1000})
    return Finding(item, Mark.FAILED, "nothing_measured", facts)


def _not_tripped(finding: Finding, limit: float, evidence: Evidence) -> Finding:
    if evidence.alarm is not None:
        return Finding(Item.ALARM, Mark.PASSED, "still_standing", finding.facts)
    return Finding(Item.ALARM, Mark.FAILED, "not_tripped", finding.facts | {"limit": limit})


def _seconds(asked: Asked) -> float:
    return asked.cut_ms / 1000
