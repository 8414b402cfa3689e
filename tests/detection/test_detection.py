"""What rules find in the simulated park: labelled faults soon, and on a quiet night nothing."""

from pathlib import Path

import pytest

from tests.detection.labelled import DEVIATION, FORECAST, STUCK, Trial
from tests.detection.plant import quiet_night
from tests.detection.watchman import Watchman, all_rules

REFERENCE = Path(__file__).parents[2] / "docs/reference/detection.md"
MOST_FALSE_A_DAY = 1
DAY_S = 86_400
SHORT_S = 1_200


def named(trial: Trial) -> str:
    return f"{trial.fault.name} at {trial.fault.tag}"


def check(trial: Trial, seeds: range) -> None:
    delays = trial.delays(seeds)
    assert max(delays) <= trial.within, delays
    if trial.fault.reaches is not None:
        assert trial.fault.begins + max(delays) < trial.fault.reaches, "it came too late to act"


@pytest.mark.parametrize("trial", [STUCK[0], DEVIATION[0], FORECAST[0], FORECAST[2]], ids=named)
def test_a_labelled_fault_is_found(trial: Trial) -> None:
    check(trial, range(1, 2))


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("trial", [*STUCK, *DEVIATION, *FORECAST], ids=named)
def test_every_labelled_fault_is_found_by_five_seeds(trial: Trial) -> None:
    check(trial, range(1, 6))


def test_nothing_is_found_in_the_first_minutes_of_a_quiet_night() -> None:
    assert Watchman(all_rules()).watch(quiet_night(3, SHORT_S)) == []


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_quiet_day_and_night_has_at_most_one_false_alarm_over_all_points() -> None:
    spoken = Watchman(all_rules()).watch(quiet_night(1, DAY_S))
    assert len(spoken) <= MOST_FALSE_A_DAY, spoken


def test_the_reference_tells_of_every_trial() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    for trial in (*STUCK, *DEVIATION, *FORECAST):
        kind = trial.finder.split()[0]
        assert f"| {kind} | {trial.fault.name} | {trial.fault.tag} |" in page
