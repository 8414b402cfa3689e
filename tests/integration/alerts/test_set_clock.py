"""The clock of the machine is set under a running engine: alarms stand, new ones come, it is told."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines

HOUR_S = 3_600.0
JUMPS_S = (2 * HOUR_S, -2 * HOUR_S, -72 * HOUR_S, -1.0)
"""Fault F39; each is set from the true time, and the clock put right after it."""


class SetClock(Bench):
    """A bench whose engine has a clock that can be set."""

    def set_clock(self, off_s: float) -> None:
        """From now on it is so many seconds off."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(off_s))
        fresh.replace(self._file)

    @property
    def _file(self) -> Path:
        return self.data_dir / "clock-off"

    def _process(self, service: str, log: BinaryIO) -> "subprocess.Popen[bytes]":
        self.set_clock(0)
        command = ["-m", "tests.living.set_clock", str(self._file), f"services.{service}"]
        environment = self._environment(service)
        return subprocess.Popen([sys.executable, *command], env=environment, stderr=log)

    async def noticed(self, times: int, off_s: float) -> None:
        """Wait until it has noticed so many times that its clock was set, and says how far."""
        log = self.data_dir / "alerts.log"
        await self.until(lambda: log.read_text().count("our own clock was set") >= times, 10)
        sentence = f"The engine's own clock was set by {off_s:+.1f} s."
        await self.until(lambda: sentence in (self.heard.status[-1].detail or ""), 5)


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[SetClock]:
    async with SetClock(engines, tmp_path) as running:
        for tag in ("STANDS", *(f"RISES{n}" for n in range(2 * len(JUMPS_S)))):
            running.register.ruled_point(tag, "HH", 50)
        yield running


async def test_what_stands_goes_on_standing_and_gas_sounds_at_once(bench: SetClock) -> None:
    await bench.start()
    bench.send({"STANDS": 60}, now_ms())
    await bench.until(lambda: bench.heard.names() == ["raised"], 10)
    wanted = ["raised"]
    for number, jump in enumerate(JUMPS_S):
        for off, moved, tag in (
            (jump, jump, f"RISES{2 * number}"),
            (0.0, -jump, f"RISES{2 * number + 1}"),
        ):
            bench.set_clock(off)
            await bench.noticed(len(wanted), moved)
            bench.send({"STANDS": 61, tag: 60}, now_ms())
            wanted.append("raised")
            await bench.until(lambda: len(bench.heard.events) >= len(wanted), 5)
            assert bench.heard.events[-1][2].alarm.tag == tag
    assert bench.heard.names() == wanted
    bench.send({"STANDS": 5}, now_ms())
    await bench.until(lambda: bench.heard.names() == [*wanted, "returned"], 10)
    assert bench.heard.events[-1][2].alarm.tag == "STANDS"
    await bench.until_recorded()
    assert bench.record.chain().sound
