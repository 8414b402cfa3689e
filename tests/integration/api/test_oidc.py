"""Signing in by an OpenID provider: a real one beside us, whose tokens are good, or spoilt on purpose."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from services.api.oidc import BEGUN_MS, COOKIE
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.oidc_provider import CLIENT, SECRET, living_provider
from tests.living.park import Json

PUBLIC = "https://park.example"
ROLES = "pw-admins=admin,shift=operator,look=regulator,plant-7=enterprise:E-none"

KEPT = {(each, did) for each in ("app_user", "sign_in_session") for did in ("insert", "update")}
SPOILS = [
    "none",
    "shared",
    "foreign",
    "weak",
    "unknown",
    "iss",
    "aud",
    "azp",
    "several",
    "old",
    "early",
    "nonce",
    "no-nonce",
    "times",
    "nobody",
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with living_provider() as found:
        yield found


@asynccontextmanager
async def desk_by(engines: Engines, issuer: str, **more: Any) -> AsyncIterator[Desk]:
    told = {
        "oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET,
        "oidc_roles": ROLES, "public_url": PUBLIC, "outgoing_networks": "127.0.0.1/32",
    }  # fmt: skip
    async with desk_over(engines, **(told | more)) as desk:
        yield desk


async def begun(desk: Desk) -> tuple[str, str]:
    """Where the browser is sent, and the cookie that it is given."""
    answer = await desk.http.get("/auth/oidc/start")
    assert answer.status_code == 303, answer.text
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    desk.http.cookies.clear()
    return answer.headers["location"], cookie.value


async def at_the_provider(address: str, **who: str) -> dict[str, str]:
    """Somebody signs in there; what their browser brings back."""
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{address}&{urlencode(who)}")
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{PUBLIC}/"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def brought(desk: Desk, back: dict[str, str], cookie: str | None) -> httpx2.Response:
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    answer = await desk.http.post("/auth/oidc/token", data=back, headers=headers)
    desk.http.cookies.clear()
    return answer


async def come(desk: Desk, **who: str) -> httpx2.Response:
    """The whole way."""
    address, cookie = await begun(desk)
    return await brought(desk, await at_the_provider(address, **who), cookie)


async def signed_in(desk: Desk, **who: str) -> Somebody:
    answer = await come(desk, **who)
    assert answer.status_code == 200, answer.text
    return desk.stranger(answer.json()["access_token"])


async def me(desk: Desk, **who: str) -> Json:
    found: Json = await (await signed_in(desk, **who)).get("/me")
    return found


async def test_somebody_whom_the_provider_knows_comes_in_with_the_role_it_says(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        assert (await desk.http.get("/auth/methods")).json() == {"password": True, "oidc": "OIDC"}
        found = await me(desk, **{"as": "s-1", "name": "zhang.wei", "groups": "others,shift"})
        assert (found["username"], found["role"]) == ("oidc:zhang.wei", "operator")
        again = await me(
            desk, **{"as": "s-1", "name": "zhang.wei", "groups": "shift,look", "spoil": "pss"}
        )
        assert again["username"] == found["username"], "the same person, the first role that fits"
        both = await me(desk, **{"as": "s-2", "name": "zhang.wei", "groups": "look"})
        assert both["role"] == "regulator"
        assert both["username"].startswith("oidc:zhang.wei-"), "a name is no proof of who it is"
        strange = await me(desk, **{"as": "s-3", "name": "张伟", "groups": "look", "spoil": "ec"})
        assert strange["username"].startswith("oidc:")
        assert len(strange["username"]) == len("oidc:") + 32


async def test_what_the_address_asks_for_is_code_pkce_state_and_nonce(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        address, cookie = await begun(desk)
        asked = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{issuer}/authorize?realm=park&")
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == f"{PUBLIC}/"
        assert min(len(asked[each]) for each in ("state", "nonce", "code_challenge")) >= 43
        assert asked["state"] not in cookie, "sealed: nobody reads the verifier out of a cookie"
        assert (await begun(desk))[0] != address


async def test_s26_the_cookie_is_of_this_host_alone_encrypted_and_not_for_scripts(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        told = (await desk.http.get("/auth/oidc/start")).headers["set-cookie"]
        parts = {part.strip().lower() for part in told.split(";")[1:]}
        assert told.startswith("__Host-")
        assert {"secure", "httponly", "path=/", "samesite=strict", "max-age=600"} == parts
        desk.http.cookies.clear()
        address, cookie = await begun(desk)
        done = await brought(
            desk, await at_the_provider(address, **{"as": "s-1", "groups": "shift"}), cookie
        )
        gone = done.headers["set-cookie"]
        assert gone.startswith(f'{COOKIE}=""')
        assert "Max-Age=0" in gone


async def test_s25_a_token_with_anything_wrong_signs_nobody_in(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        for spoil in SPOILS:
            answer = await come(desk, **{"as": "s-1", "groups": "pw-admins", "spoil": spoil})
            assert answer.status_code == 401, spoil
            refused(answer, 401, "wrong-credentials", "begin it again")


async def test_a_sign_in_ends_only_in_the_browser_that_began_it_once_and_in_time(
    engines: Engines, issuer: str
) -> None:
    who = {"as": "s-1", "groups": "shift"}
    async with desk_by(engines, issuer) as desk:
        address, cookie = await begun(desk)
        _, another = await begun(desk)
        back = await at_the_provider(address, **who)
        tampered = cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB")
        for wrong in (None, another, tampered, "", "x" * 999):
            refused(await brought(desk, back, wrong), 401, "wrong-credentials")
        foreign = back | {"state": "x" * 43}
        refused(await brought(desk, foreign, cookie), 401, "wrong-credentials")
        assert (await brought(desk, back, cookie)).status_code == 200, "nothing was used up by that"
        refused(await brought(desk, back, cookie), 401, "wrong-credentials")
        address, cookie = await begun(desk)
        back = await at_the_provider(address, **who)
        desk.clock.advance(BEGUN_MS / 1000)
        refused(await brought(desk, back, cookie), 401, "wrong-credentials")


async def test_keys_that_were_changed_at_the_provider_are_fetched_again(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        await me(desk, **{"as": "s-1", "groups": "shift"})
        desk.clock.advance(11)
        ahead = {"as": "s-1", "groups": "shift", "ahead": "11"}
        assert (await me(desk, **ahead, spoil="late"))["role"] == "operator"


async def test_the_role_follows_the_provider_and_who_has_none_is_out(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        first = await signed_in(desk, **{"as": "s-9", "groups": "shift"})
        second = await signed_in(desk, **{"as": "s-9", "groups": "look"})
        refused(await first.ask("GET", "/me"), 401, "not-signed-in")
        assert (await second.get("/me"))["role"] == "regulator"
        answer = await come(desk, **{"as": "s-9", "groups": "elsewhere"})
        refused(answer, 403, "forbidden", "no role")
        refused(await second.ask("GET", "/me"), 401, "not-signed-in")
        answer = await come(desk, **{"as": "s-9", "groups": "plant-7"})
        refused(answer, 403, "forbidden", "not registered")


async def test_s43_what_a_sign_in_changes_of_an_account_is_on_record(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        for groups in ("shift", "pw-admins", "elsewhere", "elsewhere"):
            await come(desk, **{"as": "s-10", "name": "wu.min", "groups": groups})
        rows = (await desk.admin.get("/audit?limit=50&actor=oidc:wu.min"))["items"]
        told = [
            (row["outcome"], row["role"], {(c["table"], c["did"]) for c in row["changes"]})
            for row in reversed(rows)
        ]
        opened, ended = ("sign_in_session", "insert"), ("sign_in_session", "update")
        assert [(outcome, role, changes & KEPT) for outcome, role, changes in told] == [
            (200, "operator", {("app_user", "insert")}), (200, "operator", {opened}),
            (200, "admin", {("app_user", "update"), ended}), (200, "admin", {opened}),
            (403, "admin", {ended}),
        ]  # fmt: skip
        assert {row["object"]["username"] for row in rows} == {"oidc:wu.min"}


async def test_s22_who_needs_a_second_factor_must_have_shown_one_there(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer, second_factor="admin") as desk:
        without = await come(desk, **{"as": "s-7", "groups": "pw-admins", "amr": "pwd"})
        refused(without, 403, "forbidden", "second factor")
        found = await me(desk, **{"as": "s-7", "groups": "pw-admins", "amr": "pwd,otp"})
        assert (found["role"], found["right"]) == ("admin", "full")


async def test_such_a_person_has_no_password_and_an_admin_ends_their_sessions(
    engines: Engines, issuer: str
) -> None:
    async with desk_by(engines, issuer) as desk:
        who = await signed_in(desk, **{"as": "s-8", "name": "li.na", "groups": "shift"})
        for password in ("!", "", "s-8", "password"):
            answer = await Somebody(desk.http, "oidc:li.na", password or " ").sign_in()
            refused(answer, 401, "wrong-credentials")
        refused(
            await desk.admin.ask("PATCH", "/users/oidc:li.na", {"password": "a long one"}),
            409, "conflict", "provider",
        )  # fmt: skip
        taken = {"username": "oidc:li.na", "password": "a long one", "role": "admin"}
        refused(await desk.admin.ask("POST", "/users", taken), 422, "invalid", "username")
        assert len((await desk.admin.get("/users/oidc:li.na/sessions"))["items"]) == 1
        await desk.admin.tell("DELETE", "/users/oidc:li.na/sessions", status=204)
        refused(await who.ask("GET", "/me"), 401, "not-signed-in")


async def test_a_provider_that_is_away_or_elsewhere_is_said_and_passwords_go_on(
    engines: Engines, issuer: str
) -> None:
    for told in (
        {"issuer": "http://127.0.0.1:9/park"},
        {"issuer": issuer, "outgoing_networks": None},
        {"issuer": issuer.replace("127.0.0.1", "localhost")},
        {"issuer": f"{issuer}/elsewhere"},
    ):
        async with desk_by(engines, str(told.pop("issuer")), **told) as desk:
            away = await desk.http.get("/auth/oidc/start")
            refused(away, 503, "provider-away", "password")
            assert (await desk.admin.sign_in()).status_code == 200
    async with desk_over(engines) as desk:
        assert (await desk.http.get("/auth/methods")).json()["oidc"] is None
        refused(await desk.http.get("/auth/oidc/start"), 404, "not-found")
