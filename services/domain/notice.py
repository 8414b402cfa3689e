"""Notices: which events of an alarm a receiver is told of, and what becomes of a try to tell it."""

from dataclasses import dataclass
from enum import StrEnum

from services.domain.alarm import EventKind, Transition

MOST_WAITING = 10_000
"""Notices that wait for one receiver at most; further ones are left out, and counted."""

GIVE_UP_MS = 24 * 3_600_000
"""What a receiver that fails has not taken by then is given up."""

SENT_KEPT_MS = 7 * 24 * 3_600_000
GIVEN_UP_KEPT_MS = 30 * 24 * 3_600_000

REMEMBERED_MS = 6 * 24 * 3_600_000
"""For how long it is known which receivers were told of an alarm: a little less than `SENT_KEPT_MS`."""

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
REFUSALS = 3
"""So often a message is sent to a receiver that refuses just this one, before it is given up."""

NEWS = frozenset(
    {
        EventKind.RAISED,
        EventKind.ESCALATED,
        EventKind.REALARMED,
        EventKind.EXERCISE_ENDED,
        EventKind.UNSHELVED,
        EventKind.RELEASED,
        EventKind.RETURNED_TO_SERVICE,
    }
)
"""Events by which an alarm comes, or comes back, to people's notice."""

_THE_MESSAGES_FAULT = frozenset({400, 410, 413, 415, 422})
"""Statuses (RFC 9110) that say that this message is not wanted, and nothing of the next one."""


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    """It is being sent; when its lease runs out before there is an answer, it is sent again."""
    FAILED = "failed"
    """The last try came to nothing; there is a next one."""
    SENT = "sent"
    """The receiver took it."""
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a notice after a try. `wait_s`: how long its receiver is left alone."""

    state: NoticeState
    wait_s: float = 0.0


def is_told(transition: Transition) -> bool:
    """Whether anybody is told of it: of what is past nobody is."""
    return not transition.alarm.historical


def is_news(transition: Transition) -> bool:
    """Whether a receiver hears of it by its grade, also one that knows nothing of this alarm.

    Any other event is told to those that were told of the alarm before; of one that is older than it
    is known who was, to all by its grade.
    """
    alarm = transition.alarm
    if transition.noted_at - alarm.raised_at > REMEMBERED_MS:
        return True
    return transition.event in NEWS and alarm.off is None and alarm.closed_as is None


def wait_s(failures: int, jitter: float) -> float:
    """Seconds until the next try after so many failures in a row (from 1): twice as long each time, up
    to `LONGEST_WAIT_S`; `jitter` of [0, 1) takes up to half of it away, so that receivers that fell
    silent together are not asked together."""
    longest = min(FIRST_WAIT_S * 2.0 ** min(failures - 1, 20), LONGEST_WAIT_S)
    return longest * (1.0 - jitter / 2.0)


def fate(status: int | None, attempts: int, failures: int, jitter: float) -> Fate:
    """After a try that was answered with this HTTP status (None: with nothing).

    `attempts`: tries of this message; `failures`: of its receiver in a row; this one counts in both.
    """
    if status is not None and 200 <= status < 300:
        return Fate(NoticeState.SENT)
    if status in _THE_MESSAGES_FAULT and attempts >= REFUSALS:
        return Fate(NoticeState.GIVEN_UP)
    return Fate(NoticeState.FAILED, wait_s(failures, jitter))


def delivery_id(receiver: str, about: str, seq: int) -> str:
    """The name of a message, the same at each try: receiver, whose journal, and the row in it."""
    return f"{receiver}.{about}.{seq}"
