"""What many lines did together: counts, and how long acknowledgements took."""

from dataclasses import dataclass, field

FINEST_S = 0.0001
STEP = 1.1
CLASSES = 160
"""Classes of waiting, each a tenth wider than the one before: 0.1 ms to over an hour."""


@dataclass(slots=True)
class Tally:
    """``dropped``: given up because a store was full; ``again``: sent once more after a break;
    ``opened``: sign-ins that were answered with yes."""

    acknowledged: int = 0
    readings: int = 0
    dropped: int = 0
    again: int = 0
    opened: int = 0
    broken: int = 0
    _waits: list[int] = field(default_factory=lambda: [0] * CLASSES)

    def note_wait(self, seconds: float) -> None:
        """One acknowledgement came after so long."""
        place, edge = 0, FINEST_S
        while seconds > edge and place < CLASSES - 1:
            place, edge = place + 1, edge * STEP
        self._waits[place] += 1

    def wait_s(self, share: float) -> float:
        """Within this long ``share`` (0 to 1) of the acknowledgements came; 0 for none."""
        wanted, seen = share * sum(self._waits), 0
        if not wanted:
            return 0.0
        for place, number in enumerate(self._waits):
            seen += number
            if seen >= wanted:
                return float(FINEST_S * STEP**place)
        return float(FINEST_S * STEP**CLASSES)
