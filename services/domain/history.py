"""The same judge over stored readings: what would have alarmed, with the rules of each time."""

from collections.abc import Callable, Iterable, Sequence

from services.domain.judgement import PointState
from services.domain.occurrence import History
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.rule import LimitRule


def judge_history(
    point: Point,
    rules_at: Callable[[int], Sequence[LimitRule]],
    readings: Iterable[Reading],
    start: PointState | None = None,
    recorded: Sequence[PointState] = (),
    settle_after: int | None = None,
) -> History:
    """Judge stored readings of one point, sorted by (judged_at, measured_at).

    `rules_at(epoch ms)` are the rules in force then. `start` is the last state on record before
    the first dirty instant (`at` strictly before it; None: from the first reading on), and
    `readings` those judged after `start.at`. `recorded` are the states on record after `start`,
    sorted; where the new state meets the recorded one after `settle_after` (the last dirty
    instant), judging stops: the rest is on record already.
    """
    raise NotImplementedError
