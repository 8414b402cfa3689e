"""Known limit crossings around a kill, each on a point of its own, and the alarms they must make."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.living.ledger import Ledger, Sent, some_value
from tests.living.park import Enterprise, Json

NORMAL = 4.0
BEFORE_S, AFTER_S = 0.5, 1.0


@dataclass(slots=True)
class Crossing:
    """A value above the limit, `over`; and `back`, the value below it again, where one follows."""

    tag: str
    over: Sent
    back: Sent | None = None


@dataclass
class Crossings:
    """The points still unused, and what was crossed so far.

    Of a gateway that sends no times, a value in flight at a kill is dated when it comes again, and
    that may be after the one that followed it: there the alarm may be over or not, but is one.
    """

    enterprise: Enterprise
    timed: Ledger
    untimed: Ledger
    chance: random.Random
    free: list[str]
    done: list[Crossing] = field(default_factory=list)

    def around(self, act: Callable[[], int], count: int) -> int:
        """Let `count` crossings fall at random around an act, one of them at the very moment."""
        offsets = [0.0, *(self.chance.uniform(-BEFORE_S, AFTER_S) for _ in range(count - 1))]
        steps: list[tuple[float, Callable[[], object]]] = []
        answer: list[int] = []
        steps.append((0.0, lambda: answer.append(act())))
        for number, offset in enumerate(offsets):
            steps += self._steps(
                number % 4, self.free.pop(), offset + self.chance.uniform(-0.02, 0.02)
            )
        start = time.monotonic() + BEFORE_S + 0.1
        for offset, step in sorted(steps, key=lambda each: each[0]):
            time.sleep(max(0.0, start + offset - time.monotonic()))
            step()
        return answer[0]

    def _steps(self, kind: int, tag: str, at: float) -> list[tuple[float, Callable[[], object]]]:
        """0: above and back with times, 1: above with a time, 2 and 3: the same without times."""
        ledger = self.timed if kind < 2 else self.untimed
        value = some_value(self.chance)

        def over() -> None:
            self.done.append(Crossing(tag, ledger.send({tag: value})))

        def back() -> None:
            (crossing,) = [each for each in self.done if each.tag == tag]
            crossing.back = ledger.send({tag: NORMAL})

        steps: list[tuple[float, Callable[[], object]]] = [(at, over)]
        if kind in (0, 3):
            steps.append((at + self.chance.uniform(0.03, 0.2), back))
        return steps

    def missing(self, alarms: list[Json]) -> list[str]:
        """What is not yet as it must be, one sentence each; nothing when all of it is."""
        found: dict[str, list[Json]] = defaultdict(list)
        for alarm in alarms:
            found[alarm["tag"]].append(alarm)
        wrong = [
            f"{tag}: {Counter(a['state'] for a in some)} although nothing was crossed"
            for tag, some in found.items()
            if tag not in {each.tag for each in self.done}
        ]
        for crossing in self.done:
            wrong += _faults(crossing, found[crossing.tag])
        return wrong


def _faults(crossing: Crossing, found: list[Json]) -> list[str]:
    if len(found) != 1:
        seen = ("id", "raised_at", "received_at", "cleared_at", "state", "value", "superseded")
        which = [{name: alarm[name] for name in seen if name in alarm} for alarm in found]
        return [f"{crossing.tag}: {len(found)} alarms {which}, sent {crossing}"]
    (alarm,) = found
    faults = []
    states = ["unacknowledged" if crossing.back is None else "returned_unacknowledged"]
    if crossing.back is not None and crossing.back.ts is None:
        states.append("unacknowledged")
    if alarm["state"] not in states or alarm["historical"]:
        faults.append(
            f"{crossing.tag}: {alarm['state']} {alarm['historical']}, wanted {states}, sent {crossing}"
        )
    raised = epoch_ms(alarm["raised_at"])
    if crossing.over.ts is not None and raised != crossing.over.ts:
        faults.append(f"{crossing.tag}: raised at {raised}, but crossed at {crossing.over.ts}")
    if raised < crossing.over.at:
        faults.append(f"{crossing.tag}: raised at {raised}, before {crossing.over.at}")
    if crossing.back is not None and crossing.back.ts is not None and alarm["cleared_at"]:
        cleared = epoch_ms(alarm["cleared_at"])
        if cleared != crossing.back.ts:
            faults.append(f"{crossing.tag}: cleared {cleared}, but back at {crossing.back.ts}")
    return faults


def epoch_ms(text: str) -> int:
    """RFC 3339 to epoch ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
