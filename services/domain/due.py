"""Due: a detector's calibration or bump test whose day has come, a licence whose last day is over,
and the alarms that say so.

A few points of an enterprise, or licences, speak for themselves; of more the enterprise's own alarm speaks and
counts them, so that a common day in the calendar is no flood of alarms. Pure: it is told which days
have come and what stands, and answers what has to be claimed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.domain.claim import Claim, Place, Scalar
from services.domain.subject import Subject, SubjectType

GRADE = 4
APART = 5
"""So many points of an enterprise speak for themselves; both kinds together are no flood. So many
licences, too."""
LICENCE = "licence"
"""The type of subject of a licence's alarm; its id is the licence's kind and number."""


class DueKind(StrEnum):
    """What is due; also the key and the condition of the claim."""

    CALIBRATION = "calibration_due"
    BUMP_TEST = "bump_test_due"
    LICENCE = "licence_expired"


@dataclass(frozen=True, slots=True)
class DueDay:
    """A point whose day has come, or a licence whose last day is over: `tag` is then its kind and
    number. `count`: how many of its enterprise are due in this way, itself among them; of more than
    `APART` one is enough, that whose day came first."""

    enterprise: str
    what: DueKind
    day: date
    tag: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """A due alarm that stands: what it tells, and whether it is judged."""

    facts: Mapping[str, Scalar]
    judged: bool = True


def wanted(days: Iterable[DueDay], now: int) -> dict[Place, Claim]:
    """What should stand at `now` (epoch ms), by its place; `days` in the order of their days."""
    found: dict[Place, Claim] = {}
    for each in days:
        facts: dict[str, Scalar] = {"due_on": each.day.isoformat()}
        if each.count > APART:
            subject = Subject(SubjectType.ENTERPRISE, each.enterprise)
            counted = "licences" if each.what is DueKind.LICENCE else "points"
            facts |= {counted: each.count, "first": each.tag}
        elif each.what is DueKind.LICENCE:
            subject = Subject(LICENCE, each.tag)
        else:
            subject = Subject.point(each.tag)
        claim = _claim(each.enterprise, each.what, subject, facts, now, active=True)
        found.setdefault(claim.place, claim)
    return found


def to_claim(
    should: Mapping[Place, Claim], standing: Mapping[Place, Standing], now: int
) -> list[Claim]:
    """What has to be said: what should stand and does not so, and what stands and should not."""
    said = [claim for place, claim in should.items() if not _stands(claim, standing.get(place))]
    for place in standing.keys() - should.keys():
        enterprise, kind, name, key = place
        subject = Subject(kind, name)
        said.append(_claim(enterprise, DueKind(key), subject, {}, now, active=False))
    return said


def _stands(claim: Claim, known: Standing | None) -> bool:
    return known is not None and known.judged and dict(known.facts) == dict(claim.facts)


def _claim(
    enterprise: str,
    what: DueKind,
    subject: Subject,
    facts: dict[str, Scalar],
    now: int,
    *,
    active: bool,
) -> Claim:
    return Claim(
        key=what,
        enterprise=enterprise,
        subject=subject,
        condition=what,
        active=active,
        grade=GRADE,
        at=now,
        fact=str(facts.get("due_on", "")),
        facts=facts,
    )
