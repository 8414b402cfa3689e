"""What a gateway on the test-bench has shown so far. Times are epoch milliseconds of our clock
unless they are said to be the gateway's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

NAMED = 10
"""Tags that a sentence names; of the rest it says how many."""

TIMES_MOST = 5_000
"""Times of its own that are remembered from after the cut; nothing is judged by more."""

STEADY_MS = 1_000
SOON_MS = 2_000
"""After its return."""


@dataclass(frozen=True, slots=True)
class TrialPoint:
    """The point on which the test alarm is to be tripped, and its limit."""

    tag: str
    condition: str
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried. `cut_ms`: for how long its connection is cut; `can_cut`: whether the broker
    lets us."""

    started_at: int
    ends_at: int
    cut_ms: int
    can_cut: bool
    test: TrialPoint | None


@dataclass(frozen=True, slots=True)
class Heard:
    """One delivery, as far as the bench looks at it.

    `times`: the different times of its own, oldest first; `points` the tags that are registered,
    `strangers` those that are not, `outside` those whose value lies outside its range and
    `contradicted` those sent in another unit. `ranged` of its `quantities` have a range.
    """

    received_at: int
    qos: int
    times: tuple[int, ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    points: tuple[str, ...] = ()
    quantities: int = 0
    ranged: int = 0
    strangers: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerSight:
    """What the ledger says of a boot above a number: the highest stored, and the open holes."""

    highest: int | None
    holes: tuple[tuple[int, int], ...] = ()

    @property
    def missing(self) -> int:
        return sum(last - first + 1 for first, last in self.holes)


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """The alarm that was raised on the test point during the test."""

    id: str
    exercise: bool
    value: float | None
    raised_at: int
    over: bool


@dataclass(slots=True)
class Names:
    """Different names in the order of their coming: the first few, and how many in all."""

    first: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def add(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._known and len(self._known) < TIMES_MOST:
                self._known.add(name)
                if len(self.first) < NAMED:
                    self.first.append(name)

    def __len__(self) -> int:
        return len(self._known)

    def __str__(self) -> str:
        return ", ".join(self.first)


@dataclass(slots=True)
class Evidence:
    """Grows while the test goes on."""

    heard: int = 0
    passed_over: int = 0
    """Deliveries that came faster than the bench looks."""
    unassured: int = 0
    """Deliveries at QoS 0."""
    session: bool = False
    """A connection that signed in as this gateway was seen."""
    sign_ins_refused: int = 0
    points: Names = field(default_factory=Names)
    strangers: Names = field(default_factory=Names)
    outside: Names = field(default_factory=Names)
    contradicted: Names = field(default_factory=Names)
    refused: int = 0
    refusal: str = ""
    quantities: int = 0
    ranged: int = 0
    cut_at: int | None = None
    cut_end: int | None = None
    back_at: int | None = None
    """Its first delivery after the cut."""
    number: tuple[str, int] | None = None
    """The highest number of its newest boot."""
    number_at_cut: tuple[str, int] | None = None
    number_due: int | None = None
    """The highest of those that came soon after its return: the ledger must have got so far."""
    sight: LedgerSight | None = None
    alarm: AlarmSeen | None = None
    _offsets: dict[int, int] = field(default_factory=dict)
    _before: list[int] = field(default_factory=list)
    _after: set[int] = field(default_factory=set)

    def hear(self, heard: Heard) -> None:
        """One delivery with readings."""
        self.heard += 1
        self.unassured += heard.qos == 0
        self.points.add(heard.points)
        self.strangers.add(heard.strangers)
        self.outside.add(heard.outside)
        self.contradicted.add(heard.contradicted)
        self.quantities += heard.quantities
        self.ranged += heard.ranged
        self.refused += len(heard.refusals)
        if heard.refusals and not self.refusal:
            self.refusal = heard.refusals[0]
        self._count(heard.numbers)
        if self.cut_at is None:
            self._time(heard)
        else:
            self._after.update(heard.times[: TIMES_MOST - len(self._after)])
            if self.back_at is None and self.cut_end is not None:
                self.back_at = heard.received_at
            if self.back_at is not None and heard.received_at - self.back_at <= SOON_MS:
                self.number_due = None if self.number is None else self.number[1]

    def cut(self, at: int) -> None:
        """Its connection is being cut from now on."""
        self.cut_at, self.number_at_cut = at, self.number

    def let_back(self, at: int) -> None:
        """Its connection is left alone again."""
        self.cut_end = at

    def cut_at_or(self, now: int) -> int:
        """Since when it is cut; now, where it is not."""
        return now if self.cut_at is None else self.cut_at

    @property
    def is_stored(self) -> bool:
        """Whether the ledger has what came soon after its return."""
        highest = None if self.sight is None else self.sight.highest
        return highest is not None and self.number_due is not None and highest >= self.number_due

    @property
    def skew_ms(self) -> int | None:
        """How far its clock is ahead of ours (no delay is negative: the largest offset of each
        second is nearest to it); None while nothing can be said."""
        return round(median(self._offsets.values())) if self._offsets else None

    @property
    def seconds_timed(self) -> int:
        """Seconds in which a time of its own came, before the cut."""
        return len(self._offsets)

    @property
    def is_steady(self) -> bool:
        """Whether most offsets lie near to each other; a backlog's do not."""
        middle = self.skew_ms or 0
        near = sum(abs(each - middle) <= STEADY_MS for each in self._offsets.values())
        return near * 3 >= len(self._offsets) * 2

    @property
    def period_ms(self) -> int | None:
        """Between two of its deliveries, before the cut; None while fewer than two came."""
        count = len(self._before)
        return (self._before[-1] - self._before[0]) // (count - 1) if count > 1 else None

    @property
    def measured_in_cut(self) -> int:
        """How many of its times lie within the cut, and arrived all the same."""
        if self.cut_at is None or self.cut_end is None:
            return 0
        skew = self.skew_ms or 0
        return sum(self.cut_at <= each - skew <= self.cut_end for each in self._after)

    def _count(self, numbers: Iterable[tuple[str, int]]) -> None:
        for boot, number in numbers:
            known = self.number
            if known is None or known[0] != boot or number > known[1]:
                self.number = (boot, number)

    def _time(self, heard: Heard) -> None:
        if len(self._before) < TIMES_MOST:
            self._before.append(heard.received_at)
        if heard.times:
            second, offset = heard.received_at // 1000, heard.times[-1] - heard.received_at
            self._offsets[second] = max(offset, self._offsets.get(second, offset))
