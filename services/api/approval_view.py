"""What waits for a second person, as outsiders see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.api.alarm_view import Subject, moment_text
from services.store.approval import Approval


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """`state` is pending, approved, refused or expired; times RFC 3339. It holds for the subject
    and direction of `alarm`, whatever occurrence of it stands by then, unless that is graver than
    `grade` and `limit`. What an enterprise proposes of a rule or a point names no alarm and no
    minutes: `proposal` is that as it was sent (null: it is to be removed), `rule` the number of a
    rule that is in force already, `before` what the fields of a point were that it would change."""

    id: str
    enterprise: str
    action: str
    alarm: str
    reason: str
    minutes: float
    permit: str | None
    applicant: str
    applied_at: str
    expires_at: str
    state: str
    decided_by: str | None
    decided_at: str | None
    note: str | None
    subject: Subject | None
    direction: str | None
    grade: int | None
    limit: float | None
    rule: str | None
    proposal: dict[str, Any] | None
    before: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """A second person has to approve it."""

    approval: ApprovalView


def approval_view(approval: Approval, now: datetime) -> ApprovalView:
    """How it is shown at a moment."""
    over = approval.state == "pending" and approval.expires_at <= now
    told = approval.proposal or {}
    return ApprovalView(
        approval.id,
        approval.enterprise,
        approval.action,
        approval.alarm_id,
        approval.reason,
        approval.minutes,
        approval.permit,
        approval.applicant,
        moment_text(approval.applied_at),
        moment_text(approval.expires_at),
        "expired" if over else approval.state,
        approval.decided_by,
        None if approval.decided_at is None else moment_text(approval.decided_at),
        approval.note,
        _subject(approval),
        approval.direction,
        approval.grade,
        approval.limit,
        told.get("rule"),
        told.get("body"),
        told.get("before"),
    )


def _subject(approval: Approval) -> Subject | None:
    if approval.subject_type is None or approval.subject_id is None:
        return None
    return Subject(approval.subject_type, approval.subject_id)
