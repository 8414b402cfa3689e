"""An oracle that looks at all readings of a scenario at once. It imports nothing of Parkwatch.

Each limit is first turned into the stretches of time in which it is active, by looking for runs
of readings that reached it, and then for runs that left it. An occurrence is a stretch in which
any limit of its direction is active, and its level at any moment the worst of those.

Times are epoch milliseconds. A moment is (time, 0, 0) for a delay that runs out and
(time, 1, n) for the n-th reading of a tag: at equal times delays run out first.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Moment = tuple[int, int, int]
NEVER: Moment = (1 << 62, 0, 0)


class Sample(NamedTuple):
    """A reading, as the field sent it."""

    tag: str
    measured_at: int
    received_at: int
    value: float | None
    quality: str = "good"


@dataclass(frozen=True)
class Limit:
    """A limit of a tag: H, HH, L or LL; delays in ms."""

    tag: str
    name: str
    at: float
    grade: int
    deadband: float = 0.0
    on_delay: int = 0
    off_delay: int = 0

    @property
    def sign(self) -> int:
        """1 for a high limit, -1 for a low one."""
        return 1 if self.name in ("H", "HH") else -1


class Occurrence(NamedTuple):
    """From its start to its end (None: it stands), and (time, limit) of each level it came to."""

    tag: str
    direction: str
    start: int
    end: int | None
    levels: tuple[tuple[int, str], ...]


def occurrences(samples: Iterable[Sample], limits: Sequence[Limit], until: int) -> set[Occurrence]:
    """All that must exist once every sample has arrived and the clock stands at `until`."""
    by_tag: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.value is not None and sample.quality != "bad":
            by_tag.setdefault(sample.tag, []).append(sample)
    return {
        found
        for tag, mine in by_tag.items()
        for sign in (1, -1)
        for found in _of_direction(
            mine, [limit for limit in limits if limit.tag == tag and limit.sign == sign], until
        )
    }


def _of_direction(
    samples: Sequence[Sample], limits: Sequence[Limit], until: int
) -> list[Occurrence]:
    if not limits:
        return []
    sign = limits[0].sign
    instants = _instants(samples, sign)
    active = {limit: _active(instants, limit, until) for limit in limits}
    turns = sorted({moment for each in active.values() for pair in each for moment in pair})
    found: list[Occurrence] = []
    start, levels = None, list[tuple[int, str]]()
    for moment in turns:
        here = [
            limit
            for limit, stretches in active.items()
            if any(begin <= moment < end for begin, end in stretches)
        ]
        worst = max(here, key=lambda limit: (-limit.grade, sign * limit.at), default=None)
        if worst is not None and start is None:
            start, levels = moment[0], []
        if worst is not None and (not levels or levels[-1][1] != worst.name):
            levels.append((moment[0], worst.name))
        if start is not None and (worst is None or moment == NEVER):
            end = None if moment == NEVER else moment[0]
            name = "high" if sign == 1 else "low"
            found.append(Occurrence(limits[0].tag, name, start, end, tuple(levels)))
            start = None
    return found


def _instants(samples: Sequence[Sample], sign: int) -> list[tuple[int, float]]:
    """(judging time, value) in order; of several values of one instant the worst."""
    worst: dict[tuple[int, int], float] = {}
    for sample in samples:
        assert sample.value is not None
        instant = (min(sample.measured_at, sample.received_at), sample.measured_at)
        worst[instant] = max(worst.get(instant, -1e300), sign * sample.value)
    return [(at, sign * value) for (at, _), value in sorted(worst.items())]


def _active(
    instants: Sequence[tuple[int, float]], limit: Limit, until: int
) -> list[tuple[Moment, Moment]]:
    """The stretches in which a limit is active; NEVER where it ends after `until`."""
    sign, at = limit.sign, limit.sign * limit.at
    reached = _runs(instants, [sign * value >= at for _, value in instants])
    left = _runs(instants, [sign * value < at - limit.deadband for _, value in instants])
    found: list[tuple[Moment, Moment]] = []
    place = -1
    while True:
        begin, place = _first(reached, limit.on_delay, place, until)
        if begin == NEVER:
            return found
        end, place = _first(left, limit.off_delay, place, until)
        found.append((begin, end))
        if end == NEVER:
            return found


Run = tuple[int, int, int]
"""Place of the first reading of a run, its time, and the time of the reading that broke it."""


def _runs(instants: Sequence[tuple[int, float]], flags: Sequence[bool]) -> list[Run]:
    found: list[Run] = []
    for flag, group in itertools.groupby(range(len(flags)), key=flags.__getitem__):
        places = list(group)
        after = places[-1] + 1
        broken = instants[after][0] if after < len(instants) else NEVER[0]
        if flag:
            found.append((places[0], instants[places[0]][0], broken))
    return found


def _first(runs: Sequence[Run], delay: int, after: int, until: int) -> tuple[Moment, int]:
    """When the first run after a reading outlasts a delay, and the place where it began."""
    for place, began, broken in runs:
        if place > after and began + delay <= min(broken, until):
            return ((began + delay, 0, 0) if delay else (began, 1, place)), place
    return NEVER, len(runs)
