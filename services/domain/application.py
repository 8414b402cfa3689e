"""What a second person is asked for: it holds for a subject and direction, as a shelf does.

An alarm that chatters is another occurrence a moment later. What was applied for is still the
same, as long as what stands is not graver.
"""

from dataclasses import dataclass

from services.domain.alarm import Alarm
from services.domain.rule import Direction
from services.domain.subject import Subject
from services.domain.suppression import is_no_worse

GRAVER = "It is graver now than what was applied for: the applicant has to ask again."
NEIGHBOUR_ROSE = "A neighbour rose after it was applied for: the applicant has to ask again."
NOTHING_STANDS = "Nothing of this subject and direction stands now."


@dataclass(frozen=True, slots=True)
class Application:
    """To take what stands off the board. `rule` tells what a claim or a rule that is more than a
    limit found (`direction` None); `grade` and `limit` are those that it had. `applied_at`: when
    (epoch ms, our clock); 0, where nobody said it: all that stands came after it."""

    enterprise: str
    subject: Subject
    direction: Direction | None
    rule: str
    grade: int
    limit: float | None = None
    applied_at: int = 0

    def is_for(self, alarm: Alarm) -> bool:
        """Whether an alarm is an occurrence of the same subject and direction, and live."""
        mine = (self.enterprise, self.subject, self.direction)
        same = mine == (alarm.enterprise, alarm.subject, alarm.direction)
        return (
            same
            and not alarm.historical
            and (self.direction is not None or self.rule == alarm.rule)
        )

    def precedes(self, alarm: Alarm) -> bool:
        """Whether an alarm rose, or was heard of, after it was applied for."""
        return max(alarm.raised_at, alarm.received_at) > self.applied_at

    def refusal(self, alarm: Alarm) -> str | None:
        """Why it does not cover what stands now (None: it does)."""
        high = self.direction is not Direction.LOW
        this, that = (alarm.grade, alarm.limit), (self.grade, self.limit)
        return None if is_no_worse(this, that, high) else GRAVER
