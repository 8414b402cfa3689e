"""Stored readings are asked for as a stranger would, and become a recording that can be played."""

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.conformance_command import USER_VARIABLE
from device_sim.recording.row import Row
from device_sim.recording.source import open_recording
from tests.integration.api.conftest import Api

AT_MS = 1_767_571_200_000
START, END = "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z"
FILL = """
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT %(point)s, at, at, extract(epoch FROM at)::bigint %% 7, (%(worst)s = extract(second FROM at))::int
FROM generate_series('2026-01-04T23:59:00Z', '2026-01-05T00:59:59Z', '1 second'::interval) AS at
"""


def _fetch(api: Api, path: Path, enterprise: str, *more: str) -> tuple[int, str]:
    words = ["fetch", str(path), "--enterprise", enterprise, "--start", START, "--end", END]
    password = api.engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
    runner = CliRunner(env={USER_VARIABLE: password})
    result = runner.invoke(app, [*words, "--api", api.url, "-u", "admin", *more])
    return result.exit_code, result.output


@pytest.fixture
def enterprise(api: Api) -> str:
    """Two points with an hour of seconds each, and a minute before that is not asked for."""
    code = api.enterprise()
    with psycopg.connect(api.engines.superuser_url) as connection:
        for tag, worst in (("LT/1", 5), ("LT-2", 61)):
            number = api.point(code, tag)["id"]
            connection.execute(FILL, {"point": number, "worst": worst})
    return code


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_what_is_stored_can_be_played(api: Api, enterprise: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert _fetch(api, path, enterprise) == (0, "7200 readings of 2 points\n")
    source = open_recording(path)
    assert not hasattr(source, "messages")
    rows = list(source.rows())
    assert [row.measured_ms for row in rows] == [AT_MS + 1000 * number for number in range(3_600)]
    worst = (AT_MS // 1000 + 5) % 7
    assert rows[5] == Row(AT_MS + 5_000, {"LT/1": worst, "LT-2": worst}, {"LT/1": "uncertain"})
    words = ["replay", str(path), "--enterprise", "E1", "--gateway", "G1", "--hash"]
    assert len(CliRunner().invoke(app, words).output.strip()) == 64


def test_who_may_not_see_it_gets_no_file(api: Api, enterprise: str, tmp_path: Path) -> None:
    status, said = _fetch(api, tmp_path / "x.csv", enterprise, "--tag", "NOBODY")
    assert (status, said.count("\n")) == (2, 1)
    assert "404" in said
    status, said = _fetch(api, tmp_path / "y.csv", enterprise, "--gateway", "gw9")
    assert (status, "has no such point" in said) == (2, True)
    assert not list(tmp_path.iterdir())
    (tmp_path / "z.csv").write_text("mine")
    status, said = _fetch(api, tmp_path / "z.csv", enterprise)
    assert (status, "name another" in said) == (2, True)


def test_a_time_without_an_offset_is_refused(tmp_path: Path) -> None:
    words = ["fetch", str(tmp_path / "x"), "--enterprise", "E", "--start", "2026-01-05T00:00:00"]
    result = CliRunner().invoke(app, [*words, "--end", END, "-u", "admin"])
    assert result.exit_code == 2
    assert "--start: '2026-01-05T00:00:00' is not an RFC 3339 time" in result.output
