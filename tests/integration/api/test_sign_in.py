"""Signing in over REST: locked out by name and address together, and nobody learns who there is."""

import asyncio
import secrets
import statistics
import time
from datetime import timedelta

import httpx2

from services.domain.lock_out import TRIES, WINDOW_MS
from services.runtime.clock import to_datetime
from services.store import sign_in_try
from services.store.tenant import EVERY
from tests.integration.api.conftest import Api, running_api
from tests.integration.api.desk import Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually

CUT_S = 5.0


async def test_s21_after_ten_tries_the_name_waits_whoever_it_is(engines: Engines) -> None:
    async with desk_over(engines, rate_limit=600) as desk:
        who = await desk.person("operator")
        for somebody in (who, Somebody(desk.http, f"nobody-{secrets.token_hex(4)}", "x")):
            answers = [await somebody.sign_in(password="wrong") for _ in range(TRIES)]
            assert {each.status_code for each in answers} == {401}
            waits = await somebody.sign_in()
            refused(waits, 429, "too-many-requests", "wait")
            assert 0 < int(waits.headers["retry-after"]) <= WINDOW_MS / 1000
        assert (await desk.admin.sign_in()).status_code == 200, "nobody else is locked out"
        desk.clock.advance(WINDOW_MS / 1000)
        assert (await who.sign_in()).status_code == 200


async def test_s21_all_apis_count_together_and_a_restart_forgets_nothing(engines: Engines) -> None:
    """Also tries that come all at once; another address is another count."""
    async with (
        desk_over(engines, rate_limit=600) as one,
        desk_over(engines, rate_limit=600) as other,
    ):
        who = await one.person("operator")
        there = Somebody(other.http, who.username, who.password)
        tries = [(who, there)[n % 2].sign_in(password="wrong") for n in range(3 * TRIES)]
        statuses = [each.status_code for each in await asyncio.gather(*tries)]
        assert statuses.count(401) == TRIES
        assert statuses.count(429) == 2 * TRIES
        async with desk_over(engines, rate_limit=600) as again:
            refused(
                await Somebody(again.http, who.username, who.password).sign_in(),
                429, "too-many-requests",
            )  # fmt: skip
            gate = again.here.sign_in_gate
            assert await gate.begin(who.username, "203.0.113.7") is None
            again.clock.advance(WINDOW_MS / 1000)
            await gate.prune()
            assert (
                await Somebody(again.http, who.username, who.password).sign_in()
            ).status_code == 200


async def test_s21_who_has_one_address_of_a_network_has_no_more_tries_by_the_others(
    engines: Engines,
) -> None:
    async with desk_over(engines, rate_limit=600) as desk:
        gate, name = desk.here.sign_in_gate, f"nobody-{secrets.token_hex(4)}"
        for number in range(TRIES):
            assert await gate.begin(name, f"2001:db8:1:2::{number:x}") is None
        assert await gate.begin(name, "2001:db8:1:2:ffff::1") is not None
        assert await gate.begin(name, "2001:db8:1:3::1") is None
        gate.forget_own(name, "2001:db8:1:2::9")
        await gate.take_back(name, "2001:db8:1:2::9")
        assert await gate.begin(name, "2001:db8:1:2::9") is None
        assert await gate.begin(name, "2001:db8:1:2::9") is not None
        await gate.clear(name, "2001:db8:1:2::8")
        assert await gate.begin(name, "2001:db8:1:2::9") is None


async def test_s38_an_address_has_no_more_tries_by_taking_another_name_each_time(
    engines: Engines,
) -> None:
    """Each costs a fifth of a second of a processor: an alarm would have to wait for it."""
    async with desk_over(engines, rate_limit=600) as desk:
        names = [Somebody(desk.http, f"n{n}-{secrets.token_hex(4)}", "x") for n in range(62)]
        told = [(await each.sign_in()).status_code for each in names]
        assert told == [401] * 59 + [429] * 3, "the admin has signed in from there"
        assert desk.here.trail.waiting == 59, "nor does the audit grow by what was not looked at"
        assert desk.here.sign_in_gate.turn("203.0.113.7") is None, "another has turns of its own"
        desk.clock.advance(60)
        assert (await names[-1].sign_in()).status_code == 401


async def test_s21_what_is_counted_for_all_has_an_end(engines: Engines) -> None:
    async with desk_over(engines, rate_limit=600) as desk:
        now = to_datetime(desk.clock.now_ms())
        async with desk.here.database.transaction(tenant=EVERY) as connection:
            for n in range(5):
                at = now + timedelta(seconds=n)
                await sign_in_try.begin(connection, f"n{n}", "a", at, TRIES, timedelta(minutes=15))
            assert await sign_in_try.prune(connection, now, 2) >= 3
            left = await sign_in_try.prune(connection, now + timedelta(hours=1), 2)
            assert left == 2, "the newest"


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


def test_s21_a_name_that_there_is_takes_as_long_as_one_that_there_is_not(
    engines: Engines, api: Api
) -> None:
    """A check of a password costs many times what looking up a name does, as the product makes it."""
    name = f"operator-{secrets.token_hex(4)}"
    took: dict[str, list[float]] = {name: [], "nobody-at-all": []}
    with (
        running_api(engines, "services.api") as (url, _),
        httpx2.Client(base_url=f"{url}/api/v1", timeout=30.0, verify=NO_TLS) as http,
    ):
        body = {"username": name, "password": secrets.token_urlsafe(12), "role": "operator"}
        told = {"Authorization": f"Bearer {api.admin.token}"}
        eventually(lambda: http.get(f"{url}/readyz").status_code == 200, 60.0, "ready")
        made = http.post("/users", json=body, headers=told)
        assert made.status_code == 201, made.text
        for _ in range(5):
            for name, times in took.items():
                begun = time.perf_counter()
                form = {"username": name, "password": "wrong"}
                answer = http.post("/auth/token", data=form)
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
