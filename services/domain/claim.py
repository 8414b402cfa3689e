"""A claim: what another judge has decided of a subject, for the engine to make an alarm of.

The engine's second input. Whoever claims says whether the condition is there; the alarm's life
(raised, acknowledged, returned, cleared, superseded) is the engine's, as for a limit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.domain.subject import Subject

Scalar = float | int | str | bool | None
"""A fact: one number, text or truth."""

Place = tuple[str, str, str, str]
"""Where claims about the same thing meet: enterprise, type and id of the subject, key."""


OWN_KEYS = frozenset({"silence", "clock", "undetermined", "bypass", "maintenance"})
"""Keys that the engine claims itself: of its own points and gateways, so there are only as many."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Times are epoch milliseconds UTC.

    `key` names the judge's condition and stays over its life; `condition` is what the alarm
    shows. `at`: since when it is (or is no longer) so. `fact` is what raised it, as far as the
    identity needs it: who claims the same of the same fact makes the same alarm. `lease_until`:
    until when the claim holds without being renewed (None: for ever); after that it is "not
    judged", which is never "clear".
    """

    key: str
    enterprise: str
    subject: Subject
    condition: str
    active: bool
    grade: int
    at: int
    fact: str = ""
    facts: Mapping[str, Scalar] = field(default_factory=dict, hash=False)
    point_id: int | None = None
    version: int = 1
    lease_until: int | None = None
    latch: bool = False
    realarm_ms: int | None = None
    exercise: bool = False
    """Its subject is under test."""

    @property
    def place(self) -> Place:
        return self.enterprise, self.subject.type, self.subject.id, self.key

    @property
    def identity(self) -> str:
        """The identity of the alarm that it raises."""
        parts = (*self.place, self.condition, self.fact)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
