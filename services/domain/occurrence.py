"""An occurrence as the judge finds it: one crossing of one direction, from its rise to its end."""

from dataclasses import dataclass

from services.domain.judgement import PointState, Standing, Step
from services.domain.rule import Direction


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
        return cls(
            standing.id,
            standing.direction,
            standing.raised_at,
            standing.received_at,
            (standing.step,),
        )


@dataclass(frozen=True, slots=True)
class History:
    """What a replay found: occurrences in order of time, the state at each change, and its end.

    `settled_at` is the judging time at which the replayed state met the one on record and the
    replay stopped; None when it ran to the last reading. `final` is the state it ended in.
    """

    point_id: int
    occurrences: tuple[Occurrence, ...]
    states: tuple[PointState, ...]
    final: PointState
    settled_at: int | None = None
