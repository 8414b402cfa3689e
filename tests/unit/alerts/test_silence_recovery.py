"""Silence over kills: what was heard, what is silent, and the time in which we were deaf."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.domain.directory import BookChange
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk, book


class Deaf(MemoryFeed):
    """Its connection is lost."""

    @property
    def ready(self) -> bool:
        return False


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def feed(clock: ManualClock) -> MemoryFeed:
    return MemoryFeed(clock)


def periodic() -> BookChange:
    """Two gas points that speak every second."""
    plain = book()
    return BookChange(
        1, tuple(replace(each, period_s=1.0) for each in plain.points), (), plain.rules
    )


async def hear(desk: Desk, clock: ManualClock, seconds: int, *tags: str) -> None:
    """Second by second, a message with each of these tags."""
    for _ in range(seconds):
        clock.advance(1.0)
        for tag in tags:
            desk.send(tag, 1.0, ts=clock.now_ms())
        await desk.step()


async def test_a_silent_point_is_told_once_over_a_kill(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(periodic())
    await hear(desk, clock, 1, "GT-1", "GT-2")
    await desk.keeper.keep()
    await hear(desk, clock, 12, "GT-2")
    assert desk.said.names() == ["raised"]

    killed = Desk(tmp_path, clock, feed)
    await hear(killed, clock, 30, "GT-2")
    assert killed.said.names() == []
    await hear(killed, clock, 1, "GT-1", "GT-2")
    assert killed.said.names() == ["returned"]


async def test_while_it_was_killed_nobody_was_silent(
    tmp_path: Path, clock: ManualClock, feed: MemoryFeed
) -> None:
    desk = Desk(tmp_path, clock, feed)
    desk.judge.apply_book(periodic())
    await hear(desk, clock, 5, "GT-1", "GT-2")
    await desk.keeper.keep()
    await hear(desk, clock, 5, "GT-1", "GT-2")

    clock.advance(3600.0)
    killed = Desk(tmp_path, clock, feed)
    await hear(killed, clock, 7)
    assert killed.said.names() == []
    await hear(killed, clock, 5)
    [event] = killed.said.events()
    assert (event.alarm.subject_type, event.alarm.facts["points"]) == ("enterprise", 2)


async def test_without_a_connection_nobody_is_silent(tmp_path: Path, clock: ManualClock) -> None:
    desk = Desk(tmp_path, clock, Deaf(clock))
    desk.judge.apply_book(periodic())
    await hear(desk, clock, 2, "GT-1", "GT-2")
    await hear(desk, clock, 600)
    assert desk.said.names() == []
