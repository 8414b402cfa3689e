"""The engine and the oracle find the same occurrences in every scenario of the simulator."""

import pytest

from device_sim.fleet.scenario import LIBRARY, load
from tests.oracle.occurrences import occurrences
from tests.oracle.stage import Stage, disturbed, last_levels, simulated

SCENARIOS = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
SHORT_S = {"demo": 120, "chlorine_leak": 400}
LATE_S = 100
SETTLED_MS = 600_000


def compare(scenario: str, seconds: int) -> int:
    """In order with a restart halfway; then late, mixed and doubled. How many there were."""
    heard, limits = simulated(load(scenario), seconds)
    end = load(scenario).start_ms + seconds * 1000
    until = end + SETTLED_MS
    expected = occurrences([each for second in heard for each in second], limits, until)
    stage = Stage(limits)
    for place, samples in enumerate(heard):
        now = load(scenario).start_ms + place * 1000 + 500
        stage.judge(samples, now)
        stage.tick(now)
        if place == seconds // 2:
            stage.restart()
    stage.tick(until)
    assert stage.occurrences() == expected
    late = Stage(limits)
    for samples in disturbed(heard, LATE_S):
        now = samples[-1].received_at
        late.judge(samples, now)
        late.tick(now)
    late.tick(until + LATE_S * 1000)
    assert last_levels(late.occurrences()) == last_levels(expected)
    return len(expected)


@pytest.mark.parametrize("scenario", SHORT_S)
def test_the_first_minutes(scenario: str) -> None:
    assert compare(scenario, SHORT_S[scenario]) >= 1


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_whole_of_it(scenario: str) -> None:
    found = compare(scenario, load(scenario).duration_s)
    assert (found > 0) == (scenario != "quiet")
