"""What is stored apart is taken in within ten minutes, however busy the door is, in virtual time."""

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.ingest.aside import Aside
from services.ingest.chores import Chores
from services.runtime.clock import ManualClock
from services.store.memory_intake import MemoryIntake
from services.store.memory_set_aside import MemorySetAside
from tests.unit.ingest.test_chores import PACE, RATE, Desk

PROMISED_MS = 600_000
SECONDS = 1_800


def desk() -> Desk:
    clock, intake, directory = ManualClock(), MemoryIntake(), Directory()
    directory.put(Point(1, "acme", "LI", PointKind.LEVEL, "m"))
    set_aside, aside = MemorySetAside(intake), Aside(RATE, clock)
    chores = Chores(set_aside, aside, clock, PACE)
    return Desk(clock, intake, set_aside, directory, aside, chores)


@pytest.mark.parametrize(
    ("gateways", "restart_every"), [(2, None), (3, None), (3, 300)], ids=["2", "3", "restarted"]
)
async def test_a_door_that_is_busy_for_half_an_hour_keeps_nobody_waiting_longer(
    gateways: int, restart_every: int | None
) -> None:
    """Each second every gateway sends a minute's worth of readings, and each batch is full: the
    door takes in a fourth of what it could until something waits too long, then all it can."""
    place = desk()
    sent, longest = 0, 0
    for second in range(SECONDS):
        for number in range(gateways):
            await place.deliver(place.parcel(5, late_ms=10 * number, gateway=f"g{number}"))
            sent += 5
        await place.turn(crowded=True)
        place.clock.advance(1)
        waiting = [each.delivery.received_at for each in place.intake.apart]
        longest = max([longest, *(place.clock.now_ms() - since for since in waiting[:1])])
        if restart_every is not None and second % restart_every == restart_every - 1:
            place = place.restarted()

    assert PACE.pressing * 1000 < longest < PROMISED_MS, "it came to the point, and held"
    for _ in range(SECONDS):
        await place.turn()
        if not place.aside.total.messages:
            break
    assert place.intake.apart == []
    assert len(place.intake.readings) == sent
