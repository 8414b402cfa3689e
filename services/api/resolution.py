"""How finely a stretch of readings is shown."""

from datetime import timedelta
from enum import StrEnum

MOST_ITEMS = 2000
"""What `auto` gives at most: more than that no screen can draw."""


class Resolution(StrEnum):
    """What can be asked for."""

    RAW = "raw"
    MINUTE = "1m"
    HOUR = "1h"
    AUTO = "auto"


_STEPS = {
    "1s": 1,
    "5s": 5,
    "10s": 10,
    "30s": 30,
    "1m": 60,
    "5m": 300,
    "15m": 900,
    "1h": 3600,
    "6h": 21_600,
    "1d": 86_400,
    "7d": 604_800,
    "30d": 2_592_000,
    "365d": 31_536_000,
}


def step_for(span: timedelta, least: Resolution | None = None) -> tuple[str, timedelta]:
    """The finest step, by name and length, that needs no more than 2,000 items for this span:
    one more than it is long, and one for a step that it only touches. None below `least`."""
    for name, seconds in _STEPS.items():
        if least is not None and seconds < _STEPS[least]:
            continue
        if span.total_seconds() / seconds <= MOST_ITEMS - 2:
            return name, timedelta(seconds=seconds)
    return "365d", timedelta(days=365)


def step(resolution: Resolution) -> timedelta:
    """The length of a step that was asked for by name."""
    return timedelta(seconds=_STEPS[resolution])
