"""The use rate (投用率) and the equipment rate (装备率) of interlocks: park, enterprises, loops."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.alarm_view import maybe_time_text
from services.api.answer import answer
from services.api.asking import Here, Reader, Spoken, narrowed
from services.api.interlock_register import Key
from services.api.interlock_view import UseView, use_view
from services.api.routes.interlock_record import DEADLINE_S, Since, Until, span, too_much
from services.api.routes.interlocks import live_loops
from services.api.text import Code
from services.api.window import Window
from services.domain.bypass import HOUR_MS
from services.domain.use_rate import Use, equipment_rate, total, use_over
from services.runtime.clock import to_ms
from services.store import interlock_record as store
from services.store.interlock import Interlock
from services.store.interlock_record import TooMuch

router = APIRouter(prefix="/statistics", tags=["statistics"])
TARGET = 1.0
"""All of them, always (domain facts, section 7, row 投用率)."""
SLICE = 200
"""Loops reckoned before others get their turn."""
MOST_LOWEST = 50
DEFINITION = {
    "zh": (
        "投用率 = 联锁投用时间 ÷（投用时间 + 未投用时间）；经批准停用（装置停车）的时间不计入，"
        "状态未知的时间单列，at_least 为将未知全部视为未投用时的投用率。瞬时投用率按回路数计算。"
        "装备率 = 已装备的应装联锁回路数 ÷ 应装联锁回路数。"
    ),
    "en": (
        "Use rate = time in service / (time in service + time out of service); approved outages of "
        "the unit are left out, time in which nobody knows is told apart, and at_least is the rate "
        "if all of it had been out of service. Now, the same over the number of loops. Equipment "
        "rate = loops that have to be there and are fitted / loops that have to be there."
    ),
}


@dataclass(frozen=True, slots=True)
class EquipmentView:
    """Of the loops that have to be there (`required`), those that are (`fitted`); `rate` null: none
    has to be."""

    required: int
    fitted: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class EnterpriseUse:
    """An enterprise: `now` in loops, `over_time` in hours."""

    enterprise: str
    loops: int
    now: UseView
    over_time: UseView
    equipment: EquipmentView


@dataclass(frozen=True, slots=True)
class LoopUse:
    """A loop: its state now (null: nobody knows), and its use over the time, in hours."""

    enterprise: str
    tag: str
    state: str | None
    in_outage: bool
    over_time: UseView


@dataclass(frozen=True, slots=True)
class InterlockStatistics:
    """The rates between `start` and `end`, and now; `park` is all that may be seen. `lowest`: the
    loops that were in service least, worst first."""

    start: str
    end: str
    target: float
    definition: str
    park: EnterpriseUse
    enterprises: list[EnterpriseUse]
    lowest: list[LoopUse]


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A loop with its use now and over the time."""

    loop: Interlock
    state: str | None
    in_outage: bool
    now: Use
    over_time: Use


@router.get("/interlocks", response_model=InterlockStatistics)
async def interlock_statistics(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    start: Since = None,
    end: Until = None,
    lowest: Annotated[int, Query(ge=0, le=MOST_LOWEST, description="Loops at most")] = 20,
) -> Response:
    """Use rates, now and weighted by time, and equipment rates: what is seen of the park. A loop
    counts from its registration on."""
    scope = narrowed(principal, enterprise)
    since, until = span(here, start, end)
    known = here.register.interlocks.loops
    loops = [known[key] for key in sorted(known) if scope is None or key[0] in scope]
    reckoned = await _reckon(here, loops, scope, since, until)
    by_enterprise: defaultdict[str, list[_Reckoned]] = defaultdict(list)
    for each in reckoned:
        by_enterprise[each.loop.enterprise].append(each)
    body = InterlockStatistics(
        start=maybe_time_text(since) or "",
        end=maybe_time_text(until) or "",
        target=TARGET,
        definition=DEFINITION[language],
        park=_of("", reckoned),
        enterprises=[_of(code, those) for code, those in by_enterprise.items()],
        lowest=_lowest(reckoned, lowest),
    )
    return answer(body)


async def _reckon(
    here: Window, loops: list[Interlock], scope: frozenset[str] | None, since: int, until: int
) -> list[_Reckoned]:
    now, live, register = here.clock.now_ms(), live_loops(here), here.register
    places = {
        (each.enterprise, each.tag): register.place(each.enterprise, each.state_tag)
        for each in loops
        if each.state_tag is not None
    }
    points = [(p.point.enterprise, p.point.id) for p in places.values() if p is not None]
    limits = None if scope is None else sorted(scope)
    try:
        async with here.database.transaction(DEADLINE_S) as connection:
            changes = await store.changes(connection, points, since, until)
            outages = await store.outages(connection, limits, since, until)
    except TooMuch:
        raise too_much() from None
    found = []
    for number, loop in enumerate(loops):
        key: Key = (loop.enterprise, loop.tag)
        place = places.get(key)
        stands = live.now(loop, place, now)
        use = Use()
        if loop.fitted:
            told = [] if place is None else changes.get(place.point.id, [])
            begun = max(since, min(to_ms(loop.created_at), until))
            use = use_over(told, outages.get(key, ()), begun, until)
        at_once = stands.use if loop.fitted else Use()
        found.append(_Reckoned(loop, stands.state, stands.in_outage, at_once, use))
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    return found


def _of(enterprise: str, those: list[_Reckoned]) -> EnterpriseUse:
    required = [each.loop for each in those if each.loop.required]
    fitted = sum(each.fitted for each in required)
    return EnterpriseUse(
        enterprise=enterprise,
        loops=len(those),
        now=use_view(total(each.now for each in those), 1),
        over_time=use_view(total(each.over_time for each in those), HOUR_MS),
        equipment=EquipmentView(len(required), fitted, equipment_rate(len(required), fitted)),
    )


def _lowest(reckoned: list[_Reckoned], most: int) -> list[LoopUse]:
    """Those that were not in service all the time, worst first; those nobody knows of come last."""
    rated = [(each.over_time.rate, each) for each in reckoned if each.loop.fitted]
    below = [(rate, each) for rate, each in rated if rate is None or rate < TARGET]
    below.sort(key=lambda pair: (pair[0] is None, pair[0] or 0.0))
    return [
        LoopUse(
            each.loop.enterprise,
            each.loop.tag,
            each.state,
            each.in_outage,
            use_view(each.over_time, HOUR_MS),
        )
        for _, each in below[:most]
    ]
