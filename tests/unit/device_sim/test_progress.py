"""How far a long run is, is told every five seconds of the clock, at any speed."""

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import VirtualClock
from device_sim.progress import Progress, of


@pytest.mark.parametrize(("a_second_takes_ms", "said"), [(1_000, 12), (10, 0), (20_000, 60)])
def test_it_is_told_by_the_clock_and_not_by_the_seconds_that_are_simulated(
    a_second_takes_ms: int, said: int
) -> None:
    clock, lines = VirtualClock(), list[str]()
    progress = Progress(of("demo", 60), clock, lines.append)
    for done in range(1, 61):
        clock.at_ms += a_second_takes_ms
        progress(done)
    assert len(lines) == said


def test_it_says_how_much_of_how_much() -> None:
    clock, lines = VirtualClock(), list[str]()
    progress = Progress(of("demo", 1_800), clock, lines.append)
    clock.at_ms = 5_000
    progress(600)
    assert lines == ["demo: 600 of 1800 s (33 %)"]


def test_what_goes_by_is_counted() -> None:
    clock, lines = VirtualClock(), list[str]()
    progress = Progress(lambda done: f"{done} rows", clock, lines.append)
    for each in progress.over("abcdef"):
        clock.at_ms += 2_000
        assert each in "abcdef"
    assert lines == ["4 rows"]


def test_a_short_hash_is_alone() -> None:
    words = ["country", "--hash", "--gateways", "3", "--points", "30", "--duration", "2"]
    found = CliRunner().invoke(app, words)
    assert (found.exit_code, len(found.output.split())) == (0, 1)
