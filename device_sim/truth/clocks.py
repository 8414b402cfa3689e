"""Clocks of gateways: whose stamps are no times, or stay behind, by when each message really left.

As the contract promises it: stamps more than 5 s ahead (or a day behind) and nothing else for
10 s, or more than 120 s behind for 60 s without catching up. Only of a run that was as fast as
life: in any other what leaves is stamped in the past. Times are epoch ms.
"""

from collections.abc import Iterator, Sequence

from device_sim.park.description import Park
from device_sim.truth.expectation import Occurrence
from device_sim.truth.kind import CLOCK, gateway_name
from device_sim.truth.record import PointKey, Record

AHEAD_MS, OLD_MS, BEHIND_MS = 5_000, 86_400_000, 120_000
UNUSABLE_FOR_MS, BEHIND_FOR_MS = 10_000, 60_000
CATCHES_UP_MS = 5_000
"""Stamps that gain so much on the clock, or begin again so much further back, are a store that is
emptied."""
CLOCK_GRADE = 3
UNUSABLE, BEHIND = "unusable", "behind"

Stamped = tuple[int, int]
"""When a message left, and what it was stamped."""


def of_clocks(record: Record, park: Park) -> Iterator[Occurrence]:
    """Every clock that was wrong for long enough."""
    for enterprise, station in park.stations() if record.is_timed else ():
        told = (record.told.get((enterprise.code, card.tag), ()) for card in station.points)
        said = sorted({(each.left_at, each.measured_at) for one in told for each in one})
        yield from wrong((enterprise.code, gateway_name(station.gateway)), said)


def wrong(place: PointKey, said: Sequence[Stamped]) -> Iterator[Occurrence]:
    """Of one gateway, in order of leaving."""
    fault: str | None = None
    since = first = 0
    raised: int | None = None
    for left_at, stamp in said:
        seen = fault_of(left_at, stamp)
        if seen is None or seen != fault:
            if raised is not None:
                yield _occurrence(place, raised, left_at)
            fault, since, first, raised = seen, left_at, stamp, None
            continue
        moved = stamp - first
        gained = moved - (left_at - since)
        if (
            raised is None
            and stamp <= left_at
            and (gained >= CATCHES_UP_MS or moved <= -CATCHES_UP_MS)
        ):
            since, first = left_at, stamp
        lasts = UNUSABLE_FOR_MS if fault == UNUSABLE else BEHIND_FOR_MS
        if raised is None and left_at - since >= lasts:
            raised = left_at
    if raised is not None:
        yield _occurrence(place, raised, None)


def fault_of(left_at: int, stamp: int) -> str | None:
    """What is wrong with this stamp."""
    if stamp - left_at > AHEAD_MS or left_at - stamp > OLD_MS:
        return UNUSABLE
    return BEHIND if left_at - stamp > BEHIND_MS else None


def _occurrence(place: PointKey, raised_at: int, ended_at: int | None) -> Occurrence:
    return Occurrence(place, CLOCK, raised_at, ended_at, raised_at, "clock", CLOCK_GRADE)
