"""An occurrence as the judge finds it: one crossing of one direction, from its rise to its end."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.domain.alarm import EventKind
from services.domain.judgement import PointState, Standing, Step
from services.domain.rule import Direction
from services.domain.verdict import Pair, Verdict


@dataclass(frozen=True, slots=True)
class Occurrence:
    """From `raised_at` to `ended_at` (None: it stood when the judge stopped), in judging time.

    `steps` are the levels it went through; where judging started inside it, those before that
    are missing and the first step is the level it stood at.
    """

    id: str
    direction: Direction
    raised_at: int
    received_at: int
    steps: tuple[Step, ...]
    ended_at: int | None = None

    @classmethod
    def standing(cls, standing: Standing) -> "Occurrence":
        """What stands, from its level now on."""
        return cls(
            standing.id,
            standing.direction,
            standing.raised_at,
            standing.received_at,
            (standing.step,),
        )

    def overlaps(self, start: int, end: int | None, gap: int = 0) -> bool:
        """Whether it has time in common with another (or begins with it, or is `gap` ms apart)."""
        if self.raised_at == start:
            return True
        before_its_end = end is None or self.raised_at < end + gap
        return before_its_end and (self.ended_at is None or start < self.ended_at + gap)


def found(start: Pair, verdicts: Iterable[Verdict]) -> list[Occurrence]:
    """The occurrences that verdicts amount to, after a moment at which `start` stood."""
    open_now = {s.direction: Occurrence.standing(s) for s in start if s is not None}
    over: list[Occurrence] = []
    for verdict in verdicts:
        standing = verdict.standing
        match verdict.event:
            case EventKind.RAISED:
                open_now[standing.direction] = Occurrence.standing(standing)
            case EventKind.RETURNED | EventKind.WITHDRAWN:
                ended = open_now.pop(standing.direction)
                over.append(replace(ended, ended_at=verdict.at))
            case _:
                sofar = open_now[standing.direction]
                steps = (*sofar.steps, standing.step)
                open_now[standing.direction] = replace(sofar, steps=steps)
    return sorted((*over, *open_now.values()), key=lambda o: (o.raised_at, o.direction))


@dataclass(frozen=True, slots=True)
class History:
    """What a replay found: occurrences in order of time, the state at each change, and its end.

    `since` is the `at` of the state it started from (None: from the first reading on).
    `settled_at` is the judging time at which the replayed state met the one on record and the
    replay stopped; None when it ran to the last reading. `final` is the state it ended in, its
    `newest` the last reading judged. `states` are to be put on record, each in place of one of
    the same `at`; those that were on record already as they are do not appear.
    """

    point_id: int
    occurrences: tuple[Occurrence, ...]
    states: tuple[PointState, ...]
    final: PointState
    since: int | None = None
    settled_at: int | None = None
