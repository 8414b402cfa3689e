"""The canary: a point of ours that alarms all the time, so that a chain which does not is noticed.

It is of no enterprise that anybody could register, and of no register, list, count, record or
figure: the engine judges it in a directory of its own, ingest lets it pass, and all that is ever
shown of it is its age.
"""

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, LimitRule

ENTERPRISE = "_canary"
"""Nobody can register it."""
GATEWAY = "_canary"
TAG = "CANARY"
POINT_ID = 0
"""The register's numbers begin at 1."""
LIMIT = 0.5
SILENT_S = 30.0
"""So old a canary is dead: the watcher has screamed by then."""

_TOPICS = f"pw/v1/{ENTERPRISE}/"


def is_canary(topic: str) -> bool:
    """Whether a delivery is the canary's, and so nobody's reading."""
    return topic.startswith(_TOPICS)


def is_reserved(code: str) -> bool:
    """Whether an enterprise may not be registered under this code, however it is written."""
    return code.casefold() == ENTERPRISE


def canary_point(exercise: tuple[int, int] | None = None) -> Point:
    """Its point; `exercise`: while it is under test (epoch ms)."""
    kind = PointKind.ANALOG
    return Point(POINT_ID, ENTERPRISE, TAG, kind, "1", gateway=GATEWAY, exercise=exercise)


def canary_rule() -> LimitRule:
    """Its limit."""
    return LimitRule(f"{TAG}-H", 1, ENTERPRISE, POINT_ID, Condition.H, LIMIT, grade=1)


def canary_directory() -> Directory:
    """The canary's point and its limit, and nothing else."""
    directory = Directory()
    directory.put(canary_point())
    directory.put_rule(canary_rule())
    return directory
