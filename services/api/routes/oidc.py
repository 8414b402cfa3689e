"""Signing in by an OpenID provider: to it, and back from it."""

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Cookie, Form, Request, Response

from services.api.accounts import SignedIn
from services.api.answer import answer
from services.api.asking import Here, Public, count
from services.api.deed import deed_by
from services.api.late_route import LateRouter
from services.api.oidc import BEGUN_MS, COOKIE, NotProved, OidcDoor
from services.api.oidc_account import NotAdmitted, admit
from services.api.oidc_provider import ProviderAway
from services.api.problem import Kind, Problem, not_found
from services.api.routes.session import Token, caller_of
from services.api.window import Window

router = LateRouter(prefix="/auth", tags=["session"])
NOBODY = "oidc:"
"""In the audit: whom the provider did not prove, or who has no account here."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Methods:
    """How one can sign in. `oidc`: what the button of the provider says; null where there is none."""

    password: bool
    oidc: str | None


@router.get("/methods", dependencies=[Public], response_model=Methods)
async def methods(here: Here) -> Response:
    """How one can sign in."""
    return answer(Methods(True, None if here.oidc is None else here.oidc.name))


@router.get(
    "/oidc/start",
    dependencies=[Public],
    status_code=303,
    response_class=Response,
    responses={303: {"description": "To the provider, with a cookie that belongs to this sign-in"}},
)
async def start(request: Request, here: Here) -> Response:
    """Go to the provider to sign in there."""
    door = _door(request, here)
    try:
        address, cookie = await door.begin()
    except ProviderAway as error:
        raise _away(error) from error
    there = Response(status_code=303, headers={"Location": address})
    _set(there, cookie, BEGUN_MS // 1000)
    return there


@router.post("/oidc/token", dependencies=[Public], response_model=Token)
async def finish(
    request: Request,
    here: Here,
    code: Annotated[str, Form(min_length=1, max_length=2000)],
    state: Annotated[str, Form(min_length=1, max_length=200)],
    cookie: Annotated[str | None, Cookie(alias=COOKIE, max_length=1000)] = None,
) -> Response:
    """Come back from the provider with what it gave: a token of ours."""
    door = _door(request, here)
    try:
        proved = await door.finish(code, state, cookie)
    except ProviderAway as error:
        raise _away(error) from error
    except NotProved:
        here.trail.later(deed_by(request, NOBODY, caller_of(request).what, 401))
        raise Problem(
            Kind.WRONG_CREDENTIALS, "The provider proved nothing for this sign-in: begin it again."
        ) from None
    caller = caller_of(request)
    found = await admit(here, proved, caller)
    if isinstance(found, NotAdmitted):
        here.trail.later(deed_by(request, NOBODY, caller_of(request).what, 403))
        _log.info("not admitted", issuer=proved.issuer, reason=found.name)
        raise Problem(Kind.FORBIDDEN, found)
    done: SignedIn = await here.accounts.open_session(found, caller)
    _log.info("signed in", username=found.username, address=caller.address)
    token = answer(Token(done.token, "bearer", done.expires_in, done.must_enrol))
    _set(token, "", 0)
    return token


def _door(request: Request, here: Window) -> OidcDoor:
    count(here, f"oidc:{caller_of(request).address}")
    if here.oidc is None:
        raise not_found("provider to sign in by")
    return here.oidc


def _away(error: ProviderAway) -> Problem:
    _log.warning("the sign-in provider does not answer", reason=str(error))
    return Problem(
        Kind.PROVIDER_AWAY,
        "The sign-in provider does not answer now: try again in a moment, or sign in by password.",
        {"Retry-After": "10"},
    )


def _set(response: Response, cookie: str, seconds: int) -> None:
    """`__Host-`: of this host alone, encrypted, never for scripts, never sent along from elsewhere."""
    response.set_cookie(
        COOKIE, cookie, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
    )
