"""Tokens, tickets, limits, repeats: what stands between a stranger and the park."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import bcrypt
import jwt
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from services.api.idempotency import Answer, Idempotency, InProgress, KeyReused, Occasion
from services.api.password import GatewayDoor, Passwords, hash_of_nothing, new_gateway_password
from services.api.permission import GRANTS, Permission, Role
from services.api.principal import Principal
from services.api.rate import RateLimit
from services.api.seal import Seal
from services.api.ticket import LIFETIME_S as TICKET_S
from services.api.ticket import Tickets
from services.api.token import LIFETIME_S, BadToken, Mint
from services.domain.session_life import Right
from services.runtime.clock import ManualClock

KEY = "k" * 64
LI = Principal("li", Role.OPERATOR, None, 7)


def test_a_token_says_who_somebody_is_for_twelve_hours() -> None:
    clock = ManualClock()
    mint = Mint(KEY, clock)
    token = mint.issue(LI)
    assert mint.read(token) == LI
    clock.advance(LIFETIME_S - 1)
    assert mint.read(token) == LI
    clock.advance(1)
    with pytest.raises(BadToken):
        mint.read(token)


def good_claims(clock: ManualClock) -> dict[str, Any]:
    now = clock.now_ms() // 1000
    return {
        "sub": "li",
        "iat": now,
        "exp": now + 60,
        "jti": "x",
        "aud": "parkwatch",
        "iss": "parkwatch",
        "role": "operator",
        "ent": None,
        "ver": 7,
    }


def test_a_token_knows_its_session_and_whether_it_is_for_enrolling_only() -> None:
    clock = ManualClock()
    mint = Mint(KEY, clock)
    for right in (Right.FULL, Right.ENROL):
        principal = replace(LI, session="s" * 24, right=right)
        token = mint.issue(principal, 60)
        assert mint.read(token) == principal
        clock.advance(60)
        assert mint.identify(token).over
        with pytest.raises(BadToken):
            mint.read(token)


@pytest.mark.parametrize(
    "change",
    [
        *({name: None} for name in ("exp", "iat", "sub", "jti", "aud", "iss", "role", "ver")),
        {"aud": "others"},
        {"iss": "others"},
        {"exp": 285_000_000_000},
        {"exp": "soon"},
        {"iat": 10**12},
        {"role": "god"},
        {"role": "enterprise"},
        {"ent": "north"},
        {"sid": "short"},
        {"sid": 7},
        {"sid": "x" * 41},
        {"sid": "x" * 24, "enr": "no"},
        {"ver": "7"},
        {"ver": True},
    ],
    ids=str,
)
def test_s25_a_token_with_anything_wrong_is_no_token(change: dict[str, Any]) -> None:
    clock = ManualClock()
    mint = Mint(KEY, clock)
    claims = good_claims(clock)
    assert mint.read(jwt.encode(claims, KEY, "HS256")) == LI
    claims |= change
    claims = {name: value for name, value in claims.items() if value is not None or name == "ent"}
    with pytest.raises(BadToken):
        mint.read(jwt.encode(claims, KEY, "HS256"))


def test_s25_a_token_of_another_key_or_kind_is_no_token() -> None:
    clock = ManualClock()
    mint = Mint(KEY, clock)
    claims = good_claims(clock)
    for token in (
        jwt.encode(claims, "o" * 64, "HS256"),
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, KEY, "HS512"),
        "",
        "a.b.c",
        "x" * 3_000_000,
    ):
        with pytest.raises(BadToken):
            mint.read(token)


def test_s25_a_short_key_is_refused_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match="TOKEN_KEY is too short"):
        Mint("short", ManualClock())


def test_a_ticket_is_good_once_and_for_thirty_seconds() -> None:
    clock = ManualClock()
    tickets = Tickets(clock)
    ticket = tickets.issue(LI)
    assert tickets.redeem(ticket) == LI
    assert tickets.redeem(ticket) is None
    late = tickets.issue(LI)
    clock.advance(TICKET_S)
    assert tickets.redeem(late) is None
    assert tickets.redeem("guess") is None


def test_a_limit_counts_each_account_by_itself_and_anew_each_minute() -> None:
    clock = ManualClock()
    limit = RateLimit(2, clock)
    assert [limit.take("a"), limit.take("a")] == [None, None]
    clock.advance(20)
    assert limit.take("a") == 40
    assert limit.is_spent("a") == 40
    assert limit.is_spent("b") is None
    assert limit.take("b") is None
    clock.advance(40)
    assert limit.is_spent("a") is None
    assert limit.take("a") is None


def test_no_limit_is_no_limit() -> None:
    limit = RateLimit(0, ManualClock())
    assert {limit.take("a") for _ in range(1000)} == {None}


async def test_s20_a_password_matches_itself_only_and_nobody_has_none() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "correct horse")
    assert not await passwords.matches(stored, "correct hors")
    assert not await passwords.matches(None, "correct horse")
    assert not await passwords.matches("not a hash", "correct horse")


def test_s21_who_is_not_there_is_held_against_a_hash_of_the_same_cost() -> None:
    hasher = PasswordHasher()
    nothing = hash_of_nothing(hasher)
    assert extract_parameters(nothing) == extract_parameters(hasher.hash("correct horse"))
    assert nothing != hash_of_nothing(hasher)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(nothing, "correct horse")


def test_a_gateways_password_is_random_and_its_hash_is_as_the_broker_takes_it() -> None:
    password, hashed = new_gateway_password()
    other, _ = new_gateway_password()
    assert password != other
    assert len(password) == 32
    assert hashed.startswith("$2a$04$")
    door = GatewayDoor()
    for _ in range(2):
        assert door.matches("n.gw", hashed, password)
        assert not door.matches("n.gw", hashed, other)
    rotated, new_hash = new_gateway_password()
    assert not door.matches("n.gw", new_hash, password)
    assert door.matches("n.gw", new_hash, rotated)
    assert not door.matches("n.gw", hashed, "x" * 100)


@pytest.mark.parametrize("password", ["x", "", "密" * 40, "x" * 73, "x" * 72, "a\0b"])
def test_a_refusal_costs_the_same_whether_there_is_such_a_gateway_or_not(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """One look of bcrypt at the same cost: neither the answer nor its time tells a name."""
    right, hashed = new_gateway_password()
    door = GatewayDoor()
    assert door.matches("n.remembered", hashed, right)
    costs: list[bytes] = []

    def counted(asked: bytes, against: bytes) -> bool:
        costs.append(against[:7])
        return bool(checkpw(asked, against))

    checkpw = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", counted)
    for name, stored in (("n.remembered", hashed), ("n.new", hashed), ("n.nobody", None)):
        costs.clear()
        assert not door.matches(name, stored, password)
        assert costs == [b"$2a$04$"], name
    assert door.matches("n.remembered", hashed, right)
    assert not door.matches("n.nobody", None, right)


PLACE = ("POST", "/x", "")
KEYED = Occasion.of("li", PLACE, "k1", sha256(b"body").digest())
DONE = Answer(201, [], b"{}")


def test_a_repeated_write_gets_the_answer_of_before() -> None:
    store = Idempotency(ManualClock())
    store.begin(KEYED)
    with pytest.raises(InProgress):
        store.begin(KEYED)
    store.finish(KEYED, DONE)
    assert store.begin(Occasion.of("li", PLACE, "k1", sha256(b"body").digest())) == DONE
    with pytest.raises(KeyReused):
        store.begin(Occasion.of("li", PLACE, "k1", sha256(b"another body").digest()))
    for other in (
        Occasion.of("wang", PLACE, "k1", sha256(b"body").digest()),
        Occasion.of("li", ("PUT", "/x", ""), "k1", sha256(b"body").digest()),
        Occasion.of("li", PLACE, "k2", sha256(b"body").digest()),
        Occasion.of("li", PLACE, "k1", sha256(b"body").digest(), version=2),
    ):
        assert not isinstance(store.begin(other), Answer)


def test_what_is_kept_of_a_body_tells_nobody_whether_a_guess_at_its_password_is_right() -> None:
    body = sha256(b'{"password": "pump house 7"}').digest()
    one, other = (Occasion.of("li", PLACE, key, body) for key in ("k1", "k2"))
    assert body not in (one.asked, other.asked)
    assert one.asked != other.asked, "only who has the key can reckon it"
    assert one.asked == Occasion.of("li", PLACE, "k1", body).asked


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_passing_refusal_is_not_kept(status: int) -> None:
    store = Idempotency(ManualClock())
    store.begin(KEYED)
    store.finish(KEYED, Answer(status, [], b"{}"))
    assert not isinstance(store.begin(KEYED), Answer)


def test_a_write_that_came_to_nothing_frees_its_key() -> None:
    store = Idempotency(ManualClock())
    store.begin(KEYED)
    store.drop_unfinished(KEYED)
    assert not isinstance(store.begin(KEYED), Answer)
    store.finish(KEYED, DONE)
    store.drop_unfinished(KEYED)
    assert store.begin(KEYED) == DONE


def test_answers_are_kept_for_a_day() -> None:
    clock = ManualClock()
    store = Idempotency(clock)
    store.begin(KEYED)
    store.finish(KEYED, DONE)
    clock.advance(24 * 3600 - 1)
    assert store.begin(KEYED) == DONE
    clock.advance(1)
    assert not isinstance(store.begin(KEYED), Answer)


@pytest.mark.parametrize("text", [b"", b"x", b"\x00\x00", b'{"password": "hunter2"}' * 100])
def test_what_is_sealed_is_read_by_its_owner_alone(text: bytes) -> None:
    sealed = Seal(KEY).close(b"li k1", text)
    assert Seal(KEY).open(b"li k1", sealed) == text
    assert Seal(KEY).close(b"li k1", text) != sealed
    assert len(text) < 2 or text not in sealed
    assert Seal("x" * 64).open(b"li k1", sealed) is None
    assert Seal(KEY).open(b"wang k1", sealed) is None
    for place in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert Seal(KEY).open(b"li k1", bytes(changed)) is None
    assert Seal(KEY).open(b"li k1", sealed[:20]) is None


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.REGULATOR])
def test_s3_who_only_reads_may_change_nothing(role: Role) -> None:
    reads = {Permission.AUDIT} if role is Role.REGULATOR else set()
    assert GRANTS[role] == {Permission.OWN, Permission.SEE, Permission.ACCOUNT} | reads


def test_roles_may_what_the_contract_says() -> None:
    def who(permission: Permission) -> set[str]:
        return {role.value for role in Role if permission in GRANTS[role]}

    assert who(Permission.ACKNOWLEDGE) == {"operator", "supervisor", "enterprise", "admin"}
    assert who(Permission.PROPOSE_RULES) == {"supervisor", "enterprise", "admin"}
    assert who(Permission.CONFIGURE) == {"supervisor", "admin"}
    assert who(Permission.REGISTER) == {"supervisor", "enterprise", "admin"}
    assert who(Permission.REPROCESS) == {"supervisor", "enterprise", "admin"}
    assert who(Permission.USERS) == {"admin"}
