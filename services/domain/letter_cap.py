"""How many dead letters of a gateway are kept a day: the rest is counted, and nothing else."""

from dataclasses import dataclass

LETTERS_A_DAY = 10_000
"""A gateway that sends poison every ten seconds stays below it; one that sends nothing else at
full speed fills it in seconds, and ten thousand examples show what is wrong with it."""

BYTES_A_DAY = 64 * 1024 * 1024
"""256 letters of the largest size (256 KiB): a hundred such gateways take 6 GiB a day at most,
and the park's own cap ends that."""

KEEP_DAYS = 30
"""Letters older than this go, read again or not: who wants them back has had a month."""

PARK_BYTES = 4 * 1024 * 1024 * 1024
"""All letters of the park together; beyond it the oldest go first, whosever they are."""


@dataclass(frozen=True, slots=True)
class LetterCap:
    """The most that is kept of one gateway and UTC day."""

    letters: int = LETTERS_A_DAY
    size: int = BYTES_A_DAY


UNCAPPED = LetterCap(letters=2**62, size=2**62)
"""For what was kept durably already, and is bounded there: the day's poison must not push it out."""


@dataclass(slots=True)
class LetterDay:
    """The dead letters of one gateway on one UTC day; sizes in bytes of payload."""

    letters: int = 0
    size: int = 0
    dropped: int = 0
    dropped_size: int = 0

    def take(self, size: int, cap: LetterCap) -> bool:
        """Count one more letter; whether it is kept."""
        if self.letters >= cap.letters or self.size + size > cap.size:
            self.dropped += 1
            self.dropped_size += size
            return False
        self.letters += 1
        self.size += size
        return True
