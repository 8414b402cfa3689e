"""What an alarm is about: a point, or something that has no tag."""

from dataclasses import dataclass
from enum import StrEnum


class SubjectType(StrEnum):
    """The subjects that we judge ourselves; other judges may name further types."""

    POINT = "point"
    GATEWAY = "gateway"
    ENTERPRISE = "enterprise"
    RULE = "rule"
    """A rule that cannot judge."""


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is the point's tag, the gateway's or the enterprise's code; unique in its tenant."""

    type: str
    id: str

    @classmethod
    def point(cls, tag: str) -> "Subject":
        """A point by its tag."""
        return cls(SubjectType.POINT, tag)
