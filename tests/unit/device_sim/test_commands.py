"""The commands say no in one sentence, and hash without sending."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import VirtualClock
from device_sim.fleet.scenario import LIBRARY
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker, Login
from device_sim.transport.courier import KEPT, Courier
from device_sim.transport.link import GatewayLink

GATEWAY = ["--enterprise", "E1", "--gateway", "G1", "--password", "p"]


def _replay(file: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["replay", str(file), *GATEWAY, *more])
    return result.exit_code, result.output


def test_a_bad_cell_sends_nothing_and_exits_2(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("measured_at,A\n2026-01-05T00:00:00Z,1\n2026-01-05T00:00:01Z,oops\n")
    status, said = _replay(file)
    assert status == 2
    assert "line 3: column A" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("speed", ["fast", "0", "-1", "nan", "inf"])
def test_a_speed_without_sense_exits_2(tmp_path: Path, speed: str) -> None:
    status, said = _replay(tmp_path / "x.csv", "--speed", speed)
    assert status == 2
    assert "--speed" in said


def test_an_enterprise_code_that_cannot_be_a_topic_exits_2(tmp_path: Path) -> None:
    status, said = _replay(tmp_path / "x.csv", "--gateway", "a/b")
    assert status == 2
    assert "--gateway" in said


def test_without_a_password_it_says_where_one_can_come_from(tmp_path: Path) -> None:
    words = ["replay", str(tmp_path / "x.csv"), *GATEWAY[:4]]
    result = CliRunner(env={"PARKWATCH_GATEWAY_PASSWORD": ""}).invoke(app, words)
    assert result.exit_code == 2
    assert "PARKWATCH_GATEWAY_PASSWORD" in result.output


def test_a_broker_that_is_away_ends_with_status_1_and_the_count(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("measured_at,A\n2026-01-05T00:00:00Z,1\n")
    status, said = _replay(file, "--port", "1", "--give-up-after", "1")
    assert status == 1
    assert "0 of 1 rows acknowledged" in said


def test_the_hash_is_printed_alone() -> None:
    words = ["run", "demo", "--hash", "--duration", "30"]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0
    assert len(first.output.strip()) == 64
    assert CliRunner().invoke(app, words).output == first.output
    assert CliRunner().invoke(app, [*words, "--seed", "9"]).output != first.output


def test_a_run_without_credentials_says_how_to_get_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", "quiet", "--state-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "demo" in result.output


def test_a_full_buffer_drops_the_oldest_and_counts() -> None:
    clock = VirtualClock()
    link = GatewayLink(Broker("127.0.0.1", 1), Login("u", "p"), clock)
    courier = Courier("E1/G1", link, clock)
    for number in range(KEPT + 3):
        courier.offer(Outgoing("t", str(number).encode()))
    assert courier.dropped == 3
    assert courier.waiting == KEPT


def test_the_library_is_listed_and_a_file_is_checked(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["scenarios"])
    assert listed.exit_code == 0
    assert "reactor_runaway" in listed.output
    assert "exercise" in next(line for line in listed.output.splitlines() if "drill" in line)
    file = tmp_path / "x.yaml"
    text = (LIBRARY / "drill.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("V-301 flange", "V-302 flange"), encoding="utf-8")
    checked = CliRunner().invoke(app, ["scenarios", str(file)])
    assert checked.exit_code == 2
    assert "line 9: timeline 1: no leak point 'V-302 flange'" in checked.output


def test_what_may_be_written_into_a_scenario_is_told() -> None:
    told = CliRunner().invoke(app, ["scenarios", "--equipment"]).output
    assert "leak point  V-301 flange" in told
    assert "R-201 cooling" in told
