"""What the judge has to know of a bypass: on which points, in which states, and for how long it is
approved; and what a state seen in the field then is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.domain.bypass import COVERS, BypassKind
from services.domain.interlock import BYPASSED

BYPASS = "bypass"
"""Key of what is claimed of a bypass seen in the field."""

BYPASS_GRADE = 2


class Breach(StrEnum):
    """What is the matter with a bypass seen in the field; the names are those of the alarm."""

    UNAPPROVED = "bypass_unapproved"
    EXPIRED = "bypass_expired"


@dataclass(frozen=True, slots=True)
class BypassPermit:
    """An approval of a bypass from `since` to `until` (epoch ms, the end not included). `points`:
    the tags on which it is seen. `closed`: nothing more becomes of it, so it is forgotten."""

    enterprise: str
    id: str
    loop: str
    points: tuple[str, ...]
    kind: BypassKind
    since: int
    until: int
    closed: bool = False

    def names(self, state: str) -> bool:
        """Whether this state is what was approved."""
        return state in COVERS[self.kind]

    def covers(self, state: str, at: int) -> bool:
        """Whether this state at this moment is what was approved."""
        return self.names(state) and self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Found:
    """A breach; `permit`: the approval that has ended (None: there was none)."""

    breach: Breach
    permit: BypassPermit | None = None


def judge_state(state: str, permits: Iterable[BypassPermit], *moments: int) -> Found | None:
    """What a state seen in the field is; None: it needs no approval, or has one.

    It is enough that it is approved at one of these moments (when it was told, and now): an
    approval given while the key is turned breaks nothing.
    """
    if state not in BYPASSED:
        return None
    known = [each for each in permits if each.names(state)]
    if any(each.covers(state, moment) for each in known for moment in moments):
        return None
    ended = [each for each in known if each.until <= max(moments)]
    if ended:
        return Found(Breach.EXPIRED, max(ended, key=lambda each: (each.until, each.id)))
    return Found(Breach.UNAPPROVED)
