"""Silence: who fell silent for longer than is allowed, by what really left and when.

As the contract promises it: a point after three of its periods (ten seconds at least) without a
usable reading, while its gateway goes on speaking; a gateway after the shortest such time of its
points without a word; an enterprise once all its gateways are silent. The graver silence speaks
for what hangs on it. Only of a run that was as fast as life: who waits, waits by the clock on the
wall. Times are epoch ms.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from device_sim.fleet.gateway import STATE_REPEAT_S
from device_sim.park.description import Enterprise, Park, PointCard, Station
from device_sim.truth.expectation import Occurrence
from device_sim.truth.kind import ENTERPRISE, SILENCE, gateway_name
from device_sim.truth.record import PointKey, Record, Told

PERIODS, LEAST_MS = 3, 10_000
POINT_GRADE, GATEWAY_GRADE, ENTERPRISE_GRADE = 3, 2, 1
BEHIND_MS, OLD_MS = 120_000, 86_400_000
"""A reading so far behind the point's newest, or so old, is no sign of life."""
SLACK_MS = 3_000
"""What is to be heard of a silence that lasts as long as is allowed, give or take this, nobody can
say, nor who of two is the last to fall silent: the way and the looks at the clock take their time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Silent from ``start`` (its time is up) to ``end``; ``None``: to the end of the run.
    ``sure``: long enough for everybody to notice."""

    start: int
    end: int | None
    sure: bool

    def holds(self, at: int) -> bool:
        """Whether it is silent at this moment."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Line:
    """A gateway's course: when it spoke, when it was silent, and when the run was over."""

    spoke: Sequence[int]
    silent: Sequence[Stretch]
    until: int

    def goes_on(self, after: int, by: int) -> bool:
        """Whether it spoke between these: else a silence is the gateway's, and not a point's."""
        return bisect_right(self.spoke, by) > bisect_right(self.spoke, after)


def of_silence(record: Record, park: Park) -> Iterator[Occurrence]:
    """Every silence of a point, a gateway and an enterprise that began before the run's end."""
    if record.is_timed:
        for enterprise in park.enterprises:
            yield from _of_enterprise(record, enterprise, record.last_left())


def _of_enterprise(record: Record, enterprise: Enterprise, until: int) -> Iterator[Occurrence]:
    lines: dict[str, Line] = {}
    for station in enterprise.stations:
        told = {c: record.told.get((enterprise.code, c.tag), []) for c in station.points}
        spoke = sorted({each.left_at for said in told.values() for each in said})
        if not spoke:
            continue
        due = min(due_ms(period_s(c, station)) for c, said in told.items() if said)
        line = lines[station.gateway] = Line(spoke, _stretches(spoke, due, until), until)
        for card, said in told.items():
            yield from _of_point((enterprise.code, card.tag), said, period_s(card, station), line)
    together = _together([line.silent for line in lines.values()])
    for each in together:
        yield _occurrence((enterprise.code, ENTERPRISE), each, "offline", ENTERPRISE_GRADE)
    first = min((line.spoke[0] for line in lines.values()), default=0)
    for gateway, line in lines.items():
        others = [o for code, other in lines.items() if code != gateway for o in other.silent]
        place = (enterprise.code, gateway_name(gateway))
        # Silent since an earlier run, it may speak for itself until it is heard after another.
        before = Stretch(first, line.spoke[0], False)
        yield _occurrence(place, before, "offline", GATEWAY_GRADE)
        yield from _of_gateway(place, line.silent, others, together)


def period_s(card: PointCard, station: Station) -> float:
    """Seconds after which a point is told again, whatever it shows."""
    return STATE_REPEAT_S if card.on_change else station.period_s


def due_ms(period_s: float) -> int:
    """How long one may be silent who speaks so often."""
    return max(LEAST_MS, round(PERIODS * period_s * 1000))


def _stretches(spoke: Sequence[int], due: int, until: int) -> list[Stretch]:
    """The silences between these moments, and after the last of them."""
    found = [
        _stretch(before + due, after, until)
        for before, after in pairwise(spoke)
        if after - before > due - SLACK_MS
    ]
    last = spoke[-1] + due
    return [*found, _stretch(last, None, until)] if last < until else found


def _stretch(start: int, end: int | None, until: int) -> Stretch:
    return Stretch(start, end, (until if end is None else end) - start > SLACK_MS)


def _together(lines: Sequence[Sequence[Stretch]]) -> list[Stretch]:
    """Where all are silent at once."""
    common = list(lines[0]) if lines else []
    for silent in lines[1:]:
        common = [both for one in common for other in silent if (both := _both(one, other))]
    return common


def _both(one: Stretch, other: Stretch) -> Stretch | None:
    start = max(one.start, other.start)
    end = min((each.end for each in (one, other) if each.end is not None), default=None)
    if end is None:
        return Stretch(start, None, one.sure and other.sure)
    return Stretch(start, end, end - start > SLACK_MS) if start < end + SLACK_MS else None


def _of_gateway(
    place: PointKey,
    silent: Iterable[Stretch],
    others: Sequence[Stretch],
    together: Sequence[Stretch],
) -> Iterator[Occurrence]:
    """Its own alarms: the last of its enterprise to fall silent is told as the enterprise, and by
    itself only if it is still silent when the enterprise is heard again."""
    for each in silent:
        whole = next((t for t in together if abs(t.start - each.start) <= SLACK_MS), None)
        if whole is None:
            yield _occurrence(place, each, "offline", GATEWAY_GRADE)
            continue
        tied = any(abs(other.start - each.start) <= SLACK_MS for other in others)
        if tied or not whole.sure:
            yield _occurrence(place, replace(each, sure=False), "offline", GATEWAY_GRADE)
        if whole.end is not None:
            long = each.end is None or each.end - whole.end > SLACK_MS
            rest = Stretch(whole.end, each.end, long and whole.sure and not tied)
            yield _occurrence(place, rest, "offline", GATEWAY_GRADE)


def _of_point(
    point: PointKey, told: Sequence[Told], period: float, line: Line
) -> Iterator[Occurrence]:
    """Its own silences: while its gateway is silent its time does not run, and begins anew."""
    alive, due = sorted({*signs_of_life(told)}), due_ms(period)
    for before, after in zip(alive, [*alive[1:], None], strict=False):
        anew = [s.end for s in line.silent if s.end is not None and before < s.end]
        for began in [before, *anew]:
            start = began + due
            if start >= (line.until if after is None else after + SLACK_MS):
                break
            hushed = any(s.holds(start) or began < s.start <= start for s in line.silent)
            if not hushed and line.goes_on(began + round(period * 1000), start):
                yield _occurrence(point, _stretch(start, after, line.until), "stale", POINT_GRADE)
                break


def signs_of_life(told: Iterable[Told]) -> Iterator[int]:
    """When a point was heard with something that can be judged. One whose clock runs ahead is not
    silent either: that is another alarm, which speaks for it."""
    newest: int | None = None
    for each in sorted(told, key=lambda one: one.left_at):
        at = min(each.measured_at, each.left_at)
        if each.quality == "bad" or each.value is None or each.left_at - at > OLD_MS:
            continue
        if newest is not None and newest - at > BEHIND_MS:
            continue
        newest = at if newest is None else max(newest, at)
        yield each.left_at


def _occurrence(place: PointKey, stretch: Stretch, condition: str, grade: int) -> Occurrence:
    times = (stretch.start, stretch.end, stretch.start)
    return Occurrence(place, SILENCE, *times, condition, grade, stretch.sure)
