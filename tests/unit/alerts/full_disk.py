"""A really full disk, run by test_full_disk.py in a file system of its own: 4 MiB."""

import asyncio
import json
import sys
from pathlib import Path

from services.alerts.spool import MIB, SpoolSize
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk, book
from tests.unit.alerts.test_recovery import acknowledge

SIZE = SpoolSize(limit=64 * MIB, reserve=MIB * 3 // 2, segment=256 * 1024)


async def live(folder: Path) -> dict[str, object]:
    """Fill the disk, go on, act, make room; what was seen on the way."""
    clock = ManualClock()
    feed = MemoryFeed(clock)
    desk = Desk(folder / "alerts", clock, feed, SIZE)
    desk.judge.apply_book(book())
    await desk.keeper.keep()
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    seen: dict[str, object] = {}
    rounds = 0
    while desk.judge.ledger.overflow.since is None and rounds < 5_000:
        await cross(desk, clock)
        rounds += 1
    seen["full_after"] = rounds
    before = len(desk.said.events())
    await cross(desk, clock)
    seen["still_says"] = len(desk.said.events()) - before
    seen["unacked"] = feed.unacked
    await rise(desk, clock)
    acknowledge(desk, desk.judge.open_items()[0].id)
    seen["acknowledged"] = desk.said.names()[-1]
    await desk.keeper.keep()
    again = Desk(folder / "alerts", clock, feed, SIZE)
    seen["knows_its_hole"] = again.judge.ledger.overflow.since is not None
    seen["alarms_after_kill"] = [item.state for item in again.judge.open_items()]
    ballast.unlink()
    again.judge.tick()
    seen["full_at_the_end"] = again.judge.ledger.overflow.since is not None
    seen["marked"] = sorted(mark.point_id for mark in again.judge.marks)
    return seen


async def rise(desk: Desk, clock: ManualClock) -> None:
    clock.advance(1)
    desk.send("GT-1", 55, ts=clock.now_ms())
    await desk.step()


async def cross(desk: Desk, clock: ManualClock) -> None:
    await rise(desk, clock)
    clock.advance(1)
    desk.send("GT-1", 5, ts=clock.now_ms())
    await desk.step()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(live(Path(sys.argv[1])))))
