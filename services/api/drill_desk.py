"""Ordering, beginning and ending drills: twins come with a drill and go with it.

What a drill plays on is copied from the register: the park trains with the limits that are in force.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.api.broker_access import username
from services.api.drill_body import NewDrill
from services.api.drill_view import BegunDrill, TwinView, drill_view, record_of
from services.api.password import new_gateway_password
from services.api.point_desk import fresh_ids
from services.api.problem import Kind, Problem
from services.api.register import refresh
from services.api.window import Window
from services.domain.audit import Deed
from services.domain.drill import DrillEnd, DrillState, twin_of
from services.domain.drill_score import Score, score
from services.runtime.clock import to_datetime, to_ms
from services.store import drill as store
from services.store.drill import Connection, Drill, Station
from services.store.register import next_version, put_gateway
from services.store.tenant import EVERY

STATION_HEARD = timedelta(seconds=30)
"""A simulator that did not ask for its orders for so long is not there."""
STATION_FORGOTTEN = timedelta(days=1)
GIVEN_UP = timedelta(seconds=60)
"""A drill whose simulator is away for so long, or that goes on for so long after its end."""
RECORDED_S = 3.0
"""How long an end waits for the engine's record to be complete."""
LOOK_S = 0.1
DEADLINE_S = 20.0
"""Making twins of a large enterprise is more than a look."""
SETTLE_S = 5.0
"""How often it is looked whether a drill's simulator is gone."""
GONE = "a drill's simulator is gone"
"""In the audit: why a drill was ended by nobody."""
LEEWAY = timedelta(seconds=30)
"""A scenario of so many seconds takes a little longer."""


def now_of(here: Window) -> datetime:
    return to_datetime(here.clock.now_ms())


async def order(
    here: Window, connection: Connection, by: str, new: NewDrill, stations: Sequence[Station]
) -> Drill:
    """A drill that its simulator will find. Refuses a scenario that none can play now."""
    for station in stations:
        for told in station.scenarios:
            if told["name"] == new.scenario:
                asked: dict[str, object] = {
                    "scenario": new.scenario,
                    "title": told["title"],
                    "title_en": told["title_en"],
                    "duration_s": told["duration_s"],
                    "gateways": _known(here, told["gateways"]),
                    "target_s": new.target_s,
                    "note": new.note,
                    "ordered_by": by,
                    "ordered_at": now_of(here),
                    "station": station.name,
                }
                made = await store.order(connection, asked)
                if made is None:
                    raise Problem(Kind.CONFLICT, "Another drill is not over yet: end it first.")
                return made
    if not stations:
        raise Problem(
            Kind.CONFLICT, "No simulator is ready for drills: start `parkwatch sim drill`."
        )
    raise Problem(
        Kind.INVALID, "scenario: no simulator can play it: choose one of the list of scenarios."
    )


def _known(here: Window, gateways: Sequence[dict[str, str]]) -> list[list[str]]:
    found = [
        [each["enterprise"], each["gateway"]]
        for each in gateways
        if (each["enterprise"], each["gateway"]) in here.register.gateways
        and twin_of(each["enterprise"]) is not None
    ]
    if not found:
        raise Problem(
            Kind.CONFLICT, "None of the gateways that this scenario speaks for is registered here."
        )
    return found


async def begin(connection: Connection, drill: Drill, now: datetime, by: str) -> BegunDrill:
    """Make the twins and let the simulator play on them. Refuses one that began or is over."""
    ends_at = now + timedelta(seconds=drill.duration_s) + LEEWAY
    version = await next_version(connection)
    begun = await store.begin(connection, drill.id, now, ends_at)
    if begun is None:
        raise Problem(Kind.CONFLICT, "This drill began already, or is over.")
    twins: list[TwinView] = []
    for enterprise, gateways in drill.by_enterprise().items():
        twin = twin_of(enterprise) or ""
        count = await store.points_to_twin(connection, enterprise, gateways)
        values = {
            "enterprise": enterprise,
            "twin": twin,
            "gateways": gateways,
            "ids": await fresh_ids(connection, count),
            "prefix": f"d{drill.id}-",
            "now": now,
            "by": by,
            "version": version,
        }
        if not await store.make_twin(connection, values):
            continue
        for gateway in gateways:
            password, hashed = new_gateway_password()
            name = username(twin, gateway)
            await put_gateway(connection, twin, gateway, name, hashed)
            twins.append(TwinView(enterprise, gateway, twin, name, password))
    return BegunDrill(drill_view(begun, whole=False), twins, in_force=False)


async def recorded(here: Window) -> None:
    """Wait, for a moment, until the engine's record holds all that it told us so far."""
    wanted = here.replica.seq
    for _ in range(round(RECORDED_S / LOOK_S)):
        if here.replica.recorded_seq >= wanted:
            return
        await asyncio.sleep(LOOK_S)


async def score_now(connection: Connection, drill: Drill, now: datetime) -> Score:
    """What was made of a drill up to now."""
    if drill.began_at is None:
        return score((), drill.target_s * 1000, to_ms(now))
    journal = await store.played(connection, twins_of(drill), drill.began_at)
    return score(journal, drill.target_s * 1000, to_ms(now))


async def end(
    connection: Connection, drill: Drill, now: datetime, by: str, outcome: DrillEnd
) -> Drill:
    """Its report, and the end of its twins; one that is over stays as it is."""
    version = await next_version(connection)
    found = await score_now(connection, drill, now)
    told = {
        "finished_at": to_datetime(to_ms(now)).isoformat(),
        "finished_by": by,
        "outcome": outcome.value,
    }
    text = record_of(drill, told, found)
    record = None
    if drill.state is DrillState.RUNNING:
        record = text, hashlib.sha256(text.encode()).hexdigest()
    done = await store.finish(connection, drill, now, by, outcome, record)
    if done is None:
        return await store.find(connection, drill.id) or drill
    await store.end_twins(connection, twins_of(drill), now, by, version)
    return done


def twins_of(drill: Drill) -> list[str]:
    """The codes of the twins that it plays on."""
    return [twin for each in drill.by_enterprise() if (twin := twin_of(each)) is not None]


async def current(here: Window) -> Drill | None:
    """The drill that goes on or waits; one whose simulator is gone does neither. Raises
    DatabaseAway."""
    async with here.database.transaction() as connection:
        drill = await store.unfinished(connection)
        if drill is None or await _is_given_up(connection, drill, now_of(here)):
            return None
        return drill


async def settle(here: Window) -> Drill | None:
    """The drill that goes on or waits. Where its simulator is gone it is over, and that is in the
    audit. Raises DatabaseAway."""
    async with here.database.transaction(tenant=EVERY) as connection:
        now = now_of(here)
        drill = await store.unfinished(connection)
        if drill is None or not await _is_given_up(connection, drill, now):
            return drill
        done = await end(connection, drill, now, drill.station, DrillEnd.ABANDONED)
        if done.finished_at == now:
            about = {"number": str(drill.id)}
            await here.trail.note(connection, Deed("system", None, None, "", "", GONE, about))
    await follow(here)
    return None


async def _is_given_up(connection: Connection, drill: Drill, now: datetime) -> bool:
    if drill.ends_at is not None and now > drill.ends_at + GIVEN_UP:
        return True
    heard = await store.stations(connection, now - GIVEN_UP)
    is_there = any(station.name == drill.station for station in heard)
    return not is_there and now > (drill.began_at or drill.ordered_at) + GIVEN_UP


async def follow(here: Window) -> bool:
    """Bring register and broker up to what was changed; whether the broker holds it."""
    await refresh(here.follower)
    return await here.door.follow()
