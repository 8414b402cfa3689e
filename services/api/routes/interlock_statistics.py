"""The use rate (投用率) and the equipment rate (装备率) of interlocks: park, enterprises, loops."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import maybe_time_text
from services.api.answer import answer
from services.api.asking import Here, Reader, Registered, Spoken, narrowed
from services.api.interlock_register import Key
from services.api.interlock_view import UseView, use_view
from services.api.late_route import LateRouter
from services.api.routes.interlock_record import DEADLINE_S, Since, Until, span, too_much
from services.api.routes.interlocks import EnterpriseCode, LoopTag, live_loops, recorded_loop
from services.api.text import Code
from services.api.window import Window
from services.domain.bypass import HOUR_MS
from services.domain.loop_course import use_of
from services.domain.use_rate import Use, equipment_rate, total
from services.store import interlock as store
from services.store import interlock_record as told
from services.store.interlock import Interlock
from services.store.interlock_record import TooMuch

router = LateRouter(prefix="/statistics", tags=["statistics"], dependencies=[Registered])
TARGET = 1.0
"""All of them, always (domain facts, section 7, row 投用率)."""
SLICE = 200
"""Loops reckoned before others get their turn."""
MOST_LOWEST = 50
DEFINITION = {
    "zh": (
        "投用率 = 联锁投用时间 ÷（投用时间 + 未投用时间），各时段按当时有效的登记版本计算，已注销回路计至注销时；经批准停用（装置停车）的时间不计入，"
        "状态未知的时间单列，at_least 为将未知全部视为未投用时的投用率。瞬时投用率按回路数计算。"
        "装备率 = 已装备的应装联锁回路数 ÷ 应装联锁回路数；equipment_at_least 不计输入位号未登记的回路。"
    ),
    "en": (
        "Use rate = time in service / (time in service + time out of service), each time by the "
        "register of that time, loops that were taken out since included; approved outages of "
        "the unit are left out, time in which nobody knows is told apart, and at_least is the rate "
        "if all of it had been out of service. Now, the same over the number of loops. Equipment "
        "rate = loops that have to be there and are fitted / loops that have to be there; "
        "equipment_at_least leaves out those of which an input is not registered."
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
    """An enterprise: `now` in loops, `over_time` in hours. `equipment_at_least`: the same without
    the loops of which an input is no registered point: they are fitted by their word alone."""

    enterprise: str
    loops: int
    now: UseView
    over_time: UseView
    equipment: EquipmentView
    equipment_at_least: EquipmentView


@dataclass(frozen=True, slots=True)
class LoopUse:
    """A loop: its state now (null: nobody knows), and its use over the time, in hours, while it was
    registered. `registered` false: it was taken out since."""

    enterprise: str
    tag: str
    registered: bool
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
class LoopStatistics:
    """The use rate of one loop between `start` and `end`, and how it counts `now`, in loops."""

    start: str
    end: str
    target: float
    definition: str
    loop: LoopUse
    now: UseView


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A loop (None: it is in the register no more) with its use now and over the time."""

    key: Key
    loop: Interlock | None
    state: str | None
    in_outage: bool
    now: Use
    over_time: Use
    sees_inputs: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether it counts, or did at some time in between."""
        return self.over_time != Use() or (self.loop is not None and self.loop.fitted)


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
    counts from its registration on; each time by the version that was in force then, also if the
    loop was taken out since."""
    scope = narrowed(principal, enterprise)
    since, until = span(here, start, end)
    reckoned = await _reckon(here, scope, None, since, until)
    by_enterprise: defaultdict[str, list[_Reckoned]] = defaultdict(list)
    for each in reckoned:
        by_enterprise[each.key[0]].append(each)
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


@router.get("/interlocks/{enterprise}/{tag}", response_model=LoopStatistics)
async def loop_statistics(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: EnterpriseCode,
    tag: LoopTag,
    start: Since = None,
    end: Until = None,
) -> Response:
    """The use rate of one loop, now and weighted by time; of one that was taken out, too."""
    async with here.database.transaction() as connection:
        await recorded_loop(connection, principal, enterprise, tag)
    since, until = span(here, start, end)
    found = await _reckon(here, frozenset({enterprise}), tag, since, until)
    its = found[0] if found else _reckoned(here, (enterprise, tag), Use())
    body = LoopStatistics(
        start=maybe_time_text(since) or "",
        end=maybe_time_text(until) or "",
        target=TARGET,
        definition=DEFINITION[language],
        loop=_use_of(its),
        now=use_view(its.now, 1),
    )
    return answer(body)


async def _reckon(
    here: Window, scope: frozenset[str] | None, tag: str | None, since: int, until: int
) -> list[_Reckoned]:
    """The loops of these enterprises (`tag`: one of them) that are in the register, and those that
    were at some time in between; by enterprise and tag."""
    limits = None if scope is None else sorted(scope)
    try:
        async with here.database.transaction(DEADLINE_S) as connection:
            courses = await store.in_time(connection, limits, tag, since, until)
            loops = [each.loop for course in courses.values() for each in course]
            record = await told.record(connection, loops, since, until)
            outages = await told.outages(connection, limits, since, until)
    except TooMuch:
        raise too_much() from None
    known = here.register.interlocks.loops
    mine = {e for e in known if (scope is None or e[0] in scope) and tag in (None, e[1])}
    found = []
    for number, key in enumerate(sorted(mine | courses.keys())):
        use = use_of(
            courses.get(key, ()), record.get(key[0], {}), outages.get(key, ()), since, until
        )
        found.append(_reckoned(here, key, use))
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    return found


def _reckoned(here: Window, key: Key, use: Use) -> _Reckoned:
    loop = here.register.interlocks.loops.get(key)
    if loop is None:
        return _Reckoned(key, None, None, False, Use(), use)
    live = live_loops(here)
    stands, seen = live.now(loop, here.clock.now_ms()), live.sees_inputs(loop)
    at_once = stands.use if loop.fitted else Use()
    return _Reckoned(key, loop, stands.state, stands.in_outage, at_once, use, seen)


def _of(enterprise: str, those: list[_Reckoned]) -> EnterpriseUse:
    required = [each for each in those if each.loop is not None and each.loop.required]
    fitted = [each for each in required if each.loop is not None and each.loop.fitted]
    return EnterpriseUse(
        enterprise=enterprise,
        loops=sum(each.loop is not None for each in those),
        now=use_view(total(each.now for each in those), 1),
        over_time=use_view(total(each.over_time for each in those), HOUR_MS),
        equipment=_equipment(len(required), len(fitted)),
        equipment_at_least=_equipment(len(required), sum(each.sees_inputs for each in fitted)),
    )


def _equipment(required: int, fitted: int) -> EquipmentView:
    return EquipmentView(required, fitted, equipment_rate(required, fitted))


def _lowest(reckoned: list[_Reckoned], most: int) -> list[LoopUse]:
    """Those that were not in service all the time, worst first; those nobody knows of come last."""
    rated = [(each.over_time.rate, each) for each in reckoned if each.is_counted]
    below = [(rate, each) for rate, each in rated if rate is None or rate < TARGET]
    below.sort(key=lambda pair: (pair[0] is None, pair[0] or 0.0))
    return [_use_of(each) for _, each in below[:most]]


def _use_of(its: _Reckoned) -> LoopUse:
    return LoopUse(
        *its.key,
        registered=its.loop is not None,
        state=its.state,
        in_outage=its.in_outage,
        over_time=use_view(its.over_time, HOUR_MS),
    )
