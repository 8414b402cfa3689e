"""The labelled faults that are tried, with the rules that are to find them and how soon."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from services.domain.detector_rule import DetectorRule
from tests.detection.plant import Fault, drifting, held, overfilled, uncooled
from tests.detection.watchman import APART, Watchman, deviation, forecasts, stuck


@dataclass(frozen=True)
class Trial:
    """A fault, its rules, the one of them that is to find it, and the delays (seconds after its
    label) that it may take."""

    fault: Fault
    rules: Callable[[], Sequence[DetectorRule]]
    finder: str
    within: float

    def delays(self, seeds: Sequence[int]) -> list[float]:
        """When it was found, by seed. Raises AssertionError if it was not, or too early."""
        found: list[float] = []
        for seed in seeds:
            spoken = Watchman(self.rules()).watch(self.fault.moments(seed))
            first = next(each for each in spoken if each.rule.startswith(self.finder))
            assert first.second >= self.fault.begins, f"{first} before the fault"
            found.append(first.second - self.fault.begins)
        return found


BEGINS = 1_500

STUCK = [
    Trial(held(tag, BEGINS, BEGINS + 900), lambda tag=tag: [stuck(tag)], "stuck", 660)  # type: ignore[misc]
    for tag in ("LI-101", "TI-201", "GT-101", "PI-301")
]
DEVIATION = [
    Trial(
        drifting(tag, BEGINS, BEGINS + 3_000, per_h),
        lambda tag=tag: [deviation(tag)],  # type: ignore[misc]
        "deviation",
        APART * span / per_h * 3_600 + 180,
    )
    for tag, per_h, span in (
        ("TI-101", 6.0, 120.0),
        ("LI-101", 5.0, 100.0),
        ("PI-201", 400.0, 8_000.0),
    )
]
FORECAST = [
    Trial(overfilled(BEGINS, 6_000, 40.0), lambda: forecasts("LI-102"), "forecast H ", 1_200),
    Trial(overfilled(BEGINS, 11_000, 15.0), lambda: forecasts("LI-102"), "forecast H ", 5_400),
    Trial(uncooled(BEGINS, 4_500, 0.2), lambda: forecasts("TI-201"), "forecast H ", 720),
]


def table(seeds: Sequence[int]) -> list[str]:
    """The figures as they stand in the reference."""
    lines = [
        "| rule | fault | point | found after (median, worst) | before the limit |",
        "|---|---|---|---|---|",
    ]
    for trial in (*STUCK, *DEVIATION, *FORECAST):
        delays, fault = trial.delays(seeds), trial.fault
        left = "–"
        if fault.reaches is not None:
            left = f"{fault.reaches - fault.begins - max(delays):.0f} s"
        lines.append(
            f"| {trial.finder.split()[0]} | {fault.name} | {fault.tag} "
            f"| {median(delays):.0f} s, {max(delays):.0f} s | {left} |"
        )
    return lines


if __name__ == "__main__":
    print("\n".join(table(range(1, 6))))
