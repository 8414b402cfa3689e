"""What a back-test is asked for and what it answers, on its way to its own process and back.

That process alone loads what back-tests (`services.api.backtest_worker`).
"""

import msgspec

from services.domain.backtest import Backtest, Trial
from services.domain.detector_past import DetectorTrial

DEADLINE_S = 120.0
MAX_POINTS = 1_000
"""Of one back-test."""


class Job(msgspec.Struct, frozen=True):
    """What is to be tried; times in epoch ms. `tenant`: for whom it is looked up."""

    database_url: str
    tenant: str
    trials: list[Trial]
    start: int
    end: int
    detectors: list[DetectorTrial] = []
    now: int | None = None


class Done(msgspec.Struct, frozen=True):
    """What was found, or in a sentence why not."""

    found: Backtest | None = None
    too_much: str | None = None
    database_away: bool = False
