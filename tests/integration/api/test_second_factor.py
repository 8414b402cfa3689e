"""The second factor over REST, at a clock that is moved: enrolled, asked for, never taken twice."""

import base64
import secrets
from typing import Any

import httpx2
import psycopg
import pytest

from services.api.second_factor import MOST_WRONG
from services.domain.lock_out import TRIES
from services.domain.one_time_code import STEP_MS, code_at, step_of
from services.domain.recovery_code import COUNT
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines


class Authenticator:
    """What somebody carries in a pocket: a secret, and a clock of its own."""

    def __init__(self, desk: Desk, secret: str) -> None:
        self.clock = desk.clock
        self.secret = base64.b32decode(secret)

    def code(self, steps: int = 0) -> str:
        return code_at(self.secret, step_of(self.clock.now_ms()) + steps)

    def next_code(self) -> str:
        """The one after those that were shown, once its time has come."""
        self.clock.advance(STEP_MS / 1000)
        return self.code()


async def enrolled(desk: Desk, who: Somebody) -> tuple[Authenticator, list[str]]:
    """Set up by somebody who is signed in; the authenticator and the recovery codes."""
    begun = await who.tell("POST", "/me/second-factor", {"password": who.password}, 201)
    pocket = Authenticator(desk, begun["secret"])
    confirm = {"code": pocket.code()}
    done = await who.tell("POST", "/me/second-factor/confirm", confirm)
    return pocket, done["recovery_codes"]


def wrong(answer: httpx2.Response) -> Any:
    refused(answer, 401, "wrong-credentials")
    return answer.json()


async def test_s22_who_set_up_a_second_factor_is_asked_for_a_code(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        for role in ("admin", "supervisor", "regulator", "operator"):
            who = await desk.person(role)
            assert (await who.sign_in()).json()["must_enrol"] is False
            assert await who.get("/me/second-factor") == {
                "enrolled": False, "required": False, "enrolled_at": None, "recovery_codes_left": 0,
            }  # fmt: skip
            pocket, codes = await enrolled(desk, who)
            assert len(set(codes)) == COUNT
            assert (await who.get("/me"))["second_factor"] is True, "the session goes on"
            refused(await who.sign_in(), 401, "code-wanted", "otp")
            assert (await who.sign_in(pocket.next_code())).status_code == 200
            assert (await who.get("/me"))["role"] == role
            users = {u["username"]: u for u in (await desk.admin.get("/users?limit=1000"))["items"]}
            assert users[who.username]["second_factor"] is True


async def test_s22_a_code_is_taken_once_and_within_one_step(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("supervisor")
        await who.sign_in()
        pocket, _ = await enrolled(desk, who)
        wrong(await who.sign_in(pocket.code()))  # the one that confirmed it
        code = pocket.next_code()
        assert (await who.sign_in(code)).status_code == 200
        wrong(await who.sign_in(code))
        assert (await who.sign_in(pocket.code(+1))).status_code == 200
        wrong(await who.sign_in(pocket.code(0)))
        desk.clock.advance(10 * STEP_MS / 1000)
        wrong(await who.sign_in(pocket.code(-2)))
        wrong(await who.sign_in(pocket.code(+2)))
        assert (await who.sign_in(pocket.code(-1))).status_code == 200


async def test_s21_a_wrong_password_and_a_wrong_code_read_alike(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("regulator")
        await who.sign_in()
        pocket, _ = await enrolled(desk, who)
        nobody = Somebody(desk.http, f"nobody-{secrets.token_hex(4)}", "x")
        answers = [
            wrong(await who.sign_in("000000" if pocket.code() != "000000" else "000001")),
            wrong(await who.sign_in(pocket.next_code(), password="wrong")),
            wrong(await nobody.sign_in("000000")),
        ]
        assert answers[0] == answers[1] == answers[2]
        without = [wrong(await each.sign_in(password="wrong")) for each in (who, nobody)]
        assert without[0] == without[1]
        assert (await who.sign_in(pocket.code())).status_code == 200, "it was not used up"


async def test_s22_a_recovery_code_is_good_once_and_kept_as_a_digest(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("admin")
        await who.sign_in()
        pocket, codes = await enrolled(desk, who)
        assert (await who.sign_in(codes[0].upper())).status_code == 200
        wrong(await who.sign_in(codes[0]))
        assert (await who.get("/me/second-factor"))["recovery_codes_left"] == COUNT - 1
        proof = {"password": who.password, "otp": pocket.next_code()}
        new = await who.tell("POST", "/me/second-factor/recovery-codes", proof)
        wrong(await who.sign_in(codes[1]))
        assert (await who.sign_in(new["recovery_codes"][1])).status_code == 200
        with psycopg.connect(engines.superuser_url) as connection:
            rows = connection.execute(
                "SELECT digest FROM recovery_code WHERE username = %s"
                " UNION ALL SELECT secret FROM second_factor WHERE username = %s",
                (who.username, who.username),
            ).fetchall()
        kept = b"\x00".join(bytes(row[0]) for row in rows)
        assert len(rows) == COUNT + 1
        assert pocket.secret not in kept
        assert not any(code.replace("-", "").encode() in kept for code in new["recovery_codes"])


async def test_s22_codes_cannot_be_tried_out_by_who_has_the_password(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("admin")
        await who.sign_in()
        pocket, codes = await enrolled(desk, who)
        with psycopg.connect(engines.superuser_url) as connection:
            connection.execute(
                "UPDATE second_factor SET wrong_codes = %s WHERE username = %s",
                (MOST_WRONG - 1, who.username),
            )
        good = pocket.next_code()
        wrong(await who.sign_in(code_at(b"another secret", 1)))
        wrong(await who.sign_in(good))
        assert (await who.sign_in(codes[0])).status_code == 200
        assert (await who.sign_in(pocket.next_code())).status_code == 200


async def test_s21_signing_by_password_at_a_console_gives_no_more_tries_of_a_code(
    engines: Engines,
) -> None:
    async with desk_over(engines, rate_limit=100_000) as desk:
        who = await desk.person("operator")
        await who.sign_in()
        await enrolled(desk, who)
        signer = {"signer": {"username": who.username, "password": who.password}}
        answers = []
        for _ in range(TRIES + 2):
            answers.append((await who.sign_in(code_at(b"another secret", 1))).status_code)
            await desk.admin.ask("POST", f"/handovers/{'0' * 32}/sign", signer)
        assert answers[-1] == 429


async def test_s22_by_setting_nothing_else_is_done_before_it_is_set_up(engines: Engines) -> None:
    async with desk_over(engines, second_factor="supervisor, regulator") as desk:
        assert (await desk.admin.get("/me"))["second_factor_required"] is False
        for role in ("supervisor", "regulator"):
            who = await desk.person(role)
            first = (await who.sign_in()).json()
            assert (first["must_enrol"], first["expires_in"]) == (True, 900)
            for method, path in (("GET", "/alarms"), ("POST", "/live/ticket"), ("GET", "/me")):
                answer = await who.ask(method, path)
                refused(answer, 403, "second-factor-required", "/me/second-factor")
            before = who.token
            begun = await who.tell("POST", "/me/second-factor", {"password": who.password}, 201)
            pocket = Authenticator(desk, begun["secret"])
            bad = await who.ask("POST", "/me/second-factor/confirm", {"code": pocket.code(5)})
            refused(bad, 422, "invalid", "code")
            confirm = {"code": pocket.code()}
            done = await who.tell("POST", "/me/second-factor/confirm", confirm)
            who.token = done["access_token"]
            assert (await who.get("/me"))["role"] == role
            assert done["expires_in"] == 12 * 3600
            assert (await desk.stranger(before).ask("GET", "/me")).status_code == 401
            refused(await who.sign_in(), 401, "code-wanted")


async def test_s22_it_is_changed_only_by_who_proves_it_again(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("supervisor")
        await who.sign_in()
        begin = "/me/second-factor"
        refused(await who.ask("POST", begin, {"password": "wrong"}), 422, "invalid", "password")
        pocket, _ = await enrolled(desk, who)
        proof = {"password": who.password}
        refused(await who.ask("POST", begin, proof), 409, "conflict", "remove")
        for path in ("/me/second-factor/remove", "/me/second-factor/recovery-codes"):
            refused(await who.ask("POST", path, proof), 422, "invalid", "code")
            refused(await who.ask("POST", path, proof | {"otp": "000000"}), 422, "invalid", "code")
        gone = proof | {"otp": pocket.next_code()}
        await who.tell("POST", "/me/second-factor/remove", gone, 204)
        assert (await who.sign_in()).status_code == 200


async def test_an_admin_helps_who_lost_everything_and_it_goes_with_the_user(
    engines: Engines,
) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("regulator")
        await who.sign_in()
        await enrolled(desk, who)
        address = f"/users/{who.username}/second-factor"
        refused(await who.ask("DELETE", address), 403, "forbidden")
        await desk.admin.tell("DELETE", address, status=204)
        refused(await who.ask("GET", "/me"), 401, "not-signed-in")
        refused(await desk.admin.ask("DELETE", address), 404, "not-found")
        assert (await who.sign_in()).status_code == 200
        await enrolled(desk, who)
        await desk.admin.tell("DELETE", f"/users/{who.username}", status=204)
        again = {"username": who.username, "password": who.password, "role": "regulator"}
        await desk.admin.tell("POST", "/users", again, 201)
        assert (await who.sign_in()).status_code == 200


async def test_what_is_scanned_is_what_is_typed(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("operator")
        await who.sign_in()
        begun = await who.tell("POST", "/me/second-factor", {"password": who.password}, 201)
        assert f"secret={begun['secret']}&" in begun["uri"]
        side = len(begun["qr"])
        assert {len(row) for row in begun["qr"]} == {side}
        assert {letter for row in begun["qr"] for letter in row} == {"0", "1"}
        finder = [row[4:11] for row in begun["qr"][4:11]]
        assert finder == ["1111111", "1000001", *["1011101"] * 3, "1000001", "1111111"]


async def test_s31_nothing_secret_is_logged_or_listed(
    engines: Engines, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk_over(engines) as desk:
        who = await desk.person("supervisor")
        await who.sign_in()
        pocket, codes = await enrolled(desk, who)
        code = pocket.next_code()
        await who.sign_in(code)
        await who.sign_in(codes[0])
        key = {"name": "k", "role": "regulator", "scopes": ["read"], "days": 1}
        made = await desk.admin.tell("POST", "/api-keys", key, 201)
        await desk.admin.tell("DELETE", f"/api-keys/{made['prefix']}", status=204)
        lists = ("/users?limit=1000", "/api-keys?limit=1000", f"/users/{who.username}/sessions")
        shown = str([await desk.admin.get(path) for path in lists])
        secret = base64.b32encode(pocket.secret).decode().rstrip("=")
        heard = capsys.readouterr()
        told = shown + heard.out + heard.err
        assert "a second factor was set up" in told
        for word in (who.password, who.token, secret, made["key"].rpartition("_")[2], *codes):
            assert word is not None
            assert word not in told
