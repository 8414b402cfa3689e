"""A point's first reading may overtake the book on its way to the engine: it is judged all the same."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.alerts.bench import Bench, now_ms
from tests.living.engines_alone import Engines


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        yield running


def stored(bench: Bench, point: int) -> bool:
    with psycopg.connect(bench.engines.superuser_url) as connection:
        query = "SELECT 1 FROM reading WHERE point_id = %s"
        return connection.execute(query, (point,)).fetchone() is not None


@pytest.mark.parametrize("end", [signal.SIGCONT, signal.SIGKILL])
async def test_what_the_engine_passed_by_is_judged_from_the_store(
    bench: Bench, end: signal.Signals
) -> None:
    """The engine stands still while a point is registered, sends and is stored; then it goes on,
    with the message in its hands and the point not in its book, or another takes its place."""
    with bench.ingest():
        await bench.start()
        await bench.until(lambda: bench.ingest_ready, 30)
        assert bench.process is not None
        os.kill(bench.process.pid, signal.SIGSTOP)
        point = bench.register.point("NEW-9")
        bench.register.rule("NEW-9", "HH", 50)
        bench.send({"OLD-1": 1, "NEW-9": 99}, ts=now_ms())
        bench.send({"NEW-9": 98}, ts=now_ms() + 5)
        await bench.until(lambda: stored(bench, point), 30)
        if end is signal.SIGKILL:
            bench.kill()
            await bench.start()
        else:
            os.kill(bench.process.pid, end)
        await bench.until(lambda: "raised" in bench.heard.names(), 30)
        raised = bench.heard.events[0][2].alarm
        assert (raised.tag, raised.value, raised.historical) == ("NEW-9", 99.0, False)
        assert bench.heard.names() == ["raised"]
