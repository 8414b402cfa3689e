"""Sessions over REST, at a clock that is moved: they run out, are listed and ended; keys likewise."""

import pytest

from services.api.database import DatabaseAway
from services.domain.session_life import SHOWING_MS, Right
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines

IDLE_S = 600
HOUR_S = 3600


async def with_console(desk: Desk, who: Somebody) -> None:
    """As the upkeep notes it while the live push of a session is connected."""
    [mine] = [s for s in (await who.get("/me/sessions"))["items"] if s["current"]]
    await desk.here.accounts.record_uses({mine["id"]})


async def test_s23_an_unused_session_may_not_act_and_a_used_one_ends_all_the_same(
    engines: Engines,
) -> None:
    async with desk_over(engines, session_idle_minutes=10, session_hours=1) as desk:
        idle, busy = await desk.person("operator"), await desk.person("operator")
        for who in (idle, busy):
            assert (await who.sign_in()).json()["expires_in"] == HOUR_S
        for _ in range(6):
            desk.clock.advance(IDLE_S - 1)
            assert (await busy.ask("GET", "/me")).status_code == 200
        refused(await idle.ask("GET", "/me"), 401, "not-signed-in")
        desk.clock.advance(6)
        refused(await busy.ask("GET", "/me"), 401, "not-signed-in")


async def test_s24_sessions_are_listed_in_pages_newest_first(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("operator")
        for _ in range(5):
            await who.sign_in()
            desk.clock.advance(60)
        every = [each["id"] for each in (await who.get("/me/sessions"))["items"]]
        seen, place = [], "/me/sessions?limit=2"
        while place:
            page = await who.get(place)
            seen += [each["id"] for each in page["items"]]
            place = page["next"] and f"/me/sessions?limit=2&cursor={page['next']}"
        assert len(every) == 5
        assert seen == every


async def test_s23_an_open_console_goes_on_showing_and_may_not_act(engines: Engines) -> None:
    async with desk_over(engines, session_idle_minutes=10) as desk:
        who = await desk.person("supervisor")
        await who.sign_in()
        await with_console(desk, who)
        act = ("POST", "/alarms/acknowledge", {"ids": ["x"], "note": "seen"})
        for _ in range(11):  # what it reads by itself keeps it up no longer
            desk.clock.advance(IDLE_S / 10)
            desk.here.accounts.note_shown({_session(desk, who)})
            await who.get("/alarms")
        assert (await who.get("/me"))["right"] == "show"
        refused(await who.ask(*act), 401, "session-expired", "sign in again")
        refused(await who.ask("GET", "/me/sessions"), 401, "session-expired")
        assert (await who.ask("POST", "/live/ticket")).status_code == 200
        principal = desk.here.accounts.authenticate(who.token or "")
        assert desk.here.accounts.stands(principal), "its live push is not cut"
        for _ in range(48):
            desk.clock.advance(HOUR_S / 2)
            desk.here.accounts.note_shown({_session(desk, who)})
        desk.clock.advance(SHOWING_MS / 1000 - 1)
        assert (await who.ask("POST", "/live/ticket")).status_code == 200
        desk.clock.advance(1)
        refused(await who.ask("POST", "/live/ticket"), 401, "not-signed-in")


def _session(desk: Desk, who: Somebody) -> str:
    session = desk.here.accounts.authenticate(who.token or "").session
    assert session is not None
    return session


async def test_s23_signing_out_ends_it_also_for_another_process(engines: Engines) -> None:
    async with desk_over(engines) as desk, desk_over(engines) as other:
        who = await desk.person("regulator")
        await other.here.accounts.refresh()
        await who.sign_in()
        first = who.token
        await who.sign_in()
        assert who.token != first, "each sign-in has a session of its own"
        elsewhere = other.stranger(who.token)
        assert (await elsewhere.get("/me"))["username"] == who.username
        await who.tell("POST", "/auth/sign-out", status=204)
        refused(await who.ask("GET", "/me"), 401, "not-signed-in")
        await other.here.accounts.refresh()
        refused(await elsewhere.ask("GET", "/me"), 401, "not-signed-in")
        async with desk_over(engines) as later:
            refused(await later.stranger(elsewhere.token).ask("GET", "/me"), 401, "not-signed-in")
        assert (await other.stranger(first).get("/me"))["username"] == who.username


async def test_s23_another_role_or_password_ends_all_of_them(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        for change in ({"role": "inspector"}, {"password": "another long one"}):
            who = await desk.person("operator")
            await who.sign_in()
            await desk.admin.tell("PATCH", f"/users/{who.username}", change)
            refused(await who.ask("GET", "/me"), 401, "not-signed-in")
            listed = await desk.admin.get(f"/users/{who.username}/sessions")
            assert listed["items"] == []


async def test_s24_sessions_are_listed_and_ended_by_their_owner_and_by_an_admin(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        who, stranger = await desk.person("operator"), await desk.person("operator")
        await stranger.sign_in()
        who.headers["User-Agent"] = "console"
        await who.sign_in()
        phone = who.token
        desk.clock.advance(60)
        await who.sign_in()
        here, there = (await who.get("/me/sessions"))["items"]
        assert (here["current"], there["current"]) == (True, False)
        assert here["address"] == "127.0.0.1"
        assert here["signed_in_at"] > there["signed_in_at"]
        theirs = f"/me/sessions/{there['id']}"
        refused(await stranger.ask("DELETE", theirs), 404, "not-found", "session")
        users = f"/users/{who.username}/sessions"
        refused(await stranger.ask("GET", users), 403, "forbidden")
        await who.tell("DELETE", theirs, status=204)
        refused(await desk.stranger(phone).ask("GET", "/me"), 401, "not-signed-in")
        refused(await who.ask("DELETE", theirs), 404, "not-found")
        assert [s["id"] for s in (await desk.admin.get(users))["items"]] == [here["id"]]
        await desk.admin.tell("DELETE", f"{users}/{here['id']}", status=204)
        refused(await who.ask("GET", "/me"), 401, "not-signed-in")
        for _ in range(2):
            await who.sign_in()
        await desk.admin.tell("DELETE", users, status=204)
        assert (await desk.admin.get(users))["items"] == []


async def test_s24_nobody_has_more_sessions_than_set(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        made = await desk.person("operator")
    # The admin is under the rule, too: proofs at later clocks leave sessions that look more used.
    async with desk_over(engines, sessions_per_user=2) as desk:
        who = Somebody(desk.http, made.username, made.password)
        tokens = []
        for _ in range(3):
            desk.clock.advance(1)
            await who.sign_in()
            tokens.append(who.token)
            desk.clock.advance(1)
            await desk.stranger(tokens[0]).get("/me")
            await desk.here.accounts.record_uses(set())
        first, second, third = [desk.stranger(token) for token in tokens]
        assert [(await each.ask("GET", "/me")).status_code for each in (first, third)] == [200, 200]
        refused(await second.ask("GET", "/me"), 401, "not-signed-in")


async def test_s23_what_was_used_and_shown_outlives_a_restart(engines: Engines) -> None:
    async with desk_over(engines, session_idle_minutes=10) as desk:
        who = await desk.person("operator")
        await who.sign_in()
        desk.clock.advance(IDLE_S - 1)
        await who.get("/me")
        await with_console(desk, who)
        async with desk_over(engines, session_idle_minutes=10) as again:
            again.clock.set_wall(desk.clock.now_ms() + 1000 * (IDLE_S - 1))
            assert again.here.accounts.authenticate(who.token or "").right is Right.FULL
            again.clock.set_wall(desk.clock.now_ms() + 1000 * IDLE_S)
            assert (await again.stranger(who.token).get("/me"))["right"] == "show"


async def test_s42_without_the_database_who_is_signed_in_stays_so_and_nobody_else_comes_in(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        who, gone = await desk.person("operator"), await desk.person("operator")
        for each in (who, gone):
            await each.sign_in()
        made = await desk.admin.tell(
            "POST",
            "/api-keys",
            {"name": "k", "role": "regulator", "scopes": ["read"], "days": 1},
            201,
        )
        await gone.tell("POST", "/auth/sign-out", status=204)
        desk.here.database.is_there = False
        for token in (who.token, made["key"]):
            assert (await desk.stranger(token).ask("POST", "/live/ticket")).status_code == 200
        refused(await gone.ask("POST", "/live/ticket"), 401, "not-signed-in")
        refused(await who.sign_in(), 503, "database-away")
        refused(await who.ask("POST", "/auth/sign-out"), 503, "database-away")
        with pytest.raises(DatabaseAway):
            await desk.here.accounts.record_uses({_session(desk, who)})
        desk.here.database.is_there = True
        await desk.here.accounts.record_uses(set())
        [mine] = (await desk.admin.get(f"/users/{who.username}/sessions"))["items"]
        assert mine["shown_at"] is not None, "what was noted meanwhile is on record after it"
