"""Who rose when: what a second person's approval is held against.

An alarm tells when it began, not when it became worse last, nor does it tell anything once it is
closed. On the shelf already, any of that would have ended it; so it is remembered here for as long
as anybody can approve what was applied for before.
"""

from collections.abc import Iterable

from services.alerts.engine_group import Kinship
from services.alerts.engine_state import SavedRise

KEPT_MS = 3_600_000
"""Twice as long as an application waits."""

MOST = 100_000
"""Rises remembered; the oldest go. What still stands is looked at besides."""

Rise = tuple[Kinship, str]
"""To whom it tells something, and who rose."""


class Rises:
    """The last rise of each (epoch ms, our clock), the oldest first."""

    def __init__(self) -> None:
        self._at: dict[Rise, int] = {}

    def note(self, who: str, kin: Iterable[Kinship], at: int) -> None:
        """Somebody rose."""
        for kinship in kin:
            before = self._at.pop((kinship, who), at)
            self._at[kinship, who] = max(before, at)
        while len(self._at) > MOST:
            del self._at[next(iter(self._at))]

    def has_one(self, own: str, kin: Iterable[Kinship], after: int) -> bool:
        """Whether another than `own` rose among these after a moment."""
        kinships = set(kin)
        return bool(kinships) and any(
            at > after and who != own and kinship in kinships
            for (kinship, who), at in self._at.items()
        )

    def pass_to(self, now: int) -> None:
        """Time passes: nobody can approve anything any more that was applied for before."""
        while self._at:
            oldest = next(iter(self._at))
            if self._at[oldest] > now - KEPT_MS:
                return
            del self._at[oldest]

    def save(self) -> list[SavedRise]:
        """For `load`."""
        return [SavedRise(list(kinship), who, at) for (kinship, who), at in self._at.items()]

    def load(self, saved: Iterable[SavedRise]) -> None:
        """As it was saved."""
        self._at = {(tuple(each.kinship), each.who): each.at for each in saved}
