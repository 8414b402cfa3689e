"""Taking an alarm off the board: why, by whom, until when; and what may be taken off at all.

It holds for a subject and a direction: the alarm that is off the board bears it, and hands it on
to the next occurrence. What is off the board is judged and journaled like everything else.
"""

from dataclasses import dataclass
from enum import StrEnum

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

    def covers(self, grade: int, limit: float | None, high: bool) -> bool:
        """Whether a level is no worse than what was shelved; the others cover everything."""
        if self.how is not Off.SHELVED:
            return True
        return is_no_worse((grade, limit), (self.grade, self.limit), high)


def is_no_worse(this: tuple[int, float | None], that: tuple[int, float | None], high: bool) -> bool:
    """Whether a level (grade, limit) is no worse than another one of the same direction."""
    (grade, limit), (other, reached) = this, that
    if grade != other or limit is None or reached is None:
        return grade >= other
    return limit <= reached if high else limit >= reached
