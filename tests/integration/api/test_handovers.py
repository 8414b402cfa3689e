"""A shift is handed over: kept as it stood, signed by two, and never changed after."""

import hashlib
import json
from typing import Any

import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Door, Json


def me(door: Door) -> str:
    name: str = door.ask("/me")["username"]
    return name


def made(door: Door, **body: object) -> Json:
    return door.tell("/handovers", body, status=201)


def with_password(api: Api, role: str, enterprise: str | None = None) -> Json:
    """Somebody who is signed in nowhere, as they sign at another one's console."""
    name, word = f"{role}-{id(api)}-{enterprise}", "a-long-Passphrase-7"
    body = {"username": name, "password": word, "role": role, "enterprise": enterprise}
    api.admin.http.delete(f"/users/{name}")
    api.admin.register("/users", body)
    return {"username": name, "password": word}


def ask_database(api: Api, question: bytes, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(api.engines.superuser_url) as database:
        return database.execute(question, values).fetchall()


def test_what_stood_is_kept_as_it_stood_and_signed_by_who_takes_over(api: Api) -> None:
    code = api.enterprise()
    giver, taker, regulator = (
        api.person("operator"),
        api.person("operator"),
        api.person("regulator"),
    )
    with Live(giver) as live:
        item = api.engine.raises(5601, code)
        live.wait_event("raised", code, "GT-5601", 5.0)
    kept = made(giver, enterprise=code, note="二号罐切水未完，接班后复测")
    assert (kept["state"], kept["given_by"], kept["enterprise"]) == ("open", me(giver), code)
    assert [each["id"] for each in kept["sheet"]["unacknowledged"]] == [item.id]
    assert (kept["standing"], kept["unacknowledged"]) == (1, 1)
    assert kept["sheet"]["record"]["per_hour"] == 0

    giver.tell(f"/alarms/{item.id}/acknowledge")
    assert giver.ask("/handover", enterprise=code)["unacknowledged"] == []
    assert regulator.ask(f"/handovers/{kept['id']}") == kept, "it stays as it was"

    refused(giver.http.post(f"/handovers/{kept['id']}/sign"), 403, "forbidden", "Another person")
    refused(regulator.http.post(f"/handovers/{kept['id']}/sign"), 403, "forbidden")
    refused(regulator.http.post("/handovers", json={}), 403, "forbidden")
    done = taker.tell(f"/handovers/{kept['id']}/sign", {"note": "已知悉"})
    assert (done["state"], done["taken_by"], done["taken_how"]) == ("signed", me(taker), "session")
    assert done["taken_note"] == "已知悉"
    assert done["sheet"] == kept["sheet"]
    third = api.person("operator")
    refused(third.http.post(f"/handovers/{kept['id']}/sign"), 409, "conflict", me(taker))
    assert giver.items("/handovers", enterprise=code) == [
        {name: value for name, value in done.items() if name != "sheet"}
    ]

    ((record,),) = ask_database(
        api, b"SELECT record FROM handover_record WHERE id = %s", kept["id"]
    )
    assert hashlib.sha256(record.encode()).hexdigest() == kept["sha256"]
    signed = json.loads(record)
    assert (signed["sheet"], signed["given_by"]) == (kept["sheet"], me(giver))
    in_chain = [each["changes"] for each in api.admin.items("/audit", actor=me(taker))]
    after = next(c for changes in in_chain for c in changes if c["table"] == "handover")["after"]
    assert (after[0]["sha256"], after[0]["taken_by"]) == (kept["sha256"], me(taker))


def test_who_takes_over_signs_by_password_at_the_console_of_who_hands_over(api: Api) -> None:
    giver = api.person("operator")
    kept = made(giver)
    assert kept["enterprise"] is None
    path, taker = f"/handovers/{kept['id']}/sign", with_password(api, "operator")
    wrong = giver.http.post(path, json={"signer": taker | {"password": "not-this"}})
    refused(wrong, 422, "invalid", "signer.password")
    watcher, stranger = (
        with_password(api, "regulator"),
        with_password(api, "enterprise", api.enterprise()),
    )
    for other in (watcher, stranger):
        refused(giver.http.post(path, json={"signer": other}), 403, "forbidden", "no part")
    assert giver.ask(f"/handovers/{kept['id']}")["state"] == "open"
    done = giver.tell(path, {"signer": taker})
    assert (done["taken_by"], done["taken_how"]) == (taker["username"], "password")
    name = taker["username"]

    def tries() -> list[int]:
        return [each["outcome"] for each in api.admin.items("/audit", actor=name)]

    eventually(lambda: tries() == [422], 10.0, "the wrong try is on record")


def test_a_newer_one_takes_the_place_of_one_that_nobody_took_over(api: Api) -> None:
    code = api.enterprise()
    giver, taker = api.person("operator"), api.person("supervisor")
    older = made(giver, enterprise=code)
    newer = made(giver, enterprise=code, since=older["since"])
    states = [each["state"] for each in taker.items("/handovers", enterprise=code)]
    assert states == ["open", "replaced"]
    refused(taker.http.post(f"/handovers/{older['id']}/sign"), 409, "conflict", "newer")
    taker.tell(f"/handovers/{newer['id']}/sign")
    made(giver, enterprise=code)
    assert taker.ask(f"/handovers/{newer['id']}")["state"] == "signed"


def test_an_enterprise_hands_over_its_own_shift_and_sees_no_others(api: Api) -> None:
    mine, others = api.enterprise(), api.enterprise()
    giver, taker = api.person("enterprise", mine), api.person("enterprise", mine)
    operator, rival = api.person("operator"), api.person("enterprise", others)
    the_parks = made(operator)
    refused(giver.http.post("/handovers", json={"enterprise": others}), 422, "invalid")
    kept = made(giver)
    assert kept["enterprise"] == mine
    for door in (giver, rival):
        refused(door.http.get(f"/handovers/{the_parks['id']}"), 404, "not-found")
        refused(door.http.post(f"/handovers/{the_parks['id']}/sign"), 404, "not-found")
    refused(rival.http.post(f"/handovers/{kept['id']}/sign"), 404, "not-found")
    assert rival.items("/handovers") == []
    done = taker.tell(f"/handovers/{kept['id']}/sign")
    assert [each["id"] for each in giver.items("/handovers")] == [done["id"]]
    assert done["id"] in {each["id"] for each in operator.items("/handovers", limit=1)}
    sheet = giver.http.get("/handovers", params={"format": "csv"}).text.splitlines()
    assert sheet[0].lstrip("\ufeff").startswith("id,enterprise,state")
    assert len(sheet) == 2


def test_what_is_wrong_with_a_hand_over_is_said_and_nothing_kept(api: Api) -> None:
    code = api.enterprise()
    giver = api.person("operator")
    for body, field in (
        ({"since": "2001-01-01T00:00:00Z"}, "since"),
        ({"enterprise": "nowhere"}, "enterprise"),
        ({"note": "  "}, "note"),
    ):
        refused(
            giver.http.post("/handovers", json={"enterprise": code} | body), 422, "invalid", field
        )
    assert giver.items("/handovers", enterprise=code) == []
    refused(giver.http.post(f"/handovers/{'0' * 32}/sign"), 404, "not-found")


def test_nobody_changes_a_record_not_even_the_api(api: Api) -> None:
    giver, taker = api.person("operator"), api.person("operator")
    kept = made(giver)
    taker.tell(f"/handovers/{kept['id']}/sign")
    with psycopg.connect(api.engines.services["api"]["PARKWATCH_DATABASE_URL"]) as database:
        for change in (
            b"UPDATE handover SET taken_note = 'other' WHERE id = %s",
            b"UPDATE handover SET note = 'other' WHERE id = %s",
            b"UPDATE handover_record SET record = '{}' WHERE id = %s",
            b"DELETE FROM handover WHERE id = %s",
        ):
            database.execute(b"SET LOCAL parkwatch.tenant = '*'")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(change, (kept["id"],))
            database.rollback()
