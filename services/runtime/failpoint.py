"""Failpoints: places in the engine's way of a reading where a proof may let the process die.

It takes two things that no installation has: the setting, and a file in the data folder that bears
the same key. With one of them nothing is armed.
"""

import os
from enum import StrEnum
from pathlib import Path

import structlog

DIED = 86
"""The exit code of a process that died at a failpoint."""
KEY_FILE = "failpoints"

_log = structlog.get_logger()


class Failpoint(StrEnum):
    """The places, in the order of the way."""

    BEFORE_JUDGE = "before_judge"
    AFTER_JUDGE = "after_judge"
    BEFORE_APPEND = "before_append"
    WITHIN_APPEND = "within_append"
    AFTER_APPEND = "after_append"
    AFTER_FLUSH = "after_flush"
    BEFORE_PUBLISH = "before_publish"
    AFTER_PUBLISH = "after_publish"
    AFTER_ACK = "after_ack"
    BEFORE_RECORD = "before_record"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"


class _Armed:
    """What is armed in this process: nothing, but for a proof. `under_way`: a reading is on its way;
    what is spooled before that, of the book, is not meant."""

    place: Failpoint | None = None
    under_way = False


def arm(order: str | None, data_dir: Path) -> None:
    """Arm what `place:key` says, if the file `failpoints` in the data folder holds the key."""
    if order is None:
        return
    place, _, key = order.partition(":")
    file = data_dir / KEY_FILE
    if not (key and file.exists() and file.read_text().strip() == key):
        _log.error("a failpoint is set without its key: it is not armed", failpoint=place)
        return
    _Armed.place = Failpoint(place)
    _log.error("a failpoint is armed: this process will die", failpoint=place)


def is_armed(place: Failpoint) -> bool:
    """Whether the process is to die at this place."""
    return place is _Armed.place and _Armed.under_way


def reach(place: Failpoint) -> None:
    """Die here, if this place is armed: as `kill -9` would have it, with nothing cleaned up."""
    if place is Failpoint.BEFORE_JUDGE:
        _Armed.under_way = True
    if is_armed(place):
        os._exit(DIED)
