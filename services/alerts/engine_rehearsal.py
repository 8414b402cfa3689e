"""The rehearsal: the very engine that judges the field raises an alarm of the canary's, has it
acknowledged and clears it, and nothing of it stays.

The canary's point is in the directory for this one step. It is under test for ever, so that none of
it counts in a flood, and what the step brings of it is taken out before anybody keeps or says it.
What else the step brings (an engine has many occasions to look round) is carried out as ever.
"""

from typing import Protocol

from services.alerts.engine_outcome import Outcome
from services.domain.alarm import EventKind
from services.domain.canary import ENTERPRISE, LIMIT, POINT_ID, canary_point, canary_rule
from services.domain.directory import Directory
from services.domain.point import Point
from services.domain.reading import Quality, Reading

LIFE = [EventKind.RAISED, EventKind.ACKNOWLEDGED, EventKind.CLEARED]
"""What has to come of it."""

FOR_EVER = (0, 1 << 62)


class Plays(Protocol):
    """What it needs of the engine."""

    directory: Directory

    def judge(self, readings: list[Reading], now: int) -> Outcome: ...

    def acknowledge(
        self, ids: list[str], actor: str, note: None, enterprises: None, now: int
    ) -> tuple[Outcome, object, object]: ...

    def forget_guest(self, point: Point, now: int) -> None: ...


def rehearse(engine: Plays, now: int) -> tuple[bool, Outcome]:
    """Whether the engine raised it, and ended it; and what else happened. `now` in epoch ms."""
    point = canary_point(exercise=FOR_EVER)
    engine.directory.put(point)
    engine.directory.put_rule(canary_rule())
    raised = engine.judge([_reading(LIMIT + 1, now - 1, now)], now)
    ids = [each.alarm.id for each in raised.transitions if each.alarm.enterprise == ENTERPRISE]
    seen, _, _ = engine.acknowledge(ids, "canary", None, None, now)
    ended = engine.judge([_reading(LIMIT - 1, now, now)], now)
    engine.forget_guest(point, now)
    for each in (seen, ended):
        raised.add(each)
    life = [each.event for each in raised.transitions if each.alarm.enterprise == ENTERPRISE]
    return life == LIFE, _without_it(raised)


def _reading(value: float, measured_at: int, received_at: int) -> Reading:
    return Reading(POINT_ID, measured_at, received_at, value, Quality.GOOD)


def _without_it(out: Outcome) -> Outcome:
    out.transitions = [each for each in out.transitions if each.alarm.enterprise != ENTERPRISE]
    out.states = [each for each in out.states if each.point_id != POINT_ID]
    out.dirty = [each for each in out.dirty if each.point_id != POINT_ID]
    return out
