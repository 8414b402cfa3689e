"""The second factor of a person: set up with a confirmed code, recovery codes shown once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import structlog
from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.accounts import SignedIn
from services.api.answer import answer
from services.api.asking import AccountOwner, Here, OnceOnly, UserAdmin, too_many
from services.api.deed import deed_before
from services.api.eviction import evict
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.qr import qr_rows
from services.api.routes.session import caller_of
from services.api.text import KnownUsername
from services.api.window import Window
from services.domain.one_time_code import enrolment_uri, written_secret
from services.domain.password_mark import NO_PASSWORD
from services.domain.session_life import Right
from services.runtime.clock import to_datetime
from services.store import people, sign_in_session
from services.store import second_factor as store
from services.store.people import SignIn

router = LateRouter(tags=["session"])
Password = Annotated[str, Field(min_length=1, max_length=1000)]
Code = Annotated[str, Field(min_length=1, max_length=20, examples=["492039"])]
Name = Annotated[KnownUsername, Path()]
_log = structlog.get_logger()


class Proof(BaseModel):
    """Who asks is still who signed in; `otp` where a second factor was set up."""

    model_config = ConfigDict(extra="forbid")
    password: Password
    otp: Code | None = None


class Confirmation(BaseModel):
    """The code that the authenticator shows."""

    model_config = ConfigDict(extra="forbid")
    code: Code


@dataclass(frozen=True, slots=True)
class FactorView:
    """How it stands. `required`: the park asks it of this role. `recovery_codes_left`: not used."""

    enrolled: bool
    required: bool
    enrolled_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator is to be told, shown once: as text (base32), as an address, and as the
    rows of a QR code, `1` dark. Nothing is asked for by it before a code was confirmed."""

    secret: str
    uri: str
    qr: list[str]


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Ten codes, each good once, shown once."""

    recovery_codes: list[str]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The recovery codes, shown once. With `access_token`, of a new session, where the one of before
    could do nothing else than this."""

    recovery_codes: list[str]
    access_token: str | None
    token_type: str | None
    expires_in: int | None


@router.get("/me/second-factor", response_model=FactorView)
async def get_second_factor(here: Here, principal: AccountOwner) -> Response:
    """How my second factor stands."""
    async with here.database.transaction() as connection:
        row = await store.find(connection, principal.username)
    required = here.accounts.must_have_second_factor(principal.role)
    if row is None or row.confirmed_at is None:
        return answer(FactorView(False, required, None, 0))
    return answer(FactorView(True, required, row.confirmed_at, row.recovery_codes))


@router.post("/me/second-factor", status_code=201, response_model=Enrolment)
async def begin_second_factor(
    request: Request, here: Here, principal: AccountOwner, proof: Proof, once: OnceOnly
) -> Response:
    """A new secret for an authenticator; asked for once a code of it was confirmed."""
    if here.accounts.has_second_factor(principal.username):
        raise Problem(Kind.CONFLICT, "There is a second factor already: remove it first.")
    await _prove(request, here, principal, proof)
    async with here.database.transaction() as connection:
        secret = await here.factors.begin(connection, principal.username)
        if secret is None:
            raise Problem(Kind.CONFLICT, "There is a second factor already: remove it first.")
        uri = enrolment_uri(secret, principal.username)
        shown = Enrolment(written_secret(secret), uri, qr_rows(uri))
        return await once.keep(connection, answer(shown, 201))


@router.post("/me/second-factor/confirm", response_model=Confirmed)
async def confirm_second_factor(
    request: Request, here: Here, principal: AccountOwner, told: Confirmation, once: OnceOnly
) -> Response:
    """A code of the new secret: from now on one is asked for at each sign-in. Other sessions of this
    person, which were opened without, are over."""
    now = to_datetime(here.clock.now_ms())
    who = principal.username
    kept = None if principal.right is Right.ENROL else principal.session
    async with here.database.transaction() as connection:
        number = await sign_in_session.next_version(connection)
        codes = await here.factors.confirm(connection, who, told.code)
        if codes is not None:
            await sign_in_session.end_others(connection, who, kept, who, now, number)
            found = await people.sign_in(connection, who)
            done = answer(Confirmed(codes, None, None, None))
            if kept is not None or principal.session is None:
                await once.keep(connection, done)
            else:
                await once.note(connection, done)
    if codes is None:
        raise Problem(
            Kind.INVALID,
            "code: it is not one of this secret, or too old; type the one that is shown now.",
        )
    _log.info("a second factor was set up", username=who)
    if principal.right is Right.ENROL and found is not None:
        new = await here.accounts.open_session(found, caller_of(request))
        done = _confirmed(codes, new)
    await evict(here)
    return done


@router.post("/me/second-factor/recovery-codes", response_model=RecoveryCodes)
async def renew_recovery_codes(
    request: Request, here: Here, principal: AccountOwner, proof: Proof, once: OnceOnly
) -> Response:
    """Ten new recovery codes; those of before are worth nothing."""
    _check_enrolled(here, principal)
    await _prove(request, here, principal, proof)
    async with here.database.transaction() as connection:
        if await store.find(connection, principal.username) is None:
            raise not_found("second factor")
        codes = await here.factors.renew(connection, principal.username)
        return await once.keep(connection, answer(RecoveryCodes(codes)))


@router.post("/me/second-factor/remove", status_code=204)
async def remove_second_factor(
    request: Request, here: Here, principal: AccountOwner, proof: Proof, once: OnceOnly
) -> Response:
    """No code is asked for any more; to take another authenticator, or where the park asks for
    none."""
    _check_enrolled(here, principal)
    await _prove(request, here, principal, proof)
    async with here.database.transaction() as connection:
        await store.remove(connection, principal.username)
        gone = await once.keep(connection, Response(status_code=204))
    _log.info("a second factor was removed", username=principal.username, by=principal.username)
    await here.accounts.refresh()
    return gone


@router.delete("/users/{username}/second-factor", status_code=204)
async def reset_second_factor(
    here: Here, principal: UserAdmin, username: Name, once: OnceOnly
) -> Response:
    """Of somebody who lost authenticator and recovery codes: no code is asked for any more, and
    whoever is signed in with this name is signed out."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        number = await sign_in_session.next_version(connection)
        if not await store.remove(connection, username):
            raise not_found("second factor")
        await sign_in_session.end_others(
            connection, username, None, principal.username, now, number
        )
        gone = await once.keep(connection, Response(status_code=204))
    _log.info("a second factor was removed", username=username, by=principal.username)
    await evict(here)
    return gone


async def _prove(request: Request, here: Window, principal: Principal, proof: Proof) -> SignIn:
    """Whoever sits at a console that somebody left changes no second factor."""
    who, address = principal.username, caller_of(request).address
    wait = await here.sign_in_gate.begin(who, address)
    if wait is not None:
        raise too_many(wait)
    async with here.database.transaction() as connection:
        found = await people.sign_in(connection, who)
    if found is None:
        raise not_found("user")
    stored = None if found.password_hash == NO_PASSWORD else found.password_hash
    right = await here.passwords.matches(stored, proof.password)
    if right and found.second_factor:
        async with here.database.transaction() as connection:
            given = proof.otp or ""
            right = await here.factors.passes(connection, who, given)
    if not right:
        here.trail.later(deed_before(request, 422))
        raise Problem(Kind.INVALID, "password: the password or the code is wrong.")
    await here.sign_in_gate.clear(who, address)
    return found


def _check_enrolled(here: Window, principal: Principal) -> None:
    if not here.accounts.has_second_factor(principal.username):
        raise not_found("second factor")


def _confirmed(codes: list[str], new: SignedIn) -> Response:
    return answer(Confirmed(codes, new.token, "bearer", new.expires_in))
