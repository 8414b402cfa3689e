"""What every route can ask of a request: the window, who asks, the language, the page."""

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from services.api.answer import FOLLOWING, SHEET
from services.api.deed import AUDITED, PRINCIPAL, deed_before
from services.api.idempotency import OCCASION
from services.api.once import Once
from services.api.permission import GRANTS, Permission, Role
from services.api.principal import Principal
from services.api.problem import Kind, Problem
from services.api.tenant import asks
from services.api.token import BadToken
from services.api.window import Window
from services.api.wording import Language, choose
from services.domain.session_life import Right

MAX_LIMIT = 1000


def window(connection: HTTPConnection) -> Window:
    """The parts of this process."""
    found: Window = connection.app.state.window
    return found


Here = Annotated[Window, Depends(window)]
Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="The token of /auth/token")),
]


class Requires:
    """A dependency that asks for a permission; answers who it was granted to."""

    def __init__(self, permission: Permission, *, of_persons: bool = False) -> None:
        self.permission = permission
        self.of_persons = of_persons
        """Whether the answer tells names with telephone numbers, sessions or places of people: who
        reads it is on record before it is answered."""

    async def __call__(self, request: Request, bearer: Bearer) -> Principal:
        here = window(request)
        principal = _signed_in(here, bearer)
        asks(principal, self.permission)
        if FOLLOWING not in request.scope:
            count(here, f"user:{principal.username}")
        request.scope[PRINCIPAL] = principal
        if not principal.may(self.permission):
            here.trail.noticed(deed_before(request, 403))
            raise _not_allowed(principal, self.permission)
        here.accounts.note_use(principal, self.permission)
        if self.of_persons:
            await here.trail.read(deed_before(request))
        elif request.method == "GET" and (
            principal.role is Role.REGULATOR or _is_taken_out(request)
        ):
            here.trail.noticed(deed_before(request))
        return principal


async def public() -> None:
    """Declares that a route is for everybody, signed in or not."""


Public = Depends(public)


async def registered(request: Request) -> None:
    """For routes that answer from the register: before it was read, what is there would be denied."""
    if not window(request).register.is_loaded:
        raise Problem(
            Kind.DATABASE_AWAY,
            "The register is not loaded yet: try again in a few seconds.",
            {"Retry-After": "2"},
        )


Registered = Depends(registered)


def _is_taken_out(request: Request) -> bool:
    """Whether something is asked for to be kept elsewhere: an export, a list as a sheet, a file."""
    return SHEET in request.scope or request.url.path.endswith(("/export", "/payload"))


def _signed_in(here: Window, bearer: HTTPAuthorizationCredentials | None) -> Principal:
    challenge = {"WWW-Authenticate": "Bearer"}
    if bearer is None:
        raise Problem(
            Kind.NOT_SIGNED_IN,
            "Sign in at /api/v1/auth/token and send the token as `Authorization: Bearer …`.",
            challenge,
        )
    try:
        return here.accounts.authenticate(bearer.credentials)
    except BadToken:
        raise Problem(
            Kind.NOT_SIGNED_IN, "Your sign-in is not valid any more: sign in again.", challenge
        ) from None


def _not_allowed(principal: Principal, permission: Permission) -> Problem:
    by_role = permission in GRANTS[principal.role]
    if by_role and principal.scopes is not None:
        return Problem(
            Kind.FORBIDDEN, "This key is not for that; ask for a key with another scope."
        )
    if by_role and principal.right is Right.SHOW:
        return Problem(
            Kind.SESSION_EXPIRED,
            "Your session has run out: what is shown goes on; sign in again to act.",
            {"WWW-Authenticate": "Bearer"},
        )
    if principal.right is Right.ENROL:
        return Problem(
            Kind.SECOND_FACTOR_REQUIRED,
            "Set up a second factor first: POST /api/v1/me/second-factor with your password.",
        )
    return Problem(
        Kind.FORBIDDEN,
        f"Your role ({principal.role}) does not allow this; ask someone whose role does.",
    )


def count(here: Window, account: str) -> None:
    """One turn of this account; refuses when it has none left in this minute."""
    wait = here.rate.take(account)
    if wait is not None:
        raise too_many(wait)


def too_many(wait_s: float) -> Problem:
    """The refusal of one who asks too often."""
    seconds = max(1, round(wait_s))
    return Problem(
        Kind.TOO_MANY,
        f"Too many requests: wait {seconds} s and try again.",
        {"Retry-After": str(seconds)},
    )


async def once(request: Request) -> Once:
    """What is needed to answer this request's repeat. Raises DatabaseAway."""
    here = window(request)
    await here.follower.catch_up()
    return Once(here.answers, request.scope.get(OCCASION), here.trail, request)


OnceOnly = Annotated[Once, Depends(once)]
"""For a route that changes the register: its transaction ends in `once.keep`."""


async def by_the_engine(request: Request) -> AsyncIterator[None]:
    """Declares that the engine carries it out, whose journal proves it: the row of the audit says
    who asked from where, and does not make it wait for the database."""
    yield
    if AUDITED not in request.scope:
        window(request).trail.later(deed_before(request))


ByTheEngine = Depends(by_the_engine)
SignedIn = Annotated[Principal, Depends(Requires(Permission.OWN))]
AccountOwner = Annotated[Principal, Depends(Requires(Permission.ACCOUNT))]
Reader = Annotated[Principal, Depends(Requires(Permission.SEE))]
PersonsReader = Annotated[Principal, Depends(Requires(Permission.SEE, of_persons=True))]
Auditor = Annotated[Principal, Depends(Requires(Permission.AUDIT, of_persons=True))]
Acknowledger = Annotated[Principal, Depends(Requires(Permission.ACKNOWLEDGE))]
Proposer = Annotated[Principal, Depends(Requires(Permission.PROPOSE))]
Shelver = Annotated[Principal, Depends(Requires(Permission.SHELVE))]
Approver = Annotated[Principal, Depends(Requires(Permission.APPROVE))]
Designer = Annotated[Principal, Depends(Requires(Permission.PROPOSE_RULES))]
Configurer = Annotated[Principal, Depends(Requires(Permission.CONFIGURE))]
Reprocessor = Annotated[Principal, Depends(Requires(Permission.REPROCESS))]
Instructor = Annotated[Principal, Depends(Requires(Permission.DRILL))]
HandingOver = Annotated[Principal, Depends(Requires(Permission.HAND_OVER))]
Registrar = Annotated[Principal, Depends(Requires(Permission.REGISTER))]
ReceiverOwner = Annotated[Principal, Depends(Requires(Permission.RECEIVERS))]
UserAdmin = Annotated[Principal, Depends(Requires(Permission.USERS))]
UserReader = Annotated[Principal, Depends(Requires(Permission.USERS, of_persons=True))]


async def _language(
    lang: Annotated[
        str | None, Query(description="zh or en; without it Accept-Language decides", max_length=20)
    ] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> Language:
    return choose(lang, accept_language)


Spoken = Annotated[Language, Depends(_language)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items at most")]
Ms = Annotated[int, msgspec.Meta(ge=-62_135_596_800_000, le=253_402_300_799_999)]
"""Epoch milliseconds inside a cursor."""
Word = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*$")]
"""Text inside a cursor."""
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]


def make_cursor(place: Sequence[Any]) -> str:
    """A place in a list's order, as an opaque word."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str | None, shape: Any) -> Any:
    """The place it stands for, as a tuple of this shape; None without one. Refuses any other."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=shape)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Problem(
            Kind.INVALID, "cursor: it is not one of ours; take `next` of the page before."
        ) from None


def narrowed(principal: Principal, enterprise: str | None) -> frozenset[str] | None:
    """The enterprises to look at: what was asked for, within what may be seen; None is all."""
    if enterprise is None:
        return principal.scope
    return frozenset({enterprise}) if principal.sees(enterprise) else frozenset()
