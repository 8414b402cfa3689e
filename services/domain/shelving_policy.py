"""How long an alarm may be off the board by hand, by grade, and from what length two people decide.

The park sets it within bounds; what nobody set is what stands here (decision 0088). Times are
milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.domain.suppression import MINUTE_MS, Off, OffBoard

HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

LONGEST_MS = {Off.SHELVED: DAY_MS, Off.OUT_OF_SERVICE: 90 * DAY_MS}
"""No park allows more: a shelf is of a shift or two, a repair of a season."""

GRADES = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of one grade: the longest, in ms (0: never), and how long one person may decide alone."""

    longest_ms: int
    alone_ms: int


Allowances = tuple[Allowance, Allowance, Allowance, Allowance]
"""Of grades 1 to 4."""

NEVER = Allowance(0, 0)


@dataclass(frozen=True, slots=True)
class ShelvingPolicy:
    """What a park allows. Version 0 is the one that nobody set: issue and standard.

    Shelves: ISA-18.2 (GB/T 41261) leaves the times to the site. Out of service: 30 days; alone at
    most a shift of 12 h, and never for the two grades that may cost lives.
    """

    version: int = 0
    shelf: Allowances = (
        NEVER,
        Allowance(30 * MINUTE_MS, 0),
        Allowance(4 * HOUR_MS, 4 * HOUR_MS),
        Allowance(12 * HOUR_MS, 12 * HOUR_MS),
    )
    out_of_service: Allowances = (
        Allowance(30 * DAY_MS, 0),
        Allowance(30 * DAY_MS, 0),
        Allowance(30 * DAY_MS, 12 * HOUR_MS),
        Allowance(30 * DAY_MS, 12 * HOUR_MS),
    )

    def allowance(self, how: Off, grade: int) -> Allowance:
        """What it allows for a grade (1 to 4), shelved or out of service."""
        return (self.shelf if how is Off.SHELVED else self.out_of_service)[grade - 1]

    def needs_second(self, how: Off, grade: int, length_ms: int) -> bool:
        """Whether a second person has to approve it."""
        return length_ms > self.allowance(how, grade).alone_ms

    def refusal(
        self, how: Off, grade: int, length_ms: int, actor: str, approved_by: str | None
    ) -> str | None:
        """Why an alarm of this grade is not off the board for so long (None: it may be)."""
        longest = self.allowance(how, grade).longest_ms
        done = "shelved" if how is Off.SHELVED else "taken out of service"
        if longest == 0:
            return f"An alarm of grade {grade} is never {done}."
        if not 0 < length_ms <= longest:
            return f"An alarm of grade {grade} is {done} for 1 to {longest // MINUTE_MS} minutes."
        if self.needs_second(how, grade, length_ms) and approved_by in (None, actor):
            return "A second person has to approve this."
        return None

    def authorises(self, off: OffBoard) -> bool:
        """Whether it was taken off the board as this policy allows; what the plant's logic did,
        is. Ask the policy of its time (`OffBoard.policy`)."""
        if off.how is Off.SUPPRESSED or off.until is None:
            return off.how is Off.SUPPRESSED
        length = off.until - off.since
        return self.refusal(off.how, off.grade, length, off.by, off.approved_by) is None

    def faults(self) -> dict[str, str]:
        """What makes no sense of it: the sentence, by the place (`shelf.3.alone`)."""
        return dict(self._faults())

    def laxer_than(self, other: "ShelvingPolicy") -> list[str]:
        """The places where it allows more than another one."""
        return [
            f"{place}.{name}"
            for (place, mine), (_, theirs) in zip(self._places(), other._places(), strict=True)
            for name, more in (
                ("longest", mine.longest_ms > theirs.longest_ms),
                ("alone", mine.alone_ms > theirs.alone_ms),
            )
            if more
        ]

    def _places(self) -> Iterator[tuple[str, Allowance]]:
        for name, allowances in (("shelf", self.shelf), ("out_of_service", self.out_of_service)):
            for grade, each in zip(GRADES, allowances, strict=True):
                yield f"{name}.{grade}", each

    def _faults(self) -> Iterator[tuple[str, str]]:
        if self.shelf[0] != NEVER:
            yield "shelf.1", "an alarm of grade 1 is never shelved, in any park"
        if self.out_of_service[0].alone_ms > 0:
            yield (
                "out_of_service.1.alone",
                "grade 1 is taken out of service by two people, in any park",
            )
        yield from _faults_of("shelf", LONGEST_MS[Off.SHELVED], self.shelf)
        yield from _faults_of("out_of_service", LONGEST_MS[Off.OUT_OF_SERVICE], self.out_of_service)


def _faults_of(name: str, bound: int, allowances: Allowances) -> Iterator[tuple[str, str]]:
    graver = NEVER
    for grade, each in zip(GRADES, allowances, strict=True):
        place, longer = f"{name}.{grade}", f"grade {grade - 1} is graver and must not be longer"
        if not 0 <= each.longest_ms <= bound:
            yield f"{place}.longest", f"it must be 0 to {bound // MINUTE_MS} minutes"
        elif each.longest_ms < graver.longest_ms:
            yield f"{place}.longest", longer
        if not 0 <= each.alone_ms <= each.longest_ms:
            yield f"{place}.alone", "it must be 0 to the longest of its grade"
        elif each.alone_ms < graver.alone_ms:
            yield f"{place}.alone", longer
        graver = each


_ALONE = Allowance(30 * DAY_MS, 30 * DAY_MS)
FORMER = ShelvingPolicy(
    version=-1, out_of_service=(*ShelvingPolicy().out_of_service[:2], _ALONE, _ALONE)
)
"""By what was taken off the board before a park could set its policy: it names no version."""
