"""What is missing and what became of every reading, as the api tells it."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from services.domain.directory import Directory
from services.domain.ledger import GRACE_MS
from services.runtime.clock import SystemClock
from services.runtime.feed import Delivery
from services.store.intake import Parcel
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

TOP = 2**63 - 1
NOW = SystemClock().now_ms()


async def store(api: Api, code: str, *batches: list[int]) -> None:
    """Messages of gateway gw1 with these numbers, batch by batch; then the grace passes."""
    intake = PostgresIntake(api.engines.database_url("ingest"))
    topic = f"pw/v1/{code}/gw1/telemetry"
    for batch in batches:
        parcels = []
        for seq in batch:
            body = {"ts": NOW, "boot": "f3a9", "seq": seq, "values": {"A": seq % 99, "B": True}}
            raw = json.dumps(body).encode()
            delivery = Delivery(1, 1, 1, topic, raw, NOW)
            parcels.append(Parcel(delivery, translate(Directory(), topic, raw, NOW)))
        await intake.store(parcels)
        await intake.open_gaps(SystemClock().now_ms() + GRACE_MS)
    intake.close()


@pytest.fixture
def code(api: Api) -> str:
    found = api.enterprise()
    api.admin.tell(f"/enterprises/{found}/gateways", {"code": "gw1"}, status=201)
    return found


def spans(gaps: list[Json]) -> list[tuple[int, int, str]]:
    return [(gap["from_seq"], gap["to_seq"], gap["state"]) for gap in gaps]


def test_gaps_are_listed_newest_first_and_closed_ones_when_asked_for(api: Api, code: str) -> None:
    asyncio.run(store(api, code, [1, 4], [8], [TOP], [2, 3]))

    gaps = api.admin.items("/gaps", enterprise=code)
    assert spans(gaps) == [(9, TOP - 1, "open"), (5, 7, "open")]
    assert {(gap["gateway"], gap["boot"], gap["closed_at"]) for gap in gaps} == {
        ("gw1", "f3a9", None)
    }
    everything = api.admin.items("/gaps", enterprise=code, state="all", limit=1)
    assert spans(everything)[2] == (2, 3, "closed")
    assert (everything[2]["filled"], everything[2]["closed_at"] is None) == (2, False)
    assert api.admin.items("/gaps", enterprise=code, gateway="gw2") == []
    events = api.admin.items("/events", enterprise=code, kind="messages_missing")
    assert [(event["gateway"], event["count"]) for event in events] == [("gw1", 3)]
    for wrong in ({"state": "closed"}, {"cursor": "!"}, {"limit": "0"}, {"gateway": "a b"}):
        refused(api.admin.http.get("/gaps", params=wrong), 422, "invalid", *wrong)


def test_an_enterprise_sees_its_own_gaps_only(api: Api, code: str) -> None:
    asyncio.run(store(api, code, [1, 3]))
    other = api.person("enterprise", api.enterprise())

    assert other.items("/gaps") == other.items("/gaps", enterprise=code) == []
    assert other.http.get(f"/enterprises/{code}/gateways/gw1/ledger").status_code == 404
    own = api.person("enterprise", code)
    assert spans(own.items("/gaps")) == [(2, 2, "open")]
    other.close()
    own.close()


def test_a_gateways_ledger_says_what_became_of_every_reading(api: Api, code: str) -> None:
    asyncio.run(store(api, code, [1, 2, 5], [5]))

    found = api.admin.ask(f"/enterprises/{code}/gateways/gw1/ledger")

    (day,) = found["days"]
    assert day["day"] == datetime.fromtimestamp(NOW / 1000, UTC).date().isoformat()
    assert (day["messages"], day["received"], day["waiting"], day["duplicates"]) == (4, 8, 4, 4)
    fates = ("stored", "duplicates", "dead_letters", "waiting", "apart", "not_kept", "in_flight")
    assert day["received"] == sum(day[fate] for fate in fates)
    (boot,) = found["boots"]
    heard = boot.pop("heard_at")
    assert heard.endswith("Z")
    assert boot == {
        "boot": "f3a9",
        "first_seq": 1,
        "highest_seq": 5,
        "holes": 1,
        "missing": 2,
        "repeats": 1,
    }


def test_what_is_in_flight_is_part_of_what_was_received(api: Api, code: str) -> None:
    day = datetime.now(UTC).date().isoformat()
    path = f"/enterprises/{code}/gateways/gw1/ledger"
    assert api.admin.ask(path) == {"enterprise": code, "gateway": "gw1", "days": [], "boots": []}

    api.engine.in_flight = {f"{code}/gw1/{day}": 7, f"{code}/gw2/{day}": 5}
    (found,) = eventually(lambda: api.admin.ask(path)["days"], 5.0, "readings in flight")
    api.engine.in_flight = {}

    assert (found["day"], found["received"], found["in_flight"]) == (day, 7, 7)


def test_a_gateway_that_never_was_has_no_ledger(api: Api, code: str) -> None:
    path = f"/enterprises/{code}/gateways"
    refused(api.admin.http.get(f"{path}/gw9/ledger"), 404, "not-found", "gateway")
    refused(api.admin.http.get(f"{path}/gw1/ledger", params={"days": 0}), 422, "invalid", "days")
