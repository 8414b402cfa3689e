"""An oracle that judges second by second, with nothing in common with the engine but the rules.

It walks a grid of whole seconds; in each second delays run out first, then the readings of that
second are looked at. Slow, and plain enough to be checked by reading it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.domain.rule import Condition, LimitRule

Life = tuple[str, int, int | None, str]
"""An occurrence: direction, start, end (seconds; None: it stands), the last level's rule."""


@dataclass
class Comparator:
    rule: LimitRule
    active: bool = False
    waits_since: int | None = None

    def run_out(self, now: int) -> None:
        delay = self.rule.off_delay_ms if self.active else self.rule.on_delay_ms
        if self.waits_since is not None and now >= self.waits_since + delay // 1000:
            self.active = not self.active
            self.waits_since = None

    def look(self, now: int, value: float) -> None:
        rule, high = self.rule, self.rule.condition in (Condition.H, Condition.HH)
        beyond = value - rule.limit if high else rule.limit - value
        turning = beyond < -rule.deadband if self.active else beyond >= 0
        if not turning:
            self.waits_since = None
        elif self.waits_since is None:
            self.waits_since = now
        self.run_out(now)


def lives(
    rules: Sequence[LimitRule], values: Mapping[int, Sequence[float]], until: int
) -> set[Life]:
    """All occurrences of readings by second, judged up to the second `until`."""
    found: set[Life] = set()
    for high in (True, False):
        mine = [r for r in rules if (r.condition in (Condition.H, Condition.HH)) is high]
        found |= _one_direction(mine, values, until, high)
    return found


def _one_direction(
    rules: Sequence[LimitRule], values: Mapping[int, Sequence[float]], until: int, high: bool
) -> set[Life]:
    comparators = [Comparator(rule) for rule in rules]
    name = "high" if high else "low"
    start, level = None, ""
    found: set[Life] = set()
    for now in range(until + 1):
        # Two moments within a second: the delays that run out, then the reading.
        for moment in ("delays", "reading"):
            for comparator in comparators:
                if moment == "delays":
                    comparator.run_out(now)
                elif now in values:
                    worse = max(values[now]) if high else min(values[now])
                    comparator.look(now, worse)
            active = [c.rule for c in comparators if c.active]
            if active:
                worst = sorted(active, key=lambda r: r.limit if high else -r.limit)[-1]
                start = now if start is None else start
                level = worst.id
            elif start is not None:
                found.add((name, start, now, level))
                start = None
    if start is not None:
        found.add((name, start, None, level))
    return found
