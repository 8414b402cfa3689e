"""Taking an alarm off the board: why, by whom, until when; and what may be taken off at all.

It holds for a subject and a direction: the alarm that is off the board bears it, and hands it on
to the next occurrence. What is off the board is judged and journaled like everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.domain.point import PointKind

MINUTE_MS = 60_000

SHELF_LIMITS_MS: Mapping[int, int] = {
    2: 30 * MINUTE_MS,
    3: 4 * 60 * MINUTE_MS,
    4: 12 * 60 * MINUTE_MS,
}
"""The longest shelf by grade. Grade 1 is never shelved."""

SHELF_SECONDED = frozenset({2})
"""Grades that are shelved only with a second person's approval."""

OUT_LIMIT_MS = 30 * 24 * 60 * MINUTE_MS
"""The longest time out of service; whoever needs longer asks again."""

OUT_SECONDED = frozenset({1, 2})
"""Grades that are taken out of service only with a second person's approval."""

NEVER_SUPPRESSED = frozenset(
    {
        PointKind.COMBUSTIBLE_GAS,
        PointKind.TOXIC_GAS,
        PointKind.OXYGEN,
        PointKind.FIRE,
        PointKind.SMOKE,
    }
)
"""What no logic of the plant takes off the board: these protect people, whether or not the unit
runs."""

INHIBIT = "inhibit"
"""The key of a claim that suppresses, by design, the points that it is about."""


class Off(StrEnum):
    """The three ways off the board; they are states of ISA-18.2."""

    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


@dataclass(frozen=True, slots=True)
class OffBoard:
    """Why an alarm is off the board. Times are epoch milliseconds UTC.

    `by`: the person; for a suppression the id of the alarm that inhibits. `until` None: until
    the logic releases it. `grade` and `limit` are those that the alarm had: nothing worse is
    covered by a shelf. `permit` is the work permit's number, where it is out of service.
    """

    how: Off
    by: str
    reason: str
    since: int
    until: int | None
    grade: int
    limit: float | None = None
    permit: str | None = None
    approved_by: str | None = None

    def covers(self, grade: int, limit: float | None, high: bool) -> bool:
        """Whether a level is no worse than what was shelved; the others cover everything."""
        if self.how is not Off.SHELVED:
            return True
        if grade != self.grade or limit is None or self.limit is None:
            return grade >= self.grade
        return limit <= self.limit if high else limit >= self.limit


def shelf_refusal(grade: int, length_ms: int, actor: str, approved_by: str | None) -> str | None:
    """Why an alarm of this grade is not shelved for so long (None: it may be)."""
    longest = SHELF_LIMITS_MS.get(grade)
    if longest is None:
        return f"An alarm of grade {grade} is never shelved."
    if not 0 < length_ms <= longest:
        minutes = longest // MINUTE_MS
        return f"An alarm of grade {grade} is shelved for 1 to {minutes} minutes."
    return _second(grade in SHELF_SECONDED, actor, approved_by)


def out_refusal(grade: int, length_ms: int, actor: str, approved_by: str | None) -> str | None:
    """Why an alarm of this grade is not taken out of service for so long (None: it may be)."""
    if not 0 < length_ms <= OUT_LIMIT_MS:
        minutes = OUT_LIMIT_MS // MINUTE_MS
        return f"Out of service is for 1 to {minutes} minutes; ask again for longer."
    return _second(grade in OUT_SECONDED, actor, approved_by)


def is_authorised(off: OffBoard) -> bool:
    """Whether it was taken off the board as its grade allows; what the plant's logic did, is."""
    if off.how is Off.SUPPRESSED or off.until is None:
        return off.how is Off.SUPPRESSED
    refusal = shelf_refusal if off.how is Off.SHELVED else out_refusal
    return refusal(off.grade, off.until - off.since, off.by, off.approved_by) is None


def _second(needed: bool, actor: str, approved_by: str | None) -> str | None:
    if needed and approved_by in (None, actor):
        return "A second person has to approve this."
    return None
