"""What is set aside, seen over REST: dead letters by the day, read again, and gateways cut."""

import base64
import time

import httpx2
import psycopg

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.trouble import Condition, Kind
from services.runtime.feed import Delivery
from services.store.intake import Parcel
from services.store.postgres_intake import PostgresIntake
from services.store.postgres_set_aside import PostgresSetAside
from services.wire.translate import translate
from tests.integration.api.conftest import Api
from tests.integration.api.test_door import Field, gateway
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually


async def deliver(api: Api, enterprise: str, payloads: list[bytes], directory: Directory) -> None:
    """As ingest stores them."""
    intake = PostgresIntake(api.engines.database_url("ingest"))
    topic, at = f"pw/v1/{enterprise}/gw1/telemetry", int(time.time() * 1000)
    await intake.store(
        [
            Parcel(Delivery(1, 1, 1, topic, raw, at), translate(directory, topic, raw, at))
            for raw in payloads
        ]
    )
    intake.close()


async def note(api: Api, *conditions: Condition) -> None:
    """As ingest writes it down."""
    intake = PostgresIntake(api.engines.database_url("ingest"))
    await PostgresSetAside(intake).note(conditions, int(time.time() * 1000))
    intake.close()


async def test_a_gateway_that_floods_is_cut_shown_and_let_in_again(api: Api) -> None:
    code = api.enterprise()
    username, password = gateway(api, code, "gw1")
    field, neighbour = Field(api, username, password), Field(api, *gateway(api, code, "gw2"))
    assert field.connected.wait(2.0)
    assert neighbour.connected.wait(2.0)
    now = int(time.time() * 1000)

    await note(api, Condition((code, "gw1"), Kind.CUT, now, 5_000, now + 8_000))

    assert field.cut.wait(5.0)
    field.close()
    assert not neighbour.cut.is_set()
    kept_out = Field(api, username, password)
    assert not kept_out.connected.wait(1.0)
    kept_out.close()
    by_http = httpx2.post(
        f"{api.url}/api/v1/telemetry", json={"values": {"T": 1}}, auth=(username, password)
    )
    assert by_http.status_code == 429, by_http.text
    assert 0 < int(by_http.headers["retry-after"]) <= 8
    (first, second) = api.admin.items(f"/enterprises/{code}/gateways")
    (shown,) = first["conditions"]
    assert (shown["kind"], shown["count"], second["conditions"]) == ("gateway_cut", 5_000, [])
    (event,) = api.admin.items("/events", enterprise=code, kind="gateway_cut")
    assert event["gateway"] == "gw1"
    assert "5000 live readings" in event["detail"]

    def let_in() -> bool:
        again = Field(api, username, password)
        entered = again.connected.wait(1.0)
        again.close()
        return entered

    eventually(let_in, 15.0, "it is let in again when its time is over")
    neighbour.close()


async def test_dead_letters_are_counted_by_the_day_and_read_again_when_asked(api: Api) -> None:
    code, tag = api.enterprise(), "ESD-1"
    point = api.point(code, tag, kind="interlock", unit="1")
    wrong = Directory()
    wrong.put(Point(point["id"], code, tag, PointKind.LEVEL, "%"))
    await deliver(api, code, [b'{"values":{"ESD-1":"tripped"}}', b"poison"], wrong)

    (day,) = api.admin.items("/dead-letters/summary", enterprise=code)
    assert (day["letters"], day["dropped"], day["gateway"]) == (2, 0, "gw1")
    boss = api.person("enterprise", code)
    made = boss.tell("/dead-letters/reprocess", {"enterprise": code, "reason": "takes"}, status=202)
    assert (made["examined"], made["finished_at"]) == (0, None)
    assert made["asked_by"].startswith("enterprise-")

    right = Directory()
    right.put(Point(point["id"], code, tag, PointKind.INTERLOCK, "1"))
    intake = PostgresIntake(api.engines.database_url("ingest"))
    while await PostgresSetAside(intake).reprocess(right, 10):
        pass
    intake.close()

    (done,) = api.admin.items("/dead-letters/reprocess", enterprise=code)
    assert (done["id"], done["examined"], done["used"], done["stored"]) == (made["id"], 1, 1, 1)
    assert done["finished_at"] is not None
    poison, used = api.admin.items("/dead-letters", enterprise=code)
    assert base64.b64decode(poison["payload_base64"]) == b"poison"
    assert (poison["reprocessed_at"], poison["attempts"]) == (None, 0)
    assert (used["reprocessed_at"] is None, used["attempts"]) == (False, 1)
    with psycopg.connect(api.engines.superuser_url) as connection:
        rows = connection.execute(
            "SELECT value FROM reading WHERE point_id = %s", (point["id"],)
        ).fetchall()
    assert rows == [(1.0,)]


def test_only_who_may_can_have_letters_read_again(api: Api) -> None:
    mine, theirs = api.enterprise(), api.enterprise()
    boss = api.person("enterprise", mine)
    wish = {"enterprise": theirs}

    answer = boss.http.post("/dead-letters/reprocess", json=wish)
    refused(answer, 404, "not-found", "enterprise")
    for role in ("operator", "inspector", "regulator"):
        refused(
            api.person(role).http.post("/dead-letters/reprocess", json=wish),
            403,
            "forbidden",
            "role",
        )
    assert boss.items("/dead-letters/reprocess") == []
    assert boss.items("/dead-letters/summary", enterprise=theirs) == []


async def test_all_bytes_of_a_letter_are_given_and_only_to_who_sees_its_enterprise(
    api: Api,
) -> None:
    mine, theirs = api.enterprise(), api.enterprise()
    raw = b"\xff\x00" + bytes(range(256)) * 100 + b"<script>"
    too_large = b"y" * 300_000
    await deliver(api, mine, [raw, too_large], Directory())
    boss, stranger = api.person("enterprise", mine), api.person("enterprise", theirs)
    large, whole = boss.items("/dead-letters", enterprise=mine)
    assert (len(base64.b64decode(whole["payload_base64"])), whole["size"]) == (4_096, len(raw))

    def path(letter: int) -> str:
        return f"/dead-letters/{mine}/{letter}/payload"

    given = boss.http.get(path(whole["id"]))
    assert given.content == raw
    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["x-content-type-options"] == "nosniff"
    named = f'attachment; filename="dead-letter-{mine}-{whole["id"]}.bin"'
    assert given.headers["content-disposition"] == named
    assert boss.http.get(path(large["id"])).content == too_large[: 256 * 1024]
    foreign, nowhere = (stranger.http.get(path(number)) for number in (whole["id"], 999_999_999))
    assert (foreign.status_code, foreign.json()["detail"]) == (404, nowhere.json()["detail"])
    assert boss.http.get(f"/dead-letters/{theirs}/{whole['id']}/payload").status_code == 404


def test_wishes_without_end_are_refused(api: Api) -> None:
    code = api.enterprise()
    for _ in range(20):
        api.admin.tell("/dead-letters/reprocess", {"enterprise": code}, status=202)

    answer = api.admin.http.post("/dead-letters/reprocess", json={"enterprise": code})

    refused(answer, 409, "conflict", "enterprise")
