"""Taking an alarm off the board: why, by whom, until when; and what may be taken off at all.

It holds for a subject and a direction: the alarm that is off the board bears it, and hands it on
to the next occurrence. What is off the board is judged and journaled like everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.maintenance import MAINTENANCE
from services.domain.point import PointKind

MINUTE_MS = 60_000

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

WORST_SUPPRESSED = 2
"""The gravest grade that logic of the plant takes off the board: grade 1 never is."""

INHIBIT = "inhibit"
"""The key of a claim that suppresses, by design, the points that it is about."""

INHIBITING = frozenset({INHIBIT, MAINTENANCE})
"""The keys of claims that take other alarms off the board."""


class Off(StrEnum):
    """The three ways off the board; they are states of ISA-18.2."""

    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


@dataclass(frozen=True, slots=True)
class OffBoard:
    """Why an alarm is off the board. Times are epoch milliseconds UTC.

    `by`: the person; for a suppression the id of the alarm that inhibits, or of the rule that
    suppresses (then `rule_version` is its version, and `logic` what it waits for and what it found,
    by name). `until` None: until the logic releases it. `grade` and `limit` are those that the
    alarm had, or the gravest grade that the logic covers: nothing worse is covered by a shelf, nor
    suppressed, nor out of service by one person. `permit` is the work permit's number, where it is
    out of service.
    `approved_by` and `approval_note`: the second person, and their words. `policy`: the version of
    the park's policy by which it was allowed; None: what there was before parks had one.
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
    policy: int | None = None
    approval_note: str | None = None
    rule_version: int | None = None
    logic: Mapping[str, float | int | str | bool | None] = field(default_factory=dict, hash=False)

    def covers(self, grade: int, limit: float | None, high: bool) -> bool:
        """Whether a level is no worse than what was shelved, or than logic may suppress. Out of
        service covers the grade it was decided on and below; everything where two people did."""
        match self.how:
            case Off.OUT_OF_SERVICE:
                return self.approved_by not in (None, self.by) or grade >= self.grade
            case Off.SUPPRESSED:
                return grade >= max(self.grade, WORST_SUPPRESSED)
        return is_no_worse((grade, limit), (self.grade, self.limit), high)


def is_no_worse(this: tuple[int, float | None], that: tuple[int, float | None], high: bool) -> bool:
    """Whether a level (grade, limit) is no worse than another one of the same direction."""
    (grade, limit), (other, reached) = this, that
    if grade != other or limit is None or reached is None:
        return grade >= other
    return limit <= reached if high else limit >= reached
