"""What ingest has done since it started: the figures of its sign of life."""

from dataclasses import dataclass, field

from services.domain.reading_count import ReadingCount
from services.store.intake import Receipt


@dataclass(slots=True)
class Tally:
    """Counts since the start; `commit_at` (epoch ms) is the last commit."""

    messages: int = 0
    retained: int = 0
    """Retained telemetry handed out again on subscribing: nothing new, not stored."""
    stored: int = 0
    repeats: int = 0
    kept: int = 0
    overflow: int = 0
    dead_letters: int = 0
    dropped: int = 0
    """Dead letters that a cap dropped, of those."""
    diverted: int = 0
    """Readings that were stored apart first."""
    counted: ReadingCount = field(default_factory=ReadingCount)
    """What became of each reading: the figures that add up."""
    gaps: int = 0
    """Gaps that were opened."""
    commit_at: int | None = None
    db_ok: bool = True

    def add(self, receipt: Receipt, messages: int, retained: int, now: int) -> None:
        """Count a committed batch."""
        self.messages += messages
        self.retained += retained
        self.stored += receipt.stored
        self.repeats += receipt.repeats
        self.kept += receipt.kept
        self.overflow += receipt.overflow
        self.dead_letters += receipt.dead_letters
        self.dropped += receipt.dropped
        self.diverted += receipt.diverted
        self.counted.add(receipt.counted)
        self.commit_at = now

    def sentence(self, waiting: int) -> str:
        """The counts as text; `waiting` messages are not yet acknowledged."""
        return (
            f"{self.messages} messages: {self.stored} readings stored, {self.repeats} repeats, "
            f"{self.kept} kept for adoption, {self.overflow} beyond their cap, "
            f"{self.dead_letters} dead letters ({self.dropped} not kept), "
            f"{self.diverted} stored apart, {self.retained} retained; {waiting} waiting"
        )
