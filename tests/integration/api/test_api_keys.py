"""API keys over REST: shown once, kept as a digest, confined to role, scope and time."""

import json

import psycopg
import pytest

from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.park import Json

DESCRIPTION = REPOSITORY / "docs" / "reference" / "openapi.json"
"""Of every route; held against the code by a proof of its own."""
READS = {"name": "省平台", "role": "regulator", "scopes": ["read"], "days": 30}
HIDDEN_METHODS = {"get", "head", "options"}
OWN_AFFAIRS = ("/auth/", "/live/ticket", "/me/")
"""Signing in and out, tickets, and one's own second factor and sessions."""


async def key_of(desk: Desk, **more: object) -> tuple[Somebody, Json]:
    made = await desk.admin.tell("POST", "/api-keys", READS | more, 201)
    return desk.stranger(made["key"]), made


async def test_a_key_is_shown_once_kept_as_a_digest_and_listed_by_its_prefix(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        program, made = await key_of(desk)
        assert (await program.get("/me"))["username"] == f"key:{made['prefix']}"
        secret = made["key"].rpartition("_")[2]
        listed = [
            each
            for each in (await desk.admin.get("/api-keys?limit=1000"))["items"]
            if each["prefix"] == made["prefix"]
        ]
        assert secret not in str(listed)
        assert listed[0]["expires_at"] == made["expires_at"]
        with psycopg.connect(engines.superuser_url) as connection:
            row = connection.execute(
                "SELECT api_key::text FROM api_key WHERE prefix = %s", (made["prefix"],)
            ).fetchone()
        assert row is not None
        assert secret not in row[0]
        for near in (made["key"][:-1] + "a", made["key"].replace(made["prefix"], "aaaaaaaa")):
            if near != made["key"]:
                refused(await desk.stranger(near).ask("GET", "/me"), 401, "not-signed-in")


async def test_a_key_ends_with_its_time_or_when_it_is_revoked(engines: Engines) -> None:
    async with desk_over(engines) as desk, desk_over(engines) as other:
        (short, _), (long, made) = await key_of(desk, days=1), await key_of(desk, days=2)
        principal = desk.here.accounts.authenticate(made["key"])
        desk.clock.advance(24 * 3600)
        await desk.admin.sign_in()
        refused(await short.ask("GET", "/alarms"), 401, "not-signed-in")
        assert (await long.ask("GET", "/alarms")).status_code == 200
        await desk.admin.tell("DELETE", f"/api-keys/{made['prefix']}", status=204)
        refused(await long.ask("GET", "/alarms"), 401, "not-signed-in")
        assert not desk.here.accounts.stands(principal), "its live push is cut"
        refused(await desk.admin.ask("DELETE", f"/api-keys/{made['prefix']}"), 404, "not-found")
        await other.here.accounts.refresh()
        refused(await other.stranger(made["key"]).ask("GET", "/alarms"), 401, "not-signed-in")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"scopes": ["read", "register"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["users"]}, "scopes"),
        ({"role": "admin"}, "role"),
        ({"role": "enterprise"}, "enterprise"),
        ({"enterprise": "nowhere"}, "enterprise"),
        ({"role": "enterprise", "enterprise": "nowhere"}, "nowhere"),
        ({"days": 367}, "days"),
        ({"days": 0}, "days"),
        ({"name": ""}, "name"),
    ],
    ids=str,
)
async def test_a_key_beyond_its_role_is_not_made(engines: Engines, body: Json, word: str) -> None:
    async with desk_over(engines) as desk:
        refused(await desk.admin.ask("POST", "/api-keys", READS | body), 422, "invalid", word)


async def test_an_enterprises_key_does_what_its_scope_says_within_the_enterprise(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        ours, theirs = await desk.enterprise(), await desk.enterprise()
        mine = {"role": "enterprise", "enterprise": ours}
        reads, _ = await key_of(desk, **mine)
        registers, _ = await key_of(desk, **mine, scopes=["read", "register"])
        found = (await reads.get("/enterprises"))["items"]
        assert [each["code"] for each in found] == [ours]
        path = f"/enterprises/{ours}/gateways"
        refused(await reads.ask("POST", path, {"code": "gw1"}), 403, "forbidden", "scope")
        await registers.tell("POST", path, {"code": "gw1"}, 201)
        foreign = f"/enterprises/{theirs}/gateways"
        refused(await registers.ask("POST", foreign, {"code": "gw1"}), 404, "not-found")
        for method, own in (("GET", "/me/sessions"), ("POST", "/me/second-factor")):
            refused(await registers.ask(method, own), 403, "forbidden")
        refused(await registers.ask("POST", "/auth/sign-out"), 403, "forbidden", "revoked")
        refused(await registers.ask("POST", "/points", {}), 403, "forbidden", "scope")


@pytest.mark.parametrize("how", ["a person", "a key"])
async def test_s3_a_regulator_changes_nothing_by_any_method(engines: Engines, how: str) -> None:
    async with desk_over(engines) as desk:
        if how == "a key":
            regulator, _ = await key_of(desk)
        else:
            regulator = await desk.person("regulator")
            await regulator.sign_in()
        tried = 0
        for path, methods in json.loads(DESCRIPTION.read_text("utf-8"))["paths"].items():
            place = path.removeprefix("/api/v1")
            if place.startswith(OWN_AFFAIRS) or place == "/telemetry":
                continue
            for method in methods.keys() - HIDDEN_METHODS:
                address = place.replace("{", "").replace("}", "")
                answer = await regulator.ask(method.upper(), address, {})
                refused(answer, 403, "forbidden")
                tried += 1
        assert tried > 50
