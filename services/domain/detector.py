"""What every rule that is more than a limit has in common: samples in, a finding out.

A detector keeps a bounded memory of its points in the order of judging time, so that a late
sample takes its place in it. What it finds is about the newest moment it knows; it is handed to
the engine as a condition, which gives it grade, delays and the life of an alarm.
"""

from bisect import insort
from collections.abc import Iterator
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


class Detector(Protocol):
    """A rule over one or several points. Not thread-safe; times never come from a clock."""

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of its points."""
        ...

    def pass_to(self, now: int) -> Finding:
        """Time goes on to `now` (epoch ms, judging time) without a reading."""
        ...


class Memory:
    """The judged samples of one point within `span_ms` of its newest, at most `most` of them.

    Beyond `most` the oldest go, and the span covered is shorter than asked for.
    """

    __slots__ = ("_most", "_samples", "_span_ms")

    def __init__(self, span_ms: int, most: int = 2_000) -> None:
        self._span_ms, self._most = span_ms, most
        self._samples: list[Sample] = []

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples)

    @property
    def newest(self) -> Sample | None:
        """The last one in order of time."""
        return self._samples[-1] if self._samples else None

    @property
    def oldest(self) -> Sample | None:
        """The first one that is still held."""
        return self._samples[0] if self._samples else None

    def keep(self, sample: Sample) -> bool:
        """Put a judged sample in its place; False: it is too late, or here already."""
        samples = self._samples
        if samples and sample.at < samples[-1].at:
            if samples[-1].at - sample.at > LATE_MS or sample in samples:
                return False
            insort(samples, sample)
        elif samples and sample == samples[-1]:
            return False
        else:
            samples.append(sample)
        self.forget(samples[-1].at)
        return True

    def forget(self, now: int) -> None:
        """Let go of what lies further back than the span, but for one sample at its edge, whose
        value held into it."""
        samples, edge = self._samples, now - self._span_ms
        gone = 0
        while gone + 1 < len(samples) and samples[gone + 1].at <= edge:
            gone += 1
        gone = max(gone, len(samples) - self._most)
        if gone:
            del samples[:gone]

    def clear(self) -> None:
        """Forget everything."""
        self._samples.clear()
