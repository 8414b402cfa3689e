"""What every rule that is more than a limit has in common: samples in, a finding out.

A detector keeps a bounded memory of its points in the order of judging time, so that a late
sample takes its place in it. What it finds is about the newest moment it knows; it is handed to
the engine as a condition, which gives it grade, delays and the life of an alarm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.domain.reading import Quality

LATE_MS = 120_000
"""A sample further behind its point's newest is not judged live (it is historical)."""


class Sample(NamedTuple):
    """A reading as detectors see it: judging time in epoch ms, value in the point's unit (or a
    state's code), None where there is none."""

    at: int
    value: float | None
    quality: Quality = Quality.GOOD

    @property
    def is_judged(self) -> bool:
        """Bad quality and missing values are not judged, and end nothing."""
        return self.value is not None and self.quality is not Quality.BAD


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector makes of all it knows, at the judging time `at`.

    `active`: the condition holds, does not hold, or (None) cannot be judged now, which never
    means that it is over. `value` is what it measured (a slope, a difference, a count), and
    `low` to `high` the range that it lies in, where it has one.
    """

    at: int
    active: bool | None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class DetectorState:
    """What a detector must remember over a restart: its samples by point, whether its condition
    held (where that matters for what comes), and what it said last."""

    samples: dict[int, list[Sample]]
    active: bool | None = None
    last: Finding | None = None


class Detector(Protocol):
    """A rule over one or several points. Not thread-safe; times never come from a clock."""

    points: frozenset[int]

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of its points."""
        ...

    def pass_to(self, now: int) -> Finding:
        """Time goes on to `now` (epoch ms, judging time) without a reading."""
        ...

    def due(self, after: int) -> int | None:
        """The first moment after `after` at which silence alone may change what it says."""
        ...

    def save(self) -> DetectorState:
        """Its memory, for `restore`."""
        ...

    def restore(self, state: DetectorState) -> None:
        """Go on as the one that was saved, over the same points."""
        ...


def soonest(moments: Iterable[int], after: int) -> int | None:
    """The first of these moments that is still to come."""
    return min((moment for moment in moments if moment > after), default=None)
