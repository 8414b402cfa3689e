"""Short room in a real database becomes an alarm of the park, through ingest, api and engine."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from services.domain.store_room import PARK
from tests.integration.alerts.bench import Bench
from tests.integration.api.conftest import start_api
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables
from tests.living.outcome import eventually
from tests.living.park import Door, Json

A_ROW = 64
"""Bytes that a row of the ballast takes."""
OLD = "SELECT FROM reading WHERE point_id = 987654321"


@pytest.fixture
async def bench(engines: Engines, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(engines, tmp_path) as running:
        yield running


@pytest.fixture
def tables(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    """The database with a quota of which 17 % are free, and some ballast that can be thrown off."""
    found = Tables(engines)
    size = "SELECT pg_database_size(current_database())"
    ((before,),) = found.rows(size)
    found.run(
        "CREATE TABLE ballast AS SELECT md5(n::text) AS it FROM generate_series(1, %s) AS n",
        before // 4 // A_ROW,
    )
    ((full,),) = found.rows(size)
    monkeypatch.setenv("PARKWATCH_DATABASE_LIMIT_GB", str(full / 0.83 / 2**30))
    found.run(
        "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
        " SELECT 987654321, at, at, 1, 0 FROM (SELECT now() - interval '60 days' AS at) AS moment"
    )
    found.run(
        "INSERT INTO reading_day (day, newest_received_at)"
        " SELECT date_trunc('day', at, 'UTC'), at FROM (SELECT now() - interval '60 days' AS at)"
        " AS moment ON CONFLICT DO NOTHING"
    )
    yield found
    found.run("DROP TABLE IF EXISTS ballast")
    found.run("DELETE FROM reading WHERE point_id = 987654321")


@contextmanager
def api_of(engines: Engines) -> Iterator[str]:
    """An api that is ready; how it ends is proved elsewhere."""
    url, process = start_api(engines)
    try:
        eventually(lambda: is_ready(url), 60.0, "it is ready")
        yield url
    finally:
        process.kill()
        process.wait(10)


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def of_the_park(door: Door) -> list[Json]:
    return [each for each in door.items("/alarms") if each["enterprise"] == PARK]


def ready(url: str) -> Json:
    found: Json = httpx2.get(f"{url}/readyz").json()
    return found


@pytest.mark.patient
async def test_it_alarms_before_anything_goes_and_is_over_when_there_is_room(
    bench: Bench, engines: Engines, tables: Tables
) -> None:
    await bench.start()
    with bench.ingest(), api_of(engines) as url:
        admin = Door(url, "admin", engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"])
        eventually(lambda: of_the_park(admin), 30.0, "the alarm of the park")
        [alarm] = of_the_park(admin)
        assert (alarm["condition"], alarm["grade"]) == ("storage_tight", 3)
        assert alarm["subject"] == {"type": "store", "id": "database"}
        assert alarm["message"]["text"].startswith("数据库存储空间不足，仅剩 1")
        assert tables.rows(OLD), "nothing goes before it was told for a while"
        assert "database_store" in ready(url)["degraded"]
        assert "parkwatch_storage_stage 2.0" in httpx2.get(f"{url}/metrics").text
        answer = admin.http.post(f"/alarms/{alarm['id']}/acknowledge", json={"note": "扩容中"})
        assert answer.status_code == 200

        tables.run("DROP TABLE ballast")
        eventually(lambda: not of_the_park(admin), 30.0, "it is over")
        eventually(lambda: "database_store" not in ready(url)["degraded"], 10.0, "all is well")
        eventually(lambda: '"cleared"' in journal(admin), 30.0, "all of it is in the journal")
        admin.close()


def journal(door: Door) -> str:
    """The lines of the park's own chain."""
    lines = door.http.get("/journal/export").text.splitlines()[1:-1]
    return "\n".join(line for line in lines if f'"{PARK}"' in line)
