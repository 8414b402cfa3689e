"""The memory of a detector: samples of one point in order of time, thinned where they are old.

The last two minutes are kept whole, for a late sample may still take its place among them. What
lies further back is thinned by what the detector needs of it, so that a span of a day at ten
samples a second is a few hundred of them.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence

from services.domain.detector import LATE_MS, Sample

Thin = Callable[[list[Sample]], list[Sample]]
"""What is left of old samples in order of time. Thinning twice is thinning once."""

FULL = 256
"""Samples that are not worth thinning."""

MOST = 4_000
"""The most samples; beyond them the oldest go, and the span covered is shorter than asked for."""

GRAINS = 100
"""Into so many parts a span is divided where its samples are thinned by time."""


class Memory:
    """The judged samples of one point within `span_ms` of its newest, at most `most` of them."""

    __slots__ = ("_full", "_most", "_samples", "_span_ms", "_thin")

    def __init__(self, span_ms: int, thin: Thin | None = None, most: int = MOST) -> None:
        self._span_ms, self._thin, self._most = span_ms, thin, most
        self._samples: list[Sample] = []
        self._full = FULL

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples)

    @property
    def samples(self) -> Sequence[Sample]:
        """All of them, in order of time."""
        return self._samples

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
        if len(samples) > self._full:
            self._condense()
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

    def save(self) -> list[Sample]:
        """All of it."""
        return list(self._samples)

    def restore(self, samples: Iterable[Sample]) -> None:
        """As it was saved."""
        self._samples = list(samples)
        self._full = max(FULL, 2 * len(self._samples))

    def _condense(self) -> None:
        samples, horizon = self._samples, self._samples[-1].at - LATE_MS
        if self._thin is not None and samples[0].at < horizon:
            old = next(
                (place for place, each in enumerate(samples) if each.at >= horizon), len(samples)
            )
            samples[:old] = self._thin(samples[:old])
        self._full = max(FULL, 2 * len(samples))


def last_of_each(grain_ms: int) -> Thin:
    """The last sample of each stretch of `grain_ms` (and the very first): for slopes."""

    def thin(samples: list[Sample]) -> list[Sample]:
        return [
            each
            for place, each in enumerate(samples)
            if place in (0, len(samples) - 1)
            or each.at // grain_ms != samples[place + 1].at // grain_ms
        ]

    return thin


def extremes_of_each(grain_ms: int) -> Thin:
    """The lowest and the highest of each stretch of `grain_ms` (and the very first): for how far
    a value moved."""

    def thin(samples: list[Sample]) -> list[Sample]:
        stretches: dict[int, list[Sample]] = {}
        for each in samples:
            stretches.setdefault(each.at // grain_ms, []).append(each)
        kept = [samples[0]]
        for stretch in stretches.values():
            both = {min(stretch, key=_value), max(stretch, key=_value)} - {samples[0]}
            kept += sorted(both)
        return kept

    return thin


def turns(happens: Callable[[float], bool]) -> Thin:
    """Where it begins and where it ends: for what holds until the next sample."""

    def thin(samples: list[Sample]) -> list[Sample]:
        return [
            each
            for place, each in enumerate(samples)
            if place == 0 or happens(_value(each)) != happens(_value(samples[place - 1]))
        ]

    return thin


def _value(sample: Sample) -> float:
    assert sample.value is not None, "only judged samples are remembered"
    return sample.value
