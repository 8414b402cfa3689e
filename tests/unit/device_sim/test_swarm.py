"""Many lines in one process against a real broker: nothing lost when it is killed."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import SystemClock
from device_sim.country.broadcast import Broadcast, Done
from device_sim.country.flow import Flow
from device_sim.country.roll import Roll
from device_sim.encode.persona import PERSONAS
from device_sim.message import Outgoing
from device_sim.transport.connection import Login
from device_sim.transport.line import Line
from device_sim.transport.presence import greeting
from device_sim.transport.swarm import Swarm
from device_sim.transport.tally import Tally
from tests.unit.device_sim.hall import Ear, Hall

ROLL = Roll(gateways=3, points=30, rate=300.0)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    found = Hall(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def ear(hall: Hall) -> Iterator[Ear]:
    found = Ear(hall.broker)
    yield found
    found.stop()


def _lines(tally: Tally, password: str = "secret") -> list[Line]:
    clock = SystemClock()
    return [
        Line("/".join(key), Login(".".join(key), password), greeting(*key, clock), clock, tally)
        for key in ROLL.places()
    ]


def _told(_: str) -> None:
    """Nobody listens."""


async def _until(ready: Callable[[], object]) -> None:
    for _ in range(1_000):
        if ready():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def test_the_country_speaks_and_all_of_it_arrives(hall: Hall, ear: Ear) -> None:
    tally, clock = Tally(), SystemClock()
    lines = _lines(tally)
    swarm = Swarm(hall.broker, lines, clock, _told)
    flow = Flow(ROLL, 1, "b1", [PERSONAS["native"]])
    done = await _spoken(Broadcast(flow, swarm, lines, tally, clock, _told), swarm, lines)
    assert (done.signed_in, done.unacknowledged, done.dropped) == (3, 0, 0)
    assert done.acknowledged == done.offered == 300
    assert done.puback_p99_ms >= done.puback_p50_ms > 0
    await _until(lambda: len(_telemetry(ear)) >= 30)
    seqs = [(topic, json.loads(body)["seq"]) for topic, body in _telemetry(ear)]
    assert sorted(set(seqs)) == sorted(
        (f"pw/v1/C0000{place}/G01/telemetry", seq) for place in (1, 2, 3) for seq in range(1, 11)
    )
    await _until(lambda: _states(ear)[-3:] == [False] * 3)
    assert _states(ear)[:3] == [True] * 3


async def test_a_killed_broker_costs_no_message(hall: Hall, ear: Ear) -> None:
    tally = Tally()
    lines = _lines(tally)
    swarm = Swarm(hall.broker, lines, SystemClock(), _told)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(swarm.run())
        assert await swarm.gather(3, 20.0) == 3
        for number in range(60):
            if number == 20:
                hall.kill()
                await _until(lambda: not swarm.up)
            if number == 40:
                hall.start()
            line = lines[number % 3]
            line.offer(Outgoing(f"pw/v1/{line.name}/telemetry", str(number).encode()))
        assert await swarm.settle(20.0) == 0
        running.cancel()
    await swarm.leave([])
    assert tally.acknowledged == 60
    await _until(lambda: len({body for _, body in _telemetry(ear)}) == 60)


async def test_a_wrong_password_is_told_in_words_and_once(hall: Hall) -> None:
    tally, told = Tally(), list[str]()
    swarm = Swarm(hall.broker, _lines(tally, "wrong"), SystemClock(), told.append)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(swarm.run())
        await _until(lambda: swarm.refused == 3)
        running.cancel()
    assert swarm.up == 0
    assert len(told) == 1
    assert "refused the sign-in (" in told[0]


def test_a_full_store_gives_up_the_oldest_and_counts() -> None:
    tally = Tally()
    line = Line(
        "x", Login("u", "p"), greeting("x", "y", SystemClock()), SystemClock(), tally, kept=5
    )
    for number in range(8):
        line.offer(Outgoing("t", str(number).encode()))
    assert (line.waiting, tally.dropped) == (5, 3)


def test_the_share_of_waits_is_within_a_tenth() -> None:
    tally = Tally()
    for wait_ms in range(1, 101):
        tally.note_wait(wait_ms / 1000)
    assert tally.wait_s(0.5) == pytest.approx(0.05, rel=0.11)
    assert tally.wait_s(0.99) == pytest.approx(0.099, rel=0.11)


def test_one_voice_for_all_a_thousand_times_as_fast(hall: Hall, ear: Ear, tmp_path: Path) -> None:
    """The command as people call it: half a minute in no time, its stamps in the past."""
    (tmp_path / "secret").write_text("hall")
    result, before_ms = tmp_path / "result.json", SystemClock().now_ms()
    words = ["--as-one", "hall", "--password-file", str(tmp_path / "secret"), "--persona", "mixed"]
    size = ["--gateways", "3", "--points", "30", "--rate", "300", "--duration", "30"]
    more = ["--speed", "1000", "--port", str(hall.broker.port), "--result", str(result)]
    said = CliRunner().invoke(app, ["country", *size, *words, *more])
    assert said.exit_code == 0, said.output
    assert "a measure of messages, not of connections" in said.output
    found = json.loads(result.read_text())
    assert (found["messages"], found["acknowledged"], found["signed_in"]) == (900, 9_000, 1)
    assert "9000 of 9000 readings acknowledged" in said.output
    deadline = time.monotonic() + 15
    while len({*ear.heard}) < 900 and time.monotonic() < deadline:
        time.sleep(0.02)
    heard = {*ear.heard}
    stamps = [json.loads(body)["ts"] for topic, body in heard if topic.endswith("telemetry")]
    assert len(heard) == 900
    assert max(stamps) <= SystemClock().now_ms()
    assert min(stamps) <= before_ms - 20_000
    assert not any(topic.endswith("state") for topic, _ in heard)


async def _spoken(broadcast: Broadcast, swarm: Swarm, lines: Sequence[Line]) -> Done:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(swarm.run())
        took_s = await broadcast.sign_in(20.0, stop)
        done = await broadcast.speak(1.0, 1.0, took_s, stop)
        running.cancel()
    await broadcast.leave()
    return done


def _telemetry(ear: Ear) -> list[tuple[str, bytes]]:
    return [each for each in list(ear.heard) if each[0].endswith("telemetry")]


def _states(ear: Ear) -> list[bool]:
    return [
        json.loads(body)["online"] for topic, body in list(ear.heard) if topic.endswith("state")
    ]
