"""Signing in over REST: locked out by name and address together, and nobody learns who there is."""

import statistics
import time

import httpx2

from services.domain.lock_out import TRIES, WINDOW_MS
from tests.integration.api.conftest import Api
from tests.integration.api.desk import Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.live import Live

CUT_S = 5.0


async def test_s21_after_ten_tries_the_name_waits_whoever_it_is(engines: Engines) -> None:
    async with desk_over(engines, rate_limit=600) as desk:
        who = await desk.person("operator")
        for somebody in (who, Somebody(desk.http, "nobody-at-all", "x")):
            answers = [await somebody.sign_in(password="wrong") for _ in range(TRIES)]
            assert {each.status_code for each in answers} == {401}
            waits = await somebody.sign_in()
            refused(waits, 429, "too-many-requests", "wait")
            assert 0 < int(waits.headers["retry-after"]) <= WINDOW_MS / 1000
        assert (await desk.admin.sign_in()).status_code == 200, "nobody else is locked out"
        desk.clock.advance(WINDOW_MS / 1000)
        assert (await who.sign_in()).status_code == 200


async def test_s21_being_asked_for_a_code_is_no_try_and_signing_in_forgets(
    engines: Engines,
) -> None:
    async with desk_over(engines, rate_limit=600) as desk:
        who = await desk.person("operator")
        for _ in range(2):
            for _ in range(TRIES - 1):
                assert (await who.sign_in(password="wrong")).status_code == 401
            assert (await who.sign_in()).status_code == 200


async def test_s19_no_password_comes_with_it(engines: Engines) -> None:
    """The first admin's is chosen, or drawn; nobody else is there at all."""
    async with desk_over(engines) as desk:
        for name in ("admin", "root", "parkwatch", "operator", "guest", "test"):
            for password in (name, "admin", "password", "123456", "parkwatch", "changeme", " "):
                refused(
                    await Somebody(desk.http, name, password).sign_in(), 401, "wrong-credentials"
                )


async def test_s20_a_password_of_a_megabyte_is_refused_unread(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        long = Somebody(desk.http, "admin", "x" * 2**20)
        refused(await long.sign_in(), 413, "too-large")
        refused(
            await Somebody(desk.http, "admin", "x" * 1001).sign_in(), 422, "invalid", "password"
        )


def test_s21_a_name_that_there_is_takes_as_long_as_one_that_there_is_not(api: Api) -> None:
    """A check of a password costs many times what looking up a name does."""
    name = api.person("operator").ask("/me")["username"]
    took: dict[str, list[float]] = {name: [], "nobody-at-all": []}
    for _ in range(5):
        for name, times in took.items():
            begun = time.perf_counter()
            form = {"username": name, "password": "wrong"}
            answer = httpx2.post(f"{api.url}/api/v1/auth/token", data=form, timeout=30.0)
            times.append(time.perf_counter() - begun)
            assert answer.status_code == 401
    there, not_there = (statistics.median(times) for times in took.values())
    assert 1 / 3 < there / not_there < 3


def test_s30_signing_out_being_signed_out_and_a_revoked_key_cut_the_live_push(api: Api) -> None:
    """Each within 5 s; who is signed out elsewhere too."""
    leaver, evicted, other = (api.person("operator") for _ in range(3))
    made = api.admin.register(
        "/api-keys", {"name": "k", "role": "regulator", "scopes": ["read"], "days": 1}
    )
    program = api.person("regulator")
    program.http.headers["Authorization"] = f"Bearer {made['key']}"
    name = evicted.ask("/me")["username"]
    with Live(leaver) as one, Live(evicted) as two, Live(program) as three, Live(other) as four:
        assert leaver.http.post("/auth/sign-out").status_code == 204
        api.admin.remove(f"/users/{name}/sessions")
        api.admin.remove(f"/api-keys/{made['prefix']}")
        deadline = time.monotonic() + CUT_S
        for live in (one, two, three):
            live._reader.join(max(0.0, deadline - time.monotonic()))
            assert not live._reader.is_alive(), "cut within 5 s"
        assert four._reader.is_alive()


async def test_duties_are_data_of_an_enterprises_people_and_grant_nothing(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        code = await desk.enterprise()
        who = await desk.person("enterprise", code)
        address = f"/users/{who.username}"
        await who.sign_in()
        before = await who.get("/me")
        both = {"duties": ["permit_approver", "gatekeeper"]}
        changed = await desk.admin.tell("PATCH", address, both)
        assert changed["duties"] == ["gatekeeper", "permit_approver"]
        await who.sign_in()
        after = await who.get("/me")
        assert (before["duties"], after["duties"]) == ([], changed["duties"])
        assert after["permissions"] == before["permissions"]
        refused(
            await desk.admin.ask("PATCH", address, {"duties": ["king"]}), 422, "invalid", "duties"
        )
        moved = {"role": "operator", "duties": ["gatekeeper"]}
        refused(await desk.admin.ask("PATCH", address, moved), 422, "invalid", "duties")
        kept = await desk.admin.tell("PATCH", address, {"password": "another long one"})
        assert kept["duties"] == changed["duties"]
        assert (await desk.admin.tell("PATCH", address, {"role": "operator"}))["duties"] == []
