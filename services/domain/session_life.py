"""The life of a sign-in session: how long it may act, and how long its console may still show.

What runs out is the right to act. A console that was opened in time keeps showing and sounding, also
across a lost connection: an alarm that nobody sees because a session ran out is worse than a screen
that nobody may act at (IEC 62443-3-3 SR 1.1: signing in must not hinder what is for emergencies).
"""

from dataclasses import dataclass
from enum import StrEnum

SHOWING_MS = 3_600_000
"""For so long after its console was last connected a session that ran out may connect it again."""
ENROLLING_MS = 900_000
"""How long somebody who has to set up a second factor first has time for it."""


class Right(StrEnum):
    """What a session may still do."""

    FULL = "full"
    SHOW = "show"
    """It ran out: reading and the live push, for the console that is open."""
    ENROL = "enrol"
    """Setting up a second factor, and nothing else."""


@dataclass(frozen=True, slots=True)
class SessionLife:
    """The times of a session, epoch ms. `shown_at`: its console was last connected; None: never."""

    expires_at: int
    used_at: int
    shown_at: int | None
    enrolling: bool
    ended: bool


def right_of(life: SessionLife, idle_ms: int, now_ms: int) -> Right | None:
    """What it may do now; None: nothing any more."""
    if life.ended:
        return None
    if now_ms < life.expires_at and now_ms - life.used_at < idle_ms:
        return Right.ENROL if life.enrolling else Right.FULL
    shown = life.shown_at
    if life.enrolling or shown is None or now_ms - shown >= SHOWING_MS:
        return None
    return Right.SHOW
