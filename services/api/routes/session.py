"""Signing in and out, and who I am."""

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Form, Request, Response

from services.api.accounts import Caller, Refusal, SignedIn
from services.api.answer import answer
from services.api.asking import Here, Public, too_many
from services.api.asking import SignedIn as Owner
from services.api.database import DatabaseAway
from services.api.deed import address_of, deed_before, deed_by, what_of
from services.api.eviction import evict
from services.api.late_route import LateRouter
from services.api.permission import Permission
from services.api.problem import Kind, Problem
from services.api.request_id import REQUEST_ID
from services.runtime.clock import to_datetime
from services.store import sign_in_session

router = LateRouter(tags=["session"])
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Token:
    """A token for `Authorization: Bearer …`, valid for `expires_in` seconds. `must_enrol`: it does
    nothing but setting up a second factor, which the park asks of this role."""

    access_token: str
    token_type: str
    expires_in: int
    must_enrol: bool


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, and what they may do. `right` is `show` when the session ran out: reading
    and the live push go on for an open console, and nothing else. `duties`: of somebody of an
    enterprise; they grant nothing."""

    username: str
    role: str
    enterprise: str | None
    permissions: list[str]
    right: str
    duties: list[str]
    second_factor: bool
    second_factor_required: bool


@router.post("/auth/token", dependencies=[Public], response_model=Token)
async def sign_in(
    request: Request,
    here: Here,
    username: Annotated[str, Form(min_length=1, max_length=200)],
    password: Annotated[str, Form(min_length=1, max_length=1000)],
    otp: Annotated[
        str | None,
        Form(
            max_length=20,
            description="The code of the authenticator, or a recovery code, where a second factor "
            "was set up; without it the answer is 401 `code-wanted`",
        ),
    ] = None,
) -> Response:
    """Sign in with name and password, and a code where a second factor was set up."""
    caller = caller_of(request)
    wait = here.sign_in_gate.turn(caller.address)
    if wait is not None:
        raise too_many(wait)
    wait = await here.sign_in_gate.begin(_counted(username), caller.address)
    if wait is not None:
        here.trail.noticed(deed_by(request, username, caller.what, 429))
        raise too_many(wait)
    try:
        done = await _try(here, username, password, otp or None, caller)
    except DatabaseAway:
        here.sign_in_gate.forget_own(_counted(username), caller.address)
        raise
    if isinstance(done, SignedIn):
        await here.sign_in_gate.clear(_counted(username), caller.address)
        _log.info("signed in", username=username, address=caller.address)
        return answer(Token(done.token, "bearer", done.expires_in, done.must_enrol))
    if done is Refusal.CODE_WANTED:
        await here.sign_in_gate.take_back(_counted(username), caller.address)
        raise Problem(
            Kind.CODE_WANTED, "Send the code of your authenticator, or a recovery code, as `otp`."
        )
    here.trail.later(deed_by(request, username, caller.what, 401))
    what = "Name, password or code" if otp else "Name or password"
    raise Problem(Kind.WRONG_CREDENTIALS, f"{what} is wrong.")


@router.post("/auth/sign-out", status_code=204)
async def sign_out(request: Request, here: Here, principal: Owner) -> Response:
    """End this session: its token is worth nothing from now on, its live push is cut."""
    if principal.scopes is not None:
        raise Problem(Kind.FORBIDDEN, "A key does not sign out: have it revoked.")
    if principal.session is not None:
        now = to_datetime(here.clock.now_ms())
        who = principal.username
        async with here.database.transaction() as connection:
            number = await sign_in_session.next_version(connection)
            await sign_in_session.end_one(connection, who, principal.session, who, now, number)
            await here.trail.note(connection, deed_before(request, 204))
        await evict(here)
    return Response(status_code=204)


@router.get("/me", response_model=Me)
async def me(here: Here, principal: Owner) -> Response:
    """Who I am."""
    return answer(
        Me(
            principal.username,
            principal.role,
            principal.enterprise,
            sorted(each for each in Permission if principal.may(each)),
            principal.right,
            here.accounts.duties_of(principal.username),
            here.accounts.has_second_factor(principal.username),
            here.accounts.must_have_second_factor(principal.role),
        )
    )


def caller_of(request: Request) -> Caller:
    """Where this request comes from."""
    program = request.headers.get("user-agent", "")
    return Caller(address_of(request), program, request.scope[REQUEST_ID], what_of(request))


def _counted(username: str) -> str:
    """The name as tries are counted by; a text of the database holds no NUL."""
    return username.replace("\0", " ")


async def _try(
    here: Here, username: str, password: str, otp: str | None, caller: Caller
) -> SignedIn | Refusal:
    if "\0" in username:
        return Refusal.WRONG
    return await here.accounts.sign_in(username, password, otp, caller)
