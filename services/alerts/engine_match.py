"""Which alarm on record an occurrence is: by its identity, else by the time they share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from services.domain.alarm import Alarm, ClosedAs
from services.domain.event import is_open, is_over
from services.domain.judgement import Step
from services.domain.occurrence import Occurrence

NEAR_MS = 10_000
"""Without times of their own, occurrences this close are the same one."""

STEPS = 1_000
"""The most levels remembered of one alarm; beyond that the oldest are forgotten (not unsaid)."""


@dataclass(slots=True)
class Known:
    """An alarm on record, and the levels it is known to have gone through."""

    alarm: Alarm
    steps: list[Step] = field(default_factory=list)

    @property
    def ended_at(self) -> int | None:
        """The end of its condition, None while it stands."""
        return self.alarm.cleared_at if is_over(self.alarm) else None

    @property
    def is_withdrawn(self) -> bool:
        return self.alarm.closed_as is ClosedAs.WITHDRAWN

    def is_same(self, occurrence: Occurrence) -> bool:
        """By identity. One whose start was corrected keeps its identity; so it must share time."""
        return self.alarm.id == occurrence.id and self.overlaps(occurrence)

    def overlaps(self, occurrence: Occurrence, gap: int = 0) -> bool:
        """By the time they share."""
        alarm = self.alarm
        if alarm.direction is not occurrence.direction:
            return False
        return occurrence.overlaps(alarm.raised_at, self.ended_at, gap)

    def walk(self, steps: Sequence[Step]) -> None:
        """Remember further levels."""
        self.steps.extend(steps)
        if len(self.steps) > STEPS:
            del self.steps[: len(self.steps) - STEPS]


Test = Callable[[Known, Occurrence], bool]


def match(
    known: Iterable[Known], found: Sequence[Occurrence], tests: Sequence[Test]
) -> dict[int, Known]:
    """For each place in `found` the alarm it is, one to one; the earlier tests go first."""
    free = sorted(known, key=lambda k: k.alarm.raised_at)
    pairs: dict[int, Known] = {}
    for test in tests:
        for place, occurrence in enumerate(found):
            if place in pairs:
                continue
            fit = next((k for k in free if test(k, occurrence)), None)
            if fit is not None:
                pairs[place] = fit
                free.remove(fit)
    return pairs


def same_open(known: Known, occurrence: Occurrence) -> bool:
    return is_open(known.alarm) and known.is_same(occurrence)


def overlapping_open(known: Known, occurrence: Occurrence) -> bool:
    return is_open(known.alarm) and known.overlaps(occurrence)


def same(known: Known, occurrence: Occurrence) -> bool:
    return known.is_same(occurrence)


def overlapping(known: Known, occurrence: Occurrence) -> bool:
    return known.overlaps(occurrence)


def begun_alike(known: Known, occurrence: Occurrence) -> bool:
    return known.alarm.raised_at == occurrence.raised_at and known.overlaps(occurrence)


WINDOW: tuple[Test, ...] = (same_open, overlapping_open, same, overlapping)
"""Within the window, one that still stands on the board keeps its place."""

RECORD: tuple[Test, ...] = (begun_alike, same, overlapping_open, overlapping)
"""Over the record. One that says the very same start is it, whatever else shares its time: else the
same past, told twice, would move one of two."""
