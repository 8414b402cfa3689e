"""Our own clock is set while the field goes on: no alarm is lost, none is ended, and it is said."""

from pathlib import Path

import pytest

from services.alerts.own_clock import SHOWN_S, OwnClock
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk, book

HOUR_MS = 3_600_000
JUMPS = [2 * HOUR_MS, -2 * HOUR_MS, -72 * HOUR_MS, -1_000]


class Machine:
    """Devices whose clocks are right, and an engine whose clock is set."""

    def __init__(self, folder: Path, standing: bool, on_delay_ms: int = 0) -> None:
        self.clock = ManualClock()
        self._true = self.clock.now_ms()
        self._folder = folder
        self._feed = MemoryFeed(self.clock)
        self.desk = Desk(folder, self.clock, self._feed)
        self.desk.judge.apply_book(book(on_delay_ms=on_delay_ms))
        self._said: list[tuple[str, str | None]] = []
        self._standing = standing

    async def warm_up(self) -> None:
        """GT-1 stands above its limit, or below; GT-2 is below."""
        for _ in range(5):
            await self.read("GT-1", 30 if self._standing else 5)
            await self.read("GT-2", 5)

    async def read(self, tag: str, value: float) -> None:
        """A second later a device says so, at its own time."""
        self.pass_time(1.0)
        self.desk.send(tag, value, ts=self._true)
        await self.desk.step()

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self._true += round(seconds * 1000)

    def set_clock(self, by_ms: int) -> None:
        self.clock.set_wall(self.clock.now_ms() + by_ms)

    async def start_again(self) -> None:
        """Killed, and started from the same disk."""
        self.take()
        self.desk = Desk(self._folder, self.clock, self._feed)
        await self.desk.step()

    def take(self) -> list[tuple[str, str | None]]:
        """All that was said so far."""
        found = [(each.event, each.alarm.tag) for each in self.desk.said.events()]
        self._said += found
        self.desk.said.messages.clear()
        return self._said


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_standing_alarm_stands_until_its_reading_ends_it(tmp_path: Path, jump: int) -> None:
    machine = Machine(tmp_path, standing=True)
    await machine.warm_up()
    machine.set_clock(jump)
    await machine.desk.step()
    for _ in range(3):
        await machine.read("GT-1", 31)
    assert machine.take() == [("raised", "GT-1")]
    await machine.read("GT-1", 5)
    await machine.read("GT-1", 5)
    assert machine.take() == [("raised", "GT-1"), ("returned", "GT-1")]


@pytest.mark.parametrize("jump", JUMPS)
async def test_gas_after_the_jump_sounds_at_once_and_once(tmp_path: Path, jump: int) -> None:
    machine = Machine(tmp_path, standing=False)
    await machine.warm_up()
    machine.set_clock(jump)
    await machine.read("GT-2", 40)
    assert machine.take() == [("raised", "GT-2")]
    await machine.read("GT-2", 41)
    await machine.read("GT-2", 5)
    await machine.read("GT-2", 5)
    assert machine.take() == [("raised", "GT-2"), ("returned", "GT-2")]


@pytest.mark.parametrize("jump", JUMPS)
async def test_there_and_back_again_changes_nothing(tmp_path: Path, jump: int) -> None:
    machine = Machine(tmp_path, standing=True)
    await machine.warm_up()
    for by in (jump, -jump):
        machine.set_clock(by)
        for _ in range(3):
            await machine.read("GT-1", 31)
            await machine.read("GT-2", 5)
    assert machine.take() == [("raised", "GT-1")]


@pytest.mark.parametrize("jump", JUMPS)
async def test_killed_and_started_under_the_other_time(tmp_path: Path, jump: int) -> None:
    machine = Machine(tmp_path, standing=True)
    await machine.warm_up()
    machine.set_clock(jump)
    await machine.start_again()
    assert len(machine.desk.judge.open_items()) == 1
    await machine.read("GT-1", 31)
    await machine.read("GT-2", 40)
    assert machine.take() == [("raised", "GT-1"), ("raised", "GT-2")]
    await machine.read("GT-1", 5)
    await machine.read("GT-1", 5)
    assert machine.take()[2:] == [("returned", "GT-1")]


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_delay_that_runs_is_not_cut_short_for_good(tmp_path: Path, jump: int) -> None:
    """An exceedance that lasts sounds, whatever became of the clock meanwhile."""
    machine = Machine(tmp_path, standing=False, on_delay_ms=3_000)
    await machine.warm_up()
    await machine.read("GT-2", 40)
    machine.set_clock(jump)
    for _ in range(6):
        await machine.read("GT-2", 40)
    assert machine.take() == [("raised", "GT-2")]


def told(own: OwnClock) -> str | None:
    """What it says now."""
    own.look()
    return own.told


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_is_told_and_then_forgotten(jump: int) -> None:
    clock = ManualClock()
    own = OwnClock(clock)
    clock.advance(1.0)
    assert told(own) is None
    clock.set_wall(clock.now_ms() + jump)
    clock.advance(1.0)
    assert told(own) == f"The engine's own clock was set by {jump / 1000:+.1f} s."
    clock.advance(SHOWN_S + 1)
    assert told(own) is None


def test_standing_still_is_no_jump() -> None:
    clock = ManualClock()
    own = OwnClock(clock)
    clock.advance(3_600)
    assert told(own) is None
