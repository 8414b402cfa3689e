"""Drills (演练): an instructor has a simulator play a scenario, and what people make of it is kept."""

from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from fastapi import Path, Response

from services.api import drill_desk as desk
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Instructor,
    Limit,
    OnceOnly,
    Reader,
    make_cursor,
    read_cursor,
)
from services.api.drill_body import DrillEnding, NewDrill, Playable
from services.api.drill_view import BegunDrill, DrillView, ScenarioView, drill_view, score_view
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.text import Code
from services.domain.drill import DrillState
from services.store import drill as store

router = LateRouter(prefix="/drills", tags=["drills"])
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
StationName = Annotated[Code, Path()]
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Current:
    """The drill that goes on or waits; null where there is none."""

    drill: DrillView | None


def _of_the_park(principal: Principal) -> None:
    if principal.scope is not None:
        raise Problem(Kind.FORBIDDEN, "Drills are the park's: an enterprise has no part in them.")


@router.get("/scenarios", response_model=list[ScenarioView])
async def list_scenarios(here: Here, principal: Reader) -> Response:
    """What the simulators that are there can play."""
    _of_the_park(principal)
    async with here.database.transaction() as connection:
        found = await store.stations(connection, desk.now_of(here) - desk.STATION_HEARD)
    views = [
        ScenarioView(
            told["name"],
            told["title"],
            told["title_en"],
            told["duration_s"],
            sorted({each["enterprise"] for each in told["gateways"]}),
            station.name,
        )
        for station in found
        for told in station.scenarios
    ]
    return answer(views)


@router.put("/stations/{station}", status_code=204)
async def put_station(
    here: Here, principal: Instructor, station: StationName, told: Playable, once: OnceOnly
) -> Response:
    """A simulator tells what it can play; for simulators."""
    _of_the_park(principal)
    now = desk.now_of(here)
    scenarios = [each.model_dump(mode="json") for each in told.scenarios]
    async with here.database.transaction() as connection:
        await store.forget_stations(connection, now - desk.STATION_FORGOTTEN)
        await store.put_station(connection, station, scenarios, now)
        return await once.keep(connection, Response(status_code=204))


@router.get("/stations/{station}/order", response_model=Current)
async def get_order(here: Here, principal: Instructor, station: StationName) -> Response:
    """What a simulator is to play, or plays; asked for every few seconds, as its sign of life.
    404: it has to tell first what it can play."""
    _of_the_park(principal)
    async with here.database.transaction() as connection:
        if not await store.hear_station(connection, station, desk.now_of(here)):
            raise not_found("station")
    drill = await desk.settle(here)
    mine = drill is not None and drill.station == station
    return answer(Current(drill_view(drill, whole=False) if drill and mine else None))


@router.post("", status_code=202, response_model=DrillView)
async def order_drill(here: Here, principal: Instructor, new: NewDrill, once: OnceOnly) -> Response:
    """Have a scenario played. One drill at a time; it begins when its simulator takes it up."""
    _of_the_park(principal)
    await desk.settle(here)
    async with here.database.transaction() as connection:
        there = await store.stations(connection, desk.now_of(here) - desk.STATION_HEARD)
        made = await desk.order(here, connection, principal.username, new, there)
        return await once.keep(connection, answer(drill_view(made), 202))


@router.get("", response_model=Page[DrillView])
async def list_drills(
    here: Here, principal: Reader, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """All drills, newest first."""
    _of_the_park(principal)
    before = read_cursor(cursor, tuple[_Place])
    async with here.database.transaction() as connection:
        found = await store.drills(connection, before[0] if before else None, limit + 1)
    views = [drill_view(each, whole=False) for each in found[:limit]]
    return answer(Page(views, make_cursor([views[-1].id]) if len(found) > limit else None))


@router.get("/current", response_model=Current)
async def current_drill(here: Here, principal: Reader) -> Response:
    """Whether a drill goes on; every console shows it."""
    _of_the_park(principal)
    drill = await desk.current(here)
    return answer(Current(None if drill is None else drill_view(drill, whole=False)))


@router.get("/{number}", response_model=DrillView)
async def get_drill(here: Here, principal: Reader, number: Number) -> Response:
    """One drill with its score; while it goes on, the score up to now."""
    _of_the_park(principal)
    async with here.database.transaction() as connection:
        drill = await store.find(connection, number)
        if drill is None:
            raise not_found("drill")
        shown = drill_view(drill)
        if drill.state is DrillState.RUNNING:
            found = await desk.score_now(connection, drill, desk.now_of(here))
            shown = replace(shown, score=score_view(found))
    return answer(shown)


@router.post("/{number}/begin", response_model=BegunDrill)
async def begin_drill(
    here: Here, principal: Instructor, number: Number, once: OnceOnly
) -> Response:
    """A simulator takes a drill up: the twins are made, and the credentials of their gateways are
    shown this once; for simulators."""
    _of_the_park(principal)
    async with here.database.transaction(desk.DEADLINE_S) as connection:
        drill = await store.find(connection, number)
        if drill is None:
            raise not_found("drill")
        begun = await desk.begin(connection, drill, desk.now_of(here), principal.username)
        await once.keep(connection, answer(begun))
    return answer(replace(begun, in_force=await desk.follow(here)))


@router.post("/{number}/end", response_model=DrillView)
async def end_drill(
    here: Here, principal: Instructor, number: Number, ending: DrillEnding, once: OnceOnly
) -> Response:
    """End a drill: its report is made and kept, its twins go, and with them all that it raised. One
    that is over stays as it is."""
    _of_the_park(principal)
    await desk.recorded(here)
    async with here.database.transaction(desk.DEADLINE_S) as connection:
        drill = await store.find(connection, number)
        if drill is None:
            raise not_found("drill")
        now, by = desk.now_of(here), principal.username
        if drill.state is not DrillState.FINISHED:
            drill = await desk.end(connection, drill, now, by, ending.outcome)
        done = await once.keep(connection, answer(drill_view(drill)))
    await desk.follow(here)
    return done
