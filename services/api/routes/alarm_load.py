"""How much comes to the operators right now: floods, chatter, fleeting and stale alarms, live."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import time_text
from services.api.answer import answer
from services.api.asking import Here, Reader, narrowed
from services.api.late_route import LateRouter
from services.api.live.message import FloodView
from services.api.text import Code
from services.domain.alarm_performance import CHATTER_COUNT, is_fleeting, is_stale
from services.wire.bus import AlarmItem

router = LateRouter(prefix="/statistics/alarms", tags=["statistics"])

MOST_IDS = 1_000
"""Ids that one list holds; its count tells all of them."""


@dataclass(frozen=True, slots=True)
class AlarmIds:
    """How many alarms, and the ids of the newest of them."""

    count: int
    ids: list[str]


@dataclass(frozen=True, slots=True)
class AlarmLoad:
    """The alarms that are not closed, at `at`. `floods` are those that go on, the whole park's
    with `enterprise` null. `chattering`: rose three times or more in a minute; `fleeting`: over in
    less than ten seconds; `stale`: standing for more than 24 h."""

    at: str
    floods: list[FloodView]
    chattering: AlarmIds
    fleeting: AlarmIds
    stale: AlarmIds


@router.get("/live", response_model=AlarmLoad)
async def alarm_load(
    here: Here, principal: Reader, enterprise: Annotated[Code | None, Query()] = None
) -> Response:
    """What floods the operators of the park or an enterprise now; served also while the database
    is away."""
    scope = narrowed(principal, enterprise)
    now = here.clock.now_ms()
    alarms = [
        each
        for each in here.replica.open.values()
        if (scope is None or each.enterprise in scope) and not (each.historical or each.exercise)
    ]
    return answer(
        AlarmLoad(
            time_text(now),
            here.hub.floods_of(scope),
            _ids(each for each in alarms if each.in_minute >= CHATTER_COUNT),
            _ids(each for each in alarms if is_fleeting(each.raised_at, each.cleared_at)),
            _ids(each for each in alarms if is_stale(each.raised_at, each.cleared_at, now)),
        )
    )


def _ids(alarms: Iterable[AlarmItem]) -> AlarmIds:
    newest = sorted(alarms, key=lambda each: (-each.raised_at, each.id))
    return AlarmIds(len(newest), [each.id for each in newest[:MOST_IDS]])
