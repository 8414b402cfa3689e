"""What became of readings: figures that add up."""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class ReadingCount:
    """received = stored + duplicates + dead_letters + waiting + apart + not_kept.

    A reading is one value of one tag; a payload that nobody can read counts 1, and so does each
    thing refused of one that can be read. `messages` are the deliveries they came in.
    """

    messages: int = 0
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    """Refused: each kept as (a part of) a dead letter, or counted where its day's cap was full."""
    waiting: int = 0
    """Of tags that nobody has registered, kept for their adoption."""
    apart: int = 0
    """Of a gateway over its rate, stored as they came, to be taken in later."""
    not_kept: int = 0
    """Of tags that nobody has registered, beyond what is kept of them (cap, retention)."""

    @property
    def adds_up(self) -> bool:
        """Whether every reading received is somewhere, once."""
        known = self.stored + self.duplicates + self.dead_letters + self.waiting
        return self.received == known + self.apart + self.not_kept

    def add(self, other: "ReadingCount") -> None:
        """Add another's figures to these."""
        for each in fields(other):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
