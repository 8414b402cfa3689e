"""How gateways and points are connected, over REST."""

from dataclasses import replace
from typing import Any

import psycopg

from services.api.connectivity import Connectivity
from services.api.database import Database
from services.api.register import Register
from services.api.replica import NewestValue, Replica, Source
from services.api.vitals import Vitals
from services.domain.connectivity import PointTime
from services.domain.formula import Formula
from services.domain.point import Point, PointKind, Reporting
from services.runtime.clock import ManualClock, to_datetime
from services.store import connectivity as store
from services.store.register import Place, RegisterChange
from services.store.tenant import EVERY
from services.wire.bus import Status
from tests.integration.api.conftest import Api
from tests.living.engines_alone import Engines

HOUR = 1_767_542_400_000
CODE = "looked-at"


def run(api: Api, statement: str, *values: Any) -> None:
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute(statement.encode(), values)


def gateway(api: Api, code: str, name: str) -> None:
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": name}, status=201)


def test_a_gateway_is_shown_with_how_it_does(api: Api) -> None:
    code = api.enterprise()
    gateway(api, code, "gw-1")
    gateway(api, code, "gw-2")
    run(
        api,
        "INSERT INTO gateway_vitals (enterprise, gateway, state, since, link, last_message_at,"
        " last_reading_at, clock, skew_ms, conflicts) VALUES (%s, 'gw-1', 'link_lost',"
        " '2026-01-02T03:04:05Z', false, '2026-01-02T03:04:04Z', '2026-01-02T03:04:04Z',"
        " 'skewed', 3012, 7)",
        code,
    )
    first, second = api.admin.items(f"/enterprises/{code}/gateways")
    assert (first["state"], first["since"], first["link"]) == (
        "link_lost",
        "2026-01-02T03:04:05.000Z",
        False,
    )
    assert (first["clock"], first["skew_ms"], first["conflicts"]) == ("skewed", 3012, 7)
    assert first["last_seen"] == "2026-01-02T03:04:04.000Z"
    assert (second["state"], second["since"], second["last_seen"]) == ("unknown", None, None)


def test_the_gateways_of_the_whole_park_are_one_list(api: Api) -> None:
    ours, theirs = sorted([api.enterprise(), api.enterprise()])
    for code, name in ((theirs, "gw-1"), (ours, "gw-2"), (ours, "gw-1")):
        gateway(api, code, name)
    run(
        api,
        "INSERT INTO gateway_vitals (enterprise, gateway, state) VALUES (%s, 'gw-1', 'offline')",
        theirs,
    )
    listed = api.admin.items("/gateways", limit=1)
    found = [each for each in listed if each["enterprise"] in (ours, theirs)]
    assert [(each["enterprise"], each["code"], each["state"]) for each in found] == [
        (ours, "gw-1", "unknown"),
        (ours, "gw-2", "unknown"),
        (theirs, "gw-1", "offline"),
    ]
    assert found[:2] == api.admin.items(f"/enterprises/{ours}/gateways")
    stranger = api.person("enterprise", theirs)
    assert [each["enterprise"] for each in stranger.items("/gateways")] == [theirs]
    assert stranger.items("/gateways", enterprise=ours) == []


def test_the_online_rate_is_point_time_by_hour_with_its_definition(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    gateway(api, ours, "gw-1")
    run(
        api,
        "INSERT INTO connectivity_hour (enterprise, hour, online_s, total_s) VALUES"
        " (%s, '2026-01-02T03:00Z', 90, 100), (%s, '2026-01-02T04:00Z', 10, 100),"
        " (%s, '2026-01-02T03:00Z', 100, 100)",
        ours,
        ours,
        theirs,
    )
    run(
        api,
        "INSERT INTO gateway_vitals (enterprise, gateway, state) VALUES (%s, 'gw-1', 'online')",
        ours,
    )
    span = {"start": "2026-01-02T03:00:00Z", "end": "2026-01-02T05:00:00Z"}
    both = api.admin.ask("/statistics/connectivity", **span, lang="en")
    rates = {each["enterprise"]: each["online"] for each in both["enterprises"]}
    assert rates[ours]["online_rate"] == 0.5
    assert (rates[ours]["gateways"], rates[ours]["gateways_online"]) == (1, 1)
    assert rates[theirs]["online_rate"] == 1.0
    assert both["park"]["online_rate"] == round(200 / 300, 6)
    assert "valid online point time" in both["definition"]
    assert "在线率" in api.admin.ask("/statistics/connectivity", **span)["definition"]

    stranger = api.person("enterprise", theirs)
    seen = stranger.ask("/statistics/connectivity", **span)
    assert [each["enterprise"] for each in seen["enterprises"]] == [theirs]
    assert seen["park"] is None


async def test_points_are_looked_at_and_their_time_is_added_up(engines: Engines) -> None:
    """A look stands for the time since the one before; while the engine is away, for nothing."""
    clock = ManualClock(HOUR + 60_000)
    database = Database(engines.database_url("api"), clock)
    replica, register = Replica(), Register()
    vitals = Vitals(clock, database, replica)
    connectivity = Connectivity(database, register, replica, vitals, clock)
    places = [place(1, "GT-1"), place(2, "GT-2"), place(3, "ESD-1", Reporting.ON_CHANGE)]
    computed = Formula("a", (("a", "GT-1"),))
    places.append(
        replace(places[0], point=replace(places[0].point, id=4, tag="GD-1", formula=computed))
    )
    register.apply(RegisterChange(1, [], [], [], [], places, []))
    assert await database.probe()
    assert not await connectivity.look()

    replica.source = Source.ENGINE
    for minute in range(4):
        vitals.hear(Status(service="alerts", ready=minute != 2, at=clock.now_ms()))
        replica.values[1] = NewestValue(clock.now_ms(), 5.0, 0)
        replica.values[2] = NewestValue(clock.now_ms(), 5.0, 2)
        replica.values[4] = NewestValue(clock.now_ms(), 5.0, 0)
        replica.values[3] = NewestValue(clock.now_ms() - 86_400_000, 0.0, 0)
        await connectivity.look()
        clock.advance(60)
    assert connectivity.points[CODE, "gw-1"] == PointTime(1, 3)

    async with database.transaction(tenant=EVERY) as connection:
        start, end = to_datetime(HOUR), to_datetime(HOUR + 3_600_000)
        spent = await store.point_time(connection, frozenset({CODE}), start, end)
    # Of four looks the first has no time before it, and the engine was away at the third.
    assert spent == {CODE: PointTime(60.0, 180.0)}

    # Who is heard is there at once; a look that comes before ingest has written of it knows no
    # better, one that comes later does.
    on_change = places[2].point
    assert not connectivity.is_online(on_change)
    connectivity.hear([3])
    for there in (True, False):
        vitals.hear(Status(service="alerts", ready=True, at=clock.now_ms()))
        await connectivity.look()
        assert connectivity.is_online(on_change) is there
        clock.advance(60)
    database.close()


def place(number: int, tag: str, reporting: Reporting = Reporting.PERIODIC) -> Place:
    point = Point(
        number, CODE, tag, PointKind.TOXIC_GAS, "ppm", gateway="gw-1", reporting=reporting
    )
    return Place(point, None, None, to_datetime(HOUR))
