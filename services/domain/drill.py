"""A drill (演练): what is raised in it is an exercise, and nothing of the field is.

A drill never touches a point of the field. It plays on twins: enterprises of its own, under codes
that nobody can register, with copies of the points and limits in force. Whether something is an
exercise is a matter of that code alone, and not of what a message says of itself.
"""

from enum import StrEnum

PREFIX = "drill-"
_LONGEST = 64


class DrillState(StrEnum):
    """How far a drill is."""

    ORDERED = "ordered"
    """No simulator has taken it up yet."""
    RUNNING = "running"
    FINISHED = "finished"


class DrillEnd(StrEnum):
    """Why it is over."""

    ENDED = "ended"
    """The scenario came to its end."""
    STOPPED = "stopped"
    """The instructor ended it."""
    FAILED = "failed"
    """The simulator could not go on."""
    ABANDONED = "abandoned"
    """The simulator was not heard of any more."""


def is_twin(enterprise: str) -> bool:
    """Whether an enterprise is only there for a drill."""
    return enterprise.startswith(PREFIX)


def is_twins_code(code: str) -> bool:
    """Whether an enterprise of the field may not be registered under this code, however written."""
    return code.casefold().startswith(PREFIX)


def twin_of(enterprise: str) -> str | None:
    """The code of an enterprise's twin; None where that would be longer than a code may be."""
    code = f"{PREFIX}{enterprise}"
    return code if len(code) <= _LONGEST else None


def original_of(twin: str) -> str:
    """The enterprise that a twin stands for."""
    return twin.removeprefix(PREFIX)
