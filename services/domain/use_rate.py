"""The effective-use rate of interlocks (投用率), now and over a time, and the equipment rate (装备率).

Use rate = time in service / (time in service + time out of service), over the time in which the
loop has to be in service: approved outages of its unit are left out. Now, the same with one loop
counting one. Source: domain facts, section 7, row 投用率 (design value; target 100 %). What nobody
knows is neither: it is shown beside, and `at_least` is the rate if all of it had been out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.domain.interlock import is_serving


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` (epoch ms) on the loop is in this state; None: nobody knows."""

    at: int
    state: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """Amounts of one measure: milliseconds of time, or loops at one moment."""

    serving: int = 0
    out: int = 0
    unknown: int = 0
    outage: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(
            self.serving + other.serving,
            self.out + other.out,
            self.unknown + other.unknown,
            self.outage + other.outage,
        )

    @property
    def rate(self) -> float | None:
        """Of what is known; None: nothing is known, or it had to be in service at no time."""
        known = self.serving + self.out
        return self.serving / known if known else None

    @property
    def at_least(self) -> float | None:
        """The rate if it was out whenever nobody knew; None: it had to be in service at no time."""
        whole = self.serving + self.out + self.unknown
        return self.serving / whole if whole else None


def total(uses: Iterable[Use]) -> Use:
    """Of several loops together."""
    return sum(uses, Use())


def use_now(serving: bool | None, *, in_outage: bool) -> Use:
    """One loop at this moment."""
    return Use(outage=1) if in_outage else _amount(serving, 1)


def use_over(
    changes: Sequence[Change], outages: Iterable[tuple[int, int]], start: int, end: int
) -> Use:
    """One loop from `start` to `end` (not included), epoch ms, by the state that it shows itself.

    `changes` in order of time; before the first nobody knows. `outages`: approved ones, from and
    until, in any order, overlapping or not.
    """
    return served_over([(e.at, is_serving(e.state)) for e in changes], outages, start, end)


def served_over(
    turns: Sequence[tuple[int, bool | None]],
    outages: Iterable[tuple[int, int]],
    start: int,
    end: int,
) -> Use:
    """The same of when it began and ceased to be in service: each turn with its time."""
    apart = _joined(outages, start, end)
    found = Use()
    pasts = [*(at for at, _ in turns[1:]), end]
    for (at, serving), past in zip(turns, pasts, strict=False):
        begun, ended = max(at, start), min(past, end)
        if begun < ended:
            found += _spell(serving, begun, ended, apart)
    first = turns[0][0] if turns else end
    if first > start:
        found += _spell(None, start, min(first, end), apart)
    return found


def equipment_rate(required: int, fitted: int) -> float | None:
    """Of the loops that have to be there, the share that is. None: none has to be."""
    return fitted / required if required else None


def _spell(serving: bool | None, begun: int, ended: int, apart: Sequence[tuple[int, int]]) -> Use:
    """A time in one state, less what of it was an outage."""
    excused = sum(
        max(0, min(until, ended) - max(since, begun))
        for since, until in apart
        if since < ended and until > begun
    )
    return _amount(serving, ended - begun - excused) + Use(outage=excused)


def _amount(serving: bool | None, amount: int) -> Use:
    if serving is None:
        return Use(unknown=amount)
    return Use(serving=amount) if serving else Use(out=amount)


def _joined(spells: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Spells of time within a time, in order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for since, until in sorted((max(a, start), min(b, end)) for a, b in spells):
        if since >= until:
            continue
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], until)
        else:
            joined.append((since, until))
    return joined
