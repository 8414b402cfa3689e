"""What can be the matter with a gateway, as its messages show it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from services.domain.rate import Owner

POISON_LEAST = 20
"""Messages in a row of which nothing could be used before a gateway counts as poison only: a
gateway that was set up wrongly is found within seconds, one broken message flags nobody."""

POISON_RATE = 10
"""More useless messages than this within `RATE_MS` flag a gateway, however many good ones are between."""

RATE_MS = 60_000

RUNS_MOST = 10_000
"""Gateways whose runs are counted at a time; of further ones nothing is counted meanwhile."""


@dataclass(slots=True)
class Run:
    """Messages in a row of which nothing could be used."""

    since: int
    count: int = 0


@dataclass(slots=True)
class PoisonRuns:
    """Per gateway the run that is under way; of no more than `RUNS_MOST` gateways."""

    _runs: dict[Owner, Run] = field(default_factory=dict)

    def note(self, batch: Iterable[tuple[Owner, bool, int]]) -> set[Owner]:
        """Count messages in order: whose, whether something was usable, when (epoch ms).

        The gateways whose standing changed, or whose run grew while they were flagged.
        """
        touched: set[Owner] = set()
        for owner, usable, at in batch:
            run = self._runs.get(owner)
            if usable:
                if run is not None:
                    del self._runs[owner]
                    touched.add(owner)
                continue
            if run is None:
                if len(self._runs) >= RUNS_MOST:
                    continue
                run = self._runs[owner] = Run(at)
            run.count += 1
            if run.count >= POISON_LEAST:
                touched.add(owner)
        return touched

    def only_poison(self, owner: Owner) -> Run | None:
        """The run of a gateway that sends nothing else; None when it does."""
        run = self._runs.get(owner)
        return run if run is not None and run.count >= POISON_LEAST else None

    def resume(self, owner: Owner, since: int, count: int) -> None:
        """Go on from what was known before a restart."""
        self._runs[owner] = Run(since, count)


@dataclass(slots=True)
class PoisonRate:
    """Per gateway when the last useless messages came; of no more than `RUNS_MOST` gateways."""

    _times: dict[Owner, deque[int]] = field(default_factory=dict)

    def note(self, batch: Iterable[tuple[Owner, bool, int]]) -> dict[Owner, Run]:
        """Count messages as `PoisonRuns.note` does. The gateways over the rate: since when, and how
        many useless messages these brought."""
        over: dict[Owner, Run] = {}
        for owner, usable, at in batch:
            if usable:
                continue
            times = self._times.get(owner)
            if times is None:
                if len(self._times) >= RUNS_MOST:
                    continue
                times = self._times[owner] = deque(maxlen=POISON_RATE + 1)
            times.append(at)
            if self.is_over(owner, at):
                over.setdefault(owner, Run(times[0])).count += 1
        return over

    def is_over(self, owner: Owner, now: int) -> bool:
        """Whether more than `POISON_RATE` came within the last minute (`now`: epoch ms)."""
        times = self._times.get(owner)
        return times is not None and len(times) > POISON_RATE and now - times[0] < RATE_MS

    def forget(self, now: int) -> None:
        """Those that sent nothing useless for a minute."""
        for owner in [each for each, times in self._times.items() if now - times[-1] >= RATE_MS]:
            del self._times[owner]

    def resume(self, owner: Owner, now: int) -> None:
        """One that was over the rate before a restart: it is for another minute."""
        self._times[owner] = deque([now] * (POISON_RATE + 1), maxlen=POISON_RATE + 1)


class Kind(StrEnum):
    """What is the matter; also the kind of the event that tells of it."""

    ONLY_POISON = "only_poison"
    """Nothing it sends can be used."""
    MUCH_POISON = "much_poison"
    """Too much of what it sends cannot be used, good messages between it or not."""
    OVER_RATE = "over_rate"
    """It sends more than its rate: its messages are stored apart first."""
    CUT = "gateway_cut"
    """It is not let in until a moment."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something is the matter with a gateway since a moment (epoch ms), or is over.

    `count`: messages of poison, readings stored apart, or the readings of the minute before it
    was cut. `until`: when it is let in again.
    """

    owner: Owner
    kind: Kind
    since: int
    count: int
    until: int | None = None
    over: bool = False

    @property
    def detail(self) -> str:
        """One sentence for the event."""
        match self.kind:
            case Kind.ONLY_POISON:
                return f"Nothing of {self.count} messages in a row could be used."
            case Kind.MUCH_POISON:
                return f"{self.count} messages could not be used, over {POISON_RATE} a minute."
            case Kind.OVER_RATE:
                return f"{self.count} readings over its rate were stored apart, to be taken in."
            case Kind.CUT:
                return f"Cut: it sent {self.count} live readings within a minute."
            case unknown:
                assert_never(unknown)
