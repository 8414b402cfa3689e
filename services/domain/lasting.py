"""Lasting: a finding counts once it has lasted through its delay, and ends like that.

All in judging time (epoch ms): a delay that runs out is dated exactly, whoever notices it. A
finding without an answer ends nothing and stops an end that was under way; what was about to
begin goes on beginning.
"""

from dataclasses import dataclass

from services.domain.detector import Finding

UNJUDGED_MS = 60_000
"""Without an answer for so long, what stands is shown as not judged."""


@dataclass(frozen=True, slots=True)
class Turn:
    """It counts from `at` on (`active`), or no more. `why`: the finding that began it."""

    at: int
    active: bool
    why: Finding


@dataclass(slots=True)
class Lasting:
    """Where a condition stands. `since`: the findings contradict `active` from then on, and `why`
    is the first of them; `unknown_since`: they have no answer; `at`: how far it was judged."""

    on_ms: int = 0
    off_ms: int = 0
    active: bool = False
    since: int | None = None
    why: Finding | None = None
    unknown_since: int | None = None
    at: int = 0

    @property
    def due(self) -> int | None:
        """When its delay runs out."""
        if self.since is None:
            return None
        return self.since + (self.off_ms if self.active else self.on_ms)

    @property
    def unjudged_at(self) -> int | None:
        """When what stands is not judged any more, if nothing else comes."""
        if self.unknown_since is None or not self.active:
            return None
        return self.unknown_since + UNJUDGED_MS

    def pass_to(self, until: int) -> list[Turn]:
        """Time goes on."""
        due = self.due
        turns = [self._turn(due)] if due is not None and due <= until else []
        self.at = max(self.at, until)
        return turns

    def take(self, at: int, finding: Finding) -> list[Turn]:
        """A finding at a judging time; one earlier than what was judged counts as of then."""
        at = max(at, self.at)
        turns = self.pass_to(at)
        if finding.active is None:
            self.unknown_since = at if self.unknown_since is None else self.unknown_since
            if self.active:
                self.since = self.why = None
            return turns
        self.unknown_since = None
        if finding.active is self.active:
            self.since = self.why = None
        elif self.since is None:
            self.since, self.why = at, finding
            turns += self.pass_to(at)
        return turns

    def _turn(self, at: int) -> Turn:
        assert self.why is not None, "a delay runs without a finding"
        turn = Turn(at, not self.active, self.why)
        self.active, self.since, self.why = turn.active, None, None
        return turn
