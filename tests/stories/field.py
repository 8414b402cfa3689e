"""A park whose gateways are heard message by message, while time passes second by second."""

from collections.abc import Sequence
from dataclasses import replace

from services.alerts.engine import Hearing
from services.domain.alarm import Alarm
from services.domain.gateway_clock import TimesHeard, is_usable
from services.domain.point import Point, Reporting
from services.domain.reading import Quality
from services.domain.rule import LimitRule
from tests.stories.park import GAS, Park, Told, ms

ONE = replace(GAS, id=1, tag="GT-1", period_s=1.0)
TWO = replace(GAS, id=2, tag="GT-2", period_s=1.0)
SLOW = replace(GAS, id=3, tag="TI-3", period_s=60.0)
VALVE = replace(GAS, id=4, tag="XV-4", reporting=Reporting.ON_CHANGE)
HEARTBEAT = replace(VALVE, id=5, tag="XV-5", period_s=20.0)
FOREIGN = replace(GAS, id=6, tag="GT-6", enterprise="other", period_s=1.0)
EVERY = (ONE, TWO, SLOW, VALVE, HEARTBEAT, FOREIGN)


class Field(Park):
    """`hearing`: whether the engine's session stands."""

    def __init__(self, *rules: LimitRule, points: Sequence[Point] = EVERY) -> None:
        super().__init__(*rules, points=points)
        self.hearing = True
        self.told: Told = []

    def send(
        self,
        at: float,
        *points: Point,
        gateway: str = "gw1",
        of: str = "acme",
        ts: float | None = None,
        value: float | None = 1.0,
        quality: Quality = Quality.GOOD,
        refused: bool = False,
    ) -> Told:
        """A message that came at `at` with a reading of each point, measured then or at `ts`.

        `refused`: what was in it had a time that we cannot read at all.
        """
        self.until(at)
        measured = at if ts is None else ts
        readings = [] if refused else [
            self.reading(value, measured, at, point, quality) for point in points
        ]  # fmt: skip
        times = _times(ms(at), ms(measured), refused)
        hearing = Hearing(of, gateway, tuple(r.point_id for r in readings), times)
        return self._keep(self.take(self.engine.judge(readings, ms(at), [hearing])))

    def stream(
        self, start: float, end: float, *points: Point, every: float = 1.0, gateway: str = "gw1"
    ) -> Told:
        """A message every so often, from `start` to `end`."""
        told: Told = []
        for count in range(round((end - start) / every) + 1):
            told += self.send(start + count * every, *points, gateway=gateway)
        return told

    def until(self, end: float) -> Told:
        """Time passes, a second at a time."""
        told: Told = []
        while self.now < end:
            self.now = min(self.now + 1.0, end)
            told += self._keep(self.take(self.engine.tick(ms(self.now), self.hearing)))
        return told

    def sleep(self, seconds: float) -> None:
        """The engine is down, or held up: nobody looks at the clock."""
        self.now += seconds

    def of(self, subject: str) -> list[Alarm]:
        """Every alarm ever about this subject, in order."""
        mine = [a for a in self.alarms.values() if a.subject.id == subject]
        return sorted(mine, key=lambda alarm: alarm.raised_at)

    def standing(self) -> set[tuple[str, str, int]]:
        """(subject, condition, grade) of what is there now."""
        return {(a.subject.id, a.condition, a.grade) for a in self.open if a.cleared_at is None}

    def _keep(self, told: Told) -> Told:
        self.told += told
        return told


def _times(received_at: int, measured_at: int, refused: bool) -> TimesHeard:
    if refused:
        return TimesHeard(received_at, None, None, True)
    if is_usable(measured_at, received_at):
        return TimesHeard(received_at, measured_at)
    return TimesHeard(received_at, None, measured_at, True)
