"""A detector in calibration or bump test: for how long, by whom, and up to which grade its own alarms
are kept off the board meanwhile (decision 0095). Times are epoch milliseconds."""

from dataclasses import dataclass
from enum import StrEnum

from services.domain.claim import Claim, Place, Scalar
from services.domain.subject import Subject, SubjectType

MAINTENANCE = "maintenance"
"""The key of the alarm that says that a point is in it, and that keeps its other alarms quiet."""
GRADE = 4
WORST = 2
"""The gravest grade that any of it covers: grade 1 is never kept quiet."""
LONGEST_MS = 4 * 3_600_000
"""Nobody calibrates one detector for longer than half a shift: beyond it is out of service."""
COVERS = "covers"
"""The fact with the gravest grade that it covers."""


class MaintenanceKind(StrEnum):
    """What is done; also the condition of the alarm that says so."""

    CALIBRATION = "calibration"
    BUMP_TEST = "bump_test"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """`grade`: the gravest that is covered, 2 to 4; grade 1 never is. `approved_by`: the second
    person, where the park's policy wants one."""

    kind: MaintenanceKind
    since: int
    until: int
    by: str
    reason: str
    grade: int
    approved_by: str | None = None

    def is_on(self, at: int) -> bool:
        """Whether it goes on at a moment by our clock."""
        return self.since <= at < self.until

    def claim(self, enterprise: str, tag: str, point_id: int, now: int) -> Claim:
        """That it goes on at `now`, or does not."""
        active = self.is_on(now)
        facts: dict[str, Scalar] = {
            "by": self.by,
            "until": self.until,
            "reason": self.reason,
            COVERS: max(self.grade, WORST),
        }
        if self.approved_by is not None:
            facts["approved_by"] = self.approved_by
        return Claim(
            key=MAINTENANCE,
            enterprise=enterprise,
            subject=Subject.point(tag),
            condition=self.kind,
            active=active,
            grade=GRADE,
            at=self.since if active else max(self.since, min(now, self.until)),
            fact=str(self.since),
            facts=facts,
            point_id=point_id,
        )


def place_of(enterprise: str, tag: str) -> Place:
    """Where its alarm stands."""
    return enterprise, SubjectType.POINT, tag, MAINTENANCE
